# id: lab311-202-cancel-and-failure
# lab: lab311
# min: 3.11
# split: own
# rule: if a task fails and somebody cancels the parent in the same turn, the group is raised, the count stays 1, and the parent's next await raises CancelledError; in the block and at its end, in both orders.
# since 3.13: the next await raises CancelledError (before: it does not, and the count may be too high)
import asyncio
from kit import T, show, sleep, spawn, state


async def fuse(future):
    try:
        await future
    except asyncio.CancelledError:
        pass
    raise ValueError("boom")


async def parent(future, in_block):
    me = asyncio.current_task()
    try:
        async with asyncio.TaskGroup() as g:
            g.create_task(fuse(future))
            if in_block:
                await sleep(50)
    except ExceptionGroup as e:
        T("raised", show(e), "cancelling", me.cancelling())
    try:
        await sleep(1)
        T("next await goes on")
    except asyncio.CancelledError:
        T("next await CancelledError")
        raise


async def main():
    for in_block in (True, False):
        for cancels_first in (True, False):
            T("in the block" if in_block else "at its end", "cancel" if cancels_first else "failure", "first")
            future = asyncio.get_running_loop().create_future()
            p = spawn(parent(future, in_block))
            await sleep(1)
            if cancels_first:
                p.cancel()
            future.set_result(None)
            if not cancels_first:
                p.cancel()
            await asyncio.wait([p])
            T("parent", state(p), "cancelling", p.cancelling())

asyncio.run(main())
