/* SPDX-License-Identifier: MIT */

/* The twin of core-307-fetch-data.py: two coroutines that wait at the same time. */

#include "kit.h"

static gpointer
fetch_data (gpointer   user_data,
            GError   **error)
{
  const char *name = user_data;

  trace ("%s Fetching data...", name);
  if (!kit_sleep (2, error))
    return NULL;
  trace ("%s Data fetched", name);

  return user_data;
}

static gpointer
async_main (gpointer   user_data,
            GError   **error)
{
  AsyncioLoop *loop = asyncio_get_event_loop (error);
  double started = asyncio_loop_time (loop);
  g_autoptr (AsyncioTask) first = kit_spawn (asyncio_coroutine_new (fetch_data, (gpointer) "first", NULL));
  g_autoptr (AsyncioTask) second = kit_spawn (asyncio_coroutine_new (fetch_data, (gpointer) "second", NULL));
  g_autoptr (AsyncioFuture) both = asyncio_gather (error, first, second, NULL);

  (void) user_data;

  if (asyncio_await (both, error) == NULL)
    return NULL;

  trace ("gather gave ['%s', '%s']", kit_text (asyncio_task_result (first, error)), kit_text (asyncio_task_result (second, error)));
  trace ("steps taken %d", (int) ((asyncio_loop_time (loop) - started) / STEP + 0.01));

  return NULL;
}

int
main (void)
{
  kit_init ();
  kit_run (asyncio_coroutine_new (async_main, NULL, NULL));

  return 0;
}
