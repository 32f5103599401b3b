# SPDX-License-Identifier: MIT
"""The statements, each a function: op_log() is "log". p is the program, f the frame in which it runs.

statements.c, waiting.c, objects.c, labs.c, groups.c and eager.c are the same in C.
"""
import asyncio
import inspect

from values import ERRORS, HAS_CANCEL_MESSAGE, RETURN_WHEN, UNIT, Circle, Return, name_of, show, show_error, show_state

MAX_GATHERS = 8       # gathers of gathers of gathers are cancelled in exponential time


# --- Statements that do not wait: coroutines and callbacks have them ------------------

def op_log(p, f, text):
    p.trace(f.name, text)


def op_work(p, f, units):
    p.loop.now += units * UNIT


def op_raise(p, f, kind, message):
    raise ERRORS[kind](message) if message else ERRORS[kind]()


def op_spawn(p, f, slot, index):
    coroutine = p.coroutine(index)
    if coroutine is not None:
        p.slots[slot] = p.loop.create_task(coroutine)
        p.note(p.slots[slot], [coroutine])


def op_future(p, f, slot):
    p.slots[slot] = p.loop.create_future()


def op_drop(p, f, slot):
    p.slots.pop(slot, None)


def op_set_result(p, f, slot, value):
    if slot in p.slots:
        p.softly(f, "set_result " + slot, p.slots[slot].set_result, value)


def op_set_exception(p, f, slot, kind, message):
    if slot in p.slots:
        p.softly(f, "set_exception " + slot, p.slots[slot].set_exception, ERRORS[kind](message))


def op_cancel(p, f, slot, message):
    if slot in p.slots:
        arguments = [message] if message and HAS_CANCEL_MESSAGE else []
        p.softly(f, "cancel " + slot, p.slots[slot].cancel, *arguments)


def op_cancel_self(p, f):
    task = asyncio.current_task()
    if task is not None:
        p.softly(f, "cancel_self", task.cancel)


def op_state(p, f, slot):
    if slot in p.slots:
        p.trace(f.name, "%s %s" % (slot, show_state(p.slots[slot])))


def op_result(p, f, slot):
    if slot in p.slots:
        p.softly(f, "result " + slot, p.slots[slot].result)


def op_exception(p, f, slot):
    if slot in p.slots:
        p.softly(f, "exception " + slot, p.slots[slot].exception)


def op_soon(p, f, handle, index):
    p.handles[handle] = p.loop.call_soon(p.callbacks[index])


def op_later(p, f, handle, units, index):
    p.handles[handle] = p.loop.call_later(p.unique(units * UNIT), p.callbacks[index])


def op_cancel_handle(p, f, handle):
    if handle in p.handles:
        p.handles[handle].cancel()
        p.trace(f.name, "%s cancelled" % handle)


def op_done_callback(p, f, slot, index):
    if slot in p.slots:
        p.slots[slot].add_done_callback(p.callbacks[index])


def op_remove_callback(p, f, slot, index):
    if slot in p.slots:
        p.trace(f.name, "removed %d" % p.slots[slot].remove_done_callback(p.callbacks[index]))


def op_current(p, f):
    task = asyncio.current_task()
    p.trace(f.name, "current " + (name_of(task) if task is not None else "None"))


def op_all_tasks(p, f):
    p.trace(f.name, " ".join(["all"] + sorted(map(name_of, asyncio.all_tasks()))))


def op_set_variable(p, f, value):
    p.variable.set(value)


def op_get_variable(p, f):
    p.trace(f.name, "variable " + p.variable.get("unset"))


def op_gather(p, f, slot, refs, return_exceptions):
    if p.n_gathers >= MAX_GATHERS:
        return
    children = [child for child in map(p.awaitable, refs) if child is not None]
    if children:
        p.n_gathers += 1
        p.slots[slot] = asyncio.gather(*children, return_exceptions=return_exceptions)
        p.note(p.slots[slot], children)


def op_shield(p, f, slot, ref):
    inner = p.awaitable(ref)
    if inner is not None:
        outer = asyncio.shield(inner)
        if outer is not inner:
            p.note(outer, [inner])
        p.slots[slot] = outer


def op_event_set(p, f, k):
    p.events[k].set()


def op_event_clear(p, f, k):
    p.events[k].clear()


def op_release_lock(p, f, k):
    p.softly(f, "release lock %d" % k, p.locks[k].release)


def op_release_semaphore(p, f, k):
    p.softly(f, "release semaphore %d" % k, p.semaphores[k].release)


def op_locked(p, f):
    p.trace(f.name, "locked " + " ".join(str(each.locked()) for each in p.locks + p.semaphores))


def op_count(p, f, k):
    p.counts[k] = p.counts.get(k, 0) + 1


def op_notify(p, f, k, n):
    p.softly(f, "notify %d" % k, p.conditions[k].notify, n)


def op_notify_all(p, f, k):
    p.softly(f, "notify_all %d" % k, p.conditions[k].notify_all)


