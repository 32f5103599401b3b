/* SPDX-License-Identifier: MIT */

/*
 * An alternative solution of lab 3.9 that uses no atomic operation of its own: a call is a little state machine under a lock.
 *
 *        AT_WORK ──the thread has posted──> POSTED ──the loop has delivered──> OVER
 *           │                                  │
 *           └──────── cancelled, or its loop closed: ABANDONED, CANCELLED ──────┘
 *
 * It counts its holders under the same lock, and the last one frees it.
 */

#include "to-thread.h"

#include <asyncio/base-events-private.h>
#include <asyncio/coroutines-private.h>

typedef enum
{
  AT_WORK,
  POSTED,
  OVER,
  CANCELLED,
  ABANDONED,
} State;

typedef struct
{
  GMutex lock;
  guint n_holders; /* lock */
  State state;     /* lock */

  AsyncioLoop *loop;             /* constant */
  AsyncioConcurrentFuture *work; /* constant */
  AsyncioFuture *future;         /* the loop's thread only */
} Machine;

static void
machine_hold (Machine *self)
{
  g_mutex_lock (&self->lock);
  self->n_holders++;
  g_mutex_unlock (&self->lock);
}

static void
machine_let_go (gpointer data)
{
  Machine *self = data;
  gboolean is_last;

  g_mutex_lock (&self->lock);
  is_last = --self->n_holders == 0;
  g_mutex_unlock (&self->lock);

  if (is_last)
    {
      asyncio_concurrent_future_unref (self->work);
      asyncio_loop_unref (self->loop);
      g_mutex_clear (&self->lock);
      g_free (self);
    }
}

/* Goes from one state to another, if it is the one. Returns the state before. */
static State
machine_go (Machine *self,
            State    from,
            State    to)
{
  State before;

  g_mutex_lock (&self->lock);
  before = self->state;
  if (before == from)
    self->state = to;
  g_mutex_unlock (&self->lock);

  return before;
}

/* Posted to the loop. */
static void
take_delivery (gpointer   user_data,
               GError   **error)
{
  Machine *self = user_data;
  AsyncioFuture *future = self->future;
  const GError *exception;

  if (future == NULL || asyncio_future_done (future) || machine_go (self, POSTED, OVER) != POSTED)
    return;

  exception = asyncio_concurrent_future_exception (self->work, 0, NULL);
  if (exception == NULL)
    {
      GDestroyNotify destroy = NULL;
      gpointer value = asyncio_concurrent_future_take_value (self->work, &destroy);

      asyncio_future_set_result (future, value, destroy, error);
      return;
    }

  asyncio_future_set_exception (future, g_error_copy (exception), error);
}

/* In the thread. */
static void
work_ends (AsyncioConcurrentFuture  *work,
           gpointer                  user_data,
           GError                  **error)
{
  Machine *self = user_data;
  GError *refused = NULL;

  (void) work;

  /* A machine that was cancelled is not delivered, but as in Python the loop hears of it. */
  machine_go (self, AT_WORK, POSTED);
  machine_hold (self);
  asyncio_loop_call_soon_threadsafe (self->loop, take_delivery, self, machine_let_go, &refused);

  if (refused == NULL)
    return;

  g_mutex_lock (&self->lock);
  if (self->state == CANCELLED)
    g_clear_error (&refused);
  g_mutex_unlock (&self->lock);
  if (refused != NULL)
    g_propagate_error (error, refused);
}

/* In the loop. */
static void
future_ends (AsyncioFuture  *future,
             gpointer        user_data,
             GError        **error)
{
  Machine *self = user_data;

  (void) error;
  if (!asyncio_future_cancelled (future))
    return;

  g_mutex_lock (&self->lock);
  self->state = CANCELLED;
  g_mutex_unlock (&self->lock);
  asyncio_concurrent_future_cancel (self->work);
}

/* In the loop's thread. */
static void
future_goes (gpointer data)
{
  Machine *self = data;

  g_mutex_lock (&self->lock);
  if (self->state == AT_WORK || self->state == POSTED)
    self->state = asyncio_future_cancelled (self->future) ? CANCELLED : ABANDONED;
  g_mutex_unlock (&self->lock);

  g_clear_pointer (&self->future, asyncio_unref);
  machine_let_go (self);
}

