# id: lab311-205-refused-coroutine
# lab: lab311
# min: 3.11
# split: own
# rule: a coroutine that a group refuses is closed: before the block, when the group is shutting down, and when it is finished, which it is as soon as the last task is done after the end of the block.
# since 3.13: it is closed (before: it was left to the caller)
import asyncio
import inspect
from kit import T, sleep


async def job():
    T("must not run")


def refuse(label, g):
    coro = job()
    try:
        g.create_task(coro)
        T(label, "accepted")
    except RuntimeError as e:
        T(label, str(e).split("> ")[-1], "|", inspect.getcoroutinestate(coro) == inspect.CORO_CLOSED)
    coro.close()


async def bad():
    raise ValueError("boom")


async def main():
    g = asyncio.TaskGroup()
    refuse("before:", g)
    async with g:
        t = g.create_task(sleep(1))
        t.add_done_callback(lambda t: refuse("last task done:", g))
    refuse("finished:", g)
    try:
        async with asyncio.TaskGroup() as g:
            g.create_task(bad())
            try:
                await sleep(50)
            finally:
                refuse("shutting down:", g)
    except ExceptionGroup:
        T("group raised")

asyncio.run(main())
