# id: core-302-task-factory-futures
# lab: core
# min: 3.6
# split: public
# rule: a task factory may give any future instead of a task: all that wait for it take it as it is, done or not, cancelled or failed, even the same one twice.
# also: it may give a task of another coroutine that awaits the given one; run_until_complete gives what the future gives.
# since 3.12: gather is done at once if its futures are
# since 3.13: what the factory gives must have set_name(), which a plain future has not
import asyncio
from kit import STEP, T, loop_now, new_loop, show, state, unordered


async def job(name):
    T("  job", name)
    return name


def done(loop, coro):
    T("  done at once")
    coro.close()
    fut = loop.create_future()
    fut.set_result("of the factory")
    return fut


def failed(loop, coro):
    T("  failed at once")
    coro.close()
    fut = loop.create_future()
    fut.set_exception(ValueError("of the factory"))
    return fut


def later(loop, coro):
    T("  done later")
    coro.close()
    fut = loop.create_future()
    loop.call_later(STEP, release, fut)
    return fut


def release(fut):
    if not fut.done():
        fut.set_result("late")


async def wrapper(coro):
    T("  wrapper begins")
    value = await coro
    T("  wrapper ends")
    return "wrapped " + value


def wrapping(loop, coro):
    return asyncio.Task(wrapper(coro), loop=loop)


shared = None


def sharing(loop, coro):
    T("  the same for all")
    coro.close()
    return shared


async def outcome(awaitable):
    try:
        T("  gave", await awaitable)
    except asyncio.CancelledError:
        T("  cancelled")
    except ValueError as e:
        T("  error", show(e))


async def main():
    global shared
    loop = loop_now()
    for factory in done, failed, later, wrapping:
        T(factory.__name__)
        loop.set_task_factory(factory)
        await outcome(loop.create_task(job("a")))
        await outcome(asyncio.shield(job("b")))
        both = asyncio.gather(job("c"), job("d"), return_exceptions=True)
        T("  all done", both.done())
        with unordered():
            await both
        for value in both.result():
            T("  gathered", show(value) if isinstance(value, Exception) else value)

    T("cancelled")
    loop.set_task_factory(later)
    task = asyncio.ensure_future(job("e"))
    T("  cancel", task.cancel(), state(task))
    await outcome(task)

    T("sharing")
    loop.set_task_factory(sharing)
    shared = loop.create_future()
    both = asyncio.gather(job("f"), job("g"))
    shared.set_result("shared")
    await both
    T("  gathered", *both.result())
    loop.set_task_factory(done)


loop = new_loop()
loop.run_until_complete(main())
T("run_until_complete")
T("  gave", loop.run_until_complete(job("h")))
loop.close()
