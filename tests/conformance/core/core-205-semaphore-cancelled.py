# id: core-205-semaphore-cancelled
# lab: core
# min: 3.6
# golden: 3.10
# split: public
# rule: a waiter of a semaphore that is cancelled is passed over; one that was woken and is cancelled before it runs hands its turn on; afterwards as many get in as the semaphore counts.
# since 3.9: with nobody else in line the semaphore stays shut for ever (mended in 3.10: python/cpython#90155)
# since 3.10: as up to 3.8
import asyncio
from kit import T, pause, run, spawn


async def main():
    sem = asyncio.Semaphore(0)

    async def user(name):
        try:
            await sem.acquire()
            T(name, "in")
        except asyncio.CancelledError:
            T(name, "cancelled")
            raise

    async def count():
        n = 0
        t = spawn(sem.acquire())
        await pause(2)
        while t.done():
            n += 1
            t = spawn(sem.acquire())
            await pause(2)
        t.cancel()
        await pause(2)
        return n

    T("cancelled while it waits")
    a, b = spawn(user("A")), spawn(user("B"))
    await pause()
    a.cancel()
    await pause(2)
    sem.release()
    await pause(2)
    T("A", a.done(), "B", b.done())

    T("cancelled, then released in the same turn")
    a, b = spawn(user("C")), spawn(user("D"))
    await pause()
    a.cancel()
    sem.release()
    await pause(3)
    T("C", a.done(), "D", b.done())

    T("woken, then cancelled")
    a, b = spawn(user("E")), spawn(user("F"))
    await pause()
    sem.release()
    a.cancel()
    await pause(3)
    T("E", a.done(), "F", b.done())

    T("woken, then cancelled, and nobody else")
    a = spawn(user("G"))
    await pause()
    sem.release()
    a.cancel()
    await pause(3)
    T("free", await count())

run(main())
