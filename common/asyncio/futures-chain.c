/* SPDX-License-Identifier: MIT */

/*
 * The bridge between a loop's futures and concurrent ones (_chain_future() of Lib/asyncio/futures.py).
 *
 *      wrap_future: concurrent future ──gets done, in any thread──> call_soon_threadsafe ──> future of the loop
 *                          ^── cancel() ──────────────────────────────── is cancelled ───────┘
 *
 *      run_coroutine_threadsafe: task ──gets done, in its loop──> concurrent future
 *                                 ^── call_soon_threadsafe ── is cancelled ──┘
 *
 * A loop's future belongs to the loop's thread, so no other thread touches one. What goes from thread to thread is the chain,
 * which counts its references atomically, and of which the other thread uses no more than the loop.
 *
 * While a loop waits for a thread, virtual time stands still (n_owed): the order of events must not depend on how fast the
 * thread is. It waits for all that it has submitted to a pool, also if its program brings the outcome over by itself. But a
 * thread that itself waits for the loop is not at work, and the loop must not wait for it.
 */

#include "futures-concurrent-private.h"

#include "base-events-private.h"
#include "futures-private.h"
#include "thread-state-private.h"

#include <asyncio/exceptions.h>

struct _AsyncioChain
{
  gatomicrefcount ref_count;
  AsyncioLoop *loop;    /* (owned) */
  gboolean takes_value; /* nobody else has the concurrent future */
  gboolean is_owed;     /* the loop's thread only: it counts among what the loop waits for */
  gint is_given_up;     /* atomic: the destination was cancelled */

  /* The loop's thread only. */
  AsyncioConcurrentFuture *source; /* (owned) (nullable) */
  AsyncioFuture *destination;      /* (owned) (nullable) */
  AsyncioChain *previous;          /* in the loop's list, which owns a reference */
  AsyncioChain *next;
};

/* --- From a concurrent future to the loop's ---------------------------------------------- */

static AsyncioChain *
chain_ref (AsyncioChain *self)
{
  g_atomic_ref_count_inc (&self->ref_count);

  return self;
}

static void
chain_unref (gpointer data)
{
  AsyncioChain *self = data;

  if (!g_atomic_ref_count_dec (&self->ref_count))
    return;

  asyncio_loop_unref (self->loop);
  g_free (self);
}

/* The loop waits for the source: while it does, virtual time stands still. Unless it does so already, who submitted it. */
static void
chain_link (AsyncioChain *self)
{
  AsyncioLoop *loop = self->loop;

  self->next = loop->chains;
  if (self->next != NULL)
    self->next->previous = self;
  loop->chains = chain_ref (self);

  g_mutex_lock (&self->source->lock);
  self->is_owed = self->source->expected_by != loop;
  if (self->is_owed)
    self->source->expected_by = loop;
  g_mutex_unlock (&self->source->lock);

  if (self->is_owed)
    loop->n_owed++;
}

static void
chain_unlink (AsyncioChain *self)
{
  AsyncioLoop *loop = self->loop;

  if (self->source == NULL)
    return;

  if (self->is_owed)
    asyncio_concurrent_future_stop_expecting (self->source, loop);

  if (self->previous != NULL)
    self->previous->next = self->next;
  else
    loop->chains = self->next;
  if (self->next != NULL)
    self->next->previous = self->previous;

  g_clear_pointer (&self->destination, asyncio_unref);
  g_clear_pointer (&self->source, asyncio_concurrent_future_unref);
  chain_unref (self);
}

void
asyncio_chain_list_abandon (AsyncioChain **head)
{
  while (*head != NULL)
    chain_unlink (*head);
}

/* _copy_future_state. The source is done. */
static void
copy_state (AsyncioChain             *self,
            AsyncioConcurrentFuture  *source,
            AsyncioFuture            *destination,
            GError                  **error)
{
  GDestroyNotify destroy = NULL;
  gpointer value;

  if (asyncio_future_cancelled (destination))
    return;

  if (asyncio_concurrent_future_cancelled (source))
    asyncio_future_cancel (destination);
  else if (source->exception != NULL)
    (void) asyncio_future_set_exception (destination, g_error_copy (source->exception), error);
  else
    {
      value = self->takes_value ? asyncio_concurrent_future_take_value (source, &destroy) : source->value;
      (void) asyncio_future_set_result (destination, value, destroy, error);
    }
}

