# id: core-p17-context-callbacks
# lab: core
# min: 3.7
# split: public
# rule: call_soon, call_later, call_at, call_soon_threadsafe and add_done_callback copy the context that is current when they are called; each callback has a copy of its own, so what one sets no other sees.
# also: with context= the callback runs in that very context and what it sets stays there; what a callback schedules inherits what that callback sees; a cancelled callback leaves its context as it was; callbacks of file descriptors run in the context in which they were added.
import asyncio
import contextvars
import socket
from kit import STEP, T, loop_now, pause, run, sleep

var = contextvars.ContextVar("var", default="default")
before = contextvars.ContextVar("before", default="")


def see(name):
    T(name, "sees", var.get())
    var.set("set by " + name)


def see_and_schedule(name, n):
    see(name + str(n))
    if n > 0:
        loop_now().call_soon(see_and_schedule, name, n - 1)


def see_twice(sock):
    see("reader")
    if var.get() != before.get():
        before.set(var.get())
    else:
        loop_now().remove_reader(sock)


async def main():
    loop = loop_now()
    given = contextvars.Context()
    fut = loop.create_future()

    var.set("one")
    loop.call_soon(see, "soon")
    loop.call_soon(see, "soon again")
    loop.call_soon_threadsafe(see, "threadsafe")
    loop.call_later(1 * STEP, see, "later")
    fut.add_done_callback(lambda f: see("done"))
    var.set("two")
    loop.call_at(loop.time() + 2 * STEP, see, "at")
    fut.add_done_callback(lambda f: see("done again"))
    var.set("three")
    fut.set_result(None)
    await pause()
    T("main sees", var.get())
    await sleep(3)

    loop.call_soon(see, "given soon", context=given)
    loop.call_later(1 * STEP, see, "given later", context=given)
    loop.call_soon_threadsafe(see, "given threadsafe", context=given)
    loop.call_soon(see, "given and cancelled", context=given).cancel()
    fut.add_done_callback(lambda f: see("given done"), context=given)
    await sleep(2)
    T("given has", given[var], len(given))

    loop.call_soon(see_and_schedule, "chain", 2)
    await pause(4)

    a, b = socket.socketpair()
    var.set("when the reader was added")
    loop.add_reader(a, see_twice, a)
    var.set("four")
    b.send(b"x")
    await sleep(1)
    a.close()
    b.close()
    T("main sees", var.get())

run(main())
