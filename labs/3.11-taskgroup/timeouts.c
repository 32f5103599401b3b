/* SPDX-License-Identifier: MIT */

/*
 * Timeouts as blocks, given (Lib/asyncio/timeouts.py).
 *
 * Up to Python 3.10 a time limit was a function around a coroutine, wait_for(), and a task of its own for it. A Timeout limits
 * the lines of a block, in the task that runs them:
 *
 *      enter: how many requests to cancel the task are there?     n
 *      the time is up: cancel the task                             n + 1, and a CancelledError on its way
 *      exit: take the request back. Is it n again?                 yes: it was ours alone, so it is a TimeoutError
 *                                                                  no: somebody else wants the task to end, and it must
 */

#include "timeouts.h"

#include "taskgroups.h"

typedef enum
{
  CREATED,
  ENTERED,
  EXPIRING,
  EXPIRED,
  EXITED,
} State;

static const char *const state_names[] = { "created", "active", "expiring", "expired", "finished" };

struct _AsyncioTimeout
{
  guint ref_count;
  State state;
  double when;            /* of the loop's clock; ASYNCIO_NO_TIMEOUT: never */
  AsyncioTask *task;      /* (owned) (nullable) who entered it */
  guint cancelling;       /* how many requests there were then */
  AsyncioHandle *handler; /* (owned) (nullable) the timer, which holds us */
};

AsyncioTimeout *
asyncio_timeout_at (double when)
{
  AsyncioTimeout *self = g_new0 (AsyncioTimeout, 1);

  self->ref_count = 1;
  self->when = when;

  return self;
}

AsyncioTimeout *
asyncio_timeout (double    delay,
                 GError  **error)
{
  AsyncioLoop *loop = asyncio_get_running_loop (error);

  return loop != NULL ? asyncio_timeout_at (asyncio_loop_time (loop) + delay) : NULL;
}

AsyncioTimeout *
asyncio_timeout_ref (AsyncioTimeout *timeout)
{
  g_return_val_if_fail (timeout != NULL, NULL);

  timeout->ref_count++;

  return timeout;
}

void
asyncio_timeout_unref (AsyncioTimeout *timeout)
{
  g_return_if_fail (timeout != NULL);

  if (--timeout->ref_count > 0)
    return;

  if (timeout->state == ENTERED || timeout->state == EXPIRING)
    g_warning ("a Timeout was entered and never left");

  g_clear_pointer (&timeout->task, asyncio_unref);
  g_free (timeout);
}

static void
unref (gpointer timeout)
{
  asyncio_timeout_unref (timeout);
}

double
asyncio_timeout_when (AsyncioTimeout *timeout)
{
  g_return_val_if_fail (timeout != NULL, ASYNCIO_NO_TIMEOUT);

  return timeout->when;
}

gboolean
asyncio_timeout_expired (AsyncioTimeout *timeout)
{
  g_return_val_if_fail (timeout != NULL, FALSE);

  return timeout->state == EXPIRING || timeout->state == EXPIRED;
}

/* --- The timer -------------------------------------------------------------------------- */

static void
drop_timer (AsyncioTimeout *self)
{
  AsyncioHandle *handler = g_steal_pointer (&self->handler);

  if (handler == NULL)
    return;

  asyncio_handle_cancel (handler);
  asyncio_handle_unref (handler);
}

static void
on_timeout (gpointer   user_data,
            GError   **error)
{
  AsyncioTimeout *self = user_data;

  (void) error;

  (void) asyncio_task_cancel (self->task);
  self->state = EXPIRING;
  drop_timer (self);
}

