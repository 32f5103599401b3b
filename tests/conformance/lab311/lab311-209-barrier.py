# id: lab311-209-barrier
# lab: lab311
# min: 3.11
# split: own
# rule: who waits at a Barrier goes on when as many have come as there are parties, each with an index of its own; then it can be used again. Who comes while the others leave waits for the next round.
# also: reset and abort send those who wait away with BrokenBarrierError; one that is cancelled leaves the others waiting.
import asyncio
from kit import T, pause, show, sleep, spawn


async def visitor(name, barrier, rounds=1):
    for i in range(rounds):
        try:
            index = await barrier.wait()
            T(name, "passes", i, "as", index)
        except (asyncio.CancelledError, asyncio.BrokenBarrierError) as e:
            T(name, show(e))
            return


def look(barrier):
    T("waiting", barrier.n_waiting, "of", barrier.parties, "broken", barrier.broken)


async def main():
    try:
        asyncio.Barrier(0)
    except ValueError as e:
        T(show(e))
    barrier = asyncio.Barrier(3)
    tasks = [spawn(visitor(name, barrier, 2)) for name in "ABC"]
    look(barrier)
    await asyncio.wait(tasks)
    look(barrier)
    tasks = [spawn(visitor(name, barrier)) for name in "DE"]
    await pause(2)
    look(barrier)
    tasks[0].cancel()
    await sleep(1)
    look(barrier)
    tasks += [spawn(visitor(name, barrier)) for name in "FGH"]
    await sleep(1)
    look(barrier)
    await barrier.reset()
    await sleep(1)
    look(barrier)
    tasks += [spawn(visitor("I", barrier))]
    await sleep(1)
    await barrier.abort()
    await sleep(1)
    look(barrier)
    await visitor("J", barrier)
    await barrier.reset()
    look(barrier)
    await asyncio.wait(tasks)

asyncio.run(main())
