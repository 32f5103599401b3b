# id: lab311-208-generator-exit
# lab: lab311
# min: 3.11
# split: own
# rule: a coroutine that is closed in the block of a group without tasks ends with the GeneratorExit that was thrown in.
# also: 3.11 to 3.13 raise a BaseExceptionGroup out of close().
import asyncio
from kit import T, show


class Forever:
    def __await__(self):
        yield


async def waits(group):
    async with group:
        try:
            await Forever()
        except GeneratorExit:
            T("block: GeneratorExit")
            raise


async def main():
    coro = waits(asyncio.TaskGroup())
    coro.send(None)
    try:
        coro.close()
        T("closed")
    except BaseException as e:
        T("close raised", show(e))

asyncio.run(main())
