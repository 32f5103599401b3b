# id: lab312-203-order
# lab: lab312
# min: 3.12
# split: public
# rule: the first step of an eager task comes before everything that is scheduled; each later step has its place in the queue among callbacks and the steps of lazy tasks, one turn earlier than those of a lazy task that was made at the same time.
import asyncio
from kit import T, pause


async def job(name, turns):
    for i in range(turns):
        T(name, i)
        await pause()
    T(name, "end")


async def main():
    loop = asyncio.get_running_loop()
    tasks = []

    def create(name, turns, eagerly):
        loop.set_task_factory(asyncio.eager_task_factory if eagerly else None)
        tasks.append(asyncio.create_task(job(name, turns)))

    loop.call_soon(T, "callback 1")
    create("lazy 1", 2, False)
    create("eager 1", 2, True)
    loop.call_soon(T, "callback 2")
    create("eager 2", 0, True)
    create("lazy 2", 1, False)
    create("eager 3", 1, True)
    loop.call_soon(T, "callback 3")
    for i in range(4):
        T("main", i)
        await pause()
    await asyncio.gather(*tasks)

asyncio.run(main())
