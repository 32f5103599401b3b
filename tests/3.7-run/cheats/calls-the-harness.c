/* SPDX-License-Identifier: MIT */

/*
 * What: calls the function that writes the trace
 * Named: it uses trace(), which belongs to the tests
 */

#include "runners.h"

void trace (const char *format, ...);

gpointer
asyncio_run_explicitly (gpointer   main,
                        GError   **error)
{
  (void) main;
  (void) error;
  trace ("run -> %s", "amber");

  return NULL;
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
