/* SPDX-License-Identifier: MIT */

/*
 * Futures for threads (Lib/concurrent/futures/_base.py).
 *
 *        PENDING ──set_running_or_notify_cancel──> RUNNING ──set_result, set_exception──> FINISHED
 *           └───────────cancel──────────> CANCELLED ──set_running_or_notify_cancel──> CANCELLED_AND_NOTIFIED
 *
 * One lock guards everything, and a condition tells those who block. Whoever moves the state away from
 * PENDING has the work: the thread that begins with it, or the one that cancels it. Callbacks are called
 * without the lock, as they may ask the future, or add further ones: the list is taken away in the same moment in which
 * the state becomes a final one, so a callback either is in the list then or finds the future done.
 */

#include "futures-concurrent-private.h"

#include "thread-state-private.h"

#include <asyncio/base-events.h>
#include <asyncio/exceptions.h>
#include <asyncio/tasks.h>

enum
{
  PENDING,
  RUNNING,
  CANCELLED,
  CANCELLED_AND_NOTIFIED,
  FINISHED,
};

static const char *const state_names[] = { "PENDING", "RUNNING", "CANCELLED", "CANCELLED_AND_NOTIFIED", "FINISHED" };
static const char *const state_texts[] = { "pending", "running", "cancelled", "cancelled", "finished" };

typedef struct
{
  AsyncioConcurrentFutureCallback func;
  gpointer user_data;
  GDestroyNotify destroy;
} Callback;

/* --- Life ---------------------------------------------------------------------- */

AsyncioConcurrentFuture *
asyncio_concurrent_future_new (void)
{
  AsyncioConcurrentFuture *self = g_new0 (AsyncioConcurrentFuture, 1);

  g_atomic_ref_count_init (&self->ref_count);
  g_mutex_init (&self->lock);
  g_cond_init (&self->changed);
  g_queue_init (&self->callbacks);
  self->state = PENDING;

  return self;
}

AsyncioConcurrentFuture *
asyncio_concurrent_future_new_fed (AsyncioLoop *feeder)
{
  AsyncioConcurrentFuture *self = asyncio_concurrent_future_new ();

  self->feeder = asyncio_loop_ref (feeder);

  return self;
}

AsyncioConcurrentFuture *
asyncio_concurrent_future_ref (AsyncioConcurrentFuture *future)
{
  g_return_val_if_fail (future != NULL, NULL);

  g_atomic_ref_count_inc (&future->ref_count);

  return future;
}

static void
callback_free (gpointer data)
{
  Callback *self = data;

  if (self->destroy != NULL)
    self->destroy (self->user_data);
  g_free (self);
}

/* NULL is Python's None: there is nothing to free. */
static void
free_value (gpointer       value,
            GDestroyNotify destroy)
{
  if (value != NULL && destroy != NULL)
    destroy (value);
}

void
asyncio_concurrent_future_unref (AsyncioConcurrentFuture *future)
{
  g_return_if_fail (future != NULL);

  if (!g_atomic_ref_count_dec (&future->ref_count))
    return;

  g_queue_clear_full (&future->callbacks, callback_free);
  free_value (future->value, future->value_destroy);
  g_clear_error (&future->exception);
  g_clear_pointer (&future->feeder, asyncio_loop_unref);
  g_mutex_clear (&future->lock);
  g_cond_clear (&future->changed);
  g_free (future);
}

/* --- Asking ------------------------------------------------------------------------ */

/* The lock is held. */
static gboolean
is_done (AsyncioConcurrentFuture *self)
{
  return self->state >= CANCELLED;
}

static guint
get_state (AsyncioConcurrentFuture *self)
{
  guint state;

  g_mutex_lock (&self->lock);
  state = self->state;
  g_mutex_unlock (&self->lock);

  return state;
}

gboolean
asyncio_concurrent_future_cancelled (AsyncioConcurrentFuture *future)
{
  guint state;

  g_return_val_if_fail (future != NULL, FALSE);

  state = get_state (future);

  return state == CANCELLED || state == CANCELLED_AND_NOTIFIED;
}

gboolean
asyncio_concurrent_future_running (AsyncioConcurrentFuture *future)
{
  g_return_val_if_fail (future != NULL, FALSE);

  return get_state (future) == RUNNING;
}

gboolean
asyncio_concurrent_future_done (AsyncioConcurrentFuture *future)
{
  g_return_val_if_fail (future != NULL, FALSE);

  return get_state (future) >= CANCELLED;
}

