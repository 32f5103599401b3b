/* SPDX-License-Identifier: MIT */

/*
 * Waiting: sleep() and wait() of Lib/asyncio/tasks.py.
 *
 * Whoever waits here waits for a future of its own, the waiter, which somebody releases: a timer, or
 * one of the things that are waited for, from its done-callback:
 *
 *      future ──callback──┐
 *      future ──callback──┼──> counts; enough? ──> waiter ──> the task that waits
 *      future ──callback──┘                          ^
 *      timer ────────────────────────────────────────┘
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

/* --- wait ------------------------------------------------------------------------ */

/* One wait. The callbacks of the futures share it. */
typedef struct
{
  AsyncioFuture *waiter;
  guint n_pending;
  AsyncioReturnWhen return_when;
} Wait;

static void
wait_clear (gpointer data)
{
  Wait *self = data;

  asyncio_unref (self->waiter);
}

static void
wait_unref (gpointer data)
{
  g_rc_box_release_full (data, wait_clear);
}

/* _wait()'s _on_completion(). Only a future that is asked counts as one whose error was asked for. */
static void
on_completion (AsyncioFuture  *future,
               gpointer        user_data,
               GError        **error)
{
  Wait *self = user_data;

  self->n_pending--;
  if (self->n_pending == 0 || self->return_when == ASYNCIO_FIRST_COMPLETED ||
      (self->return_when == ASYNCIO_FIRST_EXCEPTION && !asyncio_future_cancelled (future) &&
       asyncio_future_exception (future, NULL) != NULL))
    asyncio_waiter_release (self->waiter, error);
}

/* _wait() */
static gboolean
await_futures (AsyncioLoop        *loop,
               GPtrArray          *futures,
               double              timeout,
               AsyncioReturnWhen   return_when,
               GError            **error)
{
  Wait *self = g_rc_box_new0 (Wait);
  gboolean released;

  self->waiter = asyncio_loop_create_future (loop);
  self->n_pending = futures->len;
  self->return_when = return_when;

  for (guint i = 0; i < futures->len; i++)
    asyncio_future_add_done_callback (g_ptr_array_index (futures, i), on_completion, g_rc_box_acquire (self), wait_unref);

  released = asyncio_waiter_await (self->waiter, timeout, error);

  for (guint i = 0; i < futures->len; i++)
    (void) asyncio_future_remove_done_callback (g_ptr_array_index (futures, i), on_completion, self);
  wait_unref (self);

  return released;
}

/* Whether wait() takes these arguments. */
static gboolean
check_wait (const gpointer     *awaitables,
            gsize               n_awaitables,
            AsyncioReturnWhen   return_when,
            GError            **error)
{
  gboolean refuses = asyncio_version_rules.wait_refuses_coroutines;

  if (n_awaitables == 0)
    {
      g_set_error (error, ASYNCIO_ERROR, ASYNCIO_ERROR_VALUE, "Set of %s is empty.",
                   refuses ? "Tasks/Futures" : "coroutines/Futures");
      return FALSE;
    }

  if (return_when > ASYNCIO_ALL_COMPLETED)
    {
      g_set_error (error, ASYNCIO_ERROR, ASYNCIO_ERROR_VALUE, "Invalid return_when value: %d", (int) return_when);
      return FALSE;
    }

  for (gsize i = 0; i < n_awaitables && refuses; i++)
    if (asyncio_iscoroutine (awaitables[i]))
      {
        g_set_error_literal (error, ASYNCIO_ERROR, ASYNCIO_ERROR_TYPE,
                             "Passing coroutines is forbidden, use tasks explicitly.");
        return FALSE;
      }

  return TRUE;
}

/* A future for each of the awaitables, which are (owned) and different. (transfer full) (nullable) */
static GPtrArray *
ensure_futures (AsyncioLoop  *loop,
                GPtrArray    *awaitables,
                GError      **error)
{
  g_autoptr (GPtrArray) futures = g_ptr_array_new_with_free_func (asyncio_unref);

  for (guint i = 0; i < awaitables->len; i++)
    {
      AsyncioFuture *future = asyncio_ensure_future_in (loop, g_ptr_array_index (awaitables, i), error);

      if (future == NULL)
        return NULL;
      g_ptr_array_add (futures, future);
    }

  return g_steal_pointer (&futures);
}

/* Takes over what is awaitable, each once; the rest is left for asyncio_ensure_future() to complain about. */
static GPtrArray *
take_over (const gpointer *awaitables,
           gsize           n_awaitables)
{
  GPtrArray *taken = g_ptr_array_new ();
  g_autoptr (GHashTable) seen = g_hash_table_new (NULL, NULL);

  for (gsize i = 0; i < n_awaitables; i++)
    if (g_hash_table_add (seen, awaitables[i]))
      {
        gpointer awaitable = awaitables[i];

        if (asyncio_iscoroutine (awaitable) || asyncio_isfuture (awaitable))
          awaitable = asyncio_ref_sink (awaitable);
        g_ptr_array_add (taken, awaitable);
      }

  return taken;
}

static void
give_back (GPtrArray *taken)
{
  for (guint i = 0; i < taken->len; i++)
    {
      gpointer awaitable = g_ptr_array_index (taken, i);

      if (asyncio_iscoroutine (awaitable) || asyncio_isfuture (awaitable))
        asyncio_unref (awaitable);
    }
  g_ptr_array_unref (taken);
}

/* Those that are done, or those that are not. */
static GPtrArray *
select_futures (GPtrArray *futures,
                gboolean   done)
{
  GPtrArray *selected = g_ptr_array_new_with_free_func (asyncio_unref);

  for (guint i = 0; i < futures->len; i++)
    if (asyncio_future_done (g_ptr_array_index (futures, i)) == done)
      g_ptr_array_add (selected, asyncio_ref (g_ptr_array_index (futures, i)));

  return selected;
}

gboolean
asyncio_wait (const gpointer     *awaitables,
              gsize               n_awaitables,
              double              timeout,
              AsyncioReturnWhen   return_when,
              GPtrArray         **done,
              GPtrArray         **pending,
              GError            **error)
{
  g_autoptr (GPtrArray) futures = NULL;
  GPtrArray *taken;
  AsyncioLoop *loop = NULL;

  g_return_val_if_fail (awaitables != NULL || n_awaitables == 0, FALSE);

  if (done != NULL)
    *done = NULL;
  if (pending != NULL)
    *pending = NULL;

  taken = take_over (awaitables, n_awaitables);
  if (asyncio_coroutine_check_inside (error) && check_wait (awaitables, n_awaitables, return_when, error))
    loop = asyncio_get_event_loop (error);
  if (loop != NULL)
    futures = ensure_futures (loop, taken, error);
  give_back (taken);

  if (futures == NULL || !await_futures (loop, futures, timeout, return_when, error))
    return FALSE;

  if (done != NULL)
    *done = select_futures (futures, TRUE);
  if (pending != NULL)
    *pending = select_futures (futures, FALSE);

  return TRUE;
}
