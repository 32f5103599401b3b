/* SPDX-License-Identifier: MIT */

/* The twin of core-t03-shield-lost-error.py: an error behind a shield, when nobody waits there any more. */

#include "kit.h"

static void
attempt (const char  *label,
         guint        turns,
         gboolean     ask,
         GError     **error)
{
  AsyncioFuture *inner = asyncio_loop_create_future (kit_loop_now ());
  AsyncioFuture *outer = asyncio_shield (inner, error);

  trace ("%s", label);
  asyncio_future_cancel (outer);
  kit_pause (turns, error);
  asyncio_future_set_exception (inner, g_error_new_literal (ASYNCIO_ERROR, ASYNCIO_ERROR_VALUE, "lost"), error);
  kit_pause (3, error);
  if (ask)
    trace ("asked: %s", asyncio_error_get_name (asyncio_future_exception (inner, NULL)));
  asyncio_unref (outer);
  asyncio_unref (inner);
}

static gpointer
async_main (gpointer   user_data,
            GError   **error)
{
  (void) user_data;

  trace_exception_handler (kit_loop_now ());
  attempt ("in the turn of the cancel", 0, FALSE, error);
  attempt ("a turn later", 1, FALSE, error);
  attempt ("a turn later, asked for", 1, TRUE, error);
  trace ("the end");

  return NULL;
}

int
main (void)
{
  kit_init ();
  kit_run (asyncio_coroutine_new (async_main, NULL, NULL));

  return 0;
}
