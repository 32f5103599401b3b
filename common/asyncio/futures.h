/* SPDX-License-Identifier: MIT */
#pragma once

/**
 * @file
 * Futures (`Lib/asyncio/futures.py`).
 *
 * A future is a result that is not there yet. It gets done once, by a value, an error or a
 * cancellation, and then its callbacks are scheduled. All functions are for the thread of its loop.
 */

#include <asyncio/events.h>
#include <asyncio/objects.h>

G_BEGIN_DECLS

/**
 * Is called, by the loop, after a future got done.
 *
 * @param future  the future
 * @param user_data  what was given to asyncio_future_add_done_callback()
 * @param error  as in #AsyncioCallback
 */
typedef void (*AsyncioFutureCallback) (AsyncioFuture  *future,
                                       gpointer        user_data,
                                       GError        **error);

/**
 * Makes a pending future, `asyncio.Future(loop=loop)`.
 *
 * @param loop  the loop that it belongs to, of which it takes a reference
 * @return (transfer full): the future
 */
#define asyncio_future_new(loop) asyncio_future_new_at ((loop), G_STRLOC)

/** asyncio_future_new() with the place of its creation, "file:line", static, or NULL. The future knows it in debug mode. */
AsyncioFuture *asyncio_future_new_at (AsyncioLoop *loop,
                                      const char  *location) G_GNUC_WARN_UNUSED_RESULT;

/** A task, seen as the future that it is. Checks the pointer: @return @p object, or NULL with a critical warning. */
AsyncioFuture *ASYNCIO_FUTURE (gpointer object);

/** The loop of a future, `Future.get_loop()`. @return (transfer none) */
AsyncioLoop *asyncio_future_get_loop (AsyncioFuture *future);

/** Whether a future has a value or an error or was cancelled, `Future.done()`. */
gboolean asyncio_future_done (AsyncioFuture *future);

/** Whether a future was cancelled, `Future.cancelled()`. */
gboolean asyncio_future_cancelled (AsyncioFuture *future);

/**
 * The value of a future, `Future.result()`.
 *
 * @param future  a future
 * @param error  its error; CancelledError; InvalidStateError "Result is not set."
 * @return (transfer none) (nullable): the value; NULL with an error, or as a value. The future keeps it
 */
gpointer asyncio_future_result (AsyncioFuture  *future,
                                GError        **error);

/**
 * Takes the value out of a future. After this asyncio_future_result() gives NULL.
 *
 * @param future  a future
 * @param error  as for asyncio_future_result(); RuntimeError for a future that asyncio_wrap_future() made
 * @return (transfer full) (nullable): the value, to be freed as whoever made it says
 */
gpointer asyncio_future_steal_result (AsyncioFuture  *future,
                                      GError        **error);

/**
 * The error of a future, `Future.exception()`.
 *
 * @param future  a future
 * @param error  CancelledError; InvalidStateError "Exception is not set."
 * @return (transfer none) (nullable): the error, or NULL if it has a value or with @p error
 */
const GError *asyncio_future_exception (AsyncioFuture  *future,
                                        GError        **error);

/**
 * Gives a future its value, `Future.set_result()`.
 *
 * @param future  a pending future
 * @param value  the value, which the future keeps
 * @param destroy  (nullable): frees @p value, unless that is NULL, when the future is freed or when this fails
 * @param error  InvalidStateError when it is done; RuntimeError for a task (since 3.7), or when the loop is
 *   closed and there are callbacks to schedule
 * @return TRUE if it was set
 */
gboolean asyncio_future_set_result (AsyncioFuture   *future,
                                    gpointer         value,
                                    GDestroyNotify   destroy,
                                    GError         **error);

/**
 * Gives a future an error, `Future.set_exception()`.
 *
 * If nobody asks for it, it is reported when the future is freed.
 *
 * @param future  a pending future
 * @param exception  (transfer full): the error
 * @param error  as for asyncio_future_set_result(); TypeError for StopIteration
 * @return TRUE if it was set
 */
gboolean asyncio_future_set_exception (AsyncioFuture  *future,
                                       GError         *exception,
                                       GError        **error);

/**
 * Cancels a future, `Future.cancel()`. For a task see asyncio_task_cancel().
 *
 * @param future  a future
 * @return FALSE if it was done already
 */
gboolean asyncio_future_cancel (AsyncioFuture *future);

/**
 * Cancels a future and says why, `Future.cancel(msg)`. For a task see asyncio_task_cancel_msg().
 *
 * The message is that of the CancelledError that those who await the future get. Up to 3.8, where cancel() takes
 * none, it is dropped.
 *
 * @param future  a future
 * @param message  (nullable): the message
 * @return FALSE if it was done already
 */
gboolean asyncio_future_cancel_msg (AsyncioFuture *future,
                                    const char    *message);

/**
 * Has a callback scheduled when a future gets done, `Future.add_done_callback()`; at once if it is done.
 *
 * @param future  a future
 * @param callback  an #AsyncioFutureCallback
 * @param user_data  what it gets
 * @param destroy  (nullable): frees @p user_data
 */
#define asyncio_future_add_done_callback(future, callback, user_data, destroy) \
  asyncio_future_add_done_callback_named ((future), (callback), (user_data), (destroy), G_STRINGIFY (callback), \
                                          G_STRLOC, NULL)

/** asyncio_future_add_done_callback() with a context, as for asyncio_loop_call_soon_with_context(). */
#define asyncio_future_add_done_callback_with_context(future, callback, user_data, destroy, context) \
  asyncio_future_add_done_callback_named ((future), (callback), (user_data), (destroy), G_STRINGIFY (callback), \
                                          G_STRLOC, (context))

/** asyncio_future_add_done_callback() with a name and a place ("file:line") for messages, both static, and a context, or NULL. */
void asyncio_future_add_done_callback_named (AsyncioFuture          *future,
                                             AsyncioFutureCallback   callback,
                                             gpointer                user_data,
                                             GDestroyNotify          destroy,
                                             const char             *name,
                                             const char             *location,
                                             AsyncioContextVars     *context);

/**
 * Removes all entries of a callback, `Future.remove_done_callback()`. What is scheduled already stays so.
 *
 * @param future  a future
 * @param callback  the callback
 * @param user_data  what it was added with
 * @return how many were removed
 */
guint asyncio_future_remove_done_callback (AsyncioFuture         *future,
                                           AsyncioFutureCallback  callback,
                                           gpointer               user_data);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (AsyncioFuture, asyncio_unref)

G_END_DECLS
