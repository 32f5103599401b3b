# id: lab312-205-who-makes-tasks
# lab: lab312
# min: 3.12
# split: public
# rule: all that make a task of a coroutine make an eager one when the factory is set: ensure_future, gather, shield, as_completed, wait_for with a timeout of zero; wait_for with another timeout makes none.
# also: shield of a coroutine that ended eagerly is its done task; wait() suspends also if all are done; as_completed gives the results of done tasks.
import asyncio
from kit import T, pause, show, state


async def quick(name):
    T(" ", name, "runs")
    return name


async def slow(name):
    T(" ", name, "starts")
    await pause()
    T(" ", name, "ends")
    return name


async def fails(name):
    T(" ", name, "fails")
    raise ValueError(name)


async def main():
    loop = asyncio.get_running_loop()
    loop.set_task_factory(asyncio.eager_task_factory)
    T("ensure_future")
    T(" ", state(asyncio.ensure_future(quick("A"))))
    T("shield")
    f = asyncio.shield(quick("B"))
    T(" ", isinstance(f, asyncio.Task), state(f))
    f = asyncio.shield(slow("C"))
    T(" ", isinstance(f, asyncio.Task), state(f))
    T(" ", await f)
    T("gather")
    f = asyncio.gather(quick("D"), fails("E"), slow("F"))
    T(" ", "done", f.done())
    try:
        await f
    except ValueError as e:
        T(" ", show(e))
    f = asyncio.gather(quick("G"), fails("H"), return_exceptions=True)
    T(" ", "done", f.done())
    T(" ", "has", len(await f))
    T("wait")
    tasks = [asyncio.create_task(quick("I")), asyncio.create_task(quick("J"))]
    loop.call_soon(T, "  callback")
    done, pending = await asyncio.wait(tasks)
    T(" ", len(done), len(pending))
    T("as_completed")
    iterator = asyncio.as_completed([quick("K")])
    for f in iterator:
        T(" ", await f)
    T("wait_for")
    T(" ", await asyncio.wait_for(quick("L"), 1))
    T(" ", await asyncio.wait_for(quick("M"), 0))
    try:
        await asyncio.wait_for(slow("N"), 0)
    except asyncio.TimeoutError:
        T("  TimeoutError")

asyncio.run(main())
