# id: core-202-condition-cancelled
# lab: core
# min: 3.6
# golden: 3.13
# split: public
# rule: a cancelled waiter waits for the lock before it raises CancelledError, however often it is cancelled meanwhile, and no other waiter is lost by it.
# also: a waiter that is cancelled after it was notified hands the notification on (from 3.13; before, it was lost: python/cpython#112202).
# since 3.13: the notification of a cancelled waiter wakes the next one
import asyncio
from kit import T, pause, run, spawn


async def main():
    cond = asyncio.Condition()

    async def waiter(name):
        async with cond:
            try:
                await cond.wait()
                T(name, "notified, locked", cond.locked())
            except asyncio.CancelledError:
                T(name, "cancelled, locked", cond.locked())
                raise

    a = spawn(waiter("A"))
    await pause(2)
    async with cond:
        T("holding the lock")
        a.cancel()
        await pause(3)
        T("A done", a.done())
        a.cancel()
        await pause(3)
        T("A done", a.done())
    await pause(3)
    T("A done", a.done(), "cancelled", a.cancelled(), "locked", cond.locked())

    T("notified, then cancelled in the same turn")
    b, c = spawn(waiter("B")), spawn(waiter("C"))
    await pause(2)
    async with cond:
        cond.notify()
        b.cancel()
    await pause(6)
    T("B done", b.done(), "C done", c.done())
    async with cond:
        cond.notify()
    await pause(6)
    T("B done", b.done(), "C done", c.done())

    T("notified, then cancelled while it waits for the lock")
    d, e = spawn(waiter("D")), spawn(waiter("E"))
    await pause(2)
    async with cond:
        cond.notify()
        await pause(3)
        d.cancel()
        await pause(3)
        T("D done", d.done())
    await pause(6)
    T("D done", d.done(), "E done", e.done())
    async with cond:
        cond.notify()
    await pause(6)
    T("D done", d.done(), "E done", e.done(), "locked", cond.locked())

run(main())
