# id: lab311-207-base-errors
# lab: lab311
# min: 3.11
# split: own
# rule: SystemExit of the block comes out bare after the tasks were cancelled and waited for, though a task failed; of a task it leaves the loop at once, and comes out of the group when the loop runs again.
import asyncio
from kit import T, new_loop, sleep


async def long():
    try:
        await sleep(50)
    except asyncio.CancelledError:
        T("long: cancelled")
        await sleep(1)
        raise ValueError("in cleanup")


async def exits():
    await sleep(1)
    raise SystemExit("task")


async def block_exits():
    try:
        async with asyncio.TaskGroup() as g:
            g.create_task(long())
            await sleep(1)
            raise SystemExit("block")
    except SystemExit as e:
        T("group raised SystemExit:", e)


async def task_exits():
    try:
        async with asyncio.TaskGroup() as g:
            g.create_task(long())
            g.create_task(exits())
    except SystemExit as e:
        T("group raised SystemExit:", e)

loop = new_loop()
loop.run_until_complete(block_exits())
main = loop.create_task(task_exits())
try:
    loop.run_until_complete(main)
except SystemExit as e:
    T("run raised SystemExit:", e)
loop.run_until_complete(main)
asyncio.set_event_loop(None)
loop.close()
