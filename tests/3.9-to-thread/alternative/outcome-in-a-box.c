/* SPDX-License-Identifier: MIT */

/*
 * An alternative solution of lab 3.9 in which the pool's future carries nothing. What the pool calls is a function of ours: it
 * calls the real one, and puts what comes of it into a box. The box goes from hand to hand, and frees what is in it when nobody
 * has it any more. to_thread() awaits its own coroutine.
 */

#include "to-thread.h"

#include <asyncio/base-events-private.h>
#include <asyncio/coroutines-private.h>

/* Before the post it is the thread's, after it the loop's; the post orders the two. */
typedef struct
{
  AsyncioLoop *loop;
  AsyncioExecutorFunc func;
  gpointer user_data;
  GDestroyNotify user_data_destroy;

  gpointer value;
  GDestroyNotify value_destroy;
  GError *raised;
} Box;

static void
box_free_data (Box *self)
{
  GDestroyNotify destroy = self->user_data_destroy;

  self->user_data_destroy = NULL;
  if (destroy != NULL)
    destroy (self->user_data);
}

static void
box_clear (gpointer data)
{
  Box *self = data;

  box_free_data (self);
  if (self->value != NULL && self->value_destroy != NULL)
    self->value_destroy (self->value);
  g_clear_error (&self->raised);
  asyncio_loop_unref (self->loop);
}

static void
box_release (gpointer data)
{
  g_atomic_rc_box_release_full (data, box_clear);
}

/* In the thread. */
static gpointer
fill_box (gpointer   user_data,
          GError   **error)
{
  Box *self = user_data;

  (void) error;
  self->value = self->func (self->user_data, &self->raised);
  if (self->raised != NULL && self->value != NULL && self->value_destroy != NULL)
    self->value_destroy (self->value);
  if (self->raised != NULL)
    self->value = NULL;
  box_free_data (self);

  return NULL;
}

/* What the loop's future and the pool's callback share: the loop's side of a call, and whether that has lost its interest. */
typedef struct
{
  Box *box;
  AsyncioFuture *future;         /* the loop's thread only; NULL when it is done or given up */
  AsyncioConcurrentFuture *work; /* the loop's thread only */
  gint is_cancelled;             /* atomic */
} Watch;

static void
watch_clear (gpointer data)
{
  Watch *self = data;

  box_release (self->box);
  asyncio_concurrent_future_unref (self->work);
}

static void
watch_release (gpointer data)
{
  g_atomic_rc_box_release_full (data, watch_clear);
}

/* In the loop. */
static void
open_box (gpointer   user_data,
          GError   **error)
{
  Watch *self = user_data;
  Box *box = self->box;

  if (self->future == NULL || asyncio_future_done (self->future))
    return;

  if (box->raised != NULL)
    (void) asyncio_future_set_exception (self->future, g_steal_pointer (&box->raised), error);
  else
    (void) asyncio_future_set_result (self->future, g_steal_pointer (&box->value), box->value_destroy, error);
}

static void
post_box (AsyncioConcurrentFuture  *work,
          gpointer                  user_data,
          GError                  **error)
{
  Watch *self = user_data;
  GError *refused = NULL;

  (void) work;
  asyncio_loop_call_soon_threadsafe (self->box->loop, open_box, g_atomic_rc_box_acquire (self), watch_release, &refused);
  if (refused != NULL && g_atomic_int_get (&self->is_cancelled))
    g_clear_error (&refused);
  if (refused != NULL)
    g_propagate_error (error, refused);
}

static void
pass_cancel_on (AsyncioFuture  *future,
                gpointer        user_data,
                GError        **error)
{
  (void) error;
  if (asyncio_future_cancelled (future))
    asyncio_concurrent_future_cancel (((Watch *) user_data)->work);
}

static void
stop_watching (gpointer user_data)
{
  Watch *self = user_data;

  g_atomic_int_set (&self->is_cancelled, asyncio_future_cancelled (self->future));
  g_clear_pointer (&self->future, asyncio_unref);
  watch_release (self);
}

