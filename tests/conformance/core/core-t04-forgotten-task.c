/* SPDX-License-Identifier: MIT */

/* The twin of core-t04-forgotten-task.py: a task that nobody holds. Here the loop does, to its own end; see repairs.ini. */

#include "kit.h"

static gpointer
work (gpointer   user_data,
      GError   **error)
{
  g_autoptr (AsyncioFuture) future = asyncio_loop_create_future (kit_loop_now ());

  (void) user_data;

  trace ("the task waits");
  asyncio_await (future, error);

  return NULL;
}

static gpointer
async_main (gpointer   user_data,
            GError   **error)
{
  (void) user_data;

  trace_exception_handler (kit_loop_now ());
  asyncio_unref (kit_spawn (asyncio_coroutine_new (work, NULL, NULL)));
  kit_pause (2, error);
  trace ("collecting garbage"); /* C has none */
  kit_pause (2, error);
  trace ("main ends");

  return NULL;
}

int
main (void)
{
  kit_init ();
  kit_run (asyncio_coroutine_new (async_main, NULL, NULL));

  return 0;
}
