# id: core-f03-wait-for-gather
# lab: core
# min: 3.6
# split: own
# rule: a gather that runs out of time in wait_for was cancelled, but it ends as failed, with CancelledError; what comes out of wait_for is a TimeoutError all the same.
# also: with a timeout of zero, too.
import asyncio
from kit import STEP, T, pause, run, show, sleep, spawn


async def job():
    await sleep(50)


async def attempt(label, timeout, return_exceptions):
    gathering = asyncio.gather(spawn(job()), return_exceptions=return_exceptions)
    try:
        T(label, await asyncio.wait_for(gathering, timeout))
    except BaseException as e:
        T(label, "raises", type(e).__name__)
    await pause(3)
    T(" ", "cancelled", gathering.cancelled(), "error", show(gathering.exception()))


async def main():
    await attempt("a step", STEP, False)
    await attempt("a step, errors in their places", STEP, True)
    await attempt("no time", 0, False)
    await attempt("less than no time", -1, True)

run(main())
