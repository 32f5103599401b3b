/* SPDX-License-Identifier: MIT */

/* The twin of lab37-p01-returns-value.py: each run has a loop of its own and gives the value of main. */

#include "kit.h"
#include "runners.h"

static AsyncioLoop *loops[2];
static guint n_loops;

static gpointer
async_main (gpointer   user_data,
            GError   **error)
{
  gpointer value = user_data;
  AsyncioLoop *loop = asyncio_get_running_loop (NULL);
  g_autoptr (GPtrArray) all_tasks = asyncio_all_tasks (NULL, NULL);

  loops[n_loops++] = asyncio_loop_ref (loop);
  trace ("main: running %s debug %s", trace_bool (asyncio_loop_is_running (loop)),
         trace_bool (asyncio_loop_get_debug (loop)));
  trace ("main: is a task %s all tasks %u", trace_bool (asyncio_current_task (NULL, NULL) != NULL), all_tasks->len);
  if (!asyncio_sleep (0, error))
    return NULL;

  return value;
}

int
main (void)
{
  g_autoptr (GError) e = NULL;
  gpointer value;

  kit_init ();

  value = asyncio_run (asyncio_coroutine_new (async_main, "42", NULL), NULL);
  trace ("run -> %s", kit_text (value));
  value = asyncio_run (asyncio_coroutine_new (async_main, NULL, NULL), NULL);
  trace ("run -> %s", kit_text (value));
  trace ("same loop %s", trace_bool (loops[0] == loops[1]));
  trace ("closed %s %s", trace_bool (asyncio_loop_is_closed (loops[0])),
         trace_bool (asyncio_loop_is_closed (loops[1])));
  if (asyncio_get_running_loop (&e) == NULL)
    trace ("error %s", trace_error (e));

  asyncio_loop_unref (loops[0]);
  asyncio_loop_unref (loops[1]);

  return 0;
}
