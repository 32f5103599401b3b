/* SPDX-License-Identifier: MIT */

/*
 * What executors, their calls and their desks are made of (Lib/concurrent/futures/process.py). Given.
 */

#include "multiprocessing-private.h"

#include <asyncio/base-events-private.h>

/* --- Calls -------------------------------------------------------------------------------- */

MpCall *
mp_call_new (MpExecutor *executor,
             const char *func,
             GVariant   *args)
{
  MpCall *self = g_new (MpCall, 1);

  /* The order of events must not depend on how fast a worker is. */
  executor->loop->n_owed++;
  *self = (MpCall) {
    .loop = asyncio_loop_ref (executor->loop),
    .future = asyncio_loop_create_future (executor->loop),
    .func = g_strdup (func),
    .args = g_variant_ref_sink (args != NULL ? args : g_variant_new ("()")),
  };

  return self;
}

void
mp_call_free (MpCall *call)
{
  call->loop->n_owed--;
  asyncio_loop_unref (call->loop);
  asyncio_unref (call->future);
  g_free (call->func);
  g_variant_unref (call->args);
  g_free (call);
}

/* --- Desks ----------------------------------------------------------------------------------- */

MpDesk *
mp_desk_new (MpExecutor  *executor,
             GError     **error)
{
  MpDesk *self = g_new0 (MpDesk, 1);

  self->executor = executor;
  if (!mp_worker_start (&self->worker, executor->options.method, executor->args, executor->options.connections, error))
    {
      g_free (self);
      return NULL;
    }

  g_ptr_array_add (executor->desks, self);
  if (asyncio_loop_add_reader (executor->loop, mp_connection_fileno (self->worker.connection), mp_executor_on_readable, self,
                               NULL, error))
    return self;

  g_ptr_array_remove (executor->desks, self);

  return NULL;
}

static void
desk_free (gpointer data)
{
  MpDesk *self = data;

  if (self->call != NULL)
    mp_call_free (self->call);
  asyncio_loop_remove_reader (self->executor->loop, mp_connection_fileno (self->worker.connection));
  mp_worker_clear (&self->worker);
  g_free (self);
}

gboolean
mp_desk_give (MpDesk  *desk,
              MpCall  *call,
              GError **error)
{
  GVariant *item = g_variant_new_variant (call->args);
  GVariant *items = g_variant_new_array (G_VARIANT_TYPE_VARIANT, &item, 1);

  if (!mp_connection_send (desk->worker.connection, g_variant_new ("(s@av)", call->func, items), error))
    return FALSE;

  desk->call = call;

  return TRUE;
}

/* --- Executors ---------------------------------------------------------------------------------- */

MpExecutor *
mp_executor_new (const MpExecutorOptions  *options,
                 GError                  **error)
{
  AsyncioLoop *loop = asyncio_get_running_loop (error);
  g_autoptr (GVariant) args = mp_new_worker_args (options->initializer, options->initargs);
  MpExecutor *self;

  if (loop == NULL || (options->initializer != NULL && mp_lookup (options->initializer, error) == NULL))
    return NULL;

  self = g_new0 (MpExecutor, 1);
  self->loop = asyncio_loop_ref (loop);
  self->options = *options;
  self->options.max_workers = options->max_workers > 0 ? options->max_workers : g_get_num_processors ();
  self->options.connections = mp_copy_connections (options->connections);
  self->args = g_steal_pointer (&args);
  self->desks = g_ptr_array_new_with_free_func (desk_free);
  g_queue_init (&self->calls);

  return self;
}

void
mp_executor_free (MpExecutor *executor)
{
  MpCall *call;

  g_return_if_fail (executor != NULL);

  for (guint i = 0; i < executor->desks->len; i++)
    {
      MpDesk *desk = g_ptr_array_index (executor->desks, i);

      mp_process_terminate (desk->worker.process);
      if (desk->call != NULL)
        asyncio_future_cancel (desk->call->future);
    }
  while ((call = g_queue_pop_head (&executor->calls)) != NULL)
    {
      asyncio_future_cancel (call->future);
      mp_call_free (call);
    }

  g_ptr_array_unref (executor->desks);
  mp_executor_wake (executor);
  g_free ((gpointer) executor->options.connections);
  g_variant_unref (executor->args);
  asyncio_loop_unref (executor->loop);
  g_free (executor);
}

gboolean
mp_executor_is_busy (MpExecutor *executor)
{
  gboolean is_busy = executor->calls.length > 0;

  for (guint i = 0; i < executor->desks->len; i++)
    is_busy |= ((MpDesk *) g_ptr_array_index (executor->desks, i))->call != NULL;

  return is_busy;
}

/* Several may sleep: all wait for the same future. */
gboolean
mp_executor_sleep (MpExecutor  *executor,
                   GError     **error)
{
  g_autoptr (GError) local_error = NULL;
  g_autoptr (AsyncioFuture) shield = NULL;

  if (executor->waiter == NULL)
    executor->waiter = asyncio_loop_create_future (executor->loop);

  /* Who is cancelled here must not cancel the others. */
  shield = asyncio_shield (executor->waiter, &local_error);
  if (shield != NULL)
    (void) asyncio_await (shield, &local_error);
  if (local_error == NULL)
    return TRUE;

  g_propagate_error (error, g_steal_pointer (&local_error));

  return FALSE;
}

void
mp_executor_wake (MpExecutor *executor)
{
  g_autoptr (AsyncioFuture) waiter = g_steal_pointer (&executor->waiter);

  if (waiter != NULL && !asyncio_future_done (waiter))
    (void) asyncio_future_set_result (waiter, NULL, NULL, NULL);
}
