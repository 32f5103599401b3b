# id: lab312-207-count-steps
# lab: lab312
# min: 3.12
# split: public
# rule: a tree of gather() whose leaves never suspend, 5 wide and 4 deep, is done in the first step of main when its tasks are eager; lazily each level needs turns of the loop.
import asyncio
from kit import T, pause

WIDTH = 5
made = 0


async def tree(depth):
    global made
    made += 1
    if depth > 0:
        await asyncio.gather(*[tree(depth - 1) for _ in range(WIDTH)])


async def main():
    loop = asyncio.get_running_loop()
    for label, factory in ("lazy", None), ("eager", asyncio.eager_task_factory):
        global made
        made = 0
        loop.set_task_factory(factory)
        loop.call_soon(lambda: T("the first turn is over"))
        await tree(4)
        T(label, "made", made)
        await pause()

asyncio.run(main())
