/* SPDX-License-Identifier: MIT */

/* The twin of core-f02-shutdown-turns.py: which turns the loop still takes. C has no async generators, but it has the turns. */

#include "kit.h"

static void
next_to_last (gpointer   user_data,
              GError   **error)
{
  AsyncioLoop *loop = user_data;

  trace ("next to last");
  asyncio_loop_call_soon (loop, kit_trace, "last", NULL, error);
}

static void
call_soon_next_to_last (gpointer   user_data,
                        GError   **error)
{
  AsyncioLoop *loop = user_data;

  asyncio_loop_call_soon (loop, next_to_last, loop, NULL, error);
}

static gpointer
async_main (gpointer   user_data,
            GError   **error)
{
  AsyncioLoop *loop = user_data;

  asyncio_loop_call_soon (loop, call_soon_next_to_last, loop, NULL, error);
  trace ("main ends");

  return NULL;
}

int
main (void)
{
  g_autoptr (AsyncioLoop) loop = NULL;

  kit_init ();
  loop = kit_new_loop ();
  asyncio_loop_run_until_complete (loop, asyncio_coroutine_new (async_main, loop, NULL), NULL);
  trace ("main has ended");
  asyncio_loop_run_cleanup_steps (loop, NULL);
  trace ("shut down");
  asyncio_set_event_loop (NULL);
  asyncio_loop_close (loop, NULL);

  return 0;
}
