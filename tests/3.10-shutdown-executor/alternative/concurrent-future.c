/* SPDX-License-Identifier: MIT */

/*
 * An alternative solution of lab 3.10 in which the helper knows of no loop: it makes a concurrent future done, and
 * asyncio_wrap_future() is what the loop waits for. The threads that bind an object take turns by a bit in an integer.
 */

#include "shutdown.h"

#include <asyncio/base-events-private.h>
#include <asyncio/coroutines-private.h>
#include <asyncio/locks-private.h>

typedef struct
{
  AsyncioExecutor *executor;        /* (owned) */
  AsyncioConcurrentFuture *finished; /* (owned) */
} Order;

static gpointer
carry_out (gpointer data)
{
  Order *self = data;

  asyncio_executor_shutdown (self->executor, TRUE);
  asyncio_executor_unref (self->executor);
  (void) asyncio_concurrent_future_set_running_or_notify_cancel (self->finished, NULL);
  if (!asyncio_concurrent_future_cancelled (self->finished))
    (void) asyncio_concurrent_future_set_result (self->finished, NULL, NULL, NULL);
  asyncio_concurrent_future_unref (self->finished);
  g_free (self);

  return NULL;
}

/* Gives the order, and a future of the loop for its end. */
static AsyncioFuture *
give_order (AsyncioLoop  *loop,
            GError      **error)
{
  g_autoptr (AsyncioConcurrentFuture) finished = asyncio_concurrent_future_new ();
  AsyncioFuture *waiting = asyncio_wrap_future (finished, loop, error);
  Order *order;
  GThread *thread;

  if (waiting == NULL)
    return NULL;

  order = g_new (Order, 1);
  order->executor = asyncio_executor_ref (loop->default_executor);
  order->finished = asyncio_concurrent_future_ref (finished);
  thread = g_thread_try_new ("shutdown", carry_out, order, NULL);
  if (thread != NULL)
    {
      g_thread_unref (thread);
      return waiting;
    }

  asyncio_future_cancel (waiting);
  asyncio_unref (waiting);
  asyncio_executor_unref (order->executor);
  asyncio_concurrent_future_unref (order->finished);
  g_free (order);
  g_set_error_literal (error, ASYNCIO_ERROR, ASYNCIO_ERROR_RUNTIME, "can't start new thread");
  return NULL;
}

static gboolean
carry_out_and_wait (AsyncioLoop  *loop,
                    double        timeout,
                    GError      **error)
{
  g_autoptr (AsyncioFuture) waiting = NULL;
  GError *raised = NULL;

  if (!asyncio_coroutine_check_inside (error))
    return FALSE;

  loop->executor_shutdown_called = TRUE;
  if (loop->default_executor == NULL)
    return TRUE;

  waiting = give_order (loop, error);
  if (waiting == NULL)
    return FALSE;

  if (timeout == ASYNCIO_NO_TIMEOUT)
    asyncio_await (waiting, &raised);
  else
    asyncio_wait_for (waiting, timeout, &raised);

  if (raised == NULL)
    return TRUE;

  /* Nobody waits for it any more. So it does not matter that a closed loop cannot be told. */
  asyncio_future_cancel (waiting);

  if (timeout != ASYNCIO_NO_TIMEOUT && raised->domain == ASYNCIO_ERROR && raised->code == ASYNCIO_ERROR_TIMEOUT)
    {
      g_error_free (raised);
      g_log ("asyncio", G_LOG_LEVEL_WARNING, "The executor did not finishing joining its threads within %g seconds.", timeout);
      return TRUE;
    }

  g_propagate_error (error, raised);
  return FALSE;
}

gboolean
asyncio_loop_shutdown_default_executor (AsyncioLoop  *loop,
                                        GError      **error)
{
  return carry_out_and_wait (loop, ASYNCIO_NO_TIMEOUT, error);
}

gboolean
asyncio_loop_shutdown_default_executor_with_timeout (AsyncioLoop  *loop,
                                                     double        timeout,
                                                     GError      **error)
{
  return carry_out_and_wait (loop, timeout, error);
}

static gpointer
shut_down_running_loop (gpointer   user_data,
                        GError   **error)
{
  (void) user_data;
  asyncio_loop_shutdown_default_executor (asyncio_get_running_loop (NULL), error);

  return NULL;
}

AsyncioCoroutine *
asyncio_loop_shutdown_default_executor_coroutine (AsyncioLoop *loop)
{
  (void) loop;

  return asyncio_coroutine_new (shut_down_running_loop, NULL, NULL);
}

gpointer
asyncio_shutdown_default_executor_step (gpointer   user_data,
                                        GError   **error)
{
  return shut_down_running_loop (user_data, error);
}

AsyncioLoop *
asyncio_loop_bound_get_loop_on_first_use (AsyncioLoopBound  *self,
                                          GError           **error)
{
  static gint bits;
  AsyncioLoop *running = asyncio_get_running_loop (NULL);
  g_autofree char *repr = NULL;
  gboolean is_ours;

  if (running == NULL)
    return asyncio_get_running_loop (error);

  g_bit_lock (&bits, 0);
  if (self->loop == NULL)
    {
      self->loop = running;
      asyncio_loop_ref (running);
    }
  is_ours = self->loop == running;
  g_bit_unlock (&bits, 0);

  if (is_ours)
    return running;

  repr = self->repr (self);
  g_set_error (error, ASYNCIO_ERROR, ASYNCIO_ERROR_RUNTIME, "%s is bound to a different event loop", repr);

  return NULL;
}
