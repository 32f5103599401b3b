/* SPDX-License-Identifier: MIT */

/* The twin of core-f01-shield-result.py: the outer future of a shield is done by somebody else. */

#include "kit.h"

static void
on_error (AsyncioLoop                    *loop,
          const AsyncioExceptionContext  *context,
          gpointer                        user_data,
          GError                        **error)
{
  const char *message = g_str_has_prefix (context->message, "Exception in callback") ? "Exception in callback" : context->message;

  (void) loop;
  (void) user_data;
  (void) error;

  trace ("handler: %s | %s", message, asyncio_error_get_name (context->exception));
}

static void
end_by_result (AsyncioFuture *outer)
{
  asyncio_future_set_result (outer, "its own", NULL, NULL);
}

static void
end_by_error (AsyncioFuture *outer)
{
  asyncio_future_set_exception (outer, g_error_new_literal (ASYNCIO_ERROR, ASYNCIO_ERROR_VALUE, "its own"), NULL);
}

static void
end_by_cancel (AsyncioFuture *outer)
{
  asyncio_future_cancel (outer);
}

static void
attempt (const char  *label,
         guint        turns,
         void       (*end) (AsyncioFuture *outer),
         GError     **error)
{
  g_autoptr (AsyncioFuture) inner = asyncio_loop_create_future (kit_loop_now ());
  g_autoptr (AsyncioFuture) outer = asyncio_shield (inner, error);

  trace ("%s", label);
  end (outer);
  kit_pause (turns, error);
  asyncio_future_set_result (inner, "of the inner one", NULL, error);
  kit_pause (3, error);
  trace ("%s", kit_state (outer));
}

static gpointer
async_main (gpointer   user_data,
            GError   **error)
{
  (void) user_data;

  asyncio_loop_set_exception_handler (kit_loop_now (), on_error, NULL, NULL);
  attempt ("result, same turn", 0, end_by_result, error);
  attempt ("result, a turn later", 1, end_by_result, error);
  attempt ("error, same turn", 0, end_by_error, error);
  attempt ("cancel, same turn", 0, end_by_cancel, error);

  return NULL;
}

int
main (void)
{
  kit_init ();
  kit_run (asyncio_coroutine_new (async_main, NULL, NULL));

  return 0;
}