AsyncioFuture *
asyncio_loop_run_in_default_executor (AsyncioLoop          *loop,
                                      AsyncioExecutorFunc   func,
                                      gpointer              user_data,
                                      GDestroyNotify        user_data_destroy,
                                      GDestroyNotify        value_destroy,
                                      GError              **error)
{
  AsyncioExecutor *pool;
  AsyncioFuture *future;
  Machine *self;

  if (!asyncio_loop_check_closed (loop, error) || (pool = asyncio_loop_get_default_executor (loop, error)) == NULL)
    {
      if (user_data_destroy != NULL)
        user_data_destroy (user_data);
      return NULL;
    }

  self = g_new0 (Machine, 1);
  self->work = asyncio_executor_submit (pool, func, user_data, user_data_destroy, value_destroy, error);
  if (self->work == NULL)
    {
      g_free (self);
      return NULL;
    }

  g_mutex_init (&self->lock);
  self->n_holders = 2; /* the callback of each future */
  self->loop = asyncio_loop_ref (loop);
  self->future = asyncio_loop_create_future (loop);

  /* Once the second callback is there the thread may be quicker than we are. */
  future = asyncio_ref (self->future);
  asyncio_future_add_done_callback (future, future_ends, self, future_goes);
  asyncio_concurrent_future_add_done_callback (self->work, work_ends, self, machine_let_go);

  return future;
}

/* --- to_thread -------------------------------------------------------------------------------- */

/* The same struct for the coroutine and for the thread, which counts who has it: they are never both at work on it. */
typedef struct
{
  AsyncioExecutorFunc func;
  gpointer user_data;
  GDestroyNotify user_data_destroy;
  GDestroyNotify value_destroy;
  AsyncioContextVars *context;
} Job;

static Job *
job_new (AsyncioExecutorFunc func,
         gpointer            user_data,
         GDestroyNotify      user_data_destroy,
         GDestroyNotify      value_destroy)
{
  Job *self = g_atomic_rc_box_new0 (Job);

  self->func = func;
  self->user_data = user_data;
  self->user_data_destroy = user_data_destroy;
  self->value_destroy = value_destroy;

  return self;
}

static void
job_drop_data (gpointer data)
{
  Job *self = data;
  GDestroyNotify destroy = self->user_data_destroy;

  self->user_data_destroy = NULL;
  if (destroy != NULL)
    destroy (self->user_data);
}

static void
job_clear (gpointer data)
{
  job_drop_data (data);
  g_clear_pointer (&((Job *) data)->context, asyncio_context_unref);
}

static void
job_release (gpointer data)
{
  g_atomic_rc_box_release_full (data, job_clear);
}

/* The pool gives up what it got: the data goes with it, though the coroutine may still have the job. */
static void
job_release_by_pool (gpointer data)
{
  job_drop_data (data);
  job_release (data);
}

static gpointer
job_do (gpointer   user_data,
        GError   **error)
{
  Job *self = user_data;

  return asyncio_context_run (self->context, self->func, self->user_data, error);
}

static gpointer
await_job (gpointer   user_data,
           GError   **error)
{
  Job *self = user_data;
  AsyncioLoop *loop = asyncio_get_running_loop (error);
  g_autoptr (AsyncioFuture) future = NULL;
  GError *raised = NULL;

  if (loop == NULL || !asyncio_coroutine_check_inside (error))
    return NULL;

  self->context = asyncio_copy_context ();
  future = asyncio_loop_run_in_default_executor (loop, job_do, g_atomic_rc_box_acquire (self), job_release_by_pool,
                                                 self->value_destroy, error);
  if (future == NULL)
    return NULL;

  (void) asyncio_await (future, &raised);
  if (raised == NULL)
    return asyncio_future_steal_result (future, error);

  g_propagate_error (error, raised);
  return NULL;
}

gpointer
asyncio_to_thread (AsyncioExecutorFunc   func,
                   gpointer              user_data,
                   GDestroyNotify        user_data_destroy,
                   GDestroyNotify        value_destroy,
                   GError              **error)
{
  Job *job = job_new (func, user_data, user_data_destroy, value_destroy);
  gpointer value = await_job (job, error);

  job_release (job);

  return value;
}

AsyncioCoroutine *
asyncio_to_thread_coroutine (AsyncioExecutorFunc func,
                             gpointer            user_data,
                             GDestroyNotify      user_data_destroy,
                             GDestroyNotify      value_destroy)
{
  Job *job = job_new (func, user_data, user_data_destroy, value_destroy);

  return asyncio_coroutine_new_full (await_job, job, job_release, value_destroy, "to_thread", G_STRLOC);
}
