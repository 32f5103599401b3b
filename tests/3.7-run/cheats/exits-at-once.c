/* SPDX-License-Identifier: MIT */

/*
 * What: ends the program as if all were well
 * Named: was exit() called?
 */

#include "runners.h"

#include <unistd.h>

gpointer
asyncio_run_explicitly (gpointer   main,
                        GError   **error)
{
  (void) main;
  (void) error;
  _exit (0);
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
