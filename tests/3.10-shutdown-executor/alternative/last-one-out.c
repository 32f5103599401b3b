/* SPDX-License-Identifier: MIT */

/*
 * An alternative solution of lab 3.10 in which the helper and the loop share one word, an atomic state, and a timer of its own
 * ends the wait when its time is over. Who finds that the other one has gone cleans up.
 */

#include "shutdown.h"

#include <asyncio/base-events-private.h>
#include <asyncio/coroutines-private.h>
#include <asyncio/locks-private.h>

enum
{
  BOTH,    /* somebody waits, and the helper is at it */
  ONE,     /* one of the two has gone */
};

typedef struct
{
  gint state;                /* atomic */
  AsyncioLoop *loop;         /* (owned) */
  AsyncioExecutor *executor; /* (owned) */

  /* The loop's thread only. */
  AsyncioFuture *waiter; /* (unowned) (nullable): in the frame of who waits */
  gboolean is_over;      /* the helper has reported */
} Meeting;

static void
meeting_leave (gpointer data)
{
  Meeting *self = data;

  if (g_atomic_int_compare_and_exchange (&self->state, BOTH, ONE))
    return;

  asyncio_executor_unref (self->executor);
  asyncio_loop_unref (self->loop);
  g_free (self);
}

static void
wake_waiter (Meeting *self)
{
  if (self->waiter != NULL && !asyncio_future_done (self->waiter))
    (void) asyncio_future_set_result (self->waiter, NULL, NULL, NULL);
}

static void
on_report (gpointer   user_data,
           GError   **error)
{
  Meeting *self = user_data;

  (void) error;
  self->loop->n_owed--;
  self->is_over = TRUE;
  wake_waiter (self);
}

static void
on_timeout (gpointer   user_data,
            GError   **error)
{
  (void) error;
  wake_waiter (user_data);
}

static gpointer
helper_main (gpointer data)
{
  Meeting *self = data;
  g_autoptr (AsyncioLoop) loop = asyncio_loop_ref (self->loop);

  asyncio_executor_shutdown (self->executor, TRUE);
  (void) asyncio_loop_call_soon_threadsafe (loop, on_report, self, meeting_leave, NULL);

  return NULL;
}

static gboolean
meet (Meeting  *self,
      double    timeout,
      GError  **error)
{
  g_autoptr (AsyncioFuture) waiter = asyncio_loop_create_future (self->loop);
  g_autoptr (AsyncioHandle) timer = NULL;
  g_autoptr (GError) raised = NULL;

  if (timeout != ASYNCIO_NO_TIMEOUT)
    {
      AsyncioHandle *handle = asyncio_loop_call_later (self->loop, timeout, on_timeout, self, NULL, error);

      if (handle == NULL)
        return FALSE;
      timer = asyncio_handle_ref (handle);
    }

  self->waiter = waiter;
  asyncio_await (waiter, &raised);
  self->waiter = NULL;
  if (timer != NULL)
    asyncio_handle_cancel (timer);

  if (raised != NULL)
    {
      g_propagate_error (error, g_steal_pointer (&raised));
      return FALSE;
    }

  if (!self->is_over)
    g_log ("asyncio", G_LOG_LEVEL_WARNING, "The executor did not finishing joining its threads within %g seconds.", timeout);

  return TRUE;
}

gboolean
asyncio_loop_shutdown_default_executor_with_timeout (AsyncioLoop  *loop,
                                                     double        timeout,
                                                     GError      **error)
{
  g_autoptr (GThread) thread = NULL;
  Meeting *self;
  gboolean succeeded;

  if (!asyncio_coroutine_check_inside (error))
    return FALSE;

  loop->executor_shutdown_called = TRUE;
  if (loop->default_executor == NULL)
    return TRUE;

  self = g_new (Meeting, 1);
  *self = (Meeting) { BOTH, asyncio_loop_ref (loop), asyncio_executor_ref (loop->default_executor), NULL, FALSE };
  thread = g_thread_try_new ("helper", helper_main, self, NULL);
  if (thread == NULL)
    {
      g_set_error_literal (error, ASYNCIO_ERROR, ASYNCIO_ERROR_RUNTIME, "can't start new thread");
      meeting_leave (self);
      meeting_leave (self);
      return FALSE;
    }

  loop->n_owed++;
  succeeded = meet (self, timeout, error);
  meeting_leave (self);

  return succeeded;
}

gboolean
asyncio_loop_shutdown_default_executor (AsyncioLoop  *loop,
                                        GError      **error)
{
  return asyncio_loop_shutdown_default_executor_with_timeout (loop, ASYNCIO_NO_TIMEOUT, error);
}

static gpointer
coroutine_body (gpointer   loop,
                GError   **error)
{
  asyncio_loop_shutdown_default_executor (loop, error);

  return NULL;
}

AsyncioCoroutine *
asyncio_loop_shutdown_default_executor_coroutine (AsyncioLoop *loop)
{
  return asyncio_coroutine_new (coroutine_body, asyncio_loop_ref (loop), (GDestroyNotify) asyncio_loop_unref);
}

/* What there is as a coroutine can be awaited as one. */
gpointer
asyncio_shutdown_default_executor_step (gpointer   user_data,
                                        GError   **error)
{
  AsyncioLoop *loop = asyncio_get_running_loop (error);

  (void) user_data;

  return loop != NULL ? asyncio_await (asyncio_loop_shutdown_default_executor_coroutine (loop), error) : NULL;
}

AsyncioLoop *
asyncio_loop_bound_get_loop_on_first_use (AsyncioLoopBound  *self,
                                          GError           **error)
{
  static GRecMutex all;
  AsyncioLoop *loop = asyncio_get_running_loop (error);
  gboolean is_bound_elsewhere;
  char *repr;

  if (loop == NULL)
    return NULL;

  g_rec_mutex_lock (&all);
  if (self->loop == NULL)
    self->loop = asyncio_loop_ref (loop);
  is_bound_elsewhere = self->loop != loop;
  g_rec_mutex_unlock (&all);

  if (!is_bound_elsewhere)
    return loop;

  repr = self->repr (self);
  g_set_error (error, ASYNCIO_ERROR, ASYNCIO_ERROR_RUNTIME, "%s is bound to a different event loop", repr);
  g_free (repr);

  return NULL;
}
