# id: lab38-201-await
# lab: lab38
# min: 3.8
# split: public
# rule: only a suspended coroutine awaits something (cr_await): a coroutine, or a future; one that has not started, runs or is over awaits nothing.
# also: while an inner coroutine runs, the outer one that awaits it runs as well, and awaits nothing.
import asyncio
from kit import T, pause


def what(coro):
    awaited = coro.cr_await
    if awaited is None:
        return "nothing"
    return getattr(awaited, "__name__", "a future")


def look(when):
    T(when, "outer awaits", what(o), "inner awaits", what(i))


async def inner(fut):
    look("inner runs:")
    await fut
    look("inner goes on:")


async def outer():
    await i
    look("outer goes on:")


async def main():
    global o, i
    fut = asyncio.get_running_loop().create_future()
    i = inner(fut)
    o = outer()
    task = asyncio.create_task(o)
    look("created:")
    await pause()
    look("suspended:")
    fut.set_result(None)
    look("to be woken:")
    await task
    look("over:")

asyncio.run(main())
