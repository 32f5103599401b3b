/* SPDX-License-Identifier: MIT */
#pragma once

/**
 * @file
 * Handles, and which loop is whose (`Lib/asyncio/events.py`).
 */

#include <asyncio/types.h>

G_BEGIN_DECLS

/**
 * What a loop calls.
 *
 * Setting @p error is raising: the loop gives the error to its exception
 * handler and goes on, except that KeyboardInterrupt and SystemExit end
 * the call that runs the loop.
 *
 * @param user_data  what the callback was scheduled with
 * @param error  where to put an error, never NULL
 */
typedef void (*AsyncioCallback) (gpointer   user_data,
                                 GError   **error);

/**
 * Takes a reference to a handle.
 *
 * @param handle  a handle
 * @return (transfer full): @p handle
 */
AsyncioHandle *asyncio_handle_ref (AsyncioHandle *handle);

/**
 * Gives up a reference to a handle.
 *
 * @param handle  (transfer full): a handle
 */
void asyncio_handle_unref (AsyncioHandle *handle);

/**
 * Cancels a callback, `Handle.cancel()`: it will not be called. Its data is freed
 * now. Does nothing if it has been called or cancelled already.
 *
 * @param handle  a handle; in the loop's thread only
 */
void asyncio_handle_cancel (AsyncioHandle *handle);

/** Whether a handle was cancelled, `Handle.cancelled()`. */
gboolean asyncio_handle_cancelled (AsyncioHandle *handle);

/**
 * When a timer is due, `TimerHandle.when()`.
 *
 * @param handle  a handle that asyncio_loop_call_later() or asyncio_loop_call_at() made
 * @return a time of asyncio_loop_time(), in seconds
 */
double asyncio_timer_handle_when (AsyncioHandle *handle);

/**
 * Makes a loop, `asyncio.new_event_loop()`. It does not become the current one.
 *
 * The loop must be closed with asyncio_loop_close() when it is not needed any more.
 *
 * @return (transfer full): a new loop
 */
AsyncioLoop *asyncio_new_event_loop (void);

/**
 * Makes a loop that is a guest in a main context of the application.
 *
 * Whoever runs the context, with g_main_loop_run() or g_application_run() for example, runs the loop with it: nobody has to call
 * asyncio_loop_run_forever(). While the loop calls its callbacks it is the running loop of the thread; in between it is not, so from other
 * code one says which loop is meant: asyncio_loop_create_task(), asyncio_loop_call_soon().
 *
 * asyncio_loop_run_until_complete() works too and lets all that is in the context go on meanwhile. Timers have the context's resolution, a
 * millisecond, and are still never early. Where nobody called run_forever() asyncio_loop_stop() has no effect, and
 * KeyboardInterrupt and SystemExit are told to the exception handler.
 *
 * Python has no such thing; what comes nearest are loops of others, as qasync.
 *
 * @param context  (nullable): the context; NULL for the default one. It must be run by the thread that owns the loop
 * @return (transfer full): a new loop
 */
AsyncioLoop *asyncio_new_event_loop_for_context (GMainContext *context);

/**
 * The loop that runs in this thread, `asyncio.get_running_loop()`.
 *
 * @param error  RuntimeError "no running event loop"
 * @return (transfer none) (nullable): the loop, or NULL with an error
 */
AsyncioLoop *asyncio_get_running_loop (GError **error);

/**
 * The loop of this thread, `asyncio.get_event_loop()`: the running one, else the one that
 * asyncio_set_event_loop() set. In the main thread a loop is made if none was ever set.
 *
 * @param error  RuntimeError "There is no current event loop in thread ..."
 * @return (transfer none) (nullable): the loop, or NULL with an error
 */
AsyncioLoop *asyncio_get_event_loop (GError **error);

/**
 * Sets the loop of this thread, `asyncio.set_event_loop()`.
 *
 * @param loop  (nullable): a loop, of which the thread takes a reference, or NULL for none
 */
void asyncio_set_event_loop (AsyncioLoop *loop);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (AsyncioHandle, asyncio_handle_unref)

G_END_DECLS
