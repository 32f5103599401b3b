/* SPDX-License-Identifier: MIT */

/* The twin of lab37-p08-debug-flag.py: debug= sets the mode of the loop. */

#include "kit.h"
#include "runners.h"

static gpointer
async_main (gpointer   user_data,
            GError   **error)
{
  const char *label = user_data;

  trace ("%s %s", label, trace_bool (asyncio_loop_get_debug (asyncio_get_running_loop (error))));

  return NULL;
}

int
main (void)
{
  kit_init ();

  asyncio_run (asyncio_coroutine_new (async_main, "default:", NULL), NULL);
  asyncio_run_with_debug (asyncio_coroutine_new (async_main, "debug=True:", NULL), ASYNCIO_DEBUG_ON, NULL);
  asyncio_run_with_debug (asyncio_coroutine_new (async_main, "debug=False:", NULL), ASYNCIO_DEBUG_OFF, NULL);

  return 0;
}
