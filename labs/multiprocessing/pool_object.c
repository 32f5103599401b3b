/* SPDX-License-Identifier: MIT */

/*
 * What pools, their tasks and their results are made of, and those of their functions that only put others together
 * (Lib/multiprocessing/pool.py). Given.
 */

#include "multiprocessing-private.h"

/* --- Memory ------------------------------------------------------------------------------- */

static void
pool_release (MpPool *self)
{
  if (--self->ref_count > 0)
    return;

  g_free ((char *) self->options.initializer);
  g_free ((gpointer) self->options.connections);
  g_variant_unref (self->args);
  g_free (self->places);
  g_free (self);
}

void
mp_result_free (MpResult *result)
{
  g_return_if_fail (result != NULL);

  if (--result->ref_count > 0)
    return;

  for (gsize i = 0; i < result->n_tasks; i++)
    {
      g_clear_pointer (&result->outcomes[i].values, g_variant_unref);
      g_clear_error (&result->outcomes[i].error);
    }
  g_free (result->outcomes);
  g_array_unref (result->arrived);
  g_variant_unref (result->items);
  g_free (result->func);
  pool_release (result->pool);
  g_free (result);
}

void
mp_task_free (MpTask *task)
{
  mp_result_free (task->result);
  g_free (task);
}

GVariant *
mp_task_to_variant (MpTask *task)
{
  GVariantBuilder items;

  g_variant_builder_init (&items, G_VARIANT_TYPE ("av"));
  for (gsize i = task->begin; i < task->end; i++)
    {
      g_autoptr (GVariant) item = g_variant_get_child_value (task->result->items, i);
      g_autoptr (GVariant) inside = g_variant_is_of_type (item, G_VARIANT_TYPE_VARIANT) ? g_variant_get_variant (item) : NULL;

      g_variant_builder_add (&items, "v", inside != NULL ? inside : item);
    }

  return g_variant_new (MP_TASK_TYPE, task->result->func, &items);
}

GVariant *
mp_outcome_get_value (MpOutcome *outcome,
                      gsize      index)
{
  GVariant *value = NULL;

  g_variant_get_child (outcome->values, index, "v", &value);

  return value;
}

/* --- Places --------------------------------------------------------------------------------- */

gboolean
mp_place_fill (MpPool   *pool,
               MpPlace  *place,
               GError  **error)
{
  place->is_ready = FALSE;
  place->n_done = 0;

  return mp_worker_start (&place->worker, pool->options.method, pool->args, pool->options.connections, error);
}

void
mp_place_clear (MpPlace *place)
{
  mp_worker_clear (&place->worker);
  g_clear_pointer (&place->task, mp_task_free);
}

/* --- Pools ---------------------------------------------------------------------------------- */

MpPool *
mp_pool_new (const MpPoolOptions  *options,
             GError              **error)
{
  g_autoptr (GVariant) args = mp_new_worker_args (options->initializer, options->initargs);
  MpPool *self;

  if (options->initializer != NULL && mp_lookup (options->initializer, error) == NULL)
    return NULL;

  self = g_new0 (MpPool, 1);
  self->ref_count = 1;
  self->args = g_steal_pointer (&args);
  self->options = *options;
  self->options.processes = options->processes > 0 ? options->processes : g_get_num_processors ();
  self->options.initializer = g_strdup (options->initializer);
  self->options.connections = mp_copy_connections (options->connections);
  self->places = g_new0 (MpPlace, self->options.processes);
  g_queue_init (&self->tasks);

  for (guint i = 0; i < self->options.processes; i++)
    if (!mp_place_fill (self, &self->places[i], error))
      {
        mp_pool_free (self);
        return NULL;
      }

  return self;
}

void
mp_pool_free (MpPool *pool)
{
  g_return_if_fail (pool != NULL);

  mp_pool_terminate (pool);
  (void) mp_pool_join (pool, NULL);
  pool_release (pool);
}

void
mp_pool_close (MpPool *pool)
{
  g_return_if_fail (pool != NULL);

  if (pool->state == MP_POOL_RUN)
    pool->state = MP_POOL_CLOSE;
}

gboolean
mp_pool_is_busy (MpPool *self)
{
  gboolean is_busy = self->tasks.length > 0;

  for (guint i = 0; i < self->options.processes; i++)
    is_busy |= self->places[i].task != NULL;

  return is_busy;
}

/* --- Handing in work -------------------------------------------------------------------------- */

