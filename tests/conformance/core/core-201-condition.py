# id: core-201-condition
# lab: core
# min: 3.6
# split: public
# rule: wait gives the lock back and holds it again when it returns; notify wakes as many as it says, in the order in which they came, and they go on when the lock is released; wait and notify without the lock are a RuntimeError.
# also: wait_for asks its predicate first and after each notification; a predicate's error comes out with the lock held.
# also: Condition(lock) shares the lock; notify_all wakes all that wait.
import asyncio
from kit import T, pause, run, show, spawn


async def main():
    lock = asyncio.Lock()
    cond = asyncio.Condition(lock)
    items = []

    async def waiter(name):
        async with cond:
            T(name, "waits")
            T(name, "woken", await cond.wait(), "locked", cond.locked())
            await pause()
            T(name, "leaves")
    ws = [spawn(waiter(n)) for n in "ABCDE"]
    await pause(2)
    T("locked while they wait", lock.locked())
    for n in (1, 2):
        async with lock:
            cond.notify(n)
            T("notified", n)
            await pause(2)
            T("releasing")
        await pause(8)
    async with cond:
        cond.notify_all()
        T("notified all")
    await asyncio.wait(ws)

    def enough():
        T("asked, has", len(items))
        if len(items) > 2:
            raise ValueError("too many")
        return len(items) == 2

    async def consumer(name):
        async with cond:
            try:
                T(name, "has", await cond.wait_for(enough))
            except ValueError as e:
                T(name, "error", show(e), "locked", cond.locked())
    t = spawn(consumer("F"))
    for i in range(2):
        await pause(2)
        async with cond:
            items.append(i)
            cond.notify()
    await asyncio.wait([t])
    items.append(2)
    await asyncio.wait([spawn(consumer("G"))])

    for name, call in (("wait", cond.wait), ("notify", cond.notify), ("release", cond.release)):
        try:
            r = call()
            if r is not None:
                await r
        except RuntimeError as e:
            T(name, "error", show(e))

run(main())