/* In the loop: the source is done. */
static void
deliver (gpointer   user_data,
         GError   **error)
{
  AsyncioChain *self = user_data;
  g_autoptr (AsyncioConcurrentFuture) source = NULL;
  g_autoptr (AsyncioFuture) destination = NULL;

  if (self->source == NULL)
    return; /* the loop was closed */

  source = asyncio_concurrent_future_ref (self->source);
  destination = asyncio_ref (self->destination);
  chain_unlink (self);
  copy_state (self, source, destination, error);
}

/* _call_set_state. In the thread in which the source got done. */
static void
on_source_done (AsyncioConcurrentFuture  *source,
                gpointer                  user_data,
                GError                  **error)
{
  AsyncioChain *self = user_data;
  g_autoptr (GError) refused = NULL;

  (void) source;

  /* Nobody misses what a closed loop does not take, if it was cancelled. */
  if (!asyncio_loop_call_soon_threadsafe (self->loop, deliver, chain_ref (self), chain_unref, &refused) &&
      !g_atomic_int_get (&self->is_given_up))
    g_propagate_error (error, g_steal_pointer (&refused));
}

/* _call_check_cancel. In the loop. */
static void
on_destination_done (AsyncioFuture  *destination,
                     gpointer        user_data,
                     GError        **error)
{
  AsyncioChain *self = user_data;
  g_autoptr (AsyncioConcurrentFuture) source = NULL;

  (void) error;

  if (!asyncio_future_cancelled (destination))
    return;

  g_atomic_int_set (&self->is_given_up, TRUE);
  if (self->source == NULL)
    return;

  source = asyncio_concurrent_future_ref (self->source);
  asyncio_concurrent_future_cancel (source);
}

/* A future of the loop whose value another one owns. */
typedef struct
{
  AsyncioFuture parent;
  AsyncioConcurrentFuture *source; /* (owned) */
} WrappedFuture;

static void
wrapped_future_finalize (gpointer object)
{
  WrappedFuture *self = object;

  asyncio_future_report_unretrieved (&self->parent);
  asyncio_future_clear (&self->parent);
  asyncio_concurrent_future_unref (self->source);
  g_free (self);
}

static const AsyncioFutureClass wrapped_future_class = {
  .parent = {
    .kind = ASYNCIO_KIND_FUTURE,
    .finalize = wrapped_future_finalize,
    .repr = asyncio_future_repr,
  },
  .name = "Future",
  .cancel = asyncio_future_base_cancel,
};

static AsyncioFuture *
wrapped_future_new (AsyncioLoop             *loop,
                    AsyncioConcurrentFuture *source)
{
  WrappedFuture *self = g_new0 (WrappedFuture, 1);

  asyncio_future_init (&self->parent, &wrapped_future_class, loop);
  self->parent.value_is_shared = TRUE;
  self->source = asyncio_concurrent_future_ref (source);

  return &self->parent;
}

/* destination: (transfer none) */
static void
chain_concurrent (AsyncioConcurrentFuture *source,
                  AsyncioFuture           *destination,
                  AsyncioLoop             *loop,
                  gboolean                 takes_value)
{
  AsyncioChain *self = g_new0 (AsyncioChain, 1);

  g_atomic_ref_count_init (&self->ref_count);
  self->loop = asyncio_loop_ref (loop);
  self->takes_value = takes_value;
  self->source = asyncio_concurrent_future_ref (source);
  self->destination = asyncio_ref (destination);
  chain_link (self);

  asyncio_future_add_done_callback (destination, on_destination_done, chain_ref (self), chain_unref);
  asyncio_concurrent_future_add_done_callback (source, on_source_done, chain_ref (self), chain_unref);
  chain_unref (self);
}

AsyncioFuture *
asyncio_wrap_future_of_own (AsyncioConcurrentFuture  *future,
                            AsyncioLoop              *loop,
                            GError                  **error)
{
  AsyncioFuture *destination;

  if (!asyncio_loop_check_closed (loop, error))
    return NULL;

  destination = asyncio_loop_create_future (loop);
  chain_concurrent (future, destination, loop, TRUE);

  return destination;
}

