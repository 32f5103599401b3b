/* SPDX-License-Identifier: MIT */

/*
 * Running a loop: run_forever() and run_until_complete() of Lib/asyncio/base_events.py.
 *
 * A thread runs one loop at a time. What runs is the loop's main context, and with it whatever else lives there; it goes on
 * until stop() was called, or until somebody raised what ends a program.
 */

#include "base-events-private.h"

#include "futures-private.h"
#include "thread-state-private.h"

#include <asyncio/exceptions.h>

gboolean
asyncio_loop_check_may_run (AsyncioLoop  *self,
                            GError      **error)
{
  if (!asyncio_loop_check_closed (self, error))
    return FALSE;

  if (asyncio_loop_is_running (self))
    {
      g_set_error_literal (error, ASYNCIO_ERROR, ASYNCIO_ERROR_RUNTIME, "This event loop is already running");
      return FALSE;
    }

  if (asyncio_get_running_loop (NULL) != NULL)
    {
      g_set_error_literal (error, ASYNCIO_ERROR, ASYNCIO_ERROR_RUNTIME,
                           "Cannot run the event loop while another loop is running");
      return FALSE;
    }

  return TRUE;
}

void
asyncio_loop_begin_running (AsyncioLoop      *self,
                            AsyncioLoopOuter *outer)
{
  AsyncioThreadState *thread = asyncio_thread_state ();

  asyncio_loop_ref (self);
  outer->loop = thread->running_loop;
  /* A coroutine that is driven by hand may run a loop. What the loop calls is not inside that coroutine. */
  outer->coroutine = g_steal_pointer (&thread->current_coroutine);
  self->thread = g_thread_self ();
  asyncio_set_running_loop (self);
  g_main_context_push_thread_default (self->context);
}

void
asyncio_loop_end_running (AsyncioLoop            *self,
                          const AsyncioLoopOuter *outer)
{
  g_main_context_pop_thread_default (self->context);
  asyncio_thread_state ()->current_coroutine = outer->coroutine;
  asyncio_set_running_loop (outer->loop);
  self->thread = NULL;
  self->stopping = FALSE;
  self->stopped = FALSE;
  asyncio_loop_unref (self);
}

gboolean
asyncio_loop_run_forever (AsyncioLoop  *loop,
                          GError      **error)
{
  AsyncioLoopOuter outer;

  g_return_val_if_fail (loop != NULL, FALSE);

  if (!asyncio_loop_check_may_run (loop, error))
    return FALSE;

  asyncio_loop_ref (loop);
  asyncio_loop_begin_running (loop, &outer);
  while (!asyncio_loop_must_leave (loop))
    g_main_context_iteration (loop->context, TRUE);
  asyncio_loop_end_running (loop, &outer);

  if (loop->leaving != NULL)
    {
      g_propagate_error (error, g_steal_pointer (&loop->leaving));
      asyncio_loop_unref (loop);
      return FALSE;
    }

  asyncio_loop_unref (loop);
  return TRUE;
}

static void
stop_when_done (AsyncioFuture  *future,
                gpointer        user_data,
                GError        **error)
{
  (void) error;

  /* KeyboardInterrupt and SystemExit are on their way out already: stop() would stay for
   * the next run. */
  if (!asyncio_future_cancelled (future))
    {
      const GError *exception = asyncio_future_peek_exception (future);

      if (exception != NULL && asyncio_error_ends_loop (exception))
        return;
    }

  asyncio_loop_stop (user_data);
}

gpointer
asyncio_loop_run_until_complete (AsyncioLoop  *loop,
                                 gpointer      awaitable,
                                 GError      **error)
{
  gboolean is_new_task = !asyncio_isfuture (awaitable);
  g_autoptr (AsyncioFuture) future = NULL;
  gboolean stopped;

  g_return_val_if_fail (loop != NULL, NULL);

  awaitable = asyncio_iscoroutine (awaitable) ? asyncio_ref_sink (awaitable) : awaitable;
  if (asyncio_loop_check_may_run (loop, error))
    future = asyncio_ensure_future_in (loop, awaitable, error);
  if (asyncio_iscoroutine (awaitable))
    asyncio_unref (awaitable);
  if (future == NULL)
    return NULL;

  if (is_new_task)
    asyncio_task_set_log_destroy_pending ((AsyncioTask *) future, FALSE);

  asyncio_future_add_done_callback (future, stop_when_done, loop, NULL);
  stopped = asyncio_loop_run_forever (loop, error);
  asyncio_future_remove_done_callback (future, stop_when_done, loop);

  if (!stopped)
    {
      /* The error is on its way to the caller, who has no other way to the task. */
      if (is_new_task && asyncio_future_done (future) && !asyncio_future_cancelled (future))
        (void) asyncio_future_exception (future, NULL);
      return NULL;
    }

  if (!asyncio_future_done (future))
    {
      g_set_error_literal (error, ASYNCIO_ERROR, ASYNCIO_ERROR_RUNTIME,
                           "Event loop stopped before Future completed.");
      return NULL;
    }

  return is_new_task ? asyncio_future_steal_result (future, error) : asyncio_future_result (future, error);
}

void
asyncio_loop_stop (AsyncioLoop *loop)
{
  g_return_if_fail (loop != NULL);

  loop->stopping = TRUE;
}

gboolean
asyncio_loop_is_running (AsyncioLoop *loop)
{
  g_return_val_if_fail (loop != NULL, FALSE);

  return loop->thread != NULL;
}
