/* SPDX-License-Identifier: MIT */

/* The twin of core-p02-timers.py: timers fire in the order of their deadlines, a cancelled one never. */

#include "kit.h"

/* dead.cancel */
static void
cancel (gpointer   handle,
        GError   **error)
{
  (void) error;

  asyncio_handle_cancel (handle);
}

int
main (void)
{
  g_autoptr (AsyncioLoop) loop = NULL;
  g_autoptr (AsyncioHandle) dead = NULL;

  kit_init ();
  loop = kit_new_loop ();

  asyncio_loop_call_later (loop, 3 * STEP, kit_trace, "at step 3", NULL, NULL);
  asyncio_loop_call_later (loop, 1 * STEP, kit_trace, "at step 1", NULL, NULL);
  dead = asyncio_handle_ref (asyncio_loop_call_later (loop, 2 * STEP, kit_trace, "cancelled timer", NULL, NULL));
  asyncio_loop_call_at (loop, asyncio_loop_time (loop) + 2 * STEP, kit_trace, "at step 2", NULL, NULL);
  asyncio_loop_call_later (loop, 4 * STEP, kit_stop, loop, NULL, NULL);
  asyncio_loop_call_later (loop, 0, kit_trace, "delay 0", NULL, NULL);
  asyncio_loop_call_soon (loop, kit_trace, "soon", NULL, NULL);
  trace ("set up");
  asyncio_loop_call_later (loop, STEP * 0.5, cancel, dead, NULL, NULL);
  asyncio_loop_run_forever (loop, NULL);
  trace ("dead.cancelled %s", trace_bool (asyncio_handle_cancelled (dead)));
  asyncio_loop_close (loop, NULL);

  return 0;
}
