/* SPDX-License-Identifier: MIT */

/*
 * What: waits for what never comes, in the hope that somebody loses patience
 * Named: it never came to an end
 */

#include "runners.h"

#include <unistd.h>

gpointer
asyncio_run_explicitly (gpointer   main,
                        GError   **error)
{
  (void) main;
  (void) error;
  while (!asyncio_iscoroutine (main))
    pause ();

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
