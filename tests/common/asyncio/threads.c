/* SPDX-License-Identifier: MIT */

/*
 * What the tests with threads have in common.
 */

#include "threads.h"

void
gate_open (Gate *self)
{
  g_mutex_lock (&self->lock);
  self->is_open = TRUE;
  g_cond_broadcast (&self->changed);
  g_mutex_unlock (&self->lock);
}

void
gate_pass (Gate *self)
{
  g_mutex_lock (&self->lock);
  self->n_arrived++;
  g_cond_broadcast (&self->changed);
  while (!self->is_open)
    g_cond_wait (&self->changed, &self->lock);
  g_mutex_unlock (&self->lock);
}

void
gate_wait_for (Gate  *self,
               guint  n)
{
  g_mutex_lock (&self->lock);
  while (self->n_arrived < n)
    g_cond_wait (&self->changed, &self->lock);
  g_mutex_unlock (&self->lock);
}

gpointer
pass (gpointer   gate,
      GError   **error)
{
  (void) error;
  gate_pass (gate);

  return value_new ("passed");
}

gpointer
fail (gpointer   message,
      GError   **error)
{
  g_propagate_error (error, value_error (message));

  return NULL;
}

gpointer
give (gpointer   name,
      GError   **error)
{
  (void) error;

  return value_new (name);
}

AsyncioExecutor *
use_executor (guint n)
{
  AsyncioExecutor *executor = asyncio_thread_pool_executor_new (n);

  asyncio_loop_set_default_executor (loop, executor);

  return executor;
}

void
end_executor (AsyncioExecutor *executor)
{
  asyncio_executor_shutdown (executor, TRUE);
  asyncio_executor_unref (executor);
}

AsyncioFuture *
in_executor (AsyncioExecutorFunc func,
             gconstpointer       argument)
{
  g_autoptr (GError) error = NULL;
  AsyncioFuture *future = asyncio_loop_run_in_executor (loop, NULL, func, (gpointer) argument, NULL, value_free, &error);

  g_assert_no_error (error);

  return future;
}