def op_put_nowait(p, f, k, item):
    p.softly(f, "put_nowait %d" % k, p.queues[k].put_nowait, item)


def op_get_nowait(p, f, k):
    p.softly(f, "get_nowait %d" % k, p.queues[k].get_nowait)


def op_task_done(p, f, k):
    p.softly(f, "task_done %d" % k, p.queues[k].task_done)


def op_queue(p, f, k):
    queue = p.queues[k]
    p.trace(f.name, "queue %d has %d %s %s" % (k, queue.qsize(), queue.empty(), queue.full()))


# Lab 3.8

def op_name(p, f, slot):
    if slot in p.slots and isinstance(p.slots[slot], asyncio.Task):
        name = p.slots[slot].get_name()
        p.trace(f.name, "name of %s %s" % (slot, name if not name.startswith("Task-") else "Task"))


def op_set_name(p, f, slot, name):
    if slot in p.slots and isinstance(p.slots[slot], asyncio.Task):
        p.slots[slot].set_name(name)


def op_coroutine(p, f, slot):
    if slot in p.slots and isinstance(p.slots[slot], asyncio.Task):
        # Not get_coro(), which crashes in 3.12.1 for a task that ended in its eager step.
        coroutine = p.slots[slot]._coro
        state = "gone" if coroutine is None else inspect.getcoroutinestate(coroutine)[5:].lower()
        p.trace(f.name, "coroutine of %s %s %s" % (slot, name_of(p.slots[slot]), state))


# Lab 3.11

def op_group_spawn(p, f, name, slot, index):
    group = p.groups.get(name)
    coroutine = p.coroutine(index) if group is not None else None
    if coroutine is None:
        return
    # Before it is made, as it may take its first step then.
    p.nodes.get(id(group), []).append(coroutine)
    try:
        task = group.create_task(coroutine)
    except RuntimeError as exc:
        p.trace(f.name, "group_spawn %s raises %s" % (name, show_error(exc)))
    else:
        p.slots[slot] = task
        p.note(task, [coroutine])


def op_cancelling(p, f, slot):
    if slot in p.slots and isinstance(p.slots[slot], asyncio.Task):
        p.trace(f.name, "cancelling %s %d" % (slot, p.slots[slot].cancelling()))


def op_uncancel(p, f, slot):
    if slot in p.slots and isinstance(p.slots[slot], asyncio.Task):
        p.trace(f.name, "uncancel %s %d" % (slot, p.slots[slot].uncancel()))


def op_cancelling_self(p, f):
    task = asyncio.current_task()
    if task is not None:
        p.trace(f.name, "cancelling_self %d" % task.cancelling())


def op_uncancel_self(p, f):
    task = asyncio.current_task()
    if task is not None:
        p.trace(f.name, "uncancel_self %d" % task.uncancel())


def op_reschedule(p, f, name, units):
    if name in p.timeouts:
        delay = p.delay(units)
        when = None if delay is None else p.loop.time() + delay
        p.softly(f, "reschedule " + name, p.timeouts[name].reschedule, when)


def op_barrier(p, f, k):
    barrier = p.barriers[k]
    p.trace(f.name, "barrier %d has %d of %d %s" % (k, barrier.n_waiting, barrier.parties, barrier.broken))


# Lab 3.12

def op_eager_spawn(p, f, slot, index):
    coroutine = p.coroutine(index)
    if coroutine is not None:
        p.slots[slot] = asyncio.Task(coroutine, loop=p.loop, eager_start=True)
        p.note(p.slots[slot], [coroutine])


def op_factory(p, f, kind):
    p.set_factory(kind)


# --- Statements that wait ---------------------------------------------------------------

async def op_sleep(p, f, units):
    await p.sleep(units)


async def op_call(p, f, index):
    coroutine = p.coroutine(index)
    if coroutine is not None:
        p.trace(f.name, "called " + show(await p.awaiting(f, coroutine)))


async def op_await(p, f, slot):
    if slot in p.slots:
        p.trace(f.name, "awaited %s %s" % (slot, show(await p.awaiting(f, p.slots[slot]))))


async def op_await_self(p, f):
    await asyncio.current_task()


def has_order(futures):
    """Whether at most one of several futures is done, so that it does not matter in which order they are looked at."""
    return sum(future.done() for future in set(futures)) <= 1


async def op_wait(p, f, slots, units, return_when):
    slots = [slot for slot in slots if slot in p.slots]
    if not slots:
        return
    futures = [p.slots[slot] for slot in slots]
    # It asks those that are done for their errors in the order of a set, and not the last one.
    if return_when == "exception" and not has_order(futures):
        p.trace(f.name, "wait has no order")
        return
    timeout = p.unique(units * UNIT) if units is not None else None
    done, pending = await asyncio.wait(futures, timeout=timeout, return_when=RETURN_WHEN[return_when])
    p.trace(f.name, "waited, done %s, pending %d" % (
        " ".join(slot for slot, future in zip(slots, futures) if future in done) or "-", len(pending)))


