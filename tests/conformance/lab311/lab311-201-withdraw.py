# id: lab311-201-withdraw
# lab: lab311
# min: 3.11
# split: own
# rule: what was asked of a task and taken back before its next step is not delivered; what was passed on to a future is.
# also: if one request remains, it is delivered.
# since 3.13: the last uncancel() withdraws what is not delivered yet (before: it was delivered all the same)
import asyncio
from kit import T, pause, spawn


async def next_await(label):
    try:
        await asyncio.sleep(0)
        T(label, "goes on")
    except asyncio.CancelledError:
        T(label, "CancelledError")


async def job(label, future):
    T(label, "starts")
    try:
        await future
        T(label, "goes on")
    except asyncio.CancelledError:
        T(label, "CancelledError")


async def main():
    me = asyncio.current_task()
    me.cancel()
    T("taken back", me.uncancel())
    await next_await("itself")
    me.cancel()
    me.cancel()
    T("taken back", me.uncancel())
    await next_await("itself, one left")
    me.uncancel()
    future = asyncio.get_running_loop().create_future()
    t = spawn(job("before the start", future))
    t.cancel()
    t.uncancel()
    await pause()
    T("before the start done", t.done())
    if not t.done():
        t.cancel()
        T("taken back", t.uncancel())
    await asyncio.wait([t])

asyncio.run(main())
