# id: lab310-201-cancelled
# lab: lab310
# min: 3.9
# golden: 3.13
# split: public
# rule: a task that is cancelled while it waits in the shutdown ends at once; the work goes on, new work stays refused, and who calls again waits for the work.
# since 3.13: up to 3.12 the thread was joined before CancelledError came out, so the whole loop stood still until the work was over
import asyncio
import threading
from kit import STEP, T, pause, show, spawn, state

gate = threading.Event()


def job():
    gate.wait(6 * STEP)
    T("job ends")
    return "result"


async def waiter():
    try:
        await asyncio.get_running_loop().shutdown_default_executor()
        T("waiter: goes on")
    except asyncio.CancelledError:
        T("waiter: cancelled")
        raise


async def main():
    loop = asyncio.get_running_loop()
    fut = loop.run_in_executor(None, job)
    t = spawn(waiter())
    await pause(2)
    t.cancel()
    await asyncio.wait([t])
    T("job", state(fut))
    try:
        loop.run_in_executor(None, job)
    except RuntimeError as e:
        T("error", show(e))
    gate.set()
    T("again ->", await loop.shutdown_default_executor())
    await pause(2)
    T("job", state(fut))

asyncio.run(main())
