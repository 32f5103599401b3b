/* SPDX-License-Identifier: MIT */

/*
 * Waiting: sleep() of Lib/asyncio/tasks.py.
 *
 * All that wait here wait for a future of their own, the waiter, which somebody releases: a timer, or
 * the thing that is waited for.
 */

#include "tasks-private.h"

#include "base-events-private.h"
#include "coroutines-private.h"

#include <asyncio/exceptions.h>
#include <asyncio/versions.h>

/* --- Waiters --------------------------------------------------------------------- */

void
asyncio_waiter_release (gpointer   waiter,
                        GError   **error)
{
  if (!asyncio_future_done (waiter))
    (void) asyncio_future_set_result (waiter, NULL, NULL, error);
}

void
asyncio_waiter_on_done (AsyncioFuture  *future,
                        gpointer        waiter,
                        GError        **error)
{
  (void) future;
  asyncio_waiter_release (waiter, error);
}

gboolean
asyncio_waiter_await (AsyncioFuture  *waiter,
                      double          timeout,
                      GError        **error)
{
  g_autoptr (AsyncioHandle) timer = NULL;
  g_autoptr (GError) local_error = NULL;

  if (timeout != ASYNCIO_NO_TIMEOUT)
    {
      AsyncioHandle *handle = asyncio_loop_call_later (waiter->loop, timeout, asyncio_waiter_release,
                                                       asyncio_ref (waiter), asyncio_unref, error);

      if (handle == NULL)
        return FALSE;
      timer = asyncio_handle_ref (handle);
    }

  (void) asyncio_await (waiter, &local_error);

  if (timer != NULL)
    asyncio_handle_cancel (timer);
  if (local_error == NULL)
    return TRUE;

  g_propagate_error (error, g_steal_pointer (&local_error));
  return FALSE;
}

/* --- sleep ----------------------------------------------------------------------- */

gboolean
asyncio_sleep (double    delay,
               GError  **error)
{
  g_autoptr (AsyncioFuture) waiter = NULL;
  AsyncioLoop *loop;

  if (delay == 0.0 || (delay < 0.0 && asyncio_version_rules.sleep_negative_is_zero))
    return asyncio_coroutine_yield (NULL, error);

  if (!asyncio_coroutine_check_inside (error))
    return FALSE;

  loop = asyncio_get_running_loop (error);
  if (loop == NULL)
    return FALSE;

  waiter = asyncio_loop_create_future (loop);

  return asyncio_waiter_await (waiter, delay, error);
}

static gpointer
sleep_body (gpointer   user_data,
            GError   **error)
{
  (void) asyncio_sleep (*(double *) user_data, error);

  return NULL;
}

AsyncioCoroutine *
asyncio_sleep_coroutine (double delay)
{
  return asyncio_coroutine_new_full (sleep_body, g_memdup2 (&delay, sizeof delay), g_free, NULL, "sleep", G_STRLOC);
}
