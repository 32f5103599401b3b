# id: core-f02-shutdown-turns
# lab: core
# min: 3.6
# split: own
# rule: closing the async generators takes two turns of the loop also if there are none, so what was scheduled in the last turn of the program is still called before the loop is closed, and what that schedules as well.
import asyncio
from kit import T, new_loop


def next_to_last(loop):
    T("next to last")
    loop.call_soon(T, "last")


async def main(loop):
    loop.call_soon(loop.call_soon, next_to_last, loop)
    T("main ends")

loop = new_loop()
loop.run_until_complete(main(loop))
T("main has ended")
loop.run_until_complete(loop.shutdown_asyncgens())
T("shut down")
asyncio.set_event_loop(None)
loop.close()
