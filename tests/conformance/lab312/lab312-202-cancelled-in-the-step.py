# id: lab312-202-cancelled-in-the-step
# lab: lab312
# min: 3.12
# split: public
# rule: CancelledError that is raised in the eager step makes a cancelled task. A task that cancels itself in its eager step goes on to its first suspension, and is interrupted there in a later turn, or to its end, and then is cancelled.
# also: one that cancels its creator interrupts that at the creator's next await, not before.
import asyncio
from kit import T, pause, show, state


async def raises():
    raise asyncio.CancelledError()


async def cancels_itself(turns):
    T("cancel", asyncio.current_task().cancel())
    T("goes on")
    try:
        await pause(turns)
    except asyncio.CancelledError:
        T("interrupted")
        raise
    T("at the end")


async def awaits_then(fut):
    asyncio.current_task().cancel()
    try:
        await fut
    except asyncio.CancelledError:
        T("interrupted, the future is", state(fut))
        raise


async def cancels(creator):
    T("cancel the creator", creator.cancel())


async def creator():
    t = asyncio.create_task(cancels(asyncio.current_task()))
    T("creator goes on,", state(t))
    try:
        T("awaited a done task:", await t)
        await pause()
    except asyncio.CancelledError:
        T("creator interrupted")
        raise


async def main():
    loop = asyncio.get_running_loop()
    loop.set_task_factory(asyncio.eager_task_factory)
    T("raises:", state(asyncio.create_task(raises())))
    for turns in 0, 1:
        t = asyncio.create_task(cancels_itself(turns))
        T("created:", state(t))
        await asyncio.wait([t])
        T("then:", state(t))
    fut = loop.create_future()
    t = asyncio.create_task(awaits_then(fut))
    T("created:", state(t), "| the future is", state(fut))
    await asyncio.wait([t])
    T("then:", state(t))
    t = asyncio.create_task(creator())
    T("created:", state(t))
    await asyncio.wait([t])
    T("then:", state(t))

asyncio.run(main())
