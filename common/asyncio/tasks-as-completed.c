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

struct _AsyncioAsCompleted
{
  GPtrArray *awaitables; /* (owned), each once */
  double timeout;

  AsyncioLoop *loop;    /* (owned) (nullable) not before the first coroutine */
  GPtrArray *futures;   /* (owned) of all; they keep the values that are lent */
  GHashTable *todo;     /* a set (not owned) of those not done */
  AsyncioHandle *timer; /* (owned) (nullable) */
  guint n_left;         /* coroutines that are still to be given */

  GQueue done;    /* (owned) futures; NULL for one whose time is over */
  GQueue getters; /* (not owned) futures of coroutines that wait for one, in their order */
};

static void
as_completed_clear (gpointer data)
{
  AsyncioAsCompleted *self = data;
  gpointer future;

  if (self->timer != NULL)
    asyncio_handle_cancel (self->timer);
  while (self->done.length > 0)
    if ((future = g_queue_pop_head (&self->done)) != NULL)
      asyncio_unref (future);

  g_clear_pointer (&self->timer, asyncio_handle_unref);
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

/* --- The queue: asyncio.Queue ------------------------------------------------------------ */

/* Wakes the first that waits and was not cancelled. */
static void
wake_next_getter (AsyncioAsCompleted *self)
{
  AsyncioFuture *getter;

  while ((getter = g_queue_pop_head (&self->getters)) != NULL)
    if (!asyncio_future_done (getter))
      {
        (void) asyncio_future_set_result (getter, NULL, NULL, NULL);
        return;
      }
}

/* future: (transfer full) (nullable) */
static void
put (AsyncioAsCompleted *self,
     AsyncioFuture      *future)
{
  g_queue_push_tail (&self->done, future);
  wake_next_getter (self);
}

/* Waits for an entry. If one was woken for the entry and then cancelled, it wakes the next, or the entry would lie there
 * while others wait. */
static gboolean
wait_for_entry (AsyncioAsCompleted  *self,
                GError             **error)
{
  while (self->done.length == 0)
    {
      g_autoptr (AsyncioFuture) getter = asyncio_loop_create_future (self->loop);
      g_autoptr (GError) raised = NULL;

      g_queue_push_tail (&self->getters, getter);
      (void) asyncio_await (getter, &raised);
      if (raised == NULL)
        continue;

      (void) asyncio_future_cancel (getter);
      (void) g_queue_remove (&self->getters, getter);
      if (self->done.length > 0 && !asyncio_future_cancelled (getter))
        wake_next_getter (self);

      g_propagate_error (error, g_steal_pointer (&raised));
      return FALSE;
    }

  return TRUE;
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

  put (self, asyncio_ref (future));
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
      put (self, NULL);
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
  g_autoptr (AsyncioFuture) future = NULL;

  if (!wait_for_entry (self, error))
    return NULL;

  future = g_queue_pop_head (&self->done);
  if (future == NULL)
    {
      g_set_error_literal (error, ASYNCIO_ERROR, ASYNCIO_ERROR_TIMEOUT, "");
      return NULL;
    }

  return asyncio_future_result (future, error);
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