async def op_wait_for(p, f, ref, units):
    awaitable = p.awaitable(ref)
    if awaitable is None:
        return
    timeout = None if units is None else p.unique(units * UNIT) if units > 0 else units
    value = await p.awaiting(f, awaitable, asyncio.wait_for(awaitable, timeout))
    p.trace(f.name, "waited for %s %s" % (ref[0], p.show_of(ref, value)))


async def op_as_completed(p, f, slots, units):
    futures = [p.slots[slot] for slot in slots if slot in p.slots]
    # It gives those that are done in the order of a set.
    if not has_order(futures):
        p.trace(f.name, "as_completed has no order")
        return
    timeout = p.unique(units * UNIT) if units is not None else None
    for next_one in asyncio.as_completed(futures, timeout=timeout):
        try:
            p.trace(f.name, "next " + show(await next_one))
        except Exception as exc:
            p.trace(f.name, "next raises " + show_error(exc))


async def op_event_wait(p, f, k):
    await p.events[k].wait()
    p.trace(f.name, "saw event %d" % k)


async def op_acquire_lock(p, f, k):
    await p.locks[k].acquire()
    p.trace(f.name, "has lock %d" % k)


async def op_acquire_semaphore(p, f, k):
    await p.semaphores[k].acquire()
    p.trace(f.name, "has semaphore %d" % k)


async def run_holding(p, f, what, lock, block):
    async with lock:
        p.trace(f.name, "enters " + what)
        await p.run_block(f, block)
        p.trace(f.name, "leaves " + what)


async def op_lock(p, f, k, block):
    await run_holding(p, f, "lock %d" % k, p.locks[k], block)


async def op_semaphore(p, f, k, block):
    await run_holding(p, f, "semaphore %d" % k, p.semaphores[k], block)


async def op_condition(p, f, k, block):
    await run_holding(p, f, "condition %d" % k, p.conditions[k], block)


async def op_condition_wait(p, f, k):
    await p.conditions[k].wait()
    p.trace(f.name, "was notified %d" % k)


async def op_condition_wait_for(p, f, k, n):
    await p.conditions[k].wait_for(lambda: p.counts.get(k, 0) >= n)
    p.trace(f.name, "counted %d" % k)


async def op_put(p, f, k, item):
    await p.queues[k].put(item)
    p.trace(f.name, "put %s" % item)


async def op_get(p, f, k):
    p.trace(f.name, "got %s" % await p.queues[k].get())


async def op_join(p, f, k):
    await p.queues[k].join()
    p.trace(f.name, "joined %d" % k)


# Lab 3.11

async def op_group(p, f, name, block):
    group = p.groups[name] = asyncio.TaskGroup()
    p.nodes[id(group)] = []
    f.awaits.append(group)
    returns = False
    try:
        async with group:
            p.trace(f.name, "enters group " + name)
            try:
                await p.run_block(f, block)
            except Return:    # a `return` is no error of the block
                returns = True
            p.trace(f.name, "leaves group " + name)
    finally:
        f.awaits.pop()
        del p.nodes[id(group)]
    p.trace(f.name, "has left group " + name)
    if returns:
        raise Return


async def op_timeout(p, f, name, units, block):
    timeout = p.timeouts[name] = asyncio.timeout(p.delay(units))
    try:
        async with timeout:
            p.trace(f.name, "enters timeout " + name)
            await p.run_block(f, block)
    finally:
        p.trace(f.name, "leaves timeout %s, expired %s" % (name, timeout.expired()))


async def op_barrier_wait(p, f, k):
    p.trace(f.name, "passed barrier %d as %d" % (k, await p.barriers[k].wait()))


async def op_barrier_reset(p, f, k):
    await p.barriers[k].reset()
    p.trace(f.name, "reset barrier %d" % k)


async def op_barrier_abort(p, f, k):
    await p.barriers[k].abort()
    p.trace(f.name, "broke barrier %d" % k)


# Blocks

async def op_repeat(p, f, n, block):
    for _ in range(n):
        await p.run_block(f, block)


async def op_return(p, f, value):
    f.value = value
    raise Return


async def op_reraise(p, f):
    if f.caught is not None:
        raise f.caught


async def run_handler(p, f, exc, handlers):
    """Runs the first handler for an error, if there is one."""
    for kind, block in handlers:
        if isinstance(exc, ERRORS[kind]) and not isinstance(exc, (Return, Circle)):
            p.trace(f.name, "catches " + show_error(exc))
            outer, f.caught = f.caught, exc
            try:
                await p.run_block(f, block)
            finally:
                f.caught = outer
            return
    raise exc


async def op_try(p, f, block, handlers, final):
    try:
        try:
            await p.run_block(f, block)
        except BaseException as exc:
            await run_handler(p, f, exc, handlers)
    finally:
        if final:
            p.trace(f.name, "finally")
            await p.run_block(f, final)


PLAIN = {name[3:]: function for name, function in globals().items()
        if name.startswith("op_") and not asyncio.iscoroutinefunction(function)}
WAITING = {name[3:]: function for name, function in globals().items()
         if name.startswith("op_") and asyncio.iscoroutinefunction(function)}
