# id: lab38-202-stack
# lab: lab38
# min: 3.8
# split: public
# rule: get_stack() gives one frame, that of the task's own coroutine, as long as this is not over, and that of the error if the task failed; else none. What the coroutine awaits has no frame.
# also: with a limit of zero or less there is no frame. print_stack() then says so, and prints the error all the same; to be cancelled is none.
# also: to print an error is not to retrieve it.
import asyncio
import io
from kit import T, handler, pause, row


def stack(task, limit=None):
    return row(frame.f_code.co_name for frame in task.get_stack(limit=limit))


def show(label, task, limit=None):
    out = io.StringIO()
    task.print_stack(limit=limit, file=out)
    lines = out.getvalue().splitlines()
    error = lines[-1] if len(lines) > 1 and not lines[-1].startswith(" ") else "-"
    T(label, stack(task, limit), "|", lines[0].split(" <")[0], "|", error)


async def inner(fut):
    await fut


async def works(fut):
    T("running", stack(asyncio.current_task(), 1))
    await inner(fut)


async def fails():
    raise ValueError("boom")


async def main():
    loop = asyncio.get_running_loop()
    fut = loop.create_future()
    task = asyncio.create_task(works(fut))
    show("created", task)
    await pause()
    for limit in (None, 0, -1, 1, 5):
        show("suspended, limit %s" % limit, task, limit)
    fut.set_result(None)
    await task
    show("finished", task)

    task = asyncio.create_task(works(loop.create_future()))
    await pause()
    task.cancel()
    await asyncio.wait([task])
    show("cancelled", task)

    task = asyncio.create_task(works(fut))
    task.get_coro().close()
    show("closed", task)
    await asyncio.wait([task])
    task.exception()

    handler(loop)
    task = asyncio.create_task(fails())
    await asyncio.wait([task])
    show("failed", task)
    show("failed, limit 0", task, 0)
    del task
    await pause()
    T("main: goes on")

asyncio.run(main())
