/* SPDX-License-Identifier: MIT */

/*
 * What a worker of a pool does (Lib/multiprocessing/pool.py: worker(), mapstar()), and how it is started. Given.
 *
 * It says that it is ready, waits for a piece of work, does it, says what came of it, and waits again. It is not told to end:
 * its connection is closed, and that is also how it learns that its parent is dead.
 */

#include "multiprocessing-private.h"

/* What a function returns, "()" for None. (transfer full) */
static GVariant *
call (MpFunc                func,
      GVariant             *args,
      MpConnection *const  *connections,
      GError              **error)
{
  GVariant *value = func (args, connections, error);

  return g_variant_take_ref (value != NULL ? value : g_variant_new ("()"));
}

/* Does a piece of work: worker() and mapstar(). The first error ends it. Returns a floating reference. */
static GVariant *
run_task (GVariant             *task,
          MpConnection *const  *connections)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (GVariantIter) items = NULL;
  GVariantBuilder values;
  const char *name;
  GVariant *item;
  MpFunc func;

  g_variant_get (task, "(&sav)", &name, &items);
  g_variant_builder_init (&values, G_VARIANT_TYPE (MP_DONE_TYPE));

  func = mp_lookup (name, &error);
  while (error == NULL && (item = g_variant_iter_next_value (items)) != NULL)
    {
      g_autoptr (GVariant) args = g_variant_get_variant (item);
      g_autoptr (GVariant) value = call (func, args, connections, &error);

      if (error == NULL)
        g_variant_builder_add (&values, "v", value);
      g_variant_unref (item);
    }

  if (error == NULL)
    return g_variant_builder_end (&values);

  g_variant_builder_clear (&values);

  return mp_error_to_variant (error);
}

static gboolean
initialize (GVariant             *args,
            MpConnection *const  *connections,
            GError              **error)
{
  g_autoptr (GVariant) initargs = NULL;
  g_autoptr (GVariant) value = NULL;
  g_autoptr (GError) local_error = NULL;
  const char *name;
  MpFunc func;

  g_variant_get (args, "(&smv)", &name, &initargs);
  if (name[0] == '\0')
    return TRUE;

  func = mp_lookup (name, &local_error);
  if (func != NULL)
    value = call (func, initargs, connections, &local_error);
  if (local_error == NULL)
    return TRUE;

  g_propagate_error (error, g_steal_pointer (&local_error));

  return FALSE;
}

/* Sends what came of a task, or, if it cannot be sent, why not. */
static gboolean
send_outcome (MpConnection *connection,
              GVariant     *outcome)
{
  g_autoptr (GError) error = NULL;

  return mp_connection_send (connection, outcome, &error) ||
         (g_error_matches (error, ASYNCIO_ERROR, ASYNCIO_ERROR_VALUE) &&
          mp_connection_send (connection, mp_error_to_variant (error), NULL));
}

GVariant *
mp_pool_worker (GVariant             *args,
                MpConnection *const  *connections,
                GError              **error)
{
  if (!initialize (args, connections + 1, error) ||
      !mp_connection_send (connections[0], g_variant_new (MP_READY_TYPE), NULL))
    return NULL;

  while (TRUE)
    {
      g_autoptr (GVariant) task = mp_connection_recv (connections[0], NULL);

      if (task == NULL || !send_outcome (connections[0], run_task (task, connections + 1)))
        return NULL;
    }
}

/* --- The other side -------------------------------------------------------------------------------------- */

MpConnection **
mp_copy_connections (MpConnection *const *connections)
{
  GPtrArray *copy = g_ptr_array_new ();

  for (guint i = 0; connections != NULL && connections[i] != NULL; i++)
    g_ptr_array_add (copy, connections[i]);
  g_ptr_array_add (copy, NULL);

  return (MpConnection **) g_ptr_array_free (copy, FALSE);
}

GVariant *
mp_new_worker_args (const char *initializer,
                    GVariant   *initargs)
{
  return g_variant_ref_sink (g_variant_new (MP_WORKER_ARGS_TYPE, initializer != NULL ? initializer : "", initargs));
}

gboolean
mp_worker_start (MpWorker             *worker,
                 MpStartMethod         method,
                 GVariant             *args,
                 MpConnection *const  *extra,
                 GError              **error)
{
  g_autoptr (GPtrArray) connections = g_ptr_array_new ();
  g_autoptr (MpConnection) its_end = NULL;

  if (!mp_pipe (TRUE, &worker->connection, &its_end, error))
    return FALSE;

  g_ptr_array_add (connections, its_end);
  for (guint i = 0; extra != NULL && extra[i] != NULL; i++)
    g_ptr_array_add (connections, extra[i]);
  g_ptr_array_add (connections, NULL);

  worker->process = mp_process_new (&(MpProcessOptions) {
    .method = method,
    .target = MP_WORKER,
    .args = args,
    .connections = (MpConnection *const *) connections->pdata,
    .daemon = TRUE,
  });
  if (mp_process_start (worker->process, error))
    return TRUE;

  g_clear_pointer (&worker->process, mp_process_unref);
  g_clear_pointer (&worker->connection, mp_connection_free);

  return FALSE;
}

void
mp_worker_clear (MpWorker *worker)
{
  g_clear_pointer (&worker->connection, mp_connection_free);
  if (worker->process != NULL)
    mp_process_join (worker->process, ASYNCIO_NO_TIMEOUT, NULL);
  g_clear_pointer (&worker->process, mp_process_unref);
}
