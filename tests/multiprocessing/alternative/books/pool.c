/* SPDX-License-Identifier: MIT */

/*
 * An alternative solution of part C that keeps two lists in each turn, those who wait for work and those who have something to
 * say, and deals with one of them at a time.
 */

#include "multiprocessing-private.h"

gsize
mp_pool_chunksize (gsize n_items,
                   guint n_workers)
{
  gsize chunksize = n_items / (n_workers * 4u);

  return n_items % (n_workers * 4u) != 0 ? chunksize + 1 : chunksize;
}

/* A worker that is no use any more. */
static void
dismiss (MpPlace *place)
{
  mp_process_kill (place->worker.process);
  mp_place_clear (place);
}

/* Writes down what came of a place's task. */
static void
settle (MpPool    *pool,
        MpPlace   *place,
        MpOutcome  outcome)
{
  MpTask *task = place->task;
  MpResult *result = task->result;

  result->outcomes[task->index] = outcome;
  g_array_append_val (result->arrived, task->index);
  place->task = NULL;
  mp_task_free (task);

  place->n_done++;
  if (pool->options.maxtasksperchild > 0 && place->n_done >= pool->options.maxtasksperchild)
    mp_place_clear (place);
}

static void
listen_to (MpPool  *pool,
           MpPlace *place)
{
  GVariant *message = mp_connection_recv (place->worker.connection, NULL);
  const char *type = message != NULL ? g_variant_get_type_string (message) : "";

  if (g_str_equal (type, MP_READY_TYPE) && !place->is_ready)
    place->is_ready = TRUE;
  else if (g_str_equal (type, MP_DONE_TYPE) && place->task != NULL)
    settle (pool, place, (MpOutcome) { g_variant_ref (message), NULL });
  else if (g_str_equal (type, MP_FAILED_TYPE) && place->task != NULL)
    settle (pool, place, (MpOutcome) { NULL, mp_error_from_variant (message) });
  else
    dismiss (place);

  g_clear_pointer (&message, g_variant_unref);
}

/* Gives work to whoever waits for it. */
static void
assign (MpPool  *pool,
        MpPlace *place)
{
  GError *error = NULL;
  MpTask *task = g_queue_pop_head (&pool->tasks);

  place->task = task;
  if (mp_connection_send (place->worker.connection, mp_task_to_variant (task), &error))
    return;

  if (error->code == ASYNCIO_ERROR_VALUE)
    {
      settle (pool, place, (MpOutcome) { NULL, error });
      return;
    }

  /* It has not got it: the next one does, and does it first. */
  place->task = NULL;
  g_queue_push_head (&pool->tasks, task);
  dismiss (place);
  g_error_free (error);
}

gboolean
mp_pool_turn (MpPool  *pool,
              double   timeout,
              GError **error)
{
  g_autoptr (GArray) fds = g_array_new (FALSE, FALSE, sizeof (struct pollfd));
  g_autoptr (GPtrArray) listed = g_ptr_array_new ();
  g_autoptr (GError) why_not = NULL;

  for (guint i = 0; i < pool->options.processes && pool->state != MP_POOL_TERMINATE; i++)
    {
      MpPlace *place = &pool->places[i];
      struct pollfd fd = { .events = POLLIN };

      if (place->worker.process == NULL && why_not == NULL)
        (void) mp_place_fill (pool, place, &why_not);
      if (place->worker.process != NULL && place->is_ready && place->task == NULL && !g_queue_is_empty (&pool->tasks))
        assign (pool, place);
      if (place->worker.process == NULL)
        continue;

      fd.fd = mp_connection_fileno (place->worker.connection);
      g_array_append_val (fds, fd);
      g_ptr_array_add (listed, place);
    }

  if (listed->len == 0 && why_not != NULL)
    {
      g_propagate_error (error, g_steal_pointer (&why_not));
      return FALSE;
    }

  /* A place that has just been vacated is filled in the next turn, and that shall be soon. */
  if (pool->state != MP_POOL_TERMINATE && listed->len < pool->options.processes)
    timeout = 0;

  (void) mp_wait ((struct pollfd *) (gpointer) fds->data, fds->len, timeout);
  for (guint i = 0; i < listed->len; i++)
    if (g_array_index (fds, struct pollfd, i).revents != 0)
      listen_to (pool, g_ptr_array_index (listed, i));

  return TRUE;
}

