# id: core-f06-condition-message
# lab: core
# min: 3.9
# split: own
# rule: a waiter of a condition that is cancelled while it waits for the lock again raises a new CancelledError, without the message of the cancel; one that is cancelled before it is notified raises the one that it got.
# since 3.13: the message is kept in both cases
import asyncio
from kit import T, pause, run, show, spawn


async def wait(condition):
    try:
        async with condition:
            await condition.wait()
    except asyncio.CancelledError as e:
        T("waiter", show(e))


async def attempt(label, notify):
    T(label)
    condition = asyncio.Condition()
    waiter = spawn(wait(condition))
    await pause(2)
    async with condition:
        if notify:
            condition.notify()
            await pause(2)
            waiter.cancel("why")
            await pause(2)
    if not notify:
        waiter.cancel("why")
    await pause(4)


async def main():
    await attempt("not notified", False)
    await attempt("notified", True)

run(main())
