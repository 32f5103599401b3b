/* SPDX-License-Identifier: MIT */

/*
 * Pools (Lib/multiprocessing/pool.py).
 *
 *                     ┌──────── pipe ──────── worker: receive, call, send, receive, ...
 *     tasks ──> pool ─┼──────── pipe ──────── worker
 *                     └──────── pipe ──────── worker
 *
 * CPython's pool has three threads beside its workers, and forks while they run, which is what Python warns of since 3.12. This
 * one has none: mp_pool_turn() does what is to be done, and is called by whoever waits.
 *
 * A worker has one task at a time. If it had two, the second could stand behind one that takes long while another worker is
 * idle; and if messages are long, it would wait until we read its result, and we until it reads our task.
 */

#include "multiprocessing-private.h"

/* --- A turn ------------------------------------------------------------------------------------------- */

gsize
mp_pool_chunksize (gsize n_items,
                   guint n_workers)
{
#ifdef SOLUTION
  gsize n_chunks = (gsize) n_workers * 4;

  return (n_items + n_chunks - 1) / n_chunks;
#else
  /* TODO: a quarter of what each would get if all got the same, rounded up. */
  (void) n_items;
  (void) n_workers;

  return 1;
#endif
}

#ifdef SOLUTION

/* One of both is what came of a task. (transfer full) all */
static void
finish (MpTask   *task,
        GVariant *values,
        GError   *error)
{
  task->result->outcomes[task->index] = (MpOutcome) { values, error };
  g_array_append_val (task->result->arrived, task->index);
  mp_task_free (task);
}

/* Gives a worker the next task. If the worker is dead the task is for another one. */
static void
hand_out (MpPool  *self,
          MpPlace *place)
{
  g_autoptr (GError) error = NULL;
  MpTask *task = g_queue_peek_head (&self->tasks);

  if (task == NULL || place->task != NULL || !place->is_ready)
    return;
  if (mp_connection_send (place->worker.connection, mp_task_to_variant (task), &error))
    place->task = g_queue_pop_head (&self->tasks);
  else if (g_error_matches (error, ASYNCIO_ERROR, ASYNCIO_ERROR_VALUE))
    finish (g_queue_pop_head (&self->tasks), NULL, g_steal_pointer (&error));
}

/* A worker has something to say: that it is ready, what came of its task, or, if the connection is at its end, that it is
 * dead. */
static void
collect (MpPool  *self,
         MpPlace *place)
{
  g_autoptr (GVariant) message = mp_connection_recv (place->worker.connection, NULL);
  gboolean is_done = message != NULL && g_variant_is_of_type (message, G_VARIANT_TYPE (MP_DONE_TYPE));
  gboolean has_failed = message != NULL && g_variant_is_of_type (message, G_VARIANT_TYPE (MP_FAILED_TYPE));

  if (!place->is_ready && message != NULL)
    {
      place->is_ready = TRUE;
      return;
    }

  if (place->task == NULL || (!is_done && !has_failed))
    {
      /* It need not be quite dead, nor sane. */
      mp_process_kill (place->worker.process);
      mp_place_clear (place);
      return;
    }

  finish (g_steal_pointer (&place->task), is_done ? g_variant_ref (message) : NULL,
          has_failed ? mp_error_from_variant (message) : NULL);
  if (++place->n_done == self->options.maxtasksperchild)
    mp_place_clear (place);
}
#endif

gboolean
mp_pool_turn (MpPool  *pool,
              double   timeout,
              GError **error)
{
#ifdef SOLUTION
  guint n_places = pool->state != MP_POOL_TERMINATE ? pool->options.processes : 0;
  g_autofree struct pollfd *fds = g_new (struct pollfd, n_places + 1);
  g_autoptr (GError) start_error = NULL;
  guint n = 0;

  for (guint i = 0; i < n_places; i++)
    {
      MpPlace *place = &pool->places[i];

      /* poll() passes over -1. */
      fds[i] = (struct pollfd) { -1, POLLIN, 0 };
      if (place->worker.process == NULL && (start_error != NULL || !mp_place_fill (pool, place, &start_error)))
        continue;

      hand_out (pool, place);
      fds[i].fd = mp_connection_fileno (place->worker.connection);
      n++;
    }
  if (n_places > 0 && n == 0)
    {
      g_propagate_error (error, g_steal_pointer (&start_error));
      return FALSE;
    }

  if (mp_wait (fds, n_places, timeout))
    for (guint i = 0; i < n_places; i++)
      if (fds[i].revents != 0)
        collect (pool, &pool->places[i]);

  return TRUE;
#else
  /* TODO: fill the places, hand out tasks, wait, and collect what workers have to say. */
  (void) pool;
  (void) timeout;

  return mp_fail (error, ASYNCIO_ERROR_NOT_IMPLEMENTED, "not implemented yet");
#endif
}

