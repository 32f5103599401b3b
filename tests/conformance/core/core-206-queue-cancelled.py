# id: core-206-queue-cancelled
# lab: core
# min: 3.6
# split: public
# rule: a getter that is cancelled takes no item with it, also if it was woken for one; the next getter is woken instead. A putter's item enters only if its put returns; if it is cancelled the next putter is woken instead.
# also: an item that somebody takes before the woken getter runs is gone for it, and it waits again, at the end of the line.
import asyncio
from kit import T, pause, row, run, spawn


async def main():
    q = asyncio.Queue(maxsize=1)

    async def getter(name):
        try:
            T(name, "got", await q.get())
        except asyncio.CancelledError:
            T(name, "cancelled")
            raise

    async def putter(name, item):
        try:
            await q.put(item)
            T(name, "put", item)
        except asyncio.CancelledError:
            T(name, "cancelled")
            raise

    T("getters: cancelled while it waits")
    a, b = spawn(getter("A")), spawn(getter("B"))
    await pause()
    a.cancel()
    q.put_nowait(1)
    await pause(3)
    T("A", a.done(), "B", b.done(), "size", q.qsize())

    T("getters: woken, then cancelled")
    a, b = spawn(getter("C")), spawn(getter("D"))
    await pause()
    q.put_nowait(2)
    a.cancel()
    await pause(3)
    T("C", a.done(), "D", b.done(), "size", q.qsize())

    T("getters: woken, then cancelled, and nobody else")
    a = spawn(getter("E"))
    await pause()
    q.put_nowait(3)
    a.cancel()
    await pause(3)
    T("E", a.done(), "size", q.qsize(), "item", q.get_nowait())

    T("getters: overtaken")
    a, b = spawn(getter("F")), spawn(getter("G"))
    await pause()
    q.put_nowait(4)
    T("taken", q.get_nowait())
    await pause(2)
    for item in (5, 6):
        q.put_nowait(item)
        await pause(3)
    T("F", a.done(), "G", b.done(), "size", q.qsize())

    T("putters: cancelled while it waits")
    q.put_nowait(7)
    a, b = spawn(putter("H", 8)), spawn(putter("I", 9))
    await pause()
    a.cancel()
    T("taken", q.get_nowait())
    await pause(3)
    T("H", a.done(), "I", b.done(), "size", q.qsize())

    T("putters: woken, then cancelled")
    a, b = spawn(putter("J", 10)), spawn(putter("K", 11))
    await pause()
    T("taken", q.get_nowait())
    a.cancel()
    await pause(3)
    T("J", a.done(), "K", b.done(), "size", q.qsize())
    T("taken", q.get_nowait(), "empty", q.empty())

run(main())
