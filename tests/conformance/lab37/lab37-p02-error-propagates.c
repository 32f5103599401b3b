/* SPDX-License-Identifier: MIT */

/* The twin of lab37-p02-error-propagates.py: an error of main comes out of run() after the clean-up. */

#include "kit.h"
#include "runners.h"

static AsyncioLoop *kept_loop;
static AsyncioTask *kept_task;

static gpointer
background (gpointer   user_data,
            GError   **error)
{
  (void) user_data;

  asyncio_sleep (3600, error);
  trace ("background: cleaned up");

  return NULL;
}

static gpointer
async_main (gpointer   user_data,
            GError   **error)
{
  (void) user_data;

  kept_loop = asyncio_loop_ref (asyncio_get_running_loop (NULL));
  kept_task = asyncio_create_task (asyncio_coroutine_new (background, NULL, NULL), NULL);
  if (!asyncio_sleep (0, error))
    return NULL;
  trace ("main: raising");
  g_set_error_literal (error, ASYNCIO_ERROR, ASYNCIO_ERROR_VALUE, "boom");

  return NULL;
}

int
main (void)
{
  g_autoptr (GError) e = NULL;

  kit_init ();

  asyncio_run (asyncio_coroutine_new (async_main, NULL, NULL), &e);
  if (g_error_matches (e, ASYNCIO_ERROR, ASYNCIO_ERROR_VALUE))
    trace ("run raised %s", trace_error (e));
  trace ("loop closed %s background cancelled %s", trace_bool (asyncio_loop_is_closed (kept_loop)),
         trace_bool (asyncio_task_cancelled (kept_task)));

  asyncio_unref (kept_task);
  asyncio_loop_unref (kept_loop);

  return 0;
}
