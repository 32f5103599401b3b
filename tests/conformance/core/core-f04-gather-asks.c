/* SPDX-License-Identifier: MIT */

/* The twin of core-f04-gather-asks.py: when gather asks its children for their errors. */

#include "kit.h"

static GPtrArray *kept;

static void
attempt (const char  *label,
         gboolean     return_exceptions,
         GError     **error)
{
  AsyncioFuture *failed = asyncio_loop_create_future (kit_loop_now ());
  AsyncioFuture *pending = asyncio_loop_create_future (kit_loop_now ());
  AsyncioFuture *gathering = asyncio_gatherv ((gpointer[]) { failed, pending }, 2, return_exceptions, error);

  asyncio_future_set_exception (failed, g_error_new_literal (ASYNCIO_ERROR, ASYNCIO_ERROR_VALUE, label), error);
  kit_pause (2, error);
  if (asyncio_future_done (gathering))
    trace ("gather %s", asyncio_error_get_name (asyncio_future_exception (gathering, NULL)));
  g_ptr_array_add (kept, failed);
  g_ptr_array_add (kept, pending);
  g_ptr_array_add (kept, gathering);
}

static gpointer
async_main (gpointer   user_data,
            GError   **error)
{
  (void) user_data;

  trace_exception_handler (kit_loop_now ());
  attempt ("in its place", TRUE, error);
  attempt ("raised", FALSE, error);

  return NULL;
}

int
main (void)
{
  kept = g_ptr_array_new_with_free_func (asyncio_unref);
  kit_init ();
  kit_run (asyncio_coroutine_new (async_main, NULL, NULL));
  trace ("loop closed");
  g_ptr_array_unref (kept);

  return 0;
}
