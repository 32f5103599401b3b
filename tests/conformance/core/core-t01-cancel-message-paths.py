# id: core-t01-cancel-message-paths
# lab: core
# min: 3.9
# split: public
# rule: the message of cancel() belongs to the CancelledError, and who gets that error gets the message: a cancelled future gives it to all who ask; a task passes it down to the future that it waits for.
# also: from 3.11 the very error that ended a task goes to the first who asks, later ones get a new one without a message; gather takes its own from the first child that ends, with return_exceptions from the last child; shield's outer future is cancelled anew, without a message.
# also: of two cancels before the first step the second one's message counts; a task that cancels itself and returns gives the message to all.
# since 3.11: the error that ended a task is passed on (before, awaiting tasks get one without a message)
import asyncio
from kit import T, loop_now, pause, run, show, spawn


async def sleeper():
    await asyncio.sleep(3600)


async def caught(awaitable):
    try:
        await awaitable
    except asyncio.CancelledError as e:
        return show(e)


async def twice(label, awaitable):
    T(label, await caught(awaitable))
    T(label, "again", await caught(awaitable))


async def awaits(awaitable):
    await awaitable


async def cancels_itself():
    asyncio.current_task().cancel("self")


async def raises():
    raise asyncio.CancelledError("own")


async def main():
    f = loop_now().create_future()
    f.cancel("why")
    await twice("future", f)
    t = spawn(sleeper())
    await pause()
    t.cancel("why")
    await twice("task", t)
    t = spawn(sleeper())
    t.cancel("first")
    t.cancel("second")
    await twice("before the start", t)
    await twice("cancels itself", spawn(cancels_itself()))
    await twice("raises its own", spawn(raises()))
    f = loop_now().create_future()
    inner = spawn(awaits(f))
    outer = spawn(awaits(inner))
    await pause(2)
    outer.cancel("why")
    await twice("outer", outer)
    await twice("inner", inner)
    await twice("innermost future", f)
    for keep in (False, True):
        a, b = spawn(sleeper()), spawn(sleeper())
        g = asyncio.gather(a, b, return_exceptions=keep)
        await pause()
        g.cancel("why")
        await twice("gather", g)
        await twice("a", a)
        await twice("b", b)
    t = spawn(sleeper())
    s = asyncio.shield(t)
    await pause()
    t.cancel("why")
    await twice("shield", s)
    await twice("shielded", t)

run(main())
