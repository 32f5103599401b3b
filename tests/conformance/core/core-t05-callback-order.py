# id: core-t05-callback-order
# lab: core
# min: 3.6
# split: public
# rule: wait, shield, gather and as_completed hear of a future by its done-callbacks, in the order in which they were added, and each of them wakes who waits for it by one more callback; so each is heard of in a certain turn.
# also: wait, as_completed and gather take those turns also for what is done already.
# since 3.12: gather counts what is done already at once
import asyncio
from kit import T, loop_now, pause, run, spawn


async def waits(label, awaitable):
    await awaitable
    T(label)


async def takes_one(label, futures):
    for next_one in asyncio.as_completed(futures):
        await next_one
        T(label)


async def watch(f):
    spawn(waits("wait", asyncio.wait([f])))
    spawn(waits("shield", asyncio.shield(f)))
    spawn(waits("gather", asyncio.gather(f)))
    spawn(takes_one("as_completed", [f]))
    spawn(waits("wait_for", asyncio.wait_for(f, 3600)))
    spawn(waits("await", f))
    await pause(2)


async def count():
    for turn in range(1, 5):
        T("turn", turn)
        await pause()


async def main():
    f = loop_now().create_future()
    await watch(f)
    T("done")
    f.set_result(None)
    await count()
    T("done already")
    c = spawn(count())
    await watch(f)
    await c

run(main())