/* --- Results --- */

static gboolean
is_there (const MpOutcome *outcome)
{
  return outcome->values != NULL || outcome->error != NULL;
}

static gboolean
has_next_in_order (MpResult *result)
{
  return is_there (&result->outcomes[result->next_task]);
}

static gboolean
has_next_at_all (MpResult *result)
{
  return result->arrived->len > result->next_task;
}

static void
append_values (GVariantBuilder *all,
               GVariant        *values)
{
  GVariantIter iter;
  GVariant *boxed;

  g_variant_iter_init (&iter, values);
  while ((boxed = g_variant_iter_next_value (&iter)) != NULL)
    {
      g_variant_builder_add_value (all, boxed);
      g_variant_unref (boxed);
    }
}

GVariant *
mp_result_get (MpResult  *result,
               double     timeout,
               GError   **error)
{
  GVariantBuilder all;
  const gsize *order;

  if (!mp_result_turn_until (result, mp_result_has_arrived, timeout, error))
    return NULL;

  order = (const gsize *) (gconstpointer) result->arrived->data;
  for (gsize i = 0; i < result->n_tasks; i++)
    if (result->outcomes[order[i]].error != NULL)
      {
        if (error != NULL)
          *error = g_error_copy (result->outcomes[order[i]].error);
        return NULL;
      }

  if (!result->is_map)
    return mp_outcome_get_value (result->outcomes, 0);

  g_variant_builder_init (&all, G_VARIANT_TYPE ("av"));
  for (gsize i = 0; i < result->n_tasks; i++)
    append_values (&all, result->outcomes[i].values);

  return g_variant_ref_sink (g_variant_builder_end (&all));
}

GVariant *
mp_result_next (MpResult  *result,
                double     timeout,
                GError   **error)
{
  MpOutcome *outcome;
  GVariant *value = NULL;

  if (result->next_task >= result->n_tasks)
    return NULL;
  if (!mp_result_turn_until (result, result->in_order ? has_next_in_order : has_next_at_all, timeout, error))
    return NULL;

  outcome = &result->outcomes[result->in_order ? result->next_task : g_array_index (result->arrived, gsize, result->next_task)];
  if (outcome->values != NULL)
    value = mp_outcome_get_value (outcome, result->next_value++);
  else if (error != NULL)
    *error = g_error_copy (outcome->error);

  if (outcome->values == NULL || result->next_value == g_variant_n_children (outcome->values))
    {
      result->next_task++;
      result->next_value = 0;
    }

  return value;
}

/* --- The end --- */

void
mp_pool_terminate (MpPool *pool)
{
  MpTask *task;

  pool->state = MP_POOL_TERMINATE;
  while ((task = g_queue_pop_tail (&pool->tasks)) != NULL)
    mp_task_free (task);

  for (MpPlace *place = pool->places; place < pool->places + pool->options.processes; place++)
    if (place->worker.process != NULL)
      mp_process_terminate (place->worker.process);
}

gboolean
mp_pool_join (MpPool  *pool,
              GError **error)
{
  switch (pool->state)
    {
    case MP_POOL_RUN:
      return mp_fail (error, ASYNCIO_ERROR_VALUE, "Pool is still running");

    case MP_POOL_CLOSE:
      while (mp_pool_is_busy (pool))
        if (!mp_pool_turn (pool, ASYNCIO_NO_TIMEOUT, error))
          return FALSE;
      break;

    case MP_POOL_TERMINATE:
    default:
      break;
    }

  pool->state = MP_POOL_TERMINATE;
  for (guint i = pool->options.processes; i > 0; i--)
    mp_place_clear (&pool->places[i - 1]);

  return TRUE;
}
