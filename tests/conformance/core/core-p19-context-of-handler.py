# id: core-p19-context-of-handler
# lab: core
# min: 3.7
# split: public
# rule: up to 3.11 the exception handler runs in whatever context is current when something is reported.
# also: what the handler sets stays where it ran.
# since 3.12: it runs in the context of the task or callback that the report is about.
import contextvars
import gc
from kit import T, loop_now, pause, run, spawn

var = contextvars.ContextVar("var", default="default")


def on_error(loop, context):
    T("handler sees", var.get(), "|", context["message"].split(" callback")[0])
    var.set("set by the handler")


def bad():
    var.set("callback")
    raise ValueError("from callback")


async def fails():
    var.set("task")
    raise ValueError("from task")


async def main():
    loop = loop_now()
    loop.set_exception_handler(on_error)
    var.set("main")
    loop.call_soon(bad)
    await pause()
    T("main sees", var.get())

    task = spawn(fails())
    await pause(2)
    var.set("main when the task is dropped")
    del task
    gc.collect()
    T("main sees", var.get())

    fut = loop.create_future()
    fut.set_exception(ValueError("a future has no context"))
    var.set("main when the future is dropped")
    del fut
    gc.collect()
    T("main sees", var.get())
    loop.call_exception_handler({"message": "by hand"})
    T("main sees", var.get())

run(main())
