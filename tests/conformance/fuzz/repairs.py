# SPDX-License-Identifier: MIT
"""Faults of CPython's that none of our libraries has (../repairs.ini), mended in the Python that runs this; and what came with one
version there and with another here (../moves.ini), moved.

So a random program that meets one of them still has something to be compared with. What is put in is the code of the version
that it changes, with as little new as the repair needs.
"""
import asyncio
import sys

VERSION = sys.version_info[:2]


def apply():
    if VERSION < (3, 13):
        asyncio.Condition.wait = wait_and_pass_on
    if VERSION == (3, 9):
        for kind in (asyncio.Semaphore, asyncio.BoundedSemaphore):
            kind.locked = semaphore_locked
            kind.acquire = semaphore_acquire
            kind._wake_up_next = semaphore_wake_up_next
        asyncio.BoundedSemaphore.release = bounded_semaphore_release
        asyncio.run = run_without_executor
    if (3, 11) <= VERSION < (3, 13):
        asyncio.TaskGroup = group_class()


def begin(program):
    """Before each program: which class the tasks have."""
    if (3, 11) <= VERSION < (3, 13):
        kind = Task if uses_uncancel(program) else PLAIN_TASK
        asyncio.Task = asyncio.tasks.Task = kind
        if VERSION >= (3, 12):
            asyncio.eager_task_factory = asyncio.create_eager_task_factory(kind)


# --- run() waits for the default executor since 3.10, in CPython since 3.9. That takes turns of the loop ---

def run_without_executor(main):
    loop = asyncio.new_event_loop()
    try:
        asyncio.set_event_loop(loop)
        return loop.run_until_complete(main)
    finally:
        try:
            asyncio.runners._cancel_all_tasks(loop)
            loop.run_until_complete(loop.shutdown_asyncgens())
        finally:
            asyncio.set_event_loop(None)
            loop.close()


# --- core-202-condition-cancelled: a notification is not lost with a waiter that is cancelled before it has the lock ---

async def wait_and_pass_on(self):
    if not self.locked():
        raise RuntimeError("cannot wait on un-acquired lock")

    self.release()
    fut = asyncio.get_event_loop().create_future()
    try:
        try:
            self._waiters.append(fut)
            try:
                await fut
                return True
            finally:
                self._waiters.remove(fut)
        finally:
            # Must reacquire lock even if wait is cancelled
            cancelled = False
            while True:
                try:
                    await self.acquire()
                    break
                except asyncio.CancelledError:
                    cancelled = True

            if cancelled:
                raise asyncio.CancelledError
    except BaseException:
        if fut.done() and not fut.cancelled():    # this is what is new
            pass_on(self)
        raise


def pass_on(self):
    for fut in self._waiters:
        if not fut.done():
            fut.set_result(False)
            return


# --- core-205-semaphore-cancelled: the semaphore of 3.9 has the algorithm of 3.10, but shows itself as that of 3.9 ---

def shown_value(self):
    return self._value + sum(fut.done() and not fut.cancelled() for fut in self._waiters)


def semaphore_locked(self):
    return shown_value(self) == 0


def bounded_semaphore_release(self):
    if shown_value(self) >= self._bound_value:
        raise ValueError("BoundedSemaphore released too many times")
    asyncio.Semaphore.release(self)


async def semaphore_acquire(self):
    if self._value > 0 and all(fut.cancelled() for fut in self._waiters):
        self._value -= 1
        return True

    fut = self._loop.create_future()
    self._waiters.append(fut)
    try:
        try:
            await fut
        finally:
            self._waiters.remove(fut)
    except asyncio.CancelledError:
        if not fut.cancelled():
            self._value += 1
            self._wake_up_next()
        raise

    if self._value > 0:
        self._wake_up_next()
    return True


def semaphore_wake_up_next(self):
    for fut in self._waiters:
        if not fut.done():
            self._value -= 1
            fut.set_result(True)
            return


# --- lab311-201-withdraw: a request to cancel that was taken back before it was delivered is not delivered ---
#
# The tasks in C let nobody reach what is to be mended, so programs that can tell run with those in Python.

PLAIN_TASK = asyncio.Task


def uses_uncancel(program):
    text = str(program)
    return any("'%s'" % name in text for name in ("uncancel", "uncancel_self", "group"))


class Task(asyncio.tasks._PyTask):
    def uncancel(self):
        remaining = super().uncancel()
        if remaining == 0:
            self._must_cancel = False
        return remaining


# --- lab311-*: the TaskGroup of 3.13, and that of lab311-206-eager. That it cancels its tasks in the order in which they were
# made, and not in that of a set, is one of the orders that CPython may choose ---

class Ordered(dict):
    """A set that is walked in the order in which things were added."""

    def add(self, item):
        self[item] = None

    def discard(self, item):
        self.pop(item, None)


def group_class():
    class TaskGroup(asyncio.TaskGroup):
        def __init__(self):
            super().__init__()
            self._tasks = Ordered()

        async def __aexit__(self, et, exc, tb):
            self._exiting = True
            propagate_cancellation_error = exc if et is not None and issubclass(et, asyncio.CancelledError) else None
            if et is not None and not self._aborting:
                self._abort()

            while self._tasks:
                if self._on_completed_fut is None:
                    self._on_completed_fut = self._loop.create_future()
                try:
                    await self._on_completed_fut
                except asyncio.CancelledError as ex:
                    if not self._aborting:
                        propagate_cancellation_error = ex
                        self._abort()
                self._on_completed_fut = None

            if self._parent_cancel_requested and self._parent_task.uncancel() == 0:
                propagate_cancellation_error = None
            if propagate_cancellation_error is not None and not self._errors:
                raise propagate_cancellation_error
            if et is not None and not issubclass(et, asyncio.CancelledError):
                self._errors.append(exc)
            if self._errors:
                if self._parent_task.cancelling():
                    self._parent_task.uncancel()
                    self._parent_task.cancel()
                errors, self._errors = self._errors, None
                raise BaseExceptionGroup("unhandled errors in a TaskGroup", errors) from None

        def create_task(self, coro):
            if not self._entered or (self._exiting and not self._tasks) or self._aborting:
                coro.close()
                raise RuntimeError("TaskGroup is not entered, finished, or shutting down")
            task = self._loop.create_task(coro)
            self._tasks.add(task)
            task.add_done_callback(self._on_task_done)
            return task

    return TaskGroup
