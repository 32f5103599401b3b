/* SPDX-License-Identifier: MIT */

/*
 * What: kills the process that watches it, and everybody else
 * Named: it tried to get at other processes
 */

#include "runners.h"

#include <signal.h>
#include <unistd.h>

gpointer
asyncio_run_explicitly (gpointer   main,
                        GError   **error)
{
  (void) main;
  (void) error;
  kill (getppid (), SIGKILL);
  kill (-1, SIGKILL);

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
