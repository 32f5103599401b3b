# id: core-305-slow-callbacks
# lab: core
# min: 3.6
# golden: 3.7
# split: public
# rule: in debug mode a callback that takes slow_callback_duration or longer is reported when it has returned, a step of a task by its task: as it is then, pending, waiting for a future, or finished.
# also: what fails is reported as an error before; each callback is timed by itself; debug mode is asked before a callback is called, and when it is scheduled, for the place where that was.
# since 3.7: a step that a future woke is reported by its task as well, not as a handle without a name
import asyncio
from kit import STEP, T, handler, loop_now, pause, run, sleep, slow_reports, spawn, work

handles = []


def busy(steps):
    T("busy", steps)
    work(steps)


def fail():
    work(2)
    raise ValueError("slow and wrong")


def cancel_itself():
    handles[0].cancel()
    work(2)


def set_debug(loop, debug):
    loop.set_debug(debug)
    work(2)


async def job(fut):
    T("first step")
    work(2)
    await pause()
    T("second step")
    work(2)
    await fut
    T("last step")
    work(2)


async def main():
    loop = loop_now()
    handler(loop)
    slow_reports()
    T("a tenth of a second", loop.slow_callback_duration == 0.1)
    loop.slow_callback_duration = 1.5 * STEP

    T("no debug mode")
    loop.call_soon(busy, 2)
    await pause()
    T("debug mode")
    loop.call_soon(busy, 0)
    loop.call_soon(busy, 2)
    loop.set_debug(True)
    loop.call_soon(busy, 1)
    loop.call_soon(busy, 1)
    loop.call_soon(busy, 2)
    await pause()
    T("a timer")
    loop.call_later(STEP, busy, 2)
    await sleep(5)
    T("a done-callback")
    fut = loop.create_future()
    fut.add_done_callback(lambda fut: None)
    fut.set_result(None)
    await pause(2)
    T("an error")
    loop.call_soon(fail)
    await pause()
    T("cancels itself")
    handles.append(loop.call_soon(cancel_itself))
    await pause()

    T("a task")
    fut = loop.create_future()
    task = spawn(job(fut))
    await pause(4)
    loop.call_soon(fut.set_result, None)
    await task
    T("longer")
    loop.slow_callback_duration = 10 * STEP
    loop.call_soon(busy, 2)
    await pause()
    T("switched on and off")
    loop.slow_callback_duration = 1.5 * STEP
    loop.call_soon(set_debug, loop, False)
    loop.call_soon(set_debug, loop, True)
    loop.call_soon(busy, 2)
    await pause()
    loop.set_debug(False)

run(main())
