# id: core-f05-gather-refused
# lab: core
# min: 3.9
# split: own
# rule: a gather that was cancelled fails with CancelledError also if its last child refuses and returns a value; the message of that error is the child's if the child was about to take a step when it was cancelled, and none if it was waiting.
import asyncio
from kit import T, loop_now, pause, run, show, spawn


async def refuse(gatherings):
    try:
        if gatherings:
            gatherings[0].cancel("why")
            await pause()
        else:
            await loop_now().create_future()
    except asyncio.CancelledError as e:
        T("refuses", show(e))
    return "kept"


async def main():
    gatherings = [None]
    gatherings[0] = asyncio.gather(spawn(refuse(gatherings)), return_exceptions=True)
    await pause(4)
    T("about to step:", show(gatherings[0].exception()))
    gathering = asyncio.gather(spawn(refuse([])), return_exceptions=True)
    await pause(2)
    gathering.cancel("why")
    await pause(4)
    T("waiting:", show(gathering.exception()))

run(main())