/* --- Results --------------------------------------------------------------------------------------------- */
#ifdef SOLUTION
/* What mp_result_next() has to look at, or NULL as long as it has not come. */
static MpOutcome *
peek_next (MpResult *self)
{
  gsize index = self->next_task;
  MpOutcome *outcome;

  if (!self->in_order && index >= self->arrived->len)
    return NULL;
  if (!self->in_order)
    index = g_array_index (self->arrived, gsize, index);
  outcome = &self->outcomes[index];

  return outcome->values != NULL || outcome->error != NULL ? outcome : NULL;
}

static gboolean
has_next (MpResult *self)
{
  return peek_next (self) != NULL;
}
#endif

GVariant *
mp_result_get (MpResult  *result,
               double     timeout,
               GError   **error)
{
#ifdef SOLUTION
  GVariantBuilder all;

  g_return_val_if_fail (result != NULL, NULL);

  if (!mp_result_turn_until (result, mp_result_has_arrived, timeout, error))
    return NULL;

  for (gsize i = 0; i < result->n_tasks; i++)
    {
      MpOutcome *outcome = &result->outcomes[g_array_index (result->arrived, gsize, i)];

      if (outcome->error != NULL)
        {
          g_propagate_error (error, g_error_copy (outcome->error));
          return NULL;
        }
    }

  if (!result->is_map)
    return mp_outcome_get_value (&result->outcomes[0], 0);

  g_variant_builder_init (&all, G_VARIANT_TYPE (MP_DONE_TYPE));
  for (gsize i = 0; i < result->n_tasks; i++)
    for (gsize j = 0; j < g_variant_n_children (result->outcomes[i].values); j++)
      {
        g_autoptr (GVariant) value = mp_outcome_get_value (&result->outcomes[i], j);

        g_variant_builder_add (&all, "v", value);
      }

  return g_variant_ref_sink (g_variant_builder_end (&all));
#else
  /* TODO: wait, and give the value, all values, or the first error that came. */
  (void) result;
  (void) timeout;
  mp_fail (error, ASYNCIO_ERROR_NOT_IMPLEMENTED, "not implemented yet");

  return NULL;
#endif
}

GVariant *
mp_result_next (MpResult  *result,
                double     timeout,
                GError   **error)
{
#ifdef SOLUTION
  MpOutcome *outcome;
  GVariant *value;

  g_return_val_if_fail (result != NULL, NULL);

  if (result->next_task == result->n_tasks || !mp_result_turn_until (result, has_next, timeout, error))
    return NULL;

  outcome = peek_next (result);
  if (outcome->error != NULL)
    {
      result->next_task++;
      g_propagate_error (error, g_error_copy (outcome->error));
      return NULL;
    }

  value = mp_outcome_get_value (outcome, result->next_value++);
  if (result->next_value == g_variant_n_children (outcome->values))
    {
      result->next_value = 0;
      result->next_task++;
    }

  return value;
#else
  /* TODO: wait for the one whose turn it is, and give it. */
  (void) result;
  (void) timeout;
  mp_fail (error, ASYNCIO_ERROR_NOT_IMPLEMENTED, "not implemented yet");

  return NULL;
#endif
}

/* --- The end ----------------------------------------------------------------------------------------------- */

void
mp_pool_terminate (MpPool *pool)
{
#ifdef SOLUTION
  g_return_if_fail (pool != NULL);

  pool->state = MP_POOL_TERMINATE;
  g_queue_clear_full (&pool->tasks, (GDestroyNotify) mp_task_free);
  for (guint i = 0; i < pool->options.processes; i++)
    if (pool->places[i].worker.process != NULL)
      mp_process_terminate (pool->places[i].worker.process);
#else
  /* TODO: forget the tasks, and terminate the workers. */
  (void) pool;
#endif
}

gboolean
mp_pool_join (MpPool  *pool,
              GError **error)
{
#ifdef SOLUTION
  g_return_val_if_fail (pool != NULL, FALSE);

  if (pool->state == MP_POOL_RUN)
    return mp_fail (error, ASYNCIO_ERROR_VALUE, "Pool is still running");

  while (pool->state == MP_POOL_CLOSE && mp_pool_is_busy (pool))
    if (!mp_pool_turn (pool, ASYNCIO_NO_TIMEOUT, error))
      return FALSE;

  for (guint i = 0; i < pool->options.processes; i++)
    mp_place_clear (&pool->places[i]);
  pool->state = MP_POOL_TERMINATE;

  return TRUE;
#else
  /* TODO: wait until all is done and the workers have ended. */
  (void) pool;

  return mp_fail (error, ASYNCIO_ERROR_NOT_IMPLEMENTED, "not implemented yet");
#endif
}
