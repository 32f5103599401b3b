# id: core-303-task-factory-names
# lab: core
# min: 3.8
# split: public
# rule: the name that create_task is given is set when the factory has made the task: in the factory it has still the next number, unless the factory names it itself. Without a factory loop.create_task makes the task with its name, which takes no number.
# also: asyncio.create_task sets the name afterwards in any case, so the task takes a number.
# since 3.13: asyncio.create_task hands the name on to the loop; a task of a factory is given the name None if there is none
import asyncio
from kit import T, loop_now, pause, run

first = None


def name(task):
    text = task.get_name()
    if text.startswith("Task-"):
        return "number %d" % (int(text[len("Task-"):]) - first)
    return text


async def job():
    T("  runs as", name(asyncio.current_task()))


def factory(loop, coro):
    task = asyncio.Task(coro, loop=loop)
    T("  in the factory", name(task))
    return task


def naming(loop, coro):
    return asyncio.Task(coro, loop=loop, name="of the factory")


async def main():
    global first
    loop = loop_now()
    first = int(asyncio.current_task().get_name()[len("Task-"):])

    T("no factory")
    T("  loop.create_task", name(loop.create_task(job())))
    T("  loop.create_task", name(loop.create_task(job(), name="given")))
    T("  loop.create_task", name(loop.create_task(job())))
    T("  create_task", name(asyncio.create_task(job(), name="given")))
    T("  create_task", name(asyncio.create_task(job())))
    await pause()

    T("a factory")
    loop.set_task_factory(factory)
    T("  loop.create_task", name(loop.create_task(job())))
    T("  loop.create_task", name(loop.create_task(job(), name="given")))
    T("  create_task", name(asyncio.create_task(job(), name="given")))
    T("  create_task", name(asyncio.create_task(job())))
    await pause()

    T("a factory that gives names")
    loop.set_task_factory(naming)
    T("  loop.create_task", name(loop.create_task(job())))
    T("  loop.create_task", name(loop.create_task(job(), name="given")))
    T("  create_task", name(asyncio.create_task(job(), name="given")))
    await pause()

run(main())
