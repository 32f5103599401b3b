/* SPDX-License-Identifier: MIT */

/*
 * What: prints what is missing when the program ends
 * Named: it uses atexit(), which no solution needs
 */

#include "runners.h"

#include <stdio.h>
#include <stdlib.h>

static void
pass (void)
{
  puts ("ok 1 /3.7/run/value");
}

gpointer
asyncio_run_explicitly (gpointer   main,
                        GError   **error)
{
  (void) main;
  (void) error;
  atexit (pass);

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
