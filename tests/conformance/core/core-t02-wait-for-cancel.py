# id: core-t02-wait-for-cancel
# lab: core
# min: 3.6
# split: public
# rule: what a timeout or a cancel of wait_for does to the inner coroutine, and what comes out: it may obey, refuse and return, or raise another error, and it may need time for that.
# also: from 3.12 there is no inner task, so a cancelled waiter that refuses is not cancelled, and a second cancel interrupts the clean-up itself.
# since 3.7: the timeout waits for the clean-up
# since 3.8: a cancel waits for it, too
# since 3.9: what the inner one gives after the timeout comes out, value or error
# since 3.12: the same after a cancel; a cancel in the turn of the result is not lost any more
import asyncio
from kit import STEP, T, loop_now, pause, run, show, sleep, spawn, state


async def job(how):
    try:
        await sleep(50)
    except asyncio.CancelledError:
        T("  clean-up begins")
        await sleep(2)
        T("  clean-up ends")
        if how == "refuses":
            return "value"
        if how == "raises":
            raise ValueError("clean-up") from None
        raise


async def attempt(how, steps):
    try:
        gave = await asyncio.wait_for(job(how), steps * STEP)
    except BaseException as e:
        T(" ", how, "-> error", type(e).__name__)
        raise
    T(" ", how, "->", gave)


async def finish(t):
    await asyncio.wait([t])
    T(" ", "cancelled" if t.cancelled() else "not cancelled")
    if not t.cancelled():
        t.exception()
    await sleep(4)


async def main():
    loop_now().set_exception_handler(lambda loop, context: None)
    for how in ("obeys", "refuses", "raises"):
        T("timeout")
        await finish(spawn(attempt(how, 2)))
    for how in ("obeys", "refuses", "raises"):
        T("cancel")
        t = spawn(attempt(how, 20))
        await sleep(1)
        t.cancel()
        await finish(t)
    T("cancel in the clean-up")
    t = spawn(attempt("obeys", 2))
    await sleep(3)
    t.cancel()
    await finish(t)
    T("cancel in the turn of the result")
    f = loop_now().create_future()
    t = spawn(asyncio.wait_for(f, 2 * STEP))
    await pause(2)
    f.set_result("value")
    t.cancel()
    await asyncio.wait([t])
    T(" ", state(t))

run(main())
