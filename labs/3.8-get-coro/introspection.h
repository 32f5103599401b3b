/* SPDX-License-Identifier: MIT */
#pragma once

/**
 * @file
 * Lab 3.8: looking into tasks (`Task.get_coro()`, `get_name()`, `get_stack()` of `Lib/asyncio/tasks.py`, and `cr_await` of
 * Python's coroutines). What the functions must do; the work is in introspection.c.
 *
 * All of them only look: asking changes nothing that anybody could see, and may be done at every moment of a task's life. Tasks
 * and coroutines belong to the thread whose loop runs them, so that thread must be the one that asks.
 *
 * A task factory may give a plain future where a task is asked for, as gather() and shield() do. In Python such an object has none
 * of these methods. In C each function says what it does then; none of them crashes.
 */

#include <asyncio/asyncio.h>

#include <stdio.h>

G_BEGIN_DECLS

/** For the stack of a task: no limit, Python's `limit=None`. */
#define ASYNCIO_NO_LIMIT G_MAXINT

/**
 * Part A. The coroutine of a task, `Task.get_coro()`: the very object that the task was made from.
 *
 * It is the same one before the first step, while it is suspended, and when it has returned, raised or been cancelled.
 *
 * @param task  a task
 * @return (transfer none) (nullable): the coroutine, which the task keeps alive as long as it lives itself; NULL for what is
 *   no task
 */
AsyncioCoroutine *asyncio_task_get_coro (AsyncioTask *task);

/**
 * Part A. The name of a task, `Task.get_name()`.
 *
 * A task that was given none is called "Task-N", where N is AsyncioTask::number: tasks are numbered when they are made.
 *
 * @param task  a task
 * @return (transfer none) (nullable): the name, which is there until the task is renamed or freed; NULL for what is no task
 */
const char *asyncio_task_get_name (AsyncioTask *task);

/**
 * Part A. Names a task, `Task.set_name()`; also one that is done. Names need not be unique.
 *
 * @param task  a task; with what is no task nothing happens
 * @param name  (nullable): its name, which is copied. It may be what asyncio_task_get_name() gave. NULL is Python's None,
 *   and `str(None)` is "None"
 */
void asyncio_task_set_name (AsyncioTask *task,
                            const char  *name);

/**
 * Part B. What a coroutine awaits, `cr_await`.
 *
 * Only a suspended coroutine awaits something. One that has not started, that runs, also if it runs a coroutine that it
 * awaits, or that is over, awaits nothing. (Where Python has the future's iterator C has the future itself.)
 *
 * @param coroutine  a coroutine
 * @return (transfer none) (nullable): the coroutine, future or task that it awaits, which is there until the coroutine goes
 *   on; NULL if it awaits nothing, or only gave up its turn
 */
gpointer asyncio_coroutine_get_await (AsyncioCoroutine *coroutine);

/**
 * Part B. What a task waits for, and what that waits for, down to where nothing more is known. In Python one writes
 *
 * ~~~{.py}
 * chain = []
 * obj = task.get_coro()
 * while obj is not None and obj not in chain:
 *     chain.append(obj)
 *     obj = obj.get_coro() if it is a task else obj.cr_await if it is a coroutine else None
 * ~~~
 *
 * So the chain begins with the coroutine of @p task, and goes on through every task that is awaited. Tasks that wait for each
 * other are a circle: it ends before what is in it already.
 *
 * @param task  a task
 * @return (transfer full): an array of coroutines, futures and tasks, each with a reference that the array holds; it is
 *   empty for what is no task
 */
GPtrArray *asyncio_task_get_await_chain (AsyncioTask *task);

/**
 * Part C. The stack of a task, `Task.get_stack(limit=limit)`, from the oldest frame to the newest.
 *
 * In C a frame is a coroutine: its name is that of the function, and its place that of its creation. As in Python there is at
 * most one, the coroutine of the task:
 *
 * - if the coroutine is not over, that is where it has got to (what it awaits has no frame here, and of those who called the
 *   loop C knows nothing);
 * - if the task failed, that is where the error came from;
 * - if the coroutine is over and there is no error, because it returned, was cancelled or was closed, there is none.
 *
 * @param task  a task; for what is no task there is no frame
 * @param limit  how many frames at most, zero or less for none; or #ASYNCIO_NO_LIMIT
 * @return (transfer full) (element-type AsyncioCoroutine): the frames, each with a reference that the array holds
 */
GPtrArray *asyncio_task_get_stack (AsyncioTask *task,
                                   int          limit);

/**
 * Part C. Prints the stack of a task, `Task.print_stack(limit=limit, file=file)`.
 *
 * ~~~
 * Stack for <Task pending ...> (most recent call last):
 *   File "demo.c", line 12, in foo
 *
 * Traceback for <Task finished ...> (most recent call last):
 *   File "demo.c", line 12, in foo
 * ValueError: boom
 *
 * No stack for <Task finished ...>
 * ~~~
 *
 * Of these it prints one: the first if there are frames and the task has no error, the second if there are frames and an
 * error, the third if there is no frame. The last line of the second one, the error, comes after the third as well if there is
 * an error. To be cancelled is none. Whoever prints an error has not asked for it: if nobody ever does, it is still reported
 * as never retrieved.
 *
 * @param task  a task; of what is no task nothing is printed
 * @param limit  as for asyncio_task_get_stack()
 * @param file  (nullable): where to print, NULL for standard error. It stays open
 */
void asyncio_task_print_stack (AsyncioTask *task,
                               int          limit,
                               FILE        *file);

G_END_DECLS
