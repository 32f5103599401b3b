/* SPDX-License-Identifier: MIT */

/*
 * What: leaves a process behind that wants to outlive the sandbox
 * Named: left a process behind
 */

#include "runners.h"

#include <unistd.h>

static void
leave_behind (void)
{
  if (fork () != 0)
    return;
  if (fork () != 0)
    _exit (0);

  for (;;)
    pause ();
}

gpointer
asyncio_run_explicitly (gpointer   main,
                        GError   **error)
{
  (void) main;
  (void) error;
  leave_behind ();

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
