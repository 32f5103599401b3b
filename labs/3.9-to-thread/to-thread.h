/* SPDX-License-Identifier: MIT */
#pragma once

/**
 * @file
 * Lab 3.9: blocking functions in threads (`asyncio.to_thread()` of `Lib/asyncio/threads.py`, and the way before it,
 * `loop.run_in_executor()` of `Lib/asyncio/base_events.py` with `_chain_future()` of `Lib/asyncio/futures.py`). What the
 * functions must do; the work is in threads.c.
 *
 * A function that is called in a thread is an #AsyncioExecutorFunc. It gets one pointer, and raises by setting an error. Three
 * rules say whose things are, whatever happens on the way:
 *
 * - What the function gets is freed once: by the thread, before anybody can see the outcome; or, if no thread calls the
 *   function, by whoever gives up the call.
 * - What the function returns is freed once, if nobody takes it: because the caller was cancelled, or the loop is closed. NULL
 *   is Python's None, and there is nothing to free then.
 * - What is the loop's, its futures above all, is used in the loop's thread only. The one exception is
 *   asyncio_loop_call_soon_threadsafe().
 */

#include <asyncio/asyncio.h>

G_BEGIN_DECLS

/**
 * Parts A and B. Has a function called in a thread of the loop's own pool, `loop.run_in_executor(None, func)`.
 *
 * The function is called as soon as a thread is free, whether or not anybody awaits the future. When it has returned or raised,
 * the future gets done, in the loop's thread.
 *
 * Cancelling the future cancels the call if no thread has begun with it: then @p func is never called. Else the thread goes on,
 * and what comes of it is dropped without a word.
 *
 * If the loop is closed before the outcome is there, the future stays as it is. The done-callback of the pool's future, in
 * which that is noticed, raises RuntimeError "Event loop is closed", which is logged; unless the loop's future was cancelled:
 * then nobody misses it.
 *
 * @param loop  a loop, in whose thread this is called; it need not run yet
 * @param func  the function
 * @param user_data  what it gets
 * @param user_data_destroy  (nullable): frees @p user_data, in a thread of the pool before the future is done; or here with an
 *   error; or where the pool gives up a call that was cancelled
 * @param value_destroy  (nullable): frees the value that the function returns
 * @param error  RuntimeError "Event loop is closed", "cannot schedule new futures after shutdown", or that there is no pool for
 *   the loop any more
 * @return (transfer full) (nullable): a future of the loop for the function's value or error. The value is the future's own: it
 *   may be taken out with asyncio_future_steal_result()
 */
AsyncioFuture *asyncio_loop_run_in_default_executor (AsyncioLoop          *loop,
                                                     AsyncioExecutorFunc   func,
                                                     gpointer              user_data,
                                                     GDestroyNotify        user_data_destroy,
                                                     GDestroyNotify        value_destroy,
                                                     GError              **error) G_GNUC_WARN_UNUSED_RESULT;

/**
 * Part C. Calls a function in another thread and awaits it, `await asyncio.to_thread(func)`.
 *
 * The function runs in a copy of the caller's context: it sees the values of the caller's context variables as they are now,
 * and what it sets stays in the thread.
 *
 * If the task is cancelled meanwhile this raises CancelledError at once; what becomes of the call is said above. Without a
 * running loop, or in a plain callback, where nobody could wait, the function is not called.
 *
 * @param func  the function
 * @param user_data  what it gets
 * @param user_data_destroy  (nullable): frees @p user_data, as for asyncio_loop_run_in_default_executor()
 * @param value_destroy  (nullable): frees the value that the function returns, if that cannot be given to the caller
 * @param error  what the function raised, also SystemExit and KeyboardInterrupt; CancelledError; RuntimeError as for
 *   asyncio_loop_run_in_default_executor(), "no running event loop", or when called outside a coroutine
 * @return (transfer full) (nullable): the function's value
 */
ASYNCIO_SUSPENDS gpointer asyncio_to_thread (AsyncioExecutorFunc   func,
                                             gpointer              user_data,
                                             GDestroyNotify        user_data_destroy,
                                             GDestroyNotify        value_destroy,
                                             GError              **error);

/**
 * Part C. The same, not awaited yet: `asyncio.to_thread(func)`, to be given to a task, to gather() and so on.
 *
 * Nothing happens before the coroutine runs: no thread is asked, and the context is the one of that moment. If it never runs,
 * @p user_data is freed with the coroutine.
 *
 * @param func  as for asyncio_to_thread()
 * @param user_data  as for asyncio_to_thread()
 * @param user_data_destroy  (nullable): as for asyncio_to_thread()
 * @param value_destroy  (nullable): frees the value of the coroutine, or of its task
 * @return (transfer floating): a coroutine called "to_thread"
 */
AsyncioCoroutine *asyncio_to_thread_coroutine (AsyncioExecutorFunc  func,
                                               gpointer             user_data,
                                               GDestroyNotify       user_data_destroy,
                                               GDestroyNotify       value_destroy);

G_END_DECLS
