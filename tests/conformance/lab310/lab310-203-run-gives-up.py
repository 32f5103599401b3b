# id: lab310-203-run-gives-up
# lab: lab310
# min: 3.12
# golden: 3.13
# split: public
# rule: run() gives the threads of the default executor 300 seconds (here two steps) to end; then it warns and returns.
# since 3.13: in 3.12 the timeout does not shorten the wait, and nobody is warned
import asyncio
import threading
import warnings
from asyncio import constants
from kit import STEP, T

constants.THREAD_JOIN_TIMEOUT = 2 * STEP
returned = threading.Event()


def job():
    returned.wait(10 * STEP)
    T("job ends")


def on_warning(message, category, *rest, **more):
    T("warning", category.__name__, str(message).split(" within ")[0])


async def main():
    asyncio.get_running_loop().run_in_executor(None, job)
    T("main: returns")

warnings.showwarning = on_warning
asyncio.run(main())
T("run returned")
returned.set()
