/* SPDX-License-Identifier: MIT */
#pragma once

/**
 * @file
 * Futures for threads (`Lib/concurrent/futures/_base.py`), and the bridge between them and the loop's
 * (`wrap_future()`, `run_coroutine_threadsafe()`).
 *
 * A concurrent future may be used in any thread, and a thread can block until it is done. Its callbacks are called at
 * once, in the thread in which it gets done. Tasks must not wait for one like that: it would block their loop. They await
 * asyncio_wrap_future() of it.
 */

#include <asyncio/futures.h>

G_BEGIN_DECLS

/** A result that another thread will give, `concurrent.futures.Future`. */
typedef struct _AsyncioConcurrentFuture AsyncioConcurrentFuture;

/**
 * Is called after a concurrent future got done, in the thread in which it did.
 *
 * @param future  the future
 * @param user_data  what was given to asyncio_concurrent_future_add_done_callback()
 * @param error  where to put an error, never NULL; it is logged
 */
typedef void (*AsyncioConcurrentFutureCallback) (AsyncioConcurrentFuture  *future,
                                                 gpointer                  user_data,
                                                 GError                  **error);

/** Makes a pending future, `concurrent.futures.Future()`. @return (transfer full) */
AsyncioConcurrentFuture *asyncio_concurrent_future_new (void) G_GNUC_WARN_UNUSED_RESULT;

/** Takes a reference; from any thread. @return (transfer full): @p future */
AsyncioConcurrentFuture *asyncio_concurrent_future_ref (AsyncioConcurrentFuture *future);

/** Gives up a reference; from any thread. The value is freed in the thread that gives up the last. */
void asyncio_concurrent_future_unref (AsyncioConcurrentFuture *future);

/**
 * Cancels a future that nobody has begun with, `Future.cancel()`.
 *
 * @param future  a future
 * @return FALSE if it runs or has finished, TRUE if it is cancelled, also if it was before
 */
gboolean asyncio_concurrent_future_cancel (AsyncioConcurrentFuture *future);

/** Whether a future was cancelled, `Future.cancelled()`. */
gboolean asyncio_concurrent_future_cancelled (AsyncioConcurrentFuture *future);

/** Whether somebody has begun with it and has not finished, `Future.running()`. */
gboolean asyncio_concurrent_future_running (AsyncioConcurrentFuture *future);

/** Whether a future has a value or an error or was cancelled, `Future.done()`. */
gboolean asyncio_concurrent_future_done (AsyncioConcurrentFuture *future);

/**
 * Blocks the thread until a future is done, and gives its value, `Future.result()`.
 *
 * @param future  a future
 * @param timeout  how long to wait at most, in seconds of real time; #ASYNCIO_NO_TIMEOUT for as long as it takes
 * @param error  the future's error; CancelledError; TimeoutError; RuntimeError in the thread of the loop that would
 *   have to make the future done, if that is to be waited for without a timeout
 * @return (transfer none) (nullable): the value, valid as long as the future; NULL with an error, or as a value
 */
gpointer asyncio_concurrent_future_result (AsyncioConcurrentFuture  *future,
                                           double                    timeout,
                                           GError                  **error);

/**
 * Blocks the thread until a future is done, and gives its error, `Future.exception()`.
 *
 * @param future  a future
 * @param timeout  as for asyncio_concurrent_future_result()
 * @param error  CancelledError; TimeoutError; RuntimeError as for asyncio_concurrent_future_result()
 * @return (transfer none) (nullable): the error, valid as long as the future; NULL if it has a value or with @p error
 */
const GError *asyncio_concurrent_future_exception (AsyncioConcurrentFuture  *future,
                                                   double                    timeout,
                                                   GError                  **error);

/**
 * Has a callback called when a future gets done, `Future.add_done_callback()`; at once, in this thread, if it is done.
 *
 * Callbacks are called in the order in which they were added, each once.
 *
 * @param future  a future
 * @param callback  the callback
 * @param user_data  what it gets
 * @param destroy  (nullable): frees @p user_data, after the call or when it is not made
 */
void asyncio_concurrent_future_add_done_callback (AsyncioConcurrentFuture         *future,
                                                  AsyncioConcurrentFutureCallback  callback,
                                                  gpointer                         user_data,
                                                  GDestroyNotify                   destroy);

/**
 * Begins with a future, `Future.set_running_or_notify_cancel()`. After this it cannot be cancelled.
 *
 * @param future  a pending or cancelled future
 * @param error  RuntimeError "Future in unexpected state" if somebody has begun with it before
 * @return TRUE if it is running now; FALSE without an error if it was cancelled, and there is nothing to do
 */
gboolean asyncio_concurrent_future_set_running_or_notify_cancel (AsyncioConcurrentFuture  *future,
                                                                 GError                  **error);

/**
 * Gives a future its value, `Future.set_result()`, and wakes who waits for it.
 *
 * @param future  a future that is not done
 * @param value  the value, which the future keeps
 * @param destroy  (nullable): frees @p value, unless that is NULL, when the future is freed or when this fails
 * @param error  InvalidStateError when it is done. (Up to 3.7 CPython lets the new value replace the old one, which
 *   other threads may be using.)
 * @return TRUE if it was set
 */
gboolean asyncio_concurrent_future_set_result (AsyncioConcurrentFuture  *future,
                                               gpointer                  value,
                                               GDestroyNotify            destroy,
                                               GError                  **error);

/**
 * Gives a future an error, `Future.set_exception()`, and wakes who waits for it.
 *
 * @param future  a future that is not done
 * @param exception  (transfer full): the error
 * @param error  as for asyncio_concurrent_future_set_result()
 * @return TRUE if it was set
 */
gboolean asyncio_concurrent_future_set_exception (AsyncioConcurrentFuture  *future,
                                                  GError                   *exception,
                                                  GError                  **error);

/**
 * Makes a future of a loop that gets done when a concurrent one does, `asyncio.wrap_future()`.
 *
 * Cancelling it cancels @p future, if nobody has begun with that. The value stays the concurrent future's, so
 * asyncio_future_steal_result() is refused.
 *
 * @param future  a concurrent future, done or not
 * @param loop  (nullable): the loop, in whose thread this is called; NULL for asyncio_get_event_loop()
 * @param error  RuntimeError when the loop is closed or there is none
 * @return (transfer full) (nullable): a future of the loop
 */
AsyncioFuture *asyncio_wrap_future (AsyncioConcurrentFuture  *future,
                                    AsyncioLoop              *loop,
                                    GError                  **error) G_GNUC_WARN_UNUSED_RESULT;

/**
 * Has a coroutine run in a loop of another thread, `asyncio.run_coroutine_threadsafe()`.
 *
 * Cancelling the future cancels the task that is made for the coroutine. The value of the task goes to the future.
 *
 * @param coroutine  a coroutine that was not started; a floating one is taken over, one with references must not be
 *   used any more in this thread
 * @param loop  a loop, to which the caller has a reference
 * @param error  TypeError "A coroutine object is required"; RuntimeError "Event loop is closed"
 * @return (transfer full) (nullable): a concurrent future, on which this thread can block
 */
AsyncioConcurrentFuture *asyncio_run_coroutine_threadsafe (AsyncioCoroutine  *coroutine,
                                                           AsyncioLoop       *loop,
                                                           GError           **error) G_GNUC_WARN_UNUSED_RESULT;

G_DEFINE_AUTOPTR_CLEANUP_FUNC (AsyncioConcurrentFuture, asyncio_concurrent_future_unref)

G_END_DECLS
