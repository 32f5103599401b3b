# id: lab39-202-base-errors
# lab: lab39
# min: 3.9
# split: own
# rule: SystemExit and KeyboardInterrupt in the function end neither the thread nor the program: they are raised by the await.
import asyncio
from kit import T, show


def leave(error):
    T("function raises", show(error))
    raise error


async def main():
    for error in SystemExit("3"), KeyboardInterrupt():
        try:
            await asyncio.to_thread(leave, error)
        except BaseException as e:
            T("await raises", show(e))
    T("next call", await asyncio.to_thread(len, "abc"))

asyncio.run(main())
