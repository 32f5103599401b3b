/* SPDX-License-Identifier: MIT */

/* The twin of lab310-p03-unused-executor.py. Linux tells how many threads there are. */

#include "length.h"
#include "runners.h"
#include "shutdown.h"

static int
active_count (void)
{
  g_autoptr (GDir) tasks = g_dir_open ("/proc/self/task", 0, NULL);
  int n = 0;

  while (tasks != NULL && g_dir_read_name (tasks) != NULL)
    n++;

  return n;
}

static gpointer
async_main (gpointer   user_data,
            GError   **error)
{
  AsyncioLoop *loop = asyncio_get_running_loop (NULL);
  g_autoptr (GError) e = NULL;
  int before = active_count ();

  (void) user_data;

  if (!asyncio_loop_shutdown_default_executor (loop, error))
    return NULL;
  trace ("shutdown -> None");
  trace ("threads made: %d", active_count () - before);
  if (asyncio_loop_run_in_executor (loop, NULL, length, (gpointer) "abc", NULL, NULL, &e) == NULL)
    trace ("error %s", trace_error (e));

  return NULL;
}

int
main (void)
{
  kit_init ();
  asyncio_run (asyncio_coroutine_new (async_main, NULL, NULL), NULL);

  return 0;
}
