# id: core-p18-context-run
# lab: core
# min: 3.7
# split: public
# rule: context.run(f) calls f with that context as the current one and gives its value or error; what f sets stays in the context, and the caller's own context is as before.
# also: a context can be entered once at a time, also through others (RuntimeError), but again and again one after the other; a copy is another context; copy_context() inside is a copy of the entered one; a task or callback that f makes inherits from the context that f runs in.
# also: a callback whose context is entered already when its turn comes is not called, and the exception handler gets the RuntimeError.
# since 3.12: the exception handler would have to run in that context as well, so it is not called either.
import contextvars
import re
from kit import T, cut, loop_now, new_loop, pause, run, spawn

var = contextvars.ContextVar("var", default="default")
other = contextvars.ContextVar("other", default="other's default")


def words(exc):
    return "%s: %s" % (type(exc).__name__, re.sub(r"<.*>", "<>", str(exc)))


def enter(name, context, f, *args):
    try:
        T(name, "gave", context.run(f, *args))
    except (RuntimeError, ValueError) as e:
        T(name, "raised", words(e))


def put(value):
    before = var.get()
    var.set(value)
    return before


def fails():
    var.set("set before the error")
    raise ValueError("inside")


async def job(name):
    T(name, "sees", var.get())
    var.set(name)


def makes_task(tasks):
    var.set("where the task was made")
    tasks.append(spawn(job("task")))
    loop_now().call_soon(lambda: T("callback sees", var.get()))
    var.set("later")


async def main():
    var.set("main")
    one = contextvars.copy_context()
    two = contextvars.Context()
    enter("one", one, put, "in one")
    enter("one", one, put, "in one again")
    enter("two", two, put, "in two")
    T("main sees", var.get())
    T("one has", one[var], "two has", two[var], other in one, one.get(other), len(one))
    enter("error", one, fails)
    T("one has", one[var])

    enter("itself", one, enter, "inner", one, put, "never")
    enter("around", one, enter, "middle", two, enter, "inner", one, put, "never")
    enter("copy", one, lambda: enter("inner", one.copy(), put, "in the copy"))
    enter("copy of the current", one, lambda: enter("inner", contextvars.copy_context(), put, "there"))
    T("one has", one[var], "two has", two[var])
    enter("afterwards", one, put, "still works")

    tasks = []
    enter("makes a task", two, makes_task, tasks)
    await tasks[0]
    await pause()
    T("two has", two[var], "main sees", var.get())


def on_error(loop, context):
    T("handler:", cut(context["message"]), "|", words(context["exception"]))


def runs_loop(context):
    loop = new_loop()
    loop.set_exception_handler(on_error)
    loop.call_soon(T, "callback in a context that is entered", context=context)
    loop.call_soon(T, "callback in its own")
    loop.call_soon(loop.stop)
    loop.run_forever()
    loop.close()
    return "the end"


run(main())
outer = contextvars.Context()
enter("loop inside", outer, runs_loop, outer)
