# id: core-301-task-factory
# lab: core
# min: 3.6
# split: public
# rule: all that make a task of a coroutine call the loop's task factory, in the order in which they make them: create_task, ensure_future, gather, shield, wait_for, wait, as_completed, run_coroutine_threadsafe, run_until_complete. What is a future already does not come by it.
# also: the factory is called at once, the task takes its first step later; wait_for without a timeout makes no task; an error of the factory is create_task's; a factory may replace itself, and None is the default one.
# since 3.7: wait_for without time cancels the task before its first step
# since 3.11: wait takes no coroutines
# since 3.12: wait_for makes no task, unless there is no time left
import asyncio
from kit import STEP, T, handler, loop_now, new_loop, pause, show, unordered


async def job(name):
    T("  job", name)
    return name


def factory(loop, coro):
    T("  factory", coro.__name__)
    return asyncio.Task(coro, loop=loop)


def factory_once(loop, coro):
    T("  the last call of this one")
    loop.set_task_factory(factory)
    return asyncio.Task(coro, loop=loop)


def refuse(loop, coro):
    T("  refuses")
    coro.close()
    raise ValueError("no task today")


async def main():
    loop = loop_now()
    T("create_task")
    task = loop.create_task(job("a"))
    T("  made")
    await task
    T("ensure_future")
    task = asyncio.ensure_future(job("b"))
    T("  made")
    await asyncio.ensure_future(task)
    T("gather")
    gathered = asyncio.gather(job("c"), task, job("d"))
    T("  made")
    with unordered():
        await gathered
    T("shield")
    await asyncio.shield(job("e"))
    T("wait_for")
    await asyncio.wait_for(job("f"), 10 * STEP)
    T("wait_for without a timeout")
    await asyncio.wait_for(job("g"), None)
    T("wait_for without time")
    try:
        await asyncio.wait_for(job("h"), -STEP)
    except asyncio.TimeoutError:
        T("  timeout")
    await pause()
    T("wait")
    late = job("i")
    try:
        await asyncio.wait([late])
    except TypeError:
        T("  refused")
        late.close()
    T("as_completed")
    for next_one in asyncio.as_completed([job("j"), task]):
        await next_one
    T("run_coroutine_threadsafe")
    await asyncio.wrap_future(asyncio.run_coroutine_threadsafe(job("k"), loop))

    T("replaced by itself")
    loop.set_task_factory(factory_once)
    await loop.create_task(job("l"))
    await loop.create_task(job("m"))
    T("  is the factory", loop.get_task_factory() is factory)
    T("an error")
    loop.set_task_factory(refuse)
    try:
        loop.create_task(job("n"))
    except ValueError as e:
        T("  error", show(e))
    try:
        asyncio.gather(job("o"))
    except ValueError as e:
        T("  error", show(e))
    T("none")
    loop.set_task_factory(None)
    T("  is none", loop.get_task_factory() is None)
    await loop.create_task(job("p"))


loop = new_loop()
handler(loop)
loop.set_task_factory(factory)
loop.run_until_complete(main())
loop.close()
