/* SPDX-License-Identifier: MIT */
#pragma once

/**
 * @file
 * Tasks, and what is done with several of them (`Lib/asyncio/tasks.py`).
 *
 * Python has two ways to use an `async def` function, and so has C. `await f(x)` is a plain
 * call of a function that suspends: `f (x, &error)`. `f(x)` without await makes a coroutine
 * object to be given to a task; for the functions below that is `f_coroutine (x)`.
 */

#include <asyncio/coroutines.h>
#include <asyncio/futures.h>

#include <math.h>

G_BEGIN_DECLS

/** No timeout, Python's `timeout=None`. */
#define ASYNCIO_NO_TIMEOUT ((double) INFINITY)

/**
 * Makes a task of the running loop, `asyncio.create_task()`. Its first step is taken in the next turn.
 *
 * @param coroutine  a coroutine; a floating one is taken over
 * @param error  RuntimeError "no running event loop"; what asyncio_loop_create_task() says
 * @return (transfer full) (nullable): the task. The loop keeps it alive until it is done
 */
#define asyncio_create_task(coroutine, error) asyncio_create_task_full ((coroutine), NULL, NULL, G_STRLOC, (error))

/**
 * Makes a task of the running loop, with all that `asyncio.create_task(coro, name=name, context=context)` takes.
 *
 * The name is given when the task is made, which takes a number all the same.
 *
 * @param coroutine  a coroutine; a floating one is taken over
 * @param name  (nullable): as for asyncio_loop_create_task_full()
 * @param context  (nullable): as for asyncio_loop_create_task_full()
 * @param location  (nullable): as for asyncio_loop_create_task_full()
 * @param error  as for asyncio_create_task()
 * @return (transfer full) (nullable): as for asyncio_create_task()
 */
AsyncioTask *asyncio_create_task_full (AsyncioCoroutine    *coroutine,
                                       const char          *name,
                                       AsyncioContextVars  *context,
                                       const char          *location,
                                       GError             **error) G_GNUC_WARN_UNUSED_RESULT;

/**
 * Makes a plain task, `asyncio.Task(coro, loop=loop, name=name, context=context)`: what create_task() does when the loop has
 * no task factory, and what a factory calls.
 *
 * @param loop  a loop
 * @param coroutine  a coroutine; a floating one is taken over
 * @param name  (nullable): as for asyncio_loop_create_task_full()
 * @param context  (nullable): as for asyncio_loop_create_task_full()
 * @param error  as for asyncio_loop_create_task()
 * @return (transfer full) (nullable): as for asyncio_loop_create_task()
 */
AsyncioTask *asyncio_task_new (AsyncioLoop         *loop,
                               AsyncioCoroutine    *coroutine,
                               const char          *name,
                               AsyncioContextVars  *context,
                               GError             **error) G_GNUC_WARN_UNUSED_RESULT;

/**
 * The task that runs, `asyncio.current_task()`.
 *
 * @param loop  (nullable): the loop, or NULL for the running one
 * @param error  RuntimeError "no running event loop"
 * @return (transfer none) (nullable): the task, or NULL when a plain callback runs or with an error
 */
AsyncioTask *asyncio_current_task (AsyncioLoop  *loop,
                                   GError      **error);

/**
 * The tasks of a loop that are not done, `asyncio.all_tasks()`, in the order in which they were made.
 *
 * @param loop  (nullable): the loop, or NULL for the running one
 * @param error  RuntimeError "no running event loop"
 * @return (transfer full) (element-type AsyncioTask): the tasks, each with a reference that the array holds
 */
GPtrArray *asyncio_all_tasks (AsyncioLoop  *loop,
                              GError      **error);

/**
 * Makes a future of something awaitable, `asyncio.ensure_future()`: a task for a coroutine, else itself.
 *
 * @param awaitable  a coroutine (a floating one is taken over), future or task
 * @param error  TypeError when it is none; RuntimeError when there is no loop for the task
 * @return (transfer full) (nullable): the future
 */
AsyncioFuture *asyncio_ensure_future (gpointer   awaitable,
                                      GError   **error) G_GNUC_WARN_UNUSED_RESULT;

/**
 * `asyncio.ensure_future(awaitable, loop=loop)`.
 *
 * @param loop  (nullable): the loop for the task, NULL for asyncio_get_event_loop()
 * @param awaitable  as for asyncio_ensure_future()
 * @param error  as for asyncio_ensure_future(); ValueError when it is a future of another loop
 * @return (transfer full) (nullable): the future
 */
AsyncioFuture *asyncio_ensure_future_in (AsyncioLoop  *loop,
                                         gpointer      awaitable,
                                         GError      **error) G_GNUC_WARN_UNUSED_RESULT;

