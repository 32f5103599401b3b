/* SPDX-License-Identifier: MIT */

/* The twin of core-p10-exception-handler.py: errors that nobody else is told of, and those that somebody asked for. */

#include "kit.h"

/* The task that is asleep at the end. Python's is kept alive by a cycle of references until the garbage
 * collector comes at the program's end; C has neither, so main() keeps it as long. */
static AsyncioTask *asleep;

static void
bad (gpointer   user_data,
     GError   **error)
{
  (void) user_data;

  g_set_error_literal (error, ASYNCIO_ERROR, ASYNCIO_ERROR_VALUE, "from callback");
}

static gpointer
fail (gpointer   user_data,
      GError   **error)
{
  const char *msg = user_data;

  g_set_error_literal (error, ASYNCIO_ERROR, ASYNCIO_ERROR_OS, msg);

  return NULL;
}

static gpointer
async_main (gpointer   user_data,
            GError   **error)
{
  AsyncioLoop *loop = kit_loop_now ();
  g_autoptr (AsyncioTask) t = NULL;

  (void) user_data;

  trace_exception_handler (loop);
  asyncio_loop_call_soon (loop, bad, NULL, NULL, NULL);
  asyncio_loop_call_soon (loop, kit_trace, "next callback still runs", NULL, NULL);
  if (!kit_pause (1, error))
    return NULL;
  t = kit_spawn (asyncio_coroutine_new (fail, "asked for", NULL));
  if (!asyncio_wait ((gpointer[]) { t }, 1, ASYNCIO_NO_TIMEOUT, ASYNCIO_ALL_COMPLETED, NULL, NULL, error))
    return NULL;
  trace ("retrieved %s", asyncio_error_get_name (asyncio_task_exception (t, NULL)));
  g_clear_pointer (&t, asyncio_unref);
  t = kit_spawn (asyncio_coroutine_new (fail, "nobody asked", NULL));
  if (!kit_pause (2, error))
    return NULL;
  trace ("dropping the task");
  g_clear_pointer (&t, asyncio_unref);
  t = kit_spawn (asyncio_sleep_coroutine (3600));
  if (!kit_pause (1, error))
    return NULL;
  asyncio_task_cancel (t);
  if (!kit_pause (2, error))
    return NULL;
  g_clear_pointer (&t, asyncio_unref);
  asyncio_loop_call_exception_handler (loop, &(AsyncioExceptionContext) { .message = "by hand" });
  asleep = kit_spawn (asyncio_sleep_coroutine (3600));
  if (!kit_pause (1, error))
    return NULL;
  trace ("end of main, a task is still asleep");

  return NULL;
}

int
main (void)
{
  kit_init ();
  kit_run (asyncio_coroutine_new (async_main, NULL, NULL));
  trace ("loop closed");
  asyncio_unref (asleep);

  return 0;
}
