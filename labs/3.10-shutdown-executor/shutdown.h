/* SPDX-License-Identifier: MIT */
#pragma once

/**
 * @file
 * Lab 3.10: `loop.shutdown_default_executor()` (`Lib/asyncio/base_events.py`), and which loop a lock belongs to
 * (`Lib/asyncio/mixins.py`). What the functions must do; the work is in shutdown.c.
 *
 * CPython has had `shutdown_default_executor()` since 3.9, and its timeout since 3.12. Here all of it is lab 3.10. What is
 * truly 3.10's is the second half: locks and queues belong to the loop in which somebody first waits.
 */

#include <asyncio/asyncio.h>

G_BEGIN_DECLS

/** The head of every lock and queue, `_LoopBoundMixin` (asyncio/locks-private.h). */
typedef struct _AsyncioLoopBound AsyncioLoopBound;

/**
 * Part A. Waits until the threads of the loop's default executor have done all that was given to them, and have ended,
 * `await loop.shutdown_default_executor()`.
 *
 * From the first moment on the loop has no default executor for anybody any more: AsyncioLoop::executor_shutdown_called is
 * set, and asyncio_loop_get_default_executor() refuses, for good. Work that runs or is queued is done; nothing is cancelled,
 * and what it gives or raises goes to its own futures. Meanwhile the loop runs. Other executors are none of its business, also
 * one that was the default before.
 *
 * An executor that was never made is not made for this: then it returns at once, in the same turn and without any thread. To
 * call it again, or in several tasks at a time, is harmless; each waits until all is done.
 *
 * If the waiting task is cancelled, this ends at once, as in CPython 3.13. (Up to 3.12 CPython waits for the threads then with
 * the whole loop.) The work goes on, and when it is done nothing is left of the wait, in whatever state the loop is then:
 * running, closed, or freed.
 *
 * While the helper thread waits, the loop is *owed* something (AsyncioLoop::n_owed): virtual time stands still, and to wait
 * with nothing else to do is no deadlock.
 *
 * @param loop  the loop that runs
 * @param error  CancelledError; RuntimeError "await outside a coroutine", "can't start new thread"
 * @return TRUE, or FALSE with an error
 */
ASYNCIO_SUSPENDS gboolean asyncio_loop_shutdown_default_executor (AsyncioLoop  *loop,
                                                                  GError      **error);

/**
 * Part B. The loop in which to wait for a lock, an event, a queue, ...: `_LoopBoundMixin._get_loop()` of Python 3.10.
 *
 * It is the loop that runs in this thread. Who asks first binds the object to his loop, for ever. Who asks in another loop
 * gets an error. Threads that each run a loop of their own may ask at the same time, and then one of them was first.
 *
 * The core asks this before each wait and at no other time (asyncio_loop_bound_get_loop()).
 *
 * @param self  the head of the object. It owns a reference to its loop, which asyncio_loop_bound_clear() gives up
 * @param error  RuntimeError "no running event loop", and the object stays as it was; RuntimeError "OBJECT is bound to a
 *   different event loop", where OBJECT is what AsyncioLoopBound::repr makes of it
 * @return (transfer none) (nullable): the loop; NULL with an error
 */
AsyncioLoop *asyncio_loop_bound_get_loop_on_first_use (AsyncioLoopBound  *self,
                                                       GError           **error);

/**
 * Part C. asyncio_loop_shutdown_default_executor() as a coroutine object, for a task or asyncio_loop_run_until_complete().
 *
 * Nothing happens before its first step.
 *
 * @param loop  the loop that will run it; the coroutine holds a reference
 * @return (transfer floating): a new coroutine
 */
AsyncioCoroutine *asyncio_loop_shutdown_default_executor_coroutine (AsyncioLoop *loop);

/**
 * Part C. The clean-up step of `asyncio.run()`: the body of a coroutine that shuts down the default executor of the loop that
 * runs.
 *
 * It is what asyncio_loop_run_cleanup_steps() finds in asyncio_version_rules since 3.10. How long it waits is a rule, too
 * (AsyncioVersionRules::thread_join_timeout): in 3.10 and 3.11 as long as it takes, since 3.12 for 300 seconds at most.
 *
 * @param user_data  nothing
 * @param error  as for asyncio_loop_shutdown_default_executor()
 * @return NULL
 */
gpointer asyncio_shutdown_default_executor_step (gpointer   user_data,
                                                 GError   **error);

/**
 * Part D. asyncio_loop_shutdown_default_executor() that gives up after some time,
 * `await loop.shutdown_default_executor(timeout)` of Python 3.12, as 3.13 mended it.
 *
 * To give up is no error: it logs a warning and returns TRUE, and the threads go on. The warning is of the domain "asyncio",
 * as all of the core's, and CPython's letter for letter: "The executor did not finishing joining its threads within SECONDS
 * seconds.", with SECONDS printed by "%g".
 *
 * @param loop  the loop that runs
 * @param timeout  seconds, or #ASYNCIO_NO_TIMEOUT
 * @param error  as for asyncio_loop_shutdown_default_executor()
 * @return TRUE, or FALSE with an error
 */
ASYNCIO_SUSPENDS gboolean asyncio_loop_shutdown_default_executor_with_timeout (AsyncioLoop  *loop,
                                                                               double        timeout,
                                                                               GError      **error);

G_END_DECLS
