# id: core-306-debug-reports
# lab: core
# min: 3.6
# split: public
# rule: what the exception handler is told of: the error, and the future or the handle that it concerns. If that was made in debug mode, also where.
# also: the repr of what was made in debug mode says where, as long as it lives.
import asyncio
import gc
from kit import T, cut, loop_now, pause, row, run, spawn


def tell(loop, context):
    T(" ", cut(context["message"]), row(sorted(set(context) - {"message"})))


def bad():
    raise ValueError("from callback")


async def fail():
    raise OSError("from task")


def says_where(thing):
    return " created at " in repr(thing)


async def main():
    loop = loop_now()
    loop.set_exception_handler(tell)

    for debug in False, True:
        T("debug mode", debug)
        loop.set_debug(debug)
        loop.call_soon(bad)
        loop.call_later(0, bad)
        await pause(2)
        fut = loop.create_future()
        T("  future says where", says_where(fut))
        fut.set_exception(OSError("nobody asks"))
        del fut
        gc.collect()
        task = spawn(fail())
        T("  task says where", says_where(task))
        await pause(2)
        del task
        gc.collect()
        loop.call_exception_handler({"message": "by hand"})

    T("made in debug mode")
    loop.set_debug(True)
    loop.call_soon(bad)
    fut = loop.create_future()
    loop.set_debug(False)
    await pause()
    T("  future says where", says_where(fut))
    fut.set_exception(OSError("nobody asks"))
    del fut
    gc.collect()

    T("made before")
    loop.call_soon(bad)
    fut = loop.create_future()
    loop.set_debug(True)
    await pause()
    T("  future says where", says_where(fut))
    fut.set_exception(OSError("nobody asks"))
    del fut
    gc.collect()

run(main())
