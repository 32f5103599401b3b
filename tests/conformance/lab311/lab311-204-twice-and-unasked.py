# id: lab311-204-twice-and-unasked
# lab: lab311
# min: 3.11
# split: own
# rule: cancelled again while it waits, a parent goes on waiting, the tasks are not asked again, and the count is 2; a CancelledError of a task that the block awaits is treated the same, with a count of 0.
import asyncio
from kit import T, show, sleep, spawn, state


async def long(name, cleanup):
    try:
        await sleep(50)
    except asyncio.CancelledError:
        T(name, "cancelled")
        await sleep(cleanup)
        T(name, "cleaned up")
        raise


async def waits(me=None):
    try:
        async with asyncio.TaskGroup() as g:
            g.create_task(long("A", 4))
    except BaseException as e:
        T("raised", show(e), "cancelling", asyncio.current_task().cancelling())
        raise


async def awaits_cancelled():
    try:
        async with asyncio.TaskGroup() as g:
            b = g.create_task(long("B", 1))
            g.create_task(long("C", 2))
            await sleep(1)
            b.cancel()
            await b
    except BaseException as e:
        T("raised", show(e), "cancelling", asyncio.current_task().cancelling())
        raise


async def main():
    p = spawn(waits())
    await sleep(1)
    p.cancel()
    await sleep(2)
    p.cancel()
    T("asked again")
    await asyncio.wait([p])
    T("parent", state(p), "cancelling", p.cancelling())
    p = spawn(awaits_cancelled())
    await asyncio.wait([p])
    T("parent", state(p), "cancelling", p.cancelling())

asyncio.run(main())
