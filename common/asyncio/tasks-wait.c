/* SPDX-License-Identifier: MIT */

/*
 * Waiting: sleep() and wait_for() of Lib/asyncio/tasks.py.
 *
 * Both wait for a future of their own, the waiter, which somebody releases: a timer, or
 * the thing that is waited for.
 */

#include "tasks-private.h"

#include "base-events-private.h"
#include "coroutines-private.h"

#include <asyncio/exceptions.h>
#include <asyncio/versions.h>

/* --- sleep ----------------------------------------------------------------------- */

static void
release_waiter (gpointer   user_data,
                GError   **error)
{
  AsyncioFuture *waiter = user_data;

  if (!asyncio_future_done (waiter))
    (void) asyncio_future_set_result (waiter, NULL, NULL, error);
}

/* Waits until the waiter is released by others, or by a timer. */
static gboolean
await_waiter (AsyncioFuture  *waiter,
              double          timeout,
              GError        **error)
{
  g_autoptr (AsyncioHandle) timer = NULL;
  g_autoptr (GError) local_error = NULL;

  if (timeout != ASYNCIO_NO_TIMEOUT)
    {
      AsyncioHandle *handle = asyncio_loop_call_later (waiter->loop, timeout, release_waiter,
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

  return await_waiter (waiter, delay, error);
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

/* --- wait_for -------------------------------------------------------------------- */

static void
on_done (AsyncioFuture  *future,
         gpointer        user_data,
         GError        **error)
{
  (void) future;
  release_waiter (user_data, error);
}

/* Waits until a future is done or a time is over. FALSE if the wait itself was interrupted. */
static gboolean
await_done (AsyncioFuture  *future,
            double          timeout,
            GError        **error)
{
  g_autoptr (AsyncioFuture) waiter = asyncio_loop_create_future (future->loop);
  gboolean released;

  asyncio_future_add_done_callback (future, on_done, asyncio_ref (waiter), asyncio_unref);
  released = await_waiter (waiter, timeout, error);
  asyncio_future_remove_done_callback (future, on_done, waiter);

  return released;
}

static void
set_timeout_error (GError **error)
{
  g_set_error_literal (error, ASYNCIO_ERROR, ASYNCIO_ERROR_TIMEOUT, "");
}

/* The time is over. Since 3.7 the inner task's clean-up is waited for; if that
 * wait is interrupted, the interruption is what comes out. */
static void
give_up (AsyncioFuture  *future,
         GError        **error)
{
  if (asyncio_version_rules.wait_for_awaits_cleanup)
    {
      g_autoptr (AsyncioFuture) waiter = asyncio_loop_create_future (future->loop);
      gboolean released;

      asyncio_future_add_done_callback (future, on_done, asyncio_ref (waiter), asyncio_unref);
      (void) asyncio_future_cancel (future);
      released = await_waiter (waiter, ASYNCIO_NO_TIMEOUT, error);
      asyncio_future_remove_done_callback (future, on_done, waiter);

      if (!released)
        return;
    }
  else
    {
      (void) asyncio_future_cancel (future);
    }

  set_timeout_error (error);
}

/* FALSE with an error if the future does not get done in time. */
static gboolean
await_in_time (AsyncioFuture  *future,
               double          timeout,
               GError        **error)
{
  g_autoptr (GError) interruption = NULL;

  if (timeout <= 0.0 && asyncio_version_rules.wait_for_zero_never_starts)
    {
      if (asyncio_future_done (future))
        return TRUE;

      (void) asyncio_future_cancel (future);
      set_timeout_error (error);
      return FALSE;
    }

  if (!await_done (future, timeout, &interruption))
    {
      /* A coroutine that is closed is no reason to cancel what it waited for. */
      if (asyncio_error_is_cancelled (interruption))
        (void) asyncio_future_cancel (future);
      g_propagate_error (error, g_steal_pointer (&interruption));
      return FALSE;
    }

  if (asyncio_future_done (future))
    return TRUE;

  give_up (future, error);
  return FALSE;
}

gpointer
asyncio_wait_for (gpointer   awaitable,
                  double     timeout,
                  GError   **error)
{
  g_autoptr (AsyncioFuture) future = NULL;
  gboolean is_new_task = asyncio_iscoroutine (awaitable);
  AsyncioLoop *loop;

  if (timeout == ASYNCIO_NO_TIMEOUT)
    return asyncio_await (awaitable, error);

  loop = asyncio_coroutine_check_inside (error) ? asyncio_get_event_loop (error) : NULL;
  if (loop == NULL)
    {
      if (is_new_task)
        asyncio_unref (asyncio_ref_sink (awaitable));
      return NULL;
    }

  future = asyncio_ensure_future_in (loop, awaitable, error);
  if (future == NULL || !await_in_time (future, timeout, error))
    return NULL;

  return is_new_task ? asyncio_future_steal_result (future, error) : asyncio_future_result (future, error);
}
