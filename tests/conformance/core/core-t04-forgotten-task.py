# id: core-t04-forgotten-task
# lab: core
# min: 3.6
# split: public
# rule: the loop knows its tasks only weakly: one that waits for a future that nobody else has is lost at the next garbage collection, in the middle of its work (python/cpython#91887).
import asyncio
import gc
from kit import T, handler, loop_now, pause, run, spawn


async def work():
    T("the task waits")
    await loop_now().create_future()


async def main():
    handler(loop_now())
    spawn(work())
    await pause(2)
    T("collecting garbage")
    gc.collect()
    await pause(2)
    T("main ends")

run(main())
