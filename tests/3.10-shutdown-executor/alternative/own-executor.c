/* SPDX-License-Identifier: MIT */

/*
 * An alternative solution of lab 3.10 that has no thread of its own: an executor is shut down by the one thread of another
 * one. To bring the end of work to the loop is what run_in_executor() does, in virtual time as well. Loops are bound by an
 * atomic compare-and-exchange.
 */

#include "shutdown.h"

#include <asyncio/base-events-private.h>
#include <asyncio/coroutines-private.h>
#include <asyncio/locks-private.h>

static gpointer
join (gpointer   executor,
      GError   **error)
{
  (void) error;
  asyncio_executor_shutdown (executor, TRUE);

  return NULL;
}

static void
unref_executor (gpointer executor)
{
  asyncio_executor_unref (executor);
}

/* What the helper holds is freed before the future is done, so the caller may count on its own reference. */
static gboolean
await_join (AsyncioLoop      *loop,
            AsyncioExecutor  *executor,
            double            timeout,
            GError          **error)
{
  g_autoptr (AsyncioExecutor) helper = asyncio_thread_pool_executor_new (1);
  g_autoptr (AsyncioFuture) joined = NULL;
  g_autoptr (GError) raised = NULL;

  joined = asyncio_loop_run_in_executor (loop, helper, join, asyncio_executor_ref (executor), unref_executor, NULL, error);
  if (joined == NULL)
    return FALSE;

  (void) asyncio_wait_for (joined, timeout, &raised);
  if (raised == NULL)
    return TRUE;

  /* If the loop was closed nobody has cancelled it yet, and its end would be missed. */
  asyncio_future_cancel (joined);
  if (!g_error_matches (raised, ASYNCIO_ERROR, ASYNCIO_ERROR_TIMEOUT))
    {
      g_propagate_error (error, g_steal_pointer (&raised));
      return FALSE;
    }

  g_log ("asyncio", G_LOG_LEVEL_WARNING, "The executor did not finishing joining its threads within %g seconds.", timeout);

  return TRUE;
}

gboolean
asyncio_loop_shutdown_default_executor_with_timeout (AsyncioLoop  *loop,
                                                     double        timeout,
                                                     GError      **error)
{
  g_autoptr (AsyncioExecutor) executor = NULL;

  if (!asyncio_coroutine_check_inside (error))
    return FALSE;

  if (loop->default_executor != NULL)
    executor = asyncio_executor_ref (loop->default_executor);
  loop->executor_shutdown_called = TRUE;

  return executor == NULL || await_join (loop, executor, timeout, error);
}

gboolean
asyncio_loop_shutdown_default_executor (AsyncioLoop  *loop,
                                        GError      **error)
{
  return asyncio_loop_shutdown_default_executor_with_timeout (loop, ASYNCIO_NO_TIMEOUT, error);
}

static gpointer
body (gpointer   user_data,
      GError   **error)
{
  AsyncioLoop *loop = user_data != NULL ? user_data : asyncio_get_running_loop (error);

  if (loop != NULL)
    asyncio_loop_shutdown_default_executor (loop, error);

  return NULL;
}

static void
unref_loop (gpointer loop)
{
  asyncio_loop_unref (loop);
}

AsyncioCoroutine *
asyncio_loop_shutdown_default_executor_coroutine (AsyncioLoop *loop)
{
  return asyncio_coroutine_new_full (body, asyncio_loop_ref (loop), unref_loop, NULL, "shutdown_default_executor", G_STRLOC);
}

gpointer
asyncio_shutdown_default_executor_step (gpointer   user_data,
                                        GError   **error)
{
  (void) user_data;

  return body (NULL, error);
}

AsyncioLoop *
asyncio_loop_bound_get_loop_on_first_use (AsyncioLoopBound  *self,
                                          GError           **error)
{
  AsyncioLoop *loop = asyncio_get_running_loop (error);
  char *repr;

  if (loop == NULL)
    return NULL;

  if (g_atomic_pointer_get (&self->loop) == NULL)
    {
      asyncio_loop_ref (loop);
      if (!g_atomic_pointer_compare_and_exchange (&self->loop, NULL, loop))
        asyncio_loop_unref (loop);
    }

  if (g_atomic_pointer_get (&self->loop) == loop)
    return loop;

  repr = self->repr (self);
  g_set_error (error, ASYNCIO_ERROR, ASYNCIO_ERROR_RUNTIME, "%s is bound to a different event loop", repr);
  g_free (repr);

  return NULL;
}