AsyncioFuture *
asyncio_wrap_future (AsyncioConcurrentFuture  *future,
                     AsyncioLoop              *loop,
                     GError                  **error)
{
  AsyncioFuture *destination;

  g_return_val_if_fail (future != NULL, NULL);

  if (loop == NULL)
    loop = asyncio_get_event_loop (error);
  if (loop == NULL || !asyncio_loop_check_closed (loop, error))
    return NULL;

  destination = wrapped_future_new (loop, future);
  chain_concurrent (future, destination, loop, FALSE);

  return destination;
}

/* --- From a task to a concurrent future --------------------------------------------------- */

/* In the loop: the threads that were blocked are at work again. */
static void
owe_again (AsyncioConcurrentFuture *self)
{
  self->feeder->n_owed += self->n_blocked;
  self->feeder->n_impatient -= self->n_impatient;
  self->n_blocked = 0;
  self->n_impatient = 0;
}

/* _set_concurrent_future_state. In the loop. */
static void
on_task_done (AsyncioFuture  *task,
              gpointer        user_data,
              GError        **error)
{
  AsyncioConcurrentFuture *future = user_data;
  const GError *exception = NULL;

  if (asyncio_future_cancelled (task))
    asyncio_concurrent_future_cancel (future);
  else
    exception = asyncio_future_exception (task, NULL);

  if (asyncio_concurrent_future_set_running_or_notify_cancel (future, NULL))
    {
      if (exception != NULL)
        {
          (void) asyncio_concurrent_future_set_exception (future, g_error_copy (exception), error);
        }
      else
        {
          GDestroyNotify destroy = task->value_destroy;

          (void) asyncio_concurrent_future_set_result (future, asyncio_future_steal_result (task, NULL), destroy, error);
        }
    }

  owe_again (future);
}

/* The loop lets go of the callback: the task is done, or the loop was closed and it never will be. */
static void
task_chain_end (gpointer data)
{
  AsyncioConcurrentFuture *future = data;

  future->task = NULL;
  asyncio_concurrent_future_cancel (future); /* or its threads would be blocked for ever; CPython's are */
  asyncio_concurrent_future_unref (future);
}

/* In the loop: the future was cancelled. */
static void
cancel_task (gpointer   user_data,
             GError   **error)
{
  AsyncioConcurrentFuture *future = user_data;

  (void) error;

  if (future->task != NULL)
    asyncio_task_cancel (future->task);
  owe_again (future);
}

static void
unref_future (gpointer data)
{
  asyncio_concurrent_future_unref (data);
}

/* _call_check_cancel. In the thread in which the future got done. A loop that is closed has no task any more. */
static void
on_fed_future_done (AsyncioConcurrentFuture  *future,
                    gpointer                  user_data,
                    GError                  **error)
{
  (void) user_data;
  (void) error;

  if (asyncio_concurrent_future_cancelled (future))
    (void) asyncio_loop_call_soon_threadsafe (future->feeder, cancel_task, asyncio_concurrent_future_ref (future),
                                              unref_future, NULL);
}

/* A coroutine on its way to the loop. */
typedef struct
{
  AsyncioConcurrentFuture *future; /* (owned) */
  AsyncioCoroutine *coroutine;     /* (owned) (nullable) until the loop has made a task of it */
} Submission;

static void
submission_free (gpointer data)
{
  Submission *self = data;

  if (self->coroutine != NULL)
    asyncio_concurrent_future_cancel (self->future);
  g_clear_pointer (&self->coroutine, asyncio_unref);
  asyncio_concurrent_future_unref (self->future);
  g_free (self);
}

/* In the loop. */
static void
start_coroutine (gpointer   user_data,
                 GError   **error)
{
  Submission *self = user_data;
  AsyncioConcurrentFuture *future = self->future;
  g_autoptr (AsyncioCoroutine) coroutine = g_steal_pointer (&self->coroutine);
  g_autoptr (AsyncioFuture) task = NULL;
  g_autoptr (GError) refused = NULL;

  task = asyncio_ensure_future_in (future->feeder, coroutine, &refused);
  if (task == NULL)
    {
      if (asyncio_concurrent_future_set_running_or_notify_cancel (future, NULL))
        (void) asyncio_concurrent_future_set_exception (future, g_error_copy (refused), NULL);
      g_propagate_error (error, g_steal_pointer (&refused));
      return;
    }

  future->task = (AsyncioTask *) task;
  asyncio_future_add_done_callback (task, on_task_done, asyncio_concurrent_future_ref (future), task_chain_end);
  asyncio_concurrent_future_add_done_callback (future, on_fed_future_done, NULL, NULL);
}

