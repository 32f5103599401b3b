/* SPDX-License-Identifier: MIT */

/*
 * What: calls the test program once more
 * Named: it uses main(), which no solution needs
 */

#include "runners.h"

int other_main (int argc, char **argv) __asm__ ("main");

gpointer
asyncio_run_explicitly (gpointer   main,
                        GError   **error)
{
  (void) main;
  (void) error;
  other_main (1, (char *[]) { (char *) "test", NULL });

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
