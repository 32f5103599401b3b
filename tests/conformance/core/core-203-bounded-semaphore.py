# id: core-203-bounded-semaphore
# lab: core
# min: 3.6
# split: public
# rule: a BoundedSemaphore released more often than it was acquired is a ValueError and keeps its value; a Semaphore may go above where it began.
# since 3.10: what a waiter was woken for is off the counter at once, so a second release in the same turn is not seen as one too many
import asyncio
from kit import T, pause, run, show, spawn


def release(sem):
    try:
        sem.release()
        T("released, locked", sem.locked())
    except ValueError as e:
        T("error", show(e), "locked", sem.locked())


async def main():
    bounded = asyncio.BoundedSemaphore(2)
    release(bounded)
    async with bounded:
        T("one inside, locked", bounded.locked())
        await bounded.acquire()
        T("two inside, locked", bounded.locked())
        release(bounded)
    release(bounded)

    async def user(name):
        async with bounded:
            T(name, "in")
            await pause(2)
            T(name, "out")
    await asyncio.wait([spawn(user(n)) for n in "ABC"])
    release(bounded)

    plain = asyncio.Semaphore(1)
    release(plain)
    await plain.acquire()
    await plain.acquire()
    T("acquired twice, locked", plain.locked())

    one = asyncio.BoundedSemaphore(1)
    await one.acquire()

    async def late():
        await one.acquire()
        T("late is in")
    t = spawn(late())
    await pause()
    release(one)
    release(one)
    await pause(2)
    T("late is done", t.done())

run(main())
