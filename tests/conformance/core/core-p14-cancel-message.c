/* SPDX-License-Identifier: MIT */

/* The twin of core-p14-cancel-message.py: how far the message of cancel() gets. */

#include "kit.h"

static gpointer
leaf (gpointer   user_data,
      GError   **error)
{
  g_autoptr (GError) e = NULL;

  (void) user_data;

  if (asyncio_sleep (3600, &e))
    return NULL;
  if (asyncio_error_is_cancelled (e))
    trace ("leaf sees %s", trace_error (e));
  g_propagate_error (error, g_steal_pointer (&e)); /* raise */

  return NULL;
}

static gpointer
middle (gpointer   user_data,
        GError   **error)
{
  g_autoptr (AsyncioTask) t = kit_spawn (asyncio_coroutine_new (leaf, NULL, NULL));
  g_autoptr (GError) e = NULL;

  (void) user_data;

  asyncio_await (t, &e);
  if (asyncio_error_is_cancelled (e))
    trace ("middle sees %s", trace_error (e));
  if (e != NULL)
    g_propagate_error (error, g_steal_pointer (&e)); /* raise */

  return NULL;
}

static const char *
caught (gpointer awaitable)
{
  g_autoptr (GError) e = NULL;

  asyncio_await (awaitable, &e);

  return asyncio_error_is_cancelled (e) ? trace_error (e) : "None";
}

static gpointer
async_main (gpointer   user_data,
            GError   **error)
{
  AsyncioTask *t = kit_spawn (asyncio_coroutine_new (middle, NULL, NULL));
  g_autoptr (AsyncioFuture) fut = NULL;

  (void) user_data;

  kit_pause (3, error);
  asyncio_task_cancel_msg (t, "why");
  trace ("main sees %s", caught (t));
  asyncio_unref (t);

  t = kit_spawn (asyncio_coroutine_new (leaf, NULL, NULL));
  kit_pause (2, error);
  asyncio_task_cancel_msg (t, "first");
  asyncio_task_cancel_msg (t, "second");
  trace ("main sees %s", caught (t));
  asyncio_unref (t);

  t = kit_spawn (asyncio_coroutine_new (leaf, NULL, NULL));
  asyncio_task_cancel_msg (t, "before the start");
  trace ("main sees %s", caught (t));
  asyncio_unref (t);

  fut = asyncio_loop_create_future (kit_loop_now ());
  asyncio_future_cancel_msg (fut, "future");
  trace ("main sees %s", caught (fut));

  return NULL;
}

int
main (void)
{
  kit_init ();
  kit_run (asyncio_coroutine_new (async_main, NULL, NULL));

  return 0;
}