/* As Python's repr(). The lock is held. */
static char *
future_repr (AsyncioConcurrentFuture *self)
{
  g_autofree char *outcome = NULL;

  if (self->exception != NULL)
    outcome = g_strdup_printf (" raised %s", asyncio_error_get_name (self->exception));

  return g_strdup_printf ("<Future at %p state=%s%s>", (gpointer) self, state_texts[self->state],
                          outcome != NULL ? outcome : "");
}

/* Seconds from now, as g_cond_wait_until() wants it. */
static gint64
deadline_after (double timeout)
{
  gint64 now = g_get_monotonic_time ();
  double wait_us = MAX (timeout, 0.0) * G_USEC_PER_SEC;

  return wait_us < (double) (G_MAXINT64 - now) ? now + (gint64) wait_us : G_MAXINT64;
}

/* The lock is held, but not all the time. */
static void
wait_until_done (AsyncioConcurrentFuture *self,
                 double                   timeout)
{
  gint64 deadline = deadline_after (timeout);
  gboolean in_time = TRUE;

  g_mutex_unlock (&self->lock);
  asyncio_concurrent_future_waits (self, timeout != ASYNCIO_NO_TIMEOUT);
  g_mutex_lock (&self->lock);

  self->n_waiting++;
  while (!is_done (self) && in_time)
    {
      if (timeout == ASYNCIO_NO_TIMEOUT)
        g_cond_wait (&self->changed, &self->lock);
      else
        in_time = g_cond_wait_until (&self->changed, &self->lock, deadline);
    }
  self->n_waiting--;

  if (!is_done (self))
    {
      g_mutex_unlock (&self->lock);
      asyncio_concurrent_future_waits_no_more (self);
      g_mutex_lock (&self->lock);
    }
}

/* Waits until it is finished; an error if that is not to be. */
static gboolean
wait_for_outcome (AsyncioConcurrentFuture  *self,
                  double                    timeout,
                  GError                  **error)
{
  guint state;

  g_mutex_lock (&self->lock);
  if (!is_done (self) && timeout == ASYNCIO_NO_TIMEOUT && self->feeder != NULL &&
      asyncio_thread_state ()->running_loop == self->feeder)
    {
      g_mutex_unlock (&self->lock);
      g_set_error_literal (error, ASYNCIO_ERROR, ASYNCIO_ERROR_RUNTIME,
                           "deadlock: the loop that must make the future done would be blocked until it is");
      return FALSE;
    }
  if (!is_done (self) && timeout > 0)
    wait_until_done (self, timeout);
  state = self->state;
  g_mutex_unlock (&self->lock);

  if (state == FINISHED)
    return TRUE;

  g_set_error_literal (error, ASYNCIO_ERROR,
                       state >= CANCELLED ? ASYNCIO_ERROR_CANCELLED : ASYNCIO_ERROR_TIMEOUT, "");
  return FALSE;
}

gpointer
asyncio_concurrent_future_result (AsyncioConcurrentFuture  *future,
                                  double                    timeout,
                                  GError                  **error)
{
  g_return_val_if_fail (future != NULL, NULL);

  if (!wait_for_outcome (future, timeout, error))
    return NULL;

  if (future->exception != NULL)
    {
      g_propagate_error (error, g_error_copy (future->exception));
      return NULL;
    }

  return future->value;
}

const GError *
asyncio_concurrent_future_exception (AsyncioConcurrentFuture  *future,
                                     double                    timeout,
                                     GError                  **error)
{
  g_return_val_if_fail (future != NULL, NULL);

  return wait_for_outcome (future, timeout, error) ? future->exception : NULL;
}

gpointer
asyncio_concurrent_future_take_value (AsyncioConcurrentFuture *self,
                                      GDestroyNotify          *destroy)
{
  *destroy = self->value_destroy;

  return g_steal_pointer (&self->value);
}

/* --- Callbacks ---------------------------------------------------------------------- */

/* callback: (transfer full) */
static void
call_callback (AsyncioConcurrentFuture *self,
               Callback                *callback)
{
  g_autoptr (GError) error = NULL;

  callback->func (self, callback->user_data, &error);
  callback_free (callback);

  if (error != NULL)
    {
      g_autofree char *what = asyncio_error_to_string (error);
      g_autofree char *repr = NULL;

      g_mutex_lock (&self->lock);
      repr = future_repr (self);
      g_mutex_unlock (&self->lock);
      g_warning ("exception calling callback for %s: %s", repr, what);
    }
}

