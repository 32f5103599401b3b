/* SPDX-License-Identifier: MIT */

/*
 * wait_for() of Lib/asyncio/tasks.py: awaiting, but not for ever.
 *
 * No function of asyncio was rewritten as often. When the time is over, or when the waiting task
 * is cancelled, what is waited for must be cancelled; but to cancel is to ask, and so there are questions:
 *
 *                                        3.6        3.7        3.8        3.9 ... 3.11   3.12
 *     after the timeout: wait for it?    no         yes        yes        yes            yes
 *     what it then gives or raises       is lost    is lost    is lost    comes out      comes out
 *     after a cancel: wait for it?       no         no         yes        yes            yes
 *     cancelled when it is just done     cancelled  cancelled  the value  the value      cancelled
 *
 * Up to 3.11 a second task runs the coroutine, and a waiter of our own tells of its end or of the end of
 * the time. Since 3.12 there is only the caller's task: it awaits the coroutine itself, and the timer
 * cancels it. It takes such a cancel for a timeout if nobody else has cancelled the task as well, and that is
 * why a task counts how often it was cancelled.
 */

#include "tasks-private.h"

#include "base-events-private.h"
#include "coroutines-private.h"

#include <asyncio/exceptions.h>
#include <asyncio/versions.h>

static void
set_timeout_error (GError **error)
{
  g_set_error_literal (error, ASYNCIO_ERROR, ASYNCIO_ERROR_TIMEOUT, "");
}

/* Gives up a coroutine that was to be taken over. */
static void
drop_awaitable (gpointer awaitable)
{
  if (asyncio_iscoroutine (awaitable))
    asyncio_unref (asyncio_ref_sink (awaitable));
}

/* --- Up to 3.11: a future and a waiter ----------------------------------------------- */

/* Waits until a future is done or a time is over. FALSE if the wait itself was interrupted. */
static gboolean
await_done (AsyncioFuture  *future,
            double          timeout,
            GError        **error)
{
  g_autoptr (AsyncioFuture) waiter = asyncio_loop_create_future (future->loop);
  gboolean released;

  asyncio_future_add_done_callback (future, asyncio_waiter_on_done, asyncio_ref (waiter), asyncio_unref);
  released = asyncio_waiter_await (waiter, timeout, error);
  asyncio_future_remove_done_callback (future, asyncio_waiter_on_done, waiter);

  return released;
}

/* _cancel_and_wait() */
static gboolean
cancel_and_wait (AsyncioFuture  *future,
                 GError        **error)
{
  g_autoptr (AsyncioFuture) waiter = asyncio_loop_create_future (future->loop);
  gboolean released;

  asyncio_future_add_done_callback (future, asyncio_waiter_on_done, asyncio_ref (waiter), asyncio_unref);
  (void) asyncio_future_cancel (future);
  released = asyncio_waiter_await (waiter, ASYNCIO_NO_TIMEOUT, error);
  asyncio_future_remove_done_callback (future, asyncio_waiter_on_done, waiter);

  return released;
}

/* Whether what was cancelled has ended so. A gather() that is cancelled is not cancelled in the end, it has failed, with CancelledError; so
 * the question is what asking for the result raises, and it counts as having asked. */
static gboolean
ended_by_cancel (AsyncioFuture *future)
{
  g_autoptr (GError) raised = NULL;

  (void) asyncio_future_result (future, &raised);

  return asyncio_error_is_cancelled (raised);
}

/* There is no time at all. TRUE if the future's result is to be given. */
static gboolean
try_without_time (AsyncioFuture  *future,
                  GError        **error)
{
  if (asyncio_future_done (future))
    return TRUE;

  if (!asyncio_version_rules.wait_for_zero_awaits_cleanup)
    (void) asyncio_future_cancel (future);
  else if (!cancel_and_wait (future, error))
    return FALSE;
  else if (!ended_by_cancel (future) &&
           (asyncio_version_rules.wait_for_gives_late_result || asyncio_future_exception (future, NULL) != NULL))
    return TRUE;

  set_timeout_error (error);
  return FALSE;
}

/* The time is over. TRUE if the future's result is to be given. If the wait for the end is interrupted,
 * the interruption is what comes out. */
static gboolean
give_up (AsyncioFuture  *future,
         GError        **error)
{
  if (!asyncio_version_rules.wait_for_awaits_cleanup)
    (void) asyncio_future_cancel (future);
  else if (!cancel_and_wait (future, error))
    return FALSE;
  else if (asyncio_version_rules.wait_for_gives_late_result && !ended_by_cancel (future))
    return TRUE;

  set_timeout_error (error);
  return FALSE;
}

/* The wait was interrupted. TRUE if the future's result is to be given. interruption: (transfer full) */
static gboolean
give_way (AsyncioFuture  *future,
          GError         *interruption,
          GError        **error)
{
  /* A coroutine that is closed is no reason to cancel what it waited for. */
  if (asyncio_error_is_cancelled (interruption))
    {
      if (asyncio_future_done (future) && asyncio_version_rules.wait_for_result_beats_cancel)
        {
          g_error_free (interruption);
          return TRUE;
        }

      if (!asyncio_version_rules.wait_for_cancelled_awaits_cleanup)
        {
          (void) asyncio_future_cancel (future);
        }
      else if (!cancel_and_wait (future, error))
        {
          g_error_free (interruption);
          return FALSE;
        }
    }

  g_propagate_error (error, interruption);
  return FALSE;
}