/**
 * Requests that a task be cancelled, `Task.cancel()`.
 *
 * CancelledError is raised in its coroutine, at the await where it is suspended, in a later turn. The
 * coroutine may clean up, and may even refuse. What it awaits is cancelled as well.
 *
 * @param task  a task
 * @return FALSE if it was done already
 */
gboolean asyncio_task_cancel (AsyncioTask *task);

/**
 * Requests that a task be cancelled and says why, `Task.cancel(msg)`.
 *
 * The message is that of the CancelledError that is raised in the coroutine. In 3.9 and 3.10 those who await the task get
 * one without it, since 3.11 the one that ended the task: once, for who asks first. Up to 3.8, where
 * cancel() takes none, the message is dropped.
 *
 * @param task  a task
 * @param message  (nullable): the message
 * @return FALSE if it was done already
 */
gboolean asyncio_task_cancel_msg (AsyncioTask *task,
                                  const char  *message);

/** Whether a task is over, `Task.done()`. */
gboolean asyncio_task_done (AsyncioTask *task);

/** Whether a task ended by CancelledError, `Task.cancelled()`. */
gboolean asyncio_task_cancelled (AsyncioTask *task);

/** The context in which a task takes its steps, `Task.get_context()`, which came with Python 3.12. @return (transfer none) */
AsyncioContextVars *asyncio_task_get_context (AsyncioTask *task);

/** What the coroutine of a task returned, `Task.result()`. @see asyncio_future_result() */
gpointer asyncio_task_result (AsyncioTask  *task,
                              GError      **error);

/** What the coroutine of a task raised, `Task.exception()`. @see asyncio_future_exception() */
const GError *asyncio_task_exception (AsyncioTask  *task,
                                      GError      **error);

/**
 * Sleeps, `await asyncio.sleep(delay)`.
 *
 * @param delay  seconds; zero or less only lets the others have their turn
 * @param error  CancelledError; RuntimeError outside a coroutine or without a running loop
 * @return TRUE, or FALSE with an error
 */
ASYNCIO_SUSPENDS gboolean asyncio_sleep (double    delay,
                                         GError  **error);

/** `asyncio.sleep(delay)`, not awaited yet. @return (transfer floating) */
AsyncioCoroutine *asyncio_sleep_coroutine (double delay);

/**
 * A future that gets done when all of several awaitables are, `asyncio.gather()`.
 *
 * Its value is a GPtrArray of the futures in the order of the arguments, all done: each tells its value or its
 * error (Python has a list of values here). The first error of one of them is the future's error, and
 * then the others go on. Cancelling it cancels all that are not done.
 *
 * @param error  TypeError when an argument is not awaitable; what asyncio_ensure_future() says
 * @param ...  awaitables, then NULL. A task is made for a coroutine (a floating one is taken over)
 * @return (transfer full) (nullable): the future
 */
AsyncioFuture *asyncio_gather (GError **error,
                               ...) G_GNUC_NULL_TERMINATED G_GNUC_WARN_UNUSED_RESULT;

/**
 * asyncio_gather() for an array.
 *
 * @param awaitables  (array length=n_awaitables): what to wait for; the same one may be there twice
 * @param n_awaitables  how many
 * @param return_exceptions  whether an error of one of them is left in its place instead of
 *   becoming the future's error
 * @param error  as for asyncio_gather()
 * @return (transfer full) (nullable): the future
 */
AsyncioFuture *asyncio_gatherv (const gpointer  *awaitables,
                                gsize            n_awaitables,
                                gboolean         return_exceptions,
                                GError         **error) G_GNUC_WARN_UNUSED_RESULT;

/** What asyncio_wait() waits for, its `return_when`. */
typedef enum
{
  ASYNCIO_FIRST_COMPLETED, /**< one is done, however it ended */
  ASYNCIO_FIRST_EXCEPTION, /**< one has failed, which a cancelled one has not, or all are done */
  ASYNCIO_ALL_COMPLETED,   /**< all are done */
} AsyncioReturnWhen;

/**
 * Waits for several awaitables, `done, pending = await asyncio.wait(awaitables, timeout=, return_when=)`.
 *
 * Nothing is cancelled, and no error of theirs is raised: not when the time is over and not when the wait is interrupted.
 *
 * @param awaitables  (array length=n_awaitables): futures, tasks and, up to 3.10, coroutines (a floating one is taken
 *   over; a task is made for it). The same one may be there twice
 * @param n_awaitables  how many
 * @param timeout  seconds, or #ASYNCIO_NO_TIMEOUT
 * @param return_when  what to wait for
 * @param done  (out) (optional) (transfer full) (element-type AsyncioFuture): those that are done, each with a reference
 *   that the array holds; in the order of the arguments, while Python's is a set
 * @param pending  (out) (optional) (transfer full) (element-type AsyncioFuture): the others
 * @param error  CancelledError; ValueError for nothing to wait for, an unknown @p return_when or a future of another
 *   loop; TypeError for what is no awaitable and, since 3.11, for a coroutine. Then both arrays are NULL
 * @return TRUE, or FALSE with an error
 */
