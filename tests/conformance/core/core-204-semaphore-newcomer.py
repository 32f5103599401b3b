# id: core-204-semaphore-newcomer
# lab: core
# min: 3.6
# split: public
# rule: who waits for a semaphore is woken in the order of arrival; up to 3.8 a newcomer that comes before the woken one has run overtakes it, and the overtaken one goes to the end of the line.
# since 3.9: a newcomer waits behind the one that was woken
# since 3.10: a released semaphore with somebody in line counts as locked
import asyncio
from kit import T, pause, run, spawn


async def main():
    sem = asyncio.Semaphore(1)

    async def user(name):
        async with sem:
            T(name, "in")
            await pause(2)
            T(name, "out")

    async def greedy(rounds):
        for i in range(rounds):
            async with sem:
                T("greedy in", i)
                await pause(2)
            T("greedy released, locked", sem.locked())
    await asyncio.wait([spawn(greedy(3)), spawn(user("A")), spawn(user("B"))])
    T("locked", sem.locked())

    T("two are released in one turn, and a newcomer comes")
    await sem.acquire()
    ts = [spawn(user(n)) for n in "CDE"]
    await pause()
    sem.release()
    sem.release()
    T("locked", sem.locked())
    ts.append(spawn(user("F")))
    await asyncio.wait(ts)
    T("locked", sem.locked())

run(main())