static gboolean
await_in_time (AsyncioFuture  *future,
               double          timeout,
               GError        **error)
{
  GError *interruption = NULL;

  if (!await_done (future, timeout, &interruption))
    return give_way (future, interruption, error);

  return asyncio_future_done (future) || give_up (future, error);
}

/* A future for the awaitable, then the wait, with time or without. */
static gpointer
wait_for_future (gpointer   awaitable,
                 double     timeout,
                 gboolean   without_time,
                 GError   **error)
{
  g_autoptr (AsyncioFuture) future = NULL;
  gboolean is_new_task = asyncio_iscoroutine (awaitable);
  AsyncioLoop *loop = asyncio_coroutine_check_inside (error) ? asyncio_get_event_loop (error) : NULL;

  if (loop == NULL)
    {
      drop_awaitable (awaitable);
      return NULL;
    }

  future = asyncio_ensure_future_in (loop, awaitable, error);
  if (future == NULL ||
      !(without_time ? try_without_time (future, error) : await_in_time (future, timeout, error)))
    return NULL;

  return is_new_task ? asyncio_future_steal_result (future, error) : asyncio_future_result (future, error);
}

/* --- Since 3.12: a timeout block --------------------------------------------------------- */

/* asyncio.timeouts.Timeout, as far as it is needed here. The timer may outlive the caller's stack, so it is counted. */
typedef struct
{
  AsyncioTask *task;
  guint cancelling; /* how often the task was cancelled before */
  gboolean expired;
} TimeoutBlock;

static void
timeout_block_clear (gpointer data)
{
  TimeoutBlock *self = data;

  asyncio_unref (self->task);
}

static void
timeout_block_unref (gpointer data)
{
  g_rc_box_release_full (data, timeout_block_clear);
}

static void
on_timeout (gpointer   user_data,
            GError   **error)
{
  TimeoutBlock *self = user_data;

  (void) error;

  (void) asyncio_task_cancel (self->task);
  self->expired = TRUE;
}

/* Timeout.__aenter__. Returns (transfer full) (nullable) */
static TimeoutBlock *
timeout_block_enter (double          timeout,
                     AsyncioHandle **timer,
                     GError        **error)
{
  AsyncioLoop *loop = asyncio_coroutine_check_inside (error) ? asyncio_get_running_loop (error) : NULL;
  TimeoutBlock *self;

  if (loop == NULL)
    return NULL;
  if (loop->current_task == NULL)
    {
      g_set_error_literal (error, ASYNCIO_ERROR, ASYNCIO_ERROR_RUNTIME, "Timeout should be used inside a task");
      return NULL;
    }

  self = g_rc_box_new0 (TimeoutBlock);
  self->task = asyncio_ref (loop->current_task);
  self->cancelling = self->task->num_cancels_requested;
  if (timeout == ASYNCIO_NO_TIMEOUT)
    return self;

  *timer = asyncio_loop_call_later (loop, timeout, on_timeout, g_rc_box_acquire (self), timeout_block_unref, error);
  if (*timer == NULL)
    {
      timeout_block_unref (self);
      return NULL;
    }
  asyncio_handle_ref (*timer);

  return self;
}

/* Timeout.__aexit__. Takes the timer's cancel back; if nobody else has cancelled the task, it was a timeout. */
static void
timeout_block_exit (TimeoutBlock  *self,
                    AsyncioHandle *timer,
                    GError       **raised)
{
  if (timer != NULL)
    asyncio_handle_cancel (timer);
  if (!self->expired)
    return;

  if (self->task->num_cancels_requested > 0)
    self->task->num_cancels_requested--;
  if (self->task->num_cancels_requested <= self->cancelling && asyncio_error_is_cancelled (*raised))
    {
      g_clear_error (raised);
      set_timeout_error (raised);
    }
}

static gpointer
await_in_timeout_block (gpointer   awaitable,
                        double     timeout,
                        GError   **error)
{
  g_autoptr (AsyncioHandle) timer = NULL;
  g_autoptr (GError) raised = NULL;
  TimeoutBlock *block = timeout_block_enter (timeout, &timer, error);
  gpointer value;

  if (block == NULL)
    {
      drop_awaitable (awaitable);
      return NULL;
    }

  value = asyncio_await (awaitable, &raised);
  timeout_block_exit (block, timer, &raised);
  timeout_block_unref (block);

  if (raised == NULL)
    return value;

  g_propagate_error (error, g_steal_pointer (&raised));
  return NULL;
}

/* --- wait_for ---------------------------------------------------------------------------- */

gpointer
asyncio_wait_for (gpointer   awaitable,
                  double     timeout,
                  GError   **error)
{
  if (timeout <= 0.0 && asyncio_version_rules.wait_for_zero_never_starts)
    return wait_for_future (awaitable, timeout, TRUE, error);

  if (asyncio_version_rules.wait_for_is_timeout_block)
    return await_in_timeout_block (awaitable, timeout, error);

  if (timeout == ASYNCIO_NO_TIMEOUT)
    return asyncio_await (awaitable, error);

  return wait_for_future (awaitable, timeout, FALSE, error);
}