void
asyncio_concurrent_future_add_done_callback (AsyncioConcurrentFuture         *future,
                                             AsyncioConcurrentFutureCallback  callback,
                                             gpointer                         user_data,
                                             GDestroyNotify                   destroy)
{
  Callback *added;
  gboolean done;

  g_return_if_fail (future != NULL && callback != NULL);

  added = g_new (Callback, 1);
  *added = (Callback) { callback, user_data, destroy };

  g_mutex_lock (&future->lock);
  done = is_done (future);
  if (!done)
    g_queue_push_tail (&future->callbacks, added);
  g_mutex_unlock (&future->lock);

  if (done)
    call_callback (future, added);
}

/* --- Getting done ------------------------------------------------------------------- */

/* Makes the state a final one. The lock is held, and is not any more afterwards. */
static void
become_done_and_unlock (AsyncioConcurrentFuture *self,
                        guint                    state)
{
  GQueue callbacks = self->callbacks;
  Callback *callback;

  self->state = state;
  g_queue_init (&self->callbacks);

  /* GLib asks the kernel to wake even if nobody sleeps, and nobody does where a loop waits. */
  if (self->n_waiting > 0)
    g_cond_broadcast (&self->changed);

  /* Who waited may be quicker than the callbacks, and drop what would be the last reference. */
  asyncio_concurrent_future_ref (self);
  g_mutex_unlock (&self->lock);

  while ((callback = g_queue_pop_head (&callbacks)) != NULL)
    call_callback (self, callback);
  asyncio_concurrent_future_unref (self);
}

gboolean
asyncio_concurrent_future_cancel (AsyncioConcurrentFuture *future)
{
  guint state;

  g_return_val_if_fail (future != NULL, FALSE);

  g_mutex_lock (&future->lock);
  state = future->state;
  if (state == PENDING)
    become_done_and_unlock (future, CANCELLED);
  else
    g_mutex_unlock (&future->lock);

  return state != RUNNING && state != FINISHED;
}

gboolean
asyncio_concurrent_future_set_running_or_notify_cancel (AsyncioConcurrentFuture  *future,
                                                        GError                  **error)
{
  guint state;

  g_return_val_if_fail (future != NULL, FALSE);

  g_mutex_lock (&future->lock);
  state = future->state;
  if (state == PENDING)
    future->state = RUNNING;
  else if (state == CANCELLED)
    future->state = CANCELLED_AND_NOTIFIED;
  g_mutex_unlock (&future->lock);

  if (state != PENDING && state != CANCELLED)
    g_set_error_literal (error, ASYNCIO_ERROR, ASYNCIO_ERROR_RUNTIME, "Future in unexpected state");

  return state == PENDING;
}

/* Takes the lock if the future is not done. */
static gboolean
lock_if_not_done (AsyncioConcurrentFuture  *self,
                  GError                  **error)
{
  g_autofree char *repr = NULL;

  g_mutex_lock (&self->lock);
  if (!is_done (self))
    return TRUE;

  repr = future_repr (self);
  g_set_error (error, ASYNCIO_ERROR, ASYNCIO_ERROR_INVALID_STATE, "%s: %s", state_names[self->state], repr);
  g_mutex_unlock (&self->lock);

  return FALSE;
}

gboolean
asyncio_concurrent_future_set_result (AsyncioConcurrentFuture  *future,
                                      gpointer                  value,
                                      GDestroyNotify            destroy,
                                      GError                  **error)
{
  g_return_val_if_fail (future != NULL, FALSE);

  if (!lock_if_not_done (future, error))
    {
      free_value (value, destroy);
      return FALSE;
    }

  future->value = value;
  future->value_destroy = destroy;
  become_done_and_unlock (future, FINISHED);

  return TRUE;
}

gboolean
asyncio_concurrent_future_set_exception (AsyncioConcurrentFuture  *future,
                                         GError                   *exception,
                                         GError                  **error)
{
  g_return_val_if_fail (future != NULL && exception != NULL, FALSE);

  if (!lock_if_not_done (future, error))
    {
      g_error_free (exception);
      return FALSE;
    }

  future->exception = exception;
  become_done_and_unlock (future, FINISHED);

  return TRUE;
}