/* Cuts items into tasks. (transfer full) */
static MpResult *
submit (MpPool      *self,
        const char  *func,
        GVariant    *items,
        gsize        chunksize,
        GError     **error)
{
  g_autoptr (GVariant) owned = g_variant_ref_sink (items);
  gsize n = g_variant_n_children (owned);
  MpResult *result;

  if (self->state != MP_POOL_RUN)
    {
      mp_fail (error, ASYNCIO_ERROR_VALUE, "Pool not running");
      return NULL;
    }
  if (mp_lookup (func, error) == NULL)
    return NULL;

  if (chunksize == 0)
    chunksize = MAX (mp_pool_chunksize (n, self->options.processes), 1);

  self->ref_count++;
  result = g_new0 (MpResult, 1);
  result->ref_count = 1;
  result->pool = self;
  result->func = g_strdup (func);
  result->items = g_steal_pointer (&owned);
  result->n_tasks = (n + chunksize - 1) / chunksize;
  result->outcomes = g_new0 (MpOutcome, result->n_tasks);
  result->arrived = g_array_new (FALSE, FALSE, sizeof (gsize));

  for (gsize i = 0; i < result->n_tasks; i++)
    {
      MpTask *task = g_new (MpTask, 1);

      result->ref_count++;
      *task = (MpTask) { result, i, i * chunksize, MIN ((i + 1) * chunksize, n) };
      g_queue_push_tail (&self->tasks, task);
    }

  /* Who has nothing to do begins at once. If that cannot be, whoever waits is told. */
  (void) mp_pool_turn (self, 0, NULL);

  return result;
}

MpResult *
mp_pool_apply_async (MpPool      *pool,
                     const char  *func,
                     GVariant    *args,
                     GError     **error)
{
  GVariant *item = g_variant_new_variant (args != NULL ? args : g_variant_new ("()"));

  g_return_val_if_fail (pool != NULL && func != NULL, NULL);

  return submit (pool, func, g_variant_new_array (G_VARIANT_TYPE_VARIANT, &item, 1), 1, error);
}

GVariant *
mp_pool_apply (MpPool      *pool,
               const char  *func,
               GVariant    *args,
               GError     **error)
{
  g_autoptr (MpResult) result = mp_pool_apply_async (pool, func, args, error);

  return result != NULL ? mp_result_get (result, ASYNCIO_NO_TIMEOUT, error) : NULL;
}

GVariant *
mp_pool_map (MpPool      *pool,
             const char  *func,
             GVariant    *items,
             guint        chunksize,
             GError     **error)
{
  g_autoptr (MpResult) result = NULL;

  g_return_val_if_fail (pool != NULL && func != NULL && items != NULL, NULL);

  result = submit (pool, func, items, chunksize, error);
  if (result == NULL)
    return NULL;

  result->is_map = TRUE;

  return mp_result_get (result, ASYNCIO_NO_TIMEOUT, error);
}

MpResult *
mp_pool_imap (MpPool      *pool,
              const char  *func,
              GVariant    *items,
              guint        chunksize,
              GError     **error)
{
  MpResult *result;

  g_return_val_if_fail (pool != NULL && func != NULL && items != NULL, NULL);

  result = submit (pool, func, items, MAX (chunksize, 1), error);
  if (result != NULL)
    result->in_order = TRUE;

  return result;
}

MpResult *
mp_pool_imap_unordered (MpPool      *pool,
                        const char  *func,
                        GVariant    *items,
                        guint        chunksize,
                        GError     **error)
{
  g_return_val_if_fail (pool != NULL && func != NULL && items != NULL, NULL);

  return submit (pool, func, items, MAX (chunksize, 1), error);
}

/* --- Asking for results ----------------------------------------------------------------------------- */

gboolean
mp_result_turn_until (MpResult  *result,
                      gboolean (*is_there) (MpResult *result),
                      double     timeout,
                      GError   **error)
{
  gint64 begun = g_get_monotonic_time ();

  while (!is_there (result))
    {
      double left = timeout - (g_get_monotonic_time () - begun) / (double) G_USEC_PER_SEC;

      if (!mp_pool_turn (result->pool, left, error))
        return FALSE;
      if (left <= 0 && !is_there (result))
        return mp_fail (error, ASYNCIO_ERROR_TIMEOUT, "");
    }

  return TRUE;
}

gboolean
mp_result_has_arrived (MpResult *self)
{
  return self->arrived->len == self->n_tasks;
}

gboolean
mp_result_wait (MpResult *result,
                double    timeout)
{
  g_return_val_if_fail (result != NULL, FALSE);

  return mp_result_turn_until (result, mp_result_has_arrived, timeout, NULL);
}

gboolean
mp_result_ready (MpResult *result)
{
  return mp_result_wait (result, 0);
}

gboolean
mp_result_successful (MpResult  *result,
                      GError   **error)
{
  if (!mp_result_ready (result))
    return mp_fail (error, ASYNCIO_ERROR_VALUE, "the result is not ready");

  for (gsize i = 0; i < result->n_tasks; i++)
    if (result->outcomes[i].error != NULL)
      return FALSE;

  return TRUE;
}
