/* SPDX-License-Identifier: MIT */
#pragma once

/**
 * @file
 * Work in threads (`Lib/concurrent/futures/thread.py` and `loop.run_in_executor()`).
 *
 * A function that blocks would stop the whole loop. An executor calls it in a thread of a pool,
 * and the loop gets a future for what it returns.
 */

#include <asyncio/futures-concurrent.h>

G_BEGIN_DECLS

/** A pool of threads, `concurrent.futures.ThreadPoolExecutor`. */
typedef struct _AsyncioExecutor AsyncioExecutor;

/**
 * What a thread of the pool calls.
 *
 * @param user_data  what was given with it
 * @param error  where to put an error, never NULL
 * @return the value, NULL being Python's None
 */
typedef gpointer (*AsyncioExecutorFunc) (gpointer   user_data,
                                         GError   **error);

/**
 * Makes a pool of threads. The threads are started as work comes.
 *
 * @param max_workers  how many threads at most; 0 for the default of the library's Python version
 * @return (transfer full): the pool
 */
AsyncioExecutor *asyncio_thread_pool_executor_new (guint max_workers);

/** Takes a reference; from any thread. */
AsyncioExecutor *asyncio_executor_ref (AsyncioExecutor *executor);

/** Gives up a reference; from any thread. With the last one the pool is shut down without waiting. */
void asyncio_executor_unref (AsyncioExecutor *executor);

/** How many threads the pool may have, `ThreadPoolExecutor._max_workers`. */
guint asyncio_executor_get_max_workers (AsyncioExecutor *executor);

/**
 * Takes no more work, `Executor.shutdown()`. What is queued is still done. From any thread but the pool's own.
 *
 * @param executor  a pool
 * @param wait  whether to block until all is done and the threads have ended
 */
void asyncio_executor_shutdown (AsyncioExecutor *executor,
                                gboolean         wait);

/**
 * Has a function called in another thread, `Executor.submit()`. From any thread.
 *
 * @param executor  a pool
 * @param func  the function
 * @param user_data  what it gets
 * @param user_data_destroy  (nullable): frees @p user_data, in a thread of the pool before the future is done, or
 *   here with an error
 * @param value_destroy  (nullable): frees the value that the function returns
 * @param error  RuntimeError "cannot schedule new futures after shutdown", "can't start new thread"
 * @return (transfer full) (nullable): a future for the function's value or error
 */
AsyncioConcurrentFuture *asyncio_executor_submit (AsyncioExecutor      *executor,
                                                  AsyncioExecutorFunc   func,
                                                  gpointer              user_data,
                                                  GDestroyNotify        user_data_destroy,
                                                  GDestroyNotify        value_destroy,
                                                  GError              **error) G_GNUC_WARN_UNUSED_RESULT;

/**
 * Has a function called in another thread, `loop.run_in_executor()`.
 *
 * Cancelling the future keeps the function from being called if no thread has begun with it; else the
 * thread goes on and its result is dropped.
 *
 * @param loop  a loop
 * @param executor  (nullable): a pool, or NULL for the loop's own, which is made when it is first needed
 * @param func  the function
 * @param user_data  what it gets
 * @param user_data_destroy  (nullable): frees @p user_data, in a thread of the pool before the future is done, or
 *   here with an error
 * @param value_destroy  (nullable): frees the value that the function returns
 * @param error  RuntimeError "Event loop is closed", "cannot schedule new futures after shutdown"
 * @return (transfer full) (nullable): a future of the loop for the function's value or error
 */
AsyncioFuture *asyncio_loop_run_in_executor (AsyncioLoop          *loop,
                                             AsyncioExecutor      *executor,
                                             AsyncioExecutorFunc   func,
                                             gpointer              user_data,
                                             GDestroyNotify        user_data_destroy,
                                             GDestroyNotify        value_destroy,
                                             GError              **error) G_GNUC_WARN_UNUSED_RESULT;

/**
 * Sets the pool that NULL stands for, `loop.set_default_executor()`.
 *
 * @param loop  a loop
 * @param executor  (nullable): a pool, or NULL to have one made when it is needed
 */
void asyncio_loop_set_default_executor (AsyncioLoop     *loop,
                                        AsyncioExecutor *executor);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (AsyncioExecutor, asyncio_executor_unref)

G_END_DECLS
