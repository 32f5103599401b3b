/* SPDX-License-Identifier: MIT */

/* The twin of core-306-debug-reports.py: what the exception handler is told of, in debug mode and without. */

#include "kit.h"

#include <string.h>

static void
tell (AsyncioLoop                    *loop,
      const AsyncioExceptionContext  *context,
      gpointer                        user_data,
      GError                        **error)
{
  g_autoptr (GPtrArray) keys = g_ptr_array_new ();

  (void) loop;
  (void) user_data;
  (void) error;
  if (context->exception != NULL)
    g_ptr_array_add (keys, (gpointer) "exception");
  if (context->future != NULL)
    g_ptr_array_add (keys, (gpointer) "future");
  if (context->handle != NULL)
    g_ptr_array_add (keys, (gpointer) "handle");
  if (context->source_traceback != NULL)
    g_ptr_array_add (keys, (gpointer) "source_traceback");
  if (context->task != NULL)
    g_ptr_array_add (keys, (gpointer) "task");

  trace ("  %s %s", g_str_has_prefix (context->message, "Exception in callback") ? "Exception in callback" : context->message,
         kit_row (keys));
}

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
  (void) user_data;
  g_set_error_literal (error, ASYNCIO_ERROR, ASYNCIO_ERROR_OS, "from task");

  return NULL;
}

static const char *
says_where (gpointer thing)
{
  g_autofree char *repr = asyncio_repr (thing);

  return trace_bool (strstr (repr, " created at ") != NULL);
}

/* fut: (transfer full): a future that fails, and that nobody asks. */
static void
forget (AsyncioFuture *fut)
{
  trace ("  future says where %s", says_where (fut));
  asyncio_future_set_exception (fut, g_error_new (ASYNCIO_ERROR, ASYNCIO_ERROR_OS, "nobody asks"), NULL);
  asyncio_unref (fut);
}

static void
report_all (AsyncioLoop  *loop,
            gboolean      debug,
            GError      **error)
{
  AsyncioTask *task;

  trace ("debug mode %s", trace_bool (debug));
  asyncio_loop_set_debug (loop, debug);
  asyncio_loop_call_soon (loop, bad, NULL, NULL, error);
  asyncio_loop_call_later (loop, 0, bad, NULL, NULL, error);
  (void) kit_pause (2, error);
  forget (asyncio_loop_create_future (loop));
  task = kit_spawn (asyncio_coroutine_new (fail, NULL, NULL));
  trace ("  task says where %s", says_where (task));
  (void) kit_pause (2, error);
  asyncio_unref (task);
  asyncio_loop_call_exception_handler (loop, &(AsyncioExceptionContext) { .message = "by hand" });
}

static gpointer
async_main (gpointer   user_data,
            GError   **error)
{
  AsyncioLoop *loop = kit_loop_now ();
  AsyncioFuture *fut;

  (void) user_data;
  asyncio_loop_set_exception_handler (loop, tell, NULL, NULL);

  report_all (loop, FALSE, error);
  report_all (loop, TRUE, error);

  trace ("made in debug mode");
  asyncio_loop_set_debug (loop, TRUE);
  asyncio_loop_call_soon (loop, bad, NULL, NULL, error);
  fut = asyncio_loop_create_future (loop);
  asyncio_loop_set_debug (loop, FALSE);
  (void) kit_pause (1, error);
  forget (fut);

  trace ("made before");
  asyncio_loop_call_soon (loop, bad, NULL, NULL, error);
  fut = asyncio_loop_create_future (loop);
  asyncio_loop_set_debug (loop, TRUE);
  (void) kit_pause (1, error);
  forget (fut);

  return NULL;
}

int
main (void)
{
  kit_init ();
  kit_run (asyncio_coroutine_new (async_main, NULL, NULL));

  return 0;
}
