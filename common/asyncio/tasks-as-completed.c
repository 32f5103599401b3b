/* SPDX-License-Identifier: MIT */

/*
 * as_completed() of Lib/asyncio/tasks.py.
 *
 *      futures ──callback──> done: a queue <──get── the coroutines that the iterator gives
 *
 * The coroutines and the futures do not belong to each other. As many coroutines are given as there are futures, and each
 * takes from the queue what was put there first. When the time is over, an empty entry is put there for
 * each future that is not done, and who takes that gets TimeoutError.
 *
 * As in Python, where it is a generator, nothing is done before the first coroutine is asked for.
 */

#include "tasks-private.h"

#include "base-events-private.h"

#include <asyncio/exceptions.h>
#include <asyncio/queues.h>

struct _AsyncioAsCompleted
{
  GPtrArray *awaitables; /* (owned), each once */
  double timeout;

  AsyncioLoop *loop;    /* (owned) (nullable) not before the first coroutine */
  GPtrArray *futures;   /* (owned) of all; they keep the values that are lent */
  GHashTable *todo;     /* a set (not owned) of those not done */
  AsyncioHandle *timer; /* (owned) (nullable) */
  guint n_left;         /* coroutines that are still to be given */

  AsyncioQueue *done;   /* (owned) (nullable) of futures; NULL for one whose time is over */
};

static void
as_completed_clear (gpointer data)
{
  AsyncioAsCompleted *self = data;

  if (self->timer != NULL)
    asyncio_handle_cancel (self->timer);

  g_clear_pointer (&self->timer, asyncio_handle_unref);
  g_clear_pointer (&self->done, asyncio_queue_unref);
  g_ptr_array_unref (self->awaitables);
  g_ptr_array_unref (self->futures);
  g_hash_table_unref (self->todo);
  g_clear_pointer (&self->loop, asyncio_loop_unref);
}

static void
as_completed_unref (gpointer data)
{
  g_rc_box_release_full (data, as_completed_clear);
}

void
asyncio_as_completed_free (AsyncioAsCompleted *self)
{
  if (self != NULL)
    as_completed_unref (self);
}

/* --- The futures --------------------------------------------------------------------------- */

static void
on_completion (AsyncioFuture  *future,
               gpointer        user_data,
               GError        **error)
{
  AsyncioAsCompleted *self = user_data;

  (void) error;

  if (!g_hash_table_remove (self->todo, future))
    return; /* the time was over first */

  (void) asyncio_queue_put_nowait (self->done, asyncio_ref (future), NULL);
  if (g_hash_table_size (self->todo) == 0 && self->timer != NULL)
    asyncio_handle_cancel (self->timer);
}

static void
on_timeout (gpointer   user_data,
            GError   **error)
{
  AsyncioAsCompleted *self = g_rc_box_acquire (user_data); /* the callbacks may have the last ones */
  GHashTableIter iter;
  gpointer future;

  (void) error;

  g_hash_table_iter_init (&iter, self->todo);
  while (g_hash_table_iter_next (&iter, &future, NULL))
    {
      (void) asyncio_future_remove_done_callback (future, on_completion, self);
      (void) asyncio_queue_put_nowait (self->done, NULL, NULL);
    }
  g_hash_table_remove_all (self->todo);
  as_completed_unref (self);
}

/* At the first coroutine: makes the futures, and watches them. */
static gboolean
begin (AsyncioAsCompleted  *self,
       GError             **error)
{
  AsyncioLoop *loop = asyncio_get_event_loop (error);

  if (loop == NULL)
    return FALSE;

  for (guint i = 0; i < self->awaitables->len; i++)
    {
      AsyncioFuture *future = asyncio_ensure_future_in (loop, g_ptr_array_index (self->awaitables, i), error);

      if (future == NULL)
        return FALSE;
      g_ptr_array_add (self->futures, future);
    }

  self->loop = asyncio_loop_ref (loop);
  self->done = asyncio_queue_new (0, asyncio_unref);
  self->n_left = self->futures->len;
  for (guint i = 0; i < self->futures->len; i++)
    {
      AsyncioFuture *future = g_ptr_array_index (self->futures, i);

      g_hash_table_add (self->todo, future);
      asyncio_future_add_done_callback (future, on_completion, g_rc_box_acquire (self), as_completed_unref);
    }

  if (self->timeout == ASYNCIO_NO_TIMEOUT || self->n_left == 0)
    return TRUE;

  /* The timer needs no reference: as long as there is something to do for it, the callbacks have one. */
  self->timer = asyncio_loop_call_later (loop, self->timeout, on_timeout, self, NULL, error);
  if (self->timer == NULL)
    return FALSE;
  asyncio_handle_ref (self->timer);

  return TRUE;
}

/* --- The iterator ----------------------------------------------------------------------------- */

AsyncioAsCompleted *
asyncio_as_completed (const gpointer *awaitables,
                      gsize           n_awaitables,
                      double          timeout)
{
  g_autoptr (GHashTable) seen = g_hash_table_new (NULL, NULL);
  AsyncioAsCompleted *self;

  g_return_val_if_fail (awaitables != NULL || n_awaitables == 0, NULL);

  self = g_rc_box_new0 (AsyncioAsCompleted);
  self->awaitables = g_ptr_array_new_with_free_func (asyncio_unref);
  self->futures = g_ptr_array_new_with_free_func (asyncio_unref);
  self->todo = g_hash_table_new (NULL, NULL);
  self->timeout = timeout;
  self->n_left = G_MAXUINT;

  for (gsize i = 0; i < n_awaitables; i++)
    {
      if (!asyncio_iscoroutine (awaitables[i]) && !asyncio_isfuture (awaitables[i]))
        g_critical ("asyncio_as_completed: argument %" G_GSIZE_FORMAT " is no coroutine, future or task", i);
      else if (g_hash_table_add (seen, awaitables[i]))
        g_ptr_array_add (self->awaitables, asyncio_ref_sink (awaitables[i]));
    }

  return self;
}

static gpointer
wait_for_one (gpointer   user_data,
              GError   **error)
{
  AsyncioAsCompleted *self = user_data;
  g_autoptr (GError) raised = NULL;
  g_autoptr (AsyncioFuture) future = asyncio_queue_get (self->done, &raised);

  if (future != NULL)
    return asyncio_future_result (future, error);

  if (raised == NULL)
    raised = g_error_new_literal (ASYNCIO_ERROR, ASYNCIO_ERROR_TIMEOUT, "");
  g_propagate_error (error, g_steal_pointer (&raised));

  return NULL;
}

AsyncioCoroutine *
asyncio_as_completed_next (AsyncioAsCompleted  *self,
                           GError             **error)
{
  g_return_val_if_fail (self != NULL, NULL);

  if (self->loop == NULL && self->n_left > 0 && !begin (self, error))
    {
      self->n_left = 0;
      return NULL;
    }

  if (self->n_left == 0)
    return NULL;
  self->n_left--;

  return asyncio_coroutine_new_full (wait_for_one, g_rc_box_acquire (self), as_completed_unref, NULL, "_wait_for_one",
                                     G_STRLOC);
}
