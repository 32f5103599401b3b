# id: lab312-206-names
# lab: lab312
# min: 3.12
# split: public
# rule: no factory is told the name that create_task was given: the eager step sees the default name, and the task has the name when create_task returns. Task(name=, eager_start=True) has it at once.
# also: each task takes one number, in the order in which they are made, also if they nest.
# since 3.13: a task that create_task was given no name for is called None afterwards (3.13.0)
import asyncio
from kit import T, pause

first = 0


def name():
    text = asyncio.current_task().get_name()
    return "number %d" % (int(text[5:]) - first) if text.startswith("Task-") else text


async def job():
    T("in the step:", name())
    await pause()
    T("later:", name())


async def outer():
    T("outer:", name())
    inner = asyncio.create_task(job())
    T("outer again:", name())
    await inner


async def main():
    global first
    loop = asyncio.get_running_loop()
    loop.set_task_factory(asyncio.eager_task_factory)
    first = int(asyncio.current_task().get_name()[5:])
    t = asyncio.create_task(job(), name="amber")
    T("created:", t.get_name())
    await t
    t = asyncio.Task(job(), loop=loop, name="basil", eager_start=True)
    T("made:", t.get_name())
    await t
    await asyncio.create_task(outer(), name="cedar")

asyncio.run(main())
