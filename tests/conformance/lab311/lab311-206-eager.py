# id: lab311-206-eager
# lab: lab311
# min: 3.12
# split: own
# rule: a group whose tasks start eagerly behaves as any other: a task that fails within create_task() interrupts the block at its next await, and nothing of that is left; one that makes a failing one in its own first step is cancelled as well.
# also: 3.12.1 leaks a CancelledError out of the first, and 3.12.1 and 3.13.0 forget the task of the second, which sleeps on.
# since 3.13: a task that fails within create_task() leaves no CancelledError behind the block
import asyncio
from kit import T, show, sleep


async def bad():
    raise ValueError("boom")


async def maker(group):
    group.create_task(bad())
    try:
        await sleep(5)
        T("maker: forgotten")
    except asyncio.CancelledError:
        T("maker: cancelled")
        raise


async def next_await(label):
    try:
        await sleep(1)
        T(label, "next await goes on, cancelling", asyncio.current_task().cancelling())
    except asyncio.CancelledError:
        T(label, "next await CancelledError")


async def main():
    asyncio.get_running_loop().set_task_factory(asyncio.eager_task_factory)
    try:
        async with asyncio.TaskGroup() as g:
            g.create_task(bad())
            T("block goes on")
    except BaseException as e:
        T("raised", show(e))
    await next_await("ends at once:")
    try:
        async with asyncio.TaskGroup() as g:
            g.create_task(maker(g))
    except BaseException as e:
        T("raised", show(e))
    await next_await("maker:")

asyncio.run(main())