AsyncioFuture *
asyncio_loop_run_in_default_executor (AsyncioLoop          *loop,
                                      AsyncioExecutorFunc   func,
                                      gpointer              user_data,
                                      GDestroyNotify        user_data_destroy,
                                      GDestroyNotify        value_destroy,
                                      GError              **error)
{
  Box *box = g_atomic_rc_box_new0 (Box);
  AsyncioExecutor *pool;
  AsyncioConcurrentFuture *work;
  AsyncioFuture *future;
  Watch *watch;

  *box = (Box) { asyncio_loop_ref (loop), func, user_data, user_data_destroy, NULL, value_destroy, NULL };
  pool = asyncio_loop_check_closed (loop, error) ? asyncio_loop_get_default_executor (loop, error) : NULL;
  work = NULL;
  if (pool != NULL)
    work = asyncio_executor_submit (pool, fill_box, g_atomic_rc_box_acquire (box), box_release, NULL, error);
  if (work == NULL)
    {
      if (pool == NULL)
        box_release (box); /* the reference that the pool would have had */
      box_release (box);
      return NULL;
    }

  future = asyncio_loop_create_future (loop);
  watch = g_atomic_rc_box_new0 (Watch);
  watch->box = box;
  watch->work = asyncio_concurrent_future_ref (work);
  watch->future = asyncio_ref (future);
  asyncio_future_add_done_callback (future, pass_cancel_on, g_atomic_rc_box_acquire (watch), stop_watching);
  asyncio_concurrent_future_add_done_callback (work, post_box, watch, watch_release);
  asyncio_concurrent_future_unref (work);

  return future;
}

/* --- to_thread ------------------------------------------------------------------------------- */

typedef struct
{
  AsyncioExecutorFunc func;
  gpointer user_data;
  GDestroyNotify user_data_destroy;
  GDestroyNotify value_destroy;
} Partial;

static void
partial_free (gpointer data)
{
  Partial *self = data;

  if (self->user_data_destroy != NULL)
    self->user_data_destroy (self->user_data);
  g_free (self);
}

typedef struct
{
  Partial *partial;
  AsyncioContextVars *context;
} InContext;

static void
in_context_free (gpointer data)
{
  InContext *self = data;

  partial_free (self->partial);
  asyncio_context_unref (self->context);
  g_free (self);
}

static gpointer
run_in_context (gpointer   user_data,
                GError   **error)
{
  InContext *self = user_data;

  return asyncio_context_run (self->context, self->partial->func, self->partial->user_data, error);
}

/* The body owns a place for the partial, which it empties. */
static gpointer
to_thread (gpointer   user_data,
           GError   **error)
{
  Partial **place = user_data;
  InContext *call = g_new (InContext, 1);
  GDestroyNotify destroy = (*place)->value_destroy;
  g_autoptr (AsyncioFuture) future = NULL;

  *call = (InContext) { g_steal_pointer (place), asyncio_copy_context () };
  future = asyncio_loop_run_in_default_executor (asyncio_get_running_loop (NULL), run_in_context, call, in_context_free,
                                                 destroy, error);
  if (future == NULL)
    return NULL;

  asyncio_await (future, error);

  return *error == NULL ? asyncio_future_steal_result (future, error) : NULL;
}

static void
place_free (gpointer data)
{
  Partial **place = data;

  g_clear_pointer (place, partial_free);
  g_free (place);
}

AsyncioCoroutine *
asyncio_to_thread_coroutine (AsyncioExecutorFunc func,
                             gpointer            user_data,
                             GDestroyNotify      user_data_destroy,
                             GDestroyNotify      value_destroy)
{
  Partial **place = g_new (Partial *, 1);

  *place = g_new (Partial, 1);
  **place = (Partial) { func, user_data, user_data_destroy, value_destroy };

  return asyncio_coroutine_new_full (to_thread, place, place_free, value_destroy, "to_thread", G_STRLOC);
}

gpointer
asyncio_to_thread (AsyncioExecutorFunc   func,
                   gpointer              user_data,
                   GDestroyNotify        user_data_destroy,
                   GDestroyNotify        value_destroy,
                   GError              **error)
{
  if (asyncio_get_running_loop (error) == NULL || !asyncio_coroutine_check_inside (error))
    {
      if (user_data_destroy != NULL)
        user_data_destroy (user_data);
      return NULL;
    }

  return asyncio_await (asyncio_to_thread_coroutine (func, user_data, user_data_destroy, value_destroy), error);
}
