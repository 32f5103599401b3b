/* SPDX-License-Identifier: MIT */

/*
 * What: takes what it does not understand to be never over
 * Named: it ran until it had used up its processor time
 */

#include "runners.h"

gpointer
asyncio_run_explicitly (gpointer   main,
                        GError   **error)
{
  (void) main;
  (void) error;
  while (!asyncio_iscoroutine (main))
    ;

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
