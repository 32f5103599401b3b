/* SPDX-License-Identifier: MIT */

/*
 * What: a constructor says that the test passed, and ends the program before main() begins
 * Named: it has a constructor or destructor
 */

#include "runners.h"

#include <stdio.h>
#include <unistd.h>

static void __attribute__ ((constructor))
pass (void)
{
  puts ("1..1\nok 1 /3.7/run/value");
  fflush (stdout);
  _exit (0);
}

gpointer
asyncio_run_explicitly (gpointer   main,
                        GError   **error)
{
  (void) main;
  (void) error;


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