ASYNCIO_SUSPENDS gboolean asyncio_wait (const gpointer     *awaitables,
                                        gsize               n_awaitables,
                                        double              timeout,
                                        AsyncioReturnWhen   return_when,
                                        GPtrArray         **done,
                                        GPtrArray         **pending,
                                        GError            **error);

/**
 * Gives the results of several awaitables in the order in which they come, `asyncio.as_completed()`.
 *
 * ~~~{.c}
 * // for next_one in asyncio.as_completed(tasks):
 * g_autoptr (AsyncioAsCompleted) iterator = asyncio_as_completed (tasks, n_tasks, ASYNCIO_NO_TIMEOUT);
 * AsyncioCoroutine *next_one;
 *
 * while ((next_one = asyncio_as_completed_next (iterator, &error)) != NULL)
 *   value = asyncio_await (next_one, &error);      // value = await next_one
 * ~~~
 */
typedef struct _AsyncioAsCompleted AsyncioAsCompleted;

/**
 * Makes the iterator. Nothing happens before asyncio_as_completed_next() is called.
 *
 * @param awaitables  (array length=n_awaitables): coroutines (a floating one is taken over; a task will be made for it),
 *   futures and tasks; each counts once. Anything else is left out, with a critical warning
 * @param n_awaitables  how many
 * @param timeout  seconds from the first asyncio_as_completed_next() on, or #ASYNCIO_NO_TIMEOUT
 * @return (transfer full): the iterator
 */
AsyncioAsCompleted *asyncio_as_completed (const gpointer *awaitables,
                                          gsize           n_awaitables,
                                          double          timeout) G_GNUC_WARN_UNUSED_RESULT;

/**
 * Gives the next coroutine, the iterator's `__next__()`. There are as many as there are awaitables.
 *
 * When it is awaited, it waits for the next awaitable that gets done, whichever that is, and returns its value or raises
 * its error; TimeoutError when the time is over before. The value stays with the awaitable's future: it is lent for as
 * long as that lives, and the iterator keeps all of them alive.
 *
 * @param self  an iterator
 * @param error  at the first call RuntimeError when there is no loop; ValueError for a future of another loop
 * @return (transfer floating) (nullable): a coroutine; NULL after the last, or with an error
 */
AsyncioCoroutine *asyncio_as_completed_next (AsyncioAsCompleted  *self,
                                             GError             **error);

/** Gives up an iterator. What it waits for goes on. @param self (nullable) (transfer full): an iterator */
void asyncio_as_completed_free (AsyncioAsCompleted *self);

/**
 * Protects something from being cancelled together with who awaits it, `asyncio.shield()`.
 *
 * Cancelling the future that this gives, or a task that awaits it, does not cancel @p awaitable. When @p awaitable is
 * done, so is the future, in the same way.
 *
 * @param awaitable  a coroutine (a floating one is taken over; a task is made for it), future or task
 * @param error  TypeError when it is none; RuntimeError when there is no loop for the task
 * @return (transfer full) (nullable): the future, whose value is lent by @p awaitable's; if @p awaitable is a future that
 *   is done, it is given back itself
 */
AsyncioFuture *asyncio_shield (gpointer   awaitable,
                               GError   **error) G_GNUC_WARN_UNUSED_RESULT;

/**
 * Awaits something, but not for ever, `await asyncio.wait_for(awaitable, timeout)`.
 *
 * When the time is over, or when the waiting task is cancelled, @p awaitable is cancelled. How long its
 * clean-up is waited for differs between versions; see versions.h.
 *
 * @param awaitable  a coroutine (a floating one is taken over; a task is made for it), future or task
 * @param timeout  seconds, or #ASYNCIO_NO_TIMEOUT
 * @param error  TimeoutError; CancelledError; the error of @p awaitable
 * @return the value, lent or handed over as by asyncio_await(); NULL with an error, or as a value
 */
ASYNCIO_SUSPENDS gpointer asyncio_wait_for (gpointer   awaitable,
                                            double     timeout,
                                            GError   **error);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (AsyncioTask, asyncio_unref)
G_DEFINE_AUTOPTR_CLEANUP_FUNC (AsyncioAsCompleted, asyncio_as_completed_free)

G_END_DECLS
