# id: lab311-210-runner
# lab: lab311
# min: 3.11
# split: own
# rule: a Runner runs several coroutines in one loop and one context; what is left over is cancelled when it is closed, and then it runs nothing any more.
# also: it refuses what is no coroutine, and to run inside a running loop.
import asyncio
import contextvars
from kit import T, show, sleep

var = contextvars.ContextVar("var")


async def leftover():
    try:
        await sleep(50)
    finally:
        T("leftover: cancelled")


async def first():
    var.set("set by the first")
    leftovers.append(asyncio.create_task(leftover()))
    await sleep(1)
    return "1"


async def second(runner):
    T("var", var.get())
    coro = first()
    try:
        runner.run(coro)
    except RuntimeError as e:
        T(show(e))
    coro.close()
    T("same loop", asyncio.get_running_loop() is runner.get_loop())
    raise ValueError("2")

leftovers = []
runner = asyncio.Runner()
T("first", runner.run(first()))
try:
    runner.run(second(runner))
except ValueError as e:
    T("second", show(e))
try:
    runner.run(None)
except ValueError as e:
    T(show(e))
runner.close()
T("var outside", var.get("not set"))
coro = first()
try:
    runner.run(coro)
except RuntimeError as e:
    T(show(e))
coro.close()
runner.close()
