# id: core-207-queue-join
# lab: core
# min: 3.6
# split: public
# rule: join returns at once if nothing was put in or all is done, else when task_done was called for the last item; what is put in meanwhile counts too, and all that join are woken.
# also: getting an item does not finish it; a joiner that is cancelled changes nothing; an item that nobody says is done keeps join waiting.
# also: a joiner that was woken goes on although an item was put in before it ran.
import asyncio
from kit import T, pause, run, show, spawn


async def main():
    q = asyncio.Queue()
    await q.join()
    T("join of an empty queue returns")

    async def joiner(name):
        try:
            await q.join()
            T(name, "joined, size", q.qsize())
        except asyncio.CancelledError:
            T(name, "cancelled")
            raise
    for i in range(2):
        q.put_nowait(i)
    a, b, c = (spawn(joiner(n)) for n in "ABC")
    await pause()
    T("got", await q.get(), await q.get(), "empty", q.empty())
    await pause(2)
    c.cancel()
    await pause(2)
    q.task_done()
    await pause(2)
    q.put_nowait(2)
    q.task_done()
    await pause(2)
    T("one is not done: A", a.done(), "B", b.done(), "C", c.done())
    q.task_done()
    q.put_nowait(3)
    T("all done, and one more put in")
    await pause(2)
    T("A", a.done(), "B", b.done())
    d = spawn(joiner("D"))
    await pause(2)
    T("D", d.done())
    q.task_done()
    await pause(2)
    T("D", d.done(), "size", q.qsize())
    try:
        q.task_done()
    except ValueError as e:
        T("error", show(e))

run(main())
