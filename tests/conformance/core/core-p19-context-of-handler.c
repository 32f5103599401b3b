/* SPDX-License-Identifier: MIT */

/* The twin of core-p19-context-of-handler.py: in which context the exception handler runs. */

#include "kit.h"

static AsyncioContextVar *var;

static const char *
get (void)
{
  return asyncio_context_var_get (var, NULL);
}

static void
set (const char *value)
{
  asyncio_context_var_set (var, (gpointer) value, NULL, NULL);
}

static void
on_error (AsyncioLoop                    *loop,
          const AsyncioExceptionContext  *context,
          gpointer                        user_data,
          GError                        **error)
{
  g_auto (GStrv) parts = g_strsplit (context->message, " callback", 2);

  (void) loop;
  (void) user_data;
  (void) error;

  trace ("handler sees %s | %s", get (), parts[0]);
  set ("set by the handler");
}

static void
bad (gpointer   user_data,
     GError   **error)
{
  (void) user_data;

  set ("callback");
  g_set_error_literal (error, ASYNCIO_ERROR, ASYNCIO_ERROR_VALUE, "from callback");
}

static gpointer
fails (gpointer   user_data,
       GError   **error)
{
  (void) user_data;

  set ("task");
  g_set_error_literal (error, ASYNCIO_ERROR, ASYNCIO_ERROR_VALUE, "from task");

  return NULL;
}

static gpointer
async_main (gpointer   user_data,
            GError   **error)
{
  AsyncioLoop *loop = kit_loop_now ();
  AsyncioTask *task;
  AsyncioFuture *fut;

  (void) user_data;

  asyncio_loop_set_exception_handler (loop, on_error, NULL, NULL);
  set ("main");
  asyncio_loop_call_soon (loop, bad, NULL, NULL, NULL);
  if (!kit_pause (1, error))
    return NULL;
  trace ("main sees %s", get ());

  task = kit_spawn (asyncio_coroutine_new (fails, NULL, NULL));
  kit_pause (2, NULL);
  set ("main when the task is dropped");
  asyncio_unref (task);
  trace ("main sees %s", get ());

  fut = asyncio_loop_create_future (loop);
  asyncio_future_set_exception (fut, g_error_new_literal (ASYNCIO_ERROR, ASYNCIO_ERROR_VALUE,
                                                          "a future has no context"), NULL);
  set ("main when the future is dropped");
  asyncio_unref (fut);
  trace ("main sees %s", get ());
  asyncio_loop_call_exception_handler (loop, &(AsyncioExceptionContext) { .message = "by hand" });
  trace ("main sees %s", get ());

  return NULL;
}

int
main (void)
{
  kit_init ();
  var = asyncio_context_var_new_with_default ("var", (gpointer) "default", NULL);
  kit_run (asyncio_coroutine_new (async_main, NULL, NULL));
  asyncio_context_var_unref (var);

  return 0;
}
