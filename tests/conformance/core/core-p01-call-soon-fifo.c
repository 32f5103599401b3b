/* SPDX-License-Identifier: MIT */

/* The twin of core-p01-call-soon-fifo.py: first come, first served, and stop() ends the turn but not the queue. */

#include "kit.h"

static AsyncioLoop *loop;

static void
first (gpointer   user_data,
       GError   **error)
{
  (void) user_data;

  trace ("first");
  asyncio_loop_call_soon (loop, kit_trace, "scheduled by first", NULL, error);
  asyncio_loop_stop (loop);
  asyncio_loop_stop (loop);
}

int
main (void)
{
  g_autoptr (GError) error = NULL;
  AsyncioHandle *gone;

  kit_init ();
  loop = kit_new_loop ();

  asyncio_loop_call_soon (loop, first, NULL, NULL, NULL);
  gone = asyncio_loop_call_soon (loop, kit_trace, "cancelled handle", NULL, NULL);
  asyncio_handle_cancel (gone);
  asyncio_loop_call_soon (loop, kit_trace, "second", NULL, NULL);
  asyncio_loop_run_forever (loop, NULL);
  trace ("stopped, running %s", trace_bool (asyncio_loop_is_running (loop)));
  asyncio_loop_call_soon (loop, kit_stop, loop, NULL, NULL);
  asyncio_loop_run_forever (loop, NULL);
  trace ("stopped again");
  asyncio_loop_close (loop, NULL);
  asyncio_loop_close (loop, NULL);
  trace ("closed %s", trace_bool (asyncio_loop_is_closed (loop)));
  if (asyncio_loop_call_soon (loop, kit_trace, "never", NULL, &error) == NULL)
    trace ("error %s", trace_error (error));

  asyncio_loop_unref (loop);

  return 0;
}
