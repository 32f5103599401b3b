# id: lab312-208-stack-of-eager
# lab: lab312
# min: 3.12
# split: public
# rule: a task that returned in its eager step has no stack, and printing it says so.
import asyncio
import io
from kit import T


async def quick():
    return 1


async def main():
    asyncio.get_running_loop().set_task_factory(asyncio.eager_task_factory)
    task = asyncio.create_task(quick())
    text = io.StringIO()
    task.print_stack(file=text)
    T("frames", len(task.get_stack()))
    T("printed", text.getvalue().split("<")[0].strip())
    T("lines", len(text.getvalue().splitlines()))

asyncio.run(main())