static gboolean
set_timer (AsyncioTimeout  *self,
           double           when,
           GError         **error)
{
  AsyncioLoop *loop = asyncio_future_get_loop (ASYNCIO_FUTURE (self->task));
  AsyncioHandle *handler;

  self->when = when;
  drop_timer (self);
  if (when == ASYNCIO_NO_TIMEOUT)
    return TRUE;

  if (when <= asyncio_loop_time (loop))
    handler = asyncio_loop_call_soon (loop, on_timeout, asyncio_timeout_ref (self), unref, error);
  else
    handler = asyncio_loop_call_at (loop, when, on_timeout, asyncio_timeout_ref (self), unref, error);
  if (handler != NULL)
    self->handler = asyncio_handle_ref (handler);

  return handler != NULL;
}

gboolean
asyncio_timeout_reschedule (AsyncioTimeout  *timeout,
                            double           when,
                            GError         **error)
{
  g_return_val_if_fail (timeout != NULL, FALSE);

  if (timeout->state == ENTERED)
    return set_timer (timeout, when, error);

  if (timeout->state == CREATED)
    g_set_error_literal (error, ASYNCIO_ERROR, ASYNCIO_ERROR_RUNTIME, "Timeout has not been entered");
  else
    g_set_error (error, ASYNCIO_ERROR, ASYNCIO_ERROR_RUNTIME, "Cannot change state of %s Timeout", state_names[timeout->state]);

  return FALSE;
}

/* --- The block -------------------------------------------------------------------------- */

gboolean
asyncio_timeout_enter (AsyncioTimeout  *timeout,
                       GError         **error)
{
  AsyncioTask *task;

  g_return_val_if_fail (timeout != NULL, FALSE);

  if (timeout->state != CREATED)
    {
      g_set_error_literal (error, ASYNCIO_ERROR, ASYNCIO_ERROR_RUNTIME, "Timeout has already been entered");
      return FALSE;
    }

  if (asyncio_get_running_loop (error) == NULL)
    return FALSE;

  task = asyncio_current_task (NULL, NULL);
  if (task == NULL)
    {
      g_set_error_literal (error, ASYNCIO_ERROR, ASYNCIO_ERROR_RUNTIME, "Timeout should be used inside a task");
      return FALSE;
    }

  timeout->task = asyncio_ref (task);
  timeout->cancelling = asyncio_task_cancelling (task);
  timeout->state = ENTERED;

  return set_timer (timeout, timeout->when, error);
}

gboolean
asyncio_timeout_exit (AsyncioTimeout  *timeout,
                      GError          *exception,
                      GError         **error)
{
  g_autoptr (GError) raised = exception;

  g_return_val_if_fail (timeout != NULL, FALSE);

  if ((timeout->state != ENTERED && timeout->state != EXPIRING) || asyncio_current_task (NULL, NULL) != timeout->task)
    {
      g_set_error (error, ASYNCIO_ERROR, ASYNCIO_ERROR_RUNTIME, "Timeout is not active in this task: it is %s",
                   state_names[timeout->state]);
      return FALSE;
    }

  drop_timer (timeout);
  if (timeout->state == ENTERED)
    {
      timeout->state = EXITED;
    }
  else
    {
      timeout->state = EXPIRED;
      if (asyncio_task_uncancel (timeout->task) <= timeout->cancelling && asyncio_error_is_cancelled (raised))
        {
          g_clear_error (&raised);
          raised = g_error_new_literal (ASYNCIO_ERROR, ASYNCIO_ERROR_TIMEOUT, "");
        }
    }

  if (raised == NULL)
    return TRUE;

  g_propagate_error (error, g_steal_pointer (&raised));
  return FALSE;
}

gboolean
asyncio_timeout_run (AsyncioTimeout      *timeout,
                     AsyncioTimeoutBody   body,
                     gpointer             user_data,
                     GError             **error)
{
  g_autoptr (AsyncioTimeout) held = NULL;
  GError *raised = NULL;

  g_return_val_if_fail (timeout != NULL, FALSE);
  g_return_val_if_fail (body != NULL, FALSE);

  held = asyncio_timeout_ref (timeout);
  if (!asyncio_timeout_enter (timeout, error))
    return FALSE;

  body (timeout, user_data, &raised);

  return asyncio_timeout_exit (timeout, raised, error);
}
