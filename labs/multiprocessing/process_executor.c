/* SPDX-License-Identifier: MIT */

/*
 * Processes for a loop (Lib/concurrent/futures/process.py).
 *
 *     submit ──> calls ──> desk: a worker and its call <── pipe ──> worker
 *       │                             │
 *     future <──────────── the loop: there is something to read
 *
 * CPython's executor has a thread that waits for answers. Ours has the loop, which waits for many things at once anyway.
 *
 * A worker may die, and whoever waits for it must not wait for ever. It cannot say that it dies; but then its end of the pipe
 * is closed, and that can be read. This works only if nobody else has that end open, not even another worker.
 */

#include "multiprocessing-private.h"

/* --- Answers ----------------------------------------------------------------------------------------------- */
#ifdef SOLUTION

/* A worker has said what came of its call. */
static void
answer (MpDesk   *desk,
        GVariant *message)
{
  g_autoptr (MpCall) call = g_steal_pointer (&desk->call);
  GVariant *value;

  if (asyncio_future_done (call->future))
    return;

  if (g_variant_is_of_type (message, G_VARIANT_TYPE (MP_DONE_TYPE)))
    {
      g_variant_get_child (message, 0, "v", &value);
      (void) asyncio_future_set_result (call->future, value, (GDestroyNotify) g_variant_unref, NULL);
    }
  else
    {
      (void) asyncio_future_set_exception (call->future, mp_error_from_variant (message), NULL);
    }
}

static void
fail_call (MpCall *call)
{
  static const char message[] =
    "A process in the process pool was terminated abruptly while the future was running or pending.";

  if (!asyncio_future_done (call->future))
    (void) asyncio_future_set_exception (call->future,
                                         g_error_new_literal (ASYNCIO_ERROR, ASYNCIO_ERROR_BROKEN_PROCESS_POOL, message),
                                         NULL);
  mp_call_free (call);
}

/* _ExecutorManagerThread.terminate_broken(): what other workers do is lost as well. */
static void
break_down (MpExecutor *self)
{
  MpCall *call;

  self->is_broken = TRUE;

  for (guint i = 0; i < self->desks->len; i++)
    {
      MpDesk *desk = g_ptr_array_index (self->desks, i);

      mp_process_terminate (desk->worker.process);
      if (desk->call != NULL)
        fail_call (g_steal_pointer (&desk->call));
    }
  g_ptr_array_set_size (self->desks, 0);

  while ((call = g_queue_pop_head (&self->calls)) != NULL)
    fail_call (call);
}

/* The pipe of a worker came to its end. */
static void
on_death (MpDesk *desk)
{
  MpExecutor *self = desk->executor;

  /* If one does not get as far as to be ready, another will not either. */
  if (!self->options.survives || !desk->is_ready)
    {
      break_down (self);
      return;
    }

  mp_process_kill (desk->worker.process);
  if (desk->call != NULL)
    fail_call (g_steal_pointer (&desk->call));
  g_ptr_array_remove (self->desks, desk);
}
#endif

/* --- Calls --------------------------------------------------------------------------------------------------- */
#ifdef SOLUTION

/* A desk whose worker has nothing to do. (transfer none) (nullable) */
static MpDesk *
find_idle (MpExecutor *self,
           guint      *n_starting)
{
  MpDesk *idle = NULL;

  *n_starting = 0;
  for (guint i = 0; i < self->desks->len; i++)
    {
      MpDesk *desk = g_ptr_array_index (self->desks, i);

      if (!desk->is_ready)
        (*n_starting)++;
      else if (desk->call == NULL)
        idle = desk;
    }

  return idle;
}

/* Takes the first call from the queue: it is done, or this is why it cannot be done. (transfer full) error */
static void
drop_call (MpExecutor *self,
           GError     *error)
{
  g_autoptr (MpCall) call = g_queue_pop_head (&self->calls);

  if (error != NULL)
    (void) asyncio_future_set_exception (call->future, error, NULL);
}

/* Gives idle workers what is to be done, and starts more if there are too few. */
static void
hand_out (MpExecutor *self)
{
  while (self->calls.length > 0)
    {
      MpCall *call = g_queue_peek_head (&self->calls);
      g_autoptr (GError) error = NULL;
      guint n_starting;
      MpDesk *desk = find_idle (self, &n_starting);

      if (asyncio_future_done (call->future))
        {
          drop_call (self, NULL);
        }
      else if (desk != NULL)
        {
          if (mp_desk_give (desk, call, &error))
            g_queue_pop_head (&self->calls);
          else if (g_error_matches (error, ASYNCIO_ERROR, ASYNCIO_ERROR_BROKEN_PIPE))
            on_death (desk);
          else
            drop_call (self, g_steal_pointer (&error));
        }
      else
        {
          if (n_starting >= self->calls.length || self->desks->len == self->options.max_workers)
            return;
          if (mp_desk_new (self, &error) == NULL && self->desks->len > 0)
            return;
          if (error != NULL)
            drop_call (self, g_steal_pointer (&error));
        }
    }
}
#endif

void
mp_executor_on_readable (gpointer   desk,
                         GError   **error)
{
#ifdef SOLUTION
  MpDesk *self = desk;
  MpExecutor *executor = self->executor;
  g_autoptr (GVariant) message = mp_connection_recv (self->worker.connection, NULL);

  (void) error;

  if (message != NULL && !self->is_ready)
    self->is_ready = TRUE;
  else if (message != NULL && self->call != NULL)
    answer (self, message);
  else
    on_death (self);

  hand_out (executor);
  mp_executor_wake (executor);
#else
  /* TODO: a worker of ours has answered, or is dead. */
  (void) desk;
  (void) error;
#endif
}

AsyncioFuture *
mp_executor_submit (MpExecutor  *executor,
                    const char  *func,
                    GVariant    *args,
                    GError     **error)
{
  MpCall *call;
#ifdef SOLUTION
  AsyncioFuture *future;

  g_return_val_if_fail (executor != NULL && func != NULL, NULL);

  call = mp_call_new (executor, func, args);
  future = asyncio_ref (call->future);
  if (executor->is_broken)
    mp_fail (error, ASYNCIO_ERROR_BROKEN_PROCESS_POOL,
             "A child process terminated abruptly, the process pool is not usable anymore");
  else if (executor->is_shut_down)
    mp_fail (error, ASYNCIO_ERROR_RUNTIME, "cannot schedule new futures after shutdown");
  else if (mp_lookup (func, error) != NULL)
    {
      g_queue_push_tail (&executor->calls, call);
      hand_out (executor);
      return future;
    }

  mp_call_free (call);
  asyncio_unref (future);

  return NULL;
#else
  /* TODO: queue the call, and give it to a worker as soon as one has nothing to do. */
  call = mp_call_new (executor, func, args);
  mp_call_free (call);
  mp_fail (error, ASYNCIO_ERROR_NOT_IMPLEMENTED, "not implemented yet");

  return NULL;
#endif
}

gboolean
mp_executor_shutdown (MpExecutor  *executor,
                      GError     **error)
{
#ifdef SOLUTION
  executor->is_shut_down = TRUE;

  while (mp_executor_is_busy (executor))
    if (!mp_executor_sleep (executor, error))
      return FALSE;

  /* Their pipes are closed, so they end by themselves. */
  g_ptr_array_set_size (executor->desks, 0);

  return TRUE;
#else
  /* TODO: take no more work, and wait until all is done and the workers have ended. */
  (void) executor;

  return mp_fail (error, ASYNCIO_ERROR_NOT_IMPLEMENTED, "not implemented yet");
#endif
}
