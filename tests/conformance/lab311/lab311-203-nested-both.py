# id: lab311-203-nested-both
# lab: lab311
# min: 3.11
# split: own
# rule: if tasks of an outer and an inner group fail in the same turn, each takes back its own request; one from outside stays, and is delivered.
# since 3.13: so it is (before: requests are left over, or lost)
import asyncio
from kit import T, show, sleep, spawn, state


async def fuse(future, text):
    await asyncio.shield(future)
    raise ValueError(text)


async def parent(future):
    me = asyncio.current_task()
    try:
        async with asyncio.TaskGroup() as outer:
            outer.create_task(fuse(future, "outer"))
            try:
                async with asyncio.TaskGroup() as inner:
                    inner.create_task(fuse(future, "inner"))
            except BaseException as e:
                T("inner raised", show(e), "cancelling", me.cancelling())
                raise
    except BaseException as e:
        T("outer raised", show(e), "cancelling", me.cancelling())
    await sleep(1)
    T("next await goes on")


async def main():
    for and_cancel in (False, True):
        future = asyncio.get_running_loop().create_future()
        p = spawn(parent(future))
        await sleep(1)
        future.set_result(None)
        if and_cancel:
            await asyncio.sleep(0)
            p.cancel()
        await asyncio.wait([p])
        T("parent", state(p), "cancelling", p.cancelling())

asyncio.run(main())
