/* SPDX-License-Identifier: MIT */
#pragma once

/**
 * @file
 * Timeouts as blocks (`Lib/asyncio/timeouts.py`), given. They came with the same version as TaskGroup, and use the same trick:
 * who cancels a task for a purpose of his own takes the request back, with asyncio_task_uncancel().
 *
 * ~~~{.py}
 * async with asyncio.timeout(10):
 *     await long_running()
 * ~~~
 *
 * ~~~{.c}
 * g_autoptr (AsyncioTimeout) timeout = asyncio_timeout (10, error);
 *
 * if (timeout == NULL || !asyncio_timeout_run (timeout, long_running, NULL, error))
 *   return NULL;
 * ~~~
 */

#include <asyncio/asyncio.h>

G_BEGIN_DECLS

/** A time at which a block is interrupted, `asyncio.Timeout`. It is used once. */
typedef struct _AsyncioTimeout AsyncioTimeout;

/**
 * Makes a timeout that counts from now, `asyncio.timeout(delay)`.
 *
 * @param delay  seconds, or #ASYNCIO_NO_TIMEOUT
 * @param error  RuntimeError "no running event loop"
 * @return (transfer full) (nullable): the timeout
 */
AsyncioTimeout *asyncio_timeout (double    delay,
                                 GError  **error) G_GNUC_WARN_UNUSED_RESULT;

/**
 * Makes a timeout for a time, `asyncio.timeout_at(when)`.
 *
 * @param when  a time of asyncio_loop_time(), in seconds, or #ASYNCIO_NO_TIMEOUT
 * @return (transfer full): the timeout
 */
AsyncioTimeout *asyncio_timeout_at (double when) G_GNUC_WARN_UNUSED_RESULT;

/** Takes a reference. @return (transfer full): @p timeout itself */
AsyncioTimeout *asyncio_timeout_ref (AsyncioTimeout *timeout);

/** Gives up a reference. @param timeout  (transfer full): a timeout */
void asyncio_timeout_unref (AsyncioTimeout *timeout);

/** When the time is up, `timeout.when()`. @return as given to asyncio_timeout_at(), in seconds */
double asyncio_timeout_when (AsyncioTimeout *timeout);

/**
 * Moves the time, `timeout.reschedule(when)`. Only in the block, and not when the time is up.
 *
 * @param timeout  a timeout
 * @param when  as for asyncio_timeout_at(). A time that is over comes in the next turn
 * @param error  RuntimeError "Timeout has not been entered", "Cannot change state of expired Timeout" and the like
 * @return TRUE if it was moved
 */
gboolean asyncio_timeout_reschedule (AsyncioTimeout  *timeout,
                                     double           when,
                                     GError         **error);

/** Whether the time was up before the block was over, `timeout.expired()`. */
gboolean asyncio_timeout_expired (AsyncioTimeout *timeout);

/**
 * Begins the block, `timeout.__aenter__()`.
 *
 * @param timeout  a timeout
 * @param error  RuntimeError "Timeout has already been entered"; "Timeout should be used inside a task"
 * @return TRUE if the block has begun
 */
gboolean asyncio_timeout_enter (AsyncioTimeout  *timeout,
                                GError         **error);

/**
 * Ends the block, `timeout.__aexit__()`. A CancelledError becomes a TimeoutError if the time was up, and nobody else has asked
 * for it. Everything else passes unchanged.
 *
 * @param timeout  a timeout that the calling task has entered, and not left
 * @param exception  (transfer full) (nullable): what the block raised
 * @param error  what is raised; RuntimeError for wrong use, which @p exception gives way to
 * @return TRUE if nothing is raised
 */
gboolean asyncio_timeout_exit (AsyncioTimeout  *timeout,
                               GError          *exception,
                               GError         **error);

/**
 * The block of a timeout: what stands indented under `async with asyncio.timeout(delay) as timeout:`. It may await.
 *
 * @param timeout  (transfer none): the timeout
 * @param user_data  what was given to asyncio_timeout_run()
 * @param error  what the block raises
 */
typedef void (*AsyncioTimeoutBody) (AsyncioTimeout  *timeout,
                                    gpointer         user_data,
                                    GError         **error);

/**
 * Runs a block: `async with timeout: body(timeout)`.
 *
 * @param timeout  (transfer none): a timeout
 * @param body  the block
 * @param user_data  what it gets
 * @param error  as for asyncio_timeout_enter() and asyncio_timeout_exit()
 * @return TRUE if nothing is raised
 */
ASYNCIO_SUSPENDS gboolean asyncio_timeout_run (AsyncioTimeout      *timeout,
                                               AsyncioTimeoutBody   body,
                                               gpointer             user_data,
                                               GError             **error);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (AsyncioTimeout, asyncio_timeout_unref)

G_END_DECLS
