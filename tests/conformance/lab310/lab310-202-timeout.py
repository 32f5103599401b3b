# id: lab310-202-timeout
# lab: lab310
# min: 3.12
# golden: 3.13
# split: public
# rule: shutdown_default_executor(timeout) gives up when the time is over: it warns, and the work goes on; one without a timeout waits for it.
# since 3.13: in 3.12 the timeout does not shorten the wait, and nobody is warned
import asyncio
import threading
import warnings
from kit import STEP, T, pause, state

gate = threading.Event()


def job():
    gate.wait(10 * STEP)
    T("job ends")
    return "result"


def on_warning(message, category, *rest, **more):
    T("warning", category.__name__, str(message).split(" within ")[0])


async def main():
    loop = asyncio.get_running_loop()
    fut = loop.run_in_executor(None, job)
    T("with a timeout ->", await loop.shutdown_default_executor(2 * STEP))
    T("job", state(fut))
    gate.set()
    T("without ->", await loop.shutdown_default_executor())
    await pause(2)
    T("job", state(fut))

warnings.showwarning = on_warning
asyncio.run(main())
