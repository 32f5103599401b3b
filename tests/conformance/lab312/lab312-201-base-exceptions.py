# id: lab312-201-base-exceptions
# lab: lab312
# min: 3.12
# split: public
# rule: KeyboardInterrupt and SystemExit that are raised in the eager step come out of create_task, and there is no task to be had; the task keeps the error as well, and as nobody can ask it, that is reported.
# also: the creator is the current task again, in its own context; if it lives with the error the loop goes on, else the loop ends, as with every task. A plain callback may be the creator, too.
import asyncio
import contextvars
import gc
from kit import T, handler, new_loop, pause, show

var = contextvars.ContextVar("var")


async def raises(exc):
    var.set("the task's")
    raise exc


def me():
    task = asyncio.current_task()
    return task.get_coro().__name__ if task is not None else None


def attempt(exc):
    try:
        asyncio.create_task(raises(exc))
        T("created")
    except BaseException as e:
        T("create_task raised", show(e))
    gc.collect()
    T("current", me(), "| tasks", len(asyncio.all_tasks()))


def callback():
    attempt(KeyboardInterrupt("in a callback"))


async def main():
    loop = asyncio.get_running_loop()
    loop.set_task_factory(asyncio.eager_task_factory)
    var.set("main's")
    for exc in KeyboardInterrupt("stop"), SystemExit("leave"):
        attempt(exc)
        T("main sees", var.get())
        await pause()
        T("main goes on")
    loop.call_soon(callback)
    await pause()
    asyncio.create_task(raises(SystemExit("at last")))

loop = new_loop()
handler(loop)
try:
    loop.run_until_complete(main())
except BaseException as e:
    T("the loop raised", show(e))
gc.collect()
loop.close()
