/* SPDX-License-Identifier: MIT */

/*
 * The twin of lab310-p02-refused-afterwards.py. What asyncio.to_thread() does of importance here is spelled out:
 * run_in_executor() in a coroutine.
 */

#include "length.h"
#include "runners.h"
#include "shutdown.h"

static AsyncioFuture *
run_in_default (GError **error)
{
  return asyncio_loop_run_in_executor (asyncio_get_running_loop (NULL), NULL, length, (gpointer) "abc", NULL, NULL, error);
}

static gpointer
to_thread (gpointer   user_data,
           GError   **error)
{
  g_autoptr (AsyncioFuture) fut = run_in_default (error);

  (void) user_data;

  return fut != NULL ? asyncio_await (fut, error) : NULL;
}

static gpointer
async_main (gpointer   user_data,
            GError   **error)
{
  g_autoptr (AsyncioFuture) before = run_in_default (error);
  g_autoptr (GError) first = NULL;
  g_autoptr (GError) second = NULL;

  (void) user_data;

  trace ("before: %s", kit_text (asyncio_await (before, error)));
  if (!asyncio_loop_shutdown_default_executor (asyncio_get_running_loop (NULL), error))
    return NULL;
  if (run_in_default (&first) == NULL)
    trace ("run_in_executor: error %s", trace_error (first));
  asyncio_await (asyncio_coroutine_new (to_thread, NULL, NULL), &second);
  if (second != NULL)
    trace ("to_thread: error %s", trace_error (second));
  if (asyncio_sleep (0, error))
    trace ("the loop still works: yes");

  return NULL;
}

int
main (void)
{
  kit_init ();
  asyncio_run (asyncio_coroutine_new (async_main, NULL, NULL), NULL);

  return 0;
}
