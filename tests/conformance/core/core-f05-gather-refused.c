/* SPDX-License-Identifier: MIT */

/* The twin of core-f05-gather-refused.py: the child of a gather that was cancelled returns a value. */

#include "kit.h"

static gpointer
refuse (gpointer   user_data,
        GError   **error)
{
  AsyncioFuture **gathering = user_data;
  g_autoptr (GError) e = NULL;

  (void) error;

  if (gathering != NULL)
    {
      asyncio_future_cancel_msg (*gathering, "why");
      kit_pause (1, &e);
    }
  else
    {
      g_autoptr (AsyncioFuture) future = asyncio_loop_create_future (kit_loop_now ());

      asyncio_await (future, &e);
    }
  if (asyncio_error_is_cancelled (e))
    trace ("refuses %s", trace_error (e));

  return "kept";
}

static AsyncioFuture *
gather_one (AsyncioFuture **gathering)
{
  g_autoptr (AsyncioTask) task = kit_spawn (asyncio_coroutine_new (refuse, gathering, NULL));

  return asyncio_gatherv ((gpointer[]) { task }, 1, TRUE, NULL);
}

static gpointer
async_main (gpointer   user_data,
            GError   **error)
{
  g_autoptr (AsyncioFuture) first = NULL;
  g_autoptr (AsyncioFuture) second = NULL;

  (void) user_data;

  first = gather_one (&first);
  if (!kit_pause (4, error))
    return NULL;
  trace ("about to step: %s", trace_error (asyncio_future_exception (first, NULL)));
  second = gather_one (NULL);
  if (!kit_pause (2, error))
    return NULL;
  asyncio_future_cancel_msg (second, "why");
  if (!kit_pause (4, error))
    return NULL;
  trace ("waiting: %s", trace_error (asyncio_future_exception (second, NULL)));

  return NULL;
}

int
main (void)
{
  kit_init ();
  kit_run (asyncio_coroutine_new (async_main, NULL, NULL));

  return 0;
}
