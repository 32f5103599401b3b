# id: lab312-204-entered-context
# lab: lab312
# min: 3.12
# split: public
# rule: a context that is entered already cannot be entered again, so an eager task in it cannot begin: create_task raises RuntimeError. In 3.12.1 and 3.13.0 the failed task stays the current one and in all_tasks(), and no task can take a step any more.
import asyncio
import contextvars
from kit import T, new_loop


async def job(name):
    T(name, "runs")


def attempt(ctx):
    try:
        asyncio.get_running_loop().create_task(job("must not"), context=ctx).cancel()
        T("created")
    except RuntimeError as e:
        T("create_task raised", str(e).split(":")[0])
    T("current task is None:", asyncio.current_task() is None, "| tasks", len(asyncio.all_tasks()))


def callback():
    ctx = contextvars.copy_context()
    ctx.run(attempt, ctx)


loop = new_loop()
loop.set_task_factory(asyncio.eager_task_factory)
loop.set_exception_handler(lambda loop, context: None)
loop.call_soon(callback)
loop.call_soon(loop.stop)
loop.run_forever()
lazy = loop.create_task(job("a later task"))
loop.call_soon(loop.stop)
loop.run_forever()
T("done", lazy.done())
loop.set_task_factory(None)
