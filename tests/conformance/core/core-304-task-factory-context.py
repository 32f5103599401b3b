# id: core-304-task-factory-context
# lab: core
# min: 3.11
# split: public
# rule: the context that create_task is given goes on to the task factory, which does with it what it likes; without one the factory gets none, and the task that it makes a copy of the current one.
import asyncio
import contextvars
from kit import T, loop_now, pause, run

var = contextvars.ContextVar("var", default="default")


async def job(name):
    T("  job", name, "sees", var.get())
    var.set("set by " + name)


def factory(loop, coro, context=None):
    T("  factory", "-" if context is None else context[var])
    return asyncio.Task(coro, loop=loop, context=context)


def deaf(loop, coro, context=None):
    T("  factory", "-" if context is None else context[var])
    return asyncio.Task(coro, loop=loop)


async def main():
    loop = loop_now()
    given = contextvars.Context()
    given.run(var.set, "given")
    var.set("current")

    for use in factory, deaf:
        T(use.__name__)
        loop.set_task_factory(use)
        await loop.create_task(job("a"))
        await loop.create_task(job("b"), context=given)
        await asyncio.create_task(job("c"), context=given)
        await asyncio.gather(job("d"), job("e"))
        T("  given has", given[var])

run(main())
