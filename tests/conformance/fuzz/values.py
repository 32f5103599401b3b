# SPDX-License-Identifier: MIT
"""What the interpreter and its statements share: classes by name, how things are shown, how blocks are left."""
import asyncio
import re
import sys

# A unit of a program's time in seconds. What would share a deadline with another timer is set some whole seconds later,
# so that all times are whole numbers, which are exact, and no two timers are due at the same time.
UNIT = 100

ERRORS = {
    "ValueError": ValueError,
    "LookupError": LookupError,
    "RuntimeError": RuntimeError,
    "CancelledError": asyncio.CancelledError,
    "TimeoutError": asyncio.TimeoutError,
    "Exception": Exception,
    "BaseException": BaseException,
}
if sys.version_info >= (3, 11):
    ERRORS["ExceptionGroup"] = ExceptionGroup
RETURN_WHEN = {
    "all": asyncio.ALL_COMPLETED,
    "first": asyncio.FIRST_COMPLETED,
    "exception": asyncio.FIRST_EXCEPTION,
}
QUEUES = {"fifo": asyncio.Queue, "lifo": asyncio.LifoQueue, "priority": asyncio.PriorityQueue}
SEMAPHORES = {"plain": asyncio.Semaphore, "bounded": asyncio.BoundedSemaphore}
HAS_CANCEL_MESSAGE = sys.version_info >= (3, 9)


class Return(Exception):
    """How a `return` gets out of nested blocks."""


class Circle(Exception):
    """An await that would never end, as two tasks would wait for each other."""


# --- What is written -----------------------------------------------------------

def show_error(exc):
    """The class, and the message if it comes from the program: those of the library are not compared."""
    name = type(exc).__name__
    if name.endswith("ExceptionGroup"):
        return "%s[%s]" % (name, ", ".join(map(show_error, exc.exceptions)))
    text = str(exc)
    return "%s %s" % (name, text) if re.match(r"[em]\d+$", text) else name


def show(value):
    if isinstance(value, BaseException):
        return show_error(value)
    if isinstance(value, list):
        # In a list CPython makes a new CancelledError of one; C has the future instead.
        return "[%s]" % ", ".join(
            "CancelledError" if isinstance(item, asyncio.CancelledError) else show(item) for item in value)
    return str(value)


def show_state(future):
    """What became of a future. Looking does not count as having asked for its error."""
    if not future.done():
        return "pending"
    if future.cancelled():
        return "cancelled"
    if future._exception is not None:
        return "raised " + show_error(future._exception)
    return "returned " + show(future._result)


def name_of(task):
    """The name of a task's coroutine, if the program made it."""
    return shown_name(task._coro)


def shown_name(coroutine):
    name = getattr(coroutine, "__name__", "")    # a task that ended in its eager step has none
    return name if re.match(r"c\d+\.\d+$", name) else "-"