AsyncioConcurrentFuture *
asyncio_run_coroutine_threadsafe (AsyncioCoroutine  *coroutine,
                                  AsyncioLoop       *loop,
                                  GError           **error)
{
  g_autoptr (AsyncioConcurrentFuture) future = NULL;
  Submission *submission;

  g_return_val_if_fail (loop != NULL, NULL);

  if (!asyncio_iscoroutine (coroutine))
    {
      g_set_error_literal (error, ASYNCIO_ERROR, ASYNCIO_ERROR_TYPE, "A coroutine object is required");
      return NULL;
    }

  future = asyncio_concurrent_future_new_fed (loop);
  submission = g_new (Submission, 1);
  *submission = (Submission) { asyncio_concurrent_future_ref (future), asyncio_ref_sink (coroutine) };

  if (!asyncio_loop_call_soon_threadsafe (loop, start_coroutine, submission, submission_free, error))
    return NULL;

  return g_steal_pointer (&future);
}

/* --- Threads that wait for the loop that waits for them ---------------------------------------- */

/* A thread works for a future of the loop, and blocks until another one is done. */
typedef struct
{
  AsyncioConcurrentFuture *work;    /* (owned) */
  AsyncioConcurrentFuture *awaited; /* (owned) */
  gboolean has_timeout;
} Blocked;

static void
blocked_free (gpointer data)
{
  Blocked *self = data;

  asyncio_concurrent_future_unref (self->work);
  asyncio_concurrent_future_unref (self->awaited);
  g_free (self);
}

/* In the loop of the awaited future: whether it waits for that thread. */
static gboolean
is_expected (Blocked *self)
{
  gboolean expected;

  g_mutex_lock (&self->work->lock);
  expected = self->work->expected_by == self->awaited->feeder;
  g_mutex_unlock (&self->work->lock);

  return expected;
}

static void
note_blocked (gpointer   user_data,
              GError   **error)
{
  Blocked *self = user_data;

  (void) error;

  if (!is_expected (self) || asyncio_concurrent_future_done (self->awaited))
    return;

  self->awaited->n_blocked++;
  self->awaited->feeder->n_owed--;
  if (self->has_timeout)
    {
      self->awaited->n_impatient++;
      self->awaited->feeder->n_impatient++;
    }
}

static void
note_not_blocked (gpointer   user_data,
                  GError   **error)
{
  Blocked *self = user_data;

  (void) error;

  /* It may have got done meanwhile, and then nobody is counted any more. */
  if (!is_expected (self) || self->awaited->n_impatient == 0)
    return;

  self->awaited->n_blocked--;
  self->awaited->n_impatient--;
  self->awaited->feeder->n_owed++;
  self->awaited->feeder->n_impatient--;
}

static void
tell_feeder (AsyncioConcurrentFuture *self,
             AsyncioCallback          what,
             gboolean                 has_timeout)
{
  AsyncioConcurrentFuture *work = asyncio_thread_state ()->work;
  Blocked *blocked;

  /* Only virtual time makes a difference. The clock of a loop is always the same. */
  if (work == NULL || self->feeder == NULL || self->feeder->clock == NULL)
    return;

  blocked = g_new (Blocked, 1);
  *blocked = (Blocked) { asyncio_concurrent_future_ref (work), asyncio_concurrent_future_ref (self), has_timeout };
  (void) asyncio_loop_call_soon_threadsafe (self->feeder, what, blocked, blocked_free, NULL);
}

void
asyncio_concurrent_future_waits (AsyncioConcurrentFuture *self,
                                 gboolean                 has_timeout)
{
  tell_feeder (self, note_blocked, has_timeout);
}

void
asyncio_concurrent_future_waits_no_more (AsyncioConcurrentFuture *self)
{
  tell_feeder (self, note_not_blocked, TRUE);
}
