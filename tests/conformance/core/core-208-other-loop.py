# id: core-208-other-loop
# lab: core
# min: 3.6
# split: public
# rule: a lock, event or queue that was made before its loop runs works as long as nobody waits for it; up to 3.9 it belongs to the loop that was current when it was made, and who must wait in another one gets a RuntimeError.
# since 3.10: it belongs to the loop in which somebody first waits, and who must wait in another one afterwards gets a RuntimeError
import asyncio
from kit import T, new_loop, pause, run, spawn


def cut(exc):
    """The message without what is specific to the objects."""
    for words in ("attached to a different loop", "is bound to a different event loop"):
        if words in str(exc):
            return words
    return str(exc)


async def attempt(name, awaitable):
    try:
        await awaitable
        T(name, "goes on")
    except RuntimeError as e:
        T(name, "error", cut(e))


async def use(name, lock, event, q):
    await lock.acquire()
    T(name, "has the free lock")
    ts = [spawn(attempt(name + " lock", lock.acquire())),
          spawn(attempt(name + " event", event.wait())),
          spawn(attempt(name + " queue", q.get()))]
    await pause(2)
    lock.release()
    event.set()
    q.put_nowait(name)
    await pause(2)
    for t in ts:
        T("done", t.done())
    if lock.locked():
        lock.release()
    event.clear()
    while not q.empty():
        q.get_nowait()


before = new_loop()
things = asyncio.Lock(), asyncio.Event(), asyncio.Queue()
run(use("first loop", *things))
run(use("second loop", *things))
before.close()
