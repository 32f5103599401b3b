/* SPDX-License-Identifier: MIT */
#pragma once

/**
 * @file
 * Lab 3.12: eager tasks (`Task(eager_start=True)`, `eager_task_factory`, `create_eager_task_factory()` of
 * `Lib/asyncio/tasks.py`). What the functions must do; the work is in eager_tasks.c.
 *
 * An eager task takes its first step at once, inside the call that makes it. If its coroutine never has to wait, the task is
 * done when it is given back, and the loop has not heard of it. Everything is for the thread in which the loop runs.
 */

#include <asyncio/asyncio.h>

G_BEGIN_DECLS

/**
 * Parts A and B. Makes a task, `asyncio.Task(coro, loop=loop, name=name, context=context, eager_start=eager_start)`.
 *
 * With @p eager_start, and if the loop is running, the task takes its first step before this returns, as any step is taken:
 * in the context of the task, with the task as the current one, and with all_tasks() knowing it. Afterwards the current task
 * and the current context are what they were before.
 *
 * - If the coroutine waits now, the task is one like any other, and goes on in later turns.
 * - If it has returned, raised an error or raised CancelledError, the task is done, cancelled in the last case, and nothing
 *   was scheduled. It has given up its coroutine: AsyncioTask::coro is NULL.
 *
 * Without @p eager_start, or if the loop does not run, this is asyncio_task_new(): the first step is taken in a later turn.
 *
 * @param loop  a loop, running or not
 * @param coroutine  a coroutine; a floating one is taken over
 * @param name  (nullable): the task's name, which it has from the start; NULL for one with the next number
 * @param context  (nullable): the context, not a copy of it; NULL for a copy of the current one
 * @param eager_start  whether the first step is to be taken at once
 * @param error  what asyncio_task_new() says; KeyboardInterrupt and SystemExit that the coroutine raised in the eager step,
 *   which the task keeps as well; RuntimeError "cannot enter context: ..." when the context of an eager task is entered
 *   already: then there never was a task, and no report tells that one was destroyed
 * @return (transfer full) (nullable): the task, NULL with an error. If it is not done, the loop keeps it alive
 */
AsyncioTask *asyncio_task_new_full (AsyncioLoop         *loop,
                                    AsyncioCoroutine    *coroutine,
                                    const char          *name,
                                    AsyncioContextVars  *context,
                                    gboolean             eager_start,
                                    GError             **error) G_GNUC_WARN_UNUSED_RESULT;

/**
 * Makes the tasks of a factory of asyncio_create_eager_task_factory(), Python's `custom_task_constructor`. Most do something
 * and then call asyncio_task_new_full() with what they were given.
 *
 * @param loop  the loop
 * @param coroutine  (transfer none): what was given to create_task()
 * @param name  (nullable): NULL up to Python 3.13, as no factory is told a name
 * @param context  (nullable): the context that was asked for
 * @param eager_start  whether the task is to be eager: TRUE
 * @param user_data  what was given to asyncio_create_eager_task_factory()
 * @param error  where to put an error, never NULL: create_task() then gives that
 * @return (transfer full): the task; NULL with an error
 */
typedef AsyncioTask *(*AsyncioTaskConstructor) (AsyncioLoop         *loop,
                                                AsyncioCoroutine    *coroutine,
                                                const char          *name,
                                                AsyncioContextVars  *context,
                                                gboolean             eager_start,
                                                gpointer             user_data,
                                                GError             **error);

/** What asyncio_create_eager_task_factory() makes: the data of an asyncio_eager_task_factory(). It belongs to one loop. */
typedef struct _AsyncioEagerTaskFactory AsyncioEagerTaskFactory;

/**
 * Part C. Makes a task eagerly, `asyncio.eager_task_factory`: a task factory, to be set on a loop.
 *
 * ~~~{.c}
 * // loop.set_task_factory(asyncio.eager_task_factory)
 * asyncio_loop_set_task_factory (loop, asyncio_eager_task_factory, NULL, NULL);
 * ~~~
 *
 * @param loop  the loop
 * @param coroutine  (transfer none): what was given to create_task()
 * @param context  (nullable): the context that was asked for
 * @param user_data  (nullable): NULL for tasks of asyncio_task_new_full(), or what asyncio_create_eager_task_factory() gave,
 *   for tasks of its constructor
 * @param error  the error of who made the task
 * @return (transfer full) (nullable): the task; NULL with an error
 */
AsyncioFuture *asyncio_eager_task_factory (AsyncioLoop         *loop,
                                           AsyncioCoroutine    *coroutine,
                                           AsyncioContextVars  *context,
                                           gpointer             user_data,
                                           GError             **error);

/**
 * Part C. Makes an eager task factory with a constructor of one's own, `asyncio.create_eager_task_factory(constructor)`.
 *
 * In Python it is a function. In C it is the data with which asyncio_eager_task_factory() is set, as functions in C
 * have none:
 *
 * ~~~{.c}
 * // loop.set_task_factory(asyncio.create_eager_task_factory(my_task))
 * asyncio_loop_set_task_factory (loop, asyncio_eager_task_factory,
 *                                asyncio_create_eager_task_factory (my_task, NULL, NULL), asyncio_eager_task_factory_free);
 * ~~~
 *
 * @param constructor  makes the tasks; it is called with @p eager_start TRUE
 * @param user_data  what it gets
 * @param destroy  (nullable): frees @p user_data, together with the factory
 * @return (transfer full): the factory
 */
AsyncioEagerTaskFactory *asyncio_create_eager_task_factory (AsyncioTaskConstructor  constructor,
                                                            gpointer                user_data,
                                                            GDestroyNotify          destroy) G_GNUC_WARN_UNUSED_RESULT;

/**
 * Part C. Frees an eager task factory, and its data. A GDestroyNotify function.
 *
 * @param factory  (nullable) (transfer full): what asyncio_create_eager_task_factory() gave
 */
void asyncio_eager_task_factory_free (gpointer factory);

G_END_DECLS
