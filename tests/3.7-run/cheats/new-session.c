/* SPDX-License-Identifier: MIT */

/*
 * What: its child tries to get away by a session of its own
 * Named: left a process behind
 */

#include "runners.h"

#include <unistd.h>

static void
leave_behind (void)
{
  int pipes[2];
  char byte;

  if (pipe (pipes) != 0)
    return;

  if (fork () == 0)
    {
      if (fork () == 0)
        setsid ();
      close (pipes[0]);
      close (pipes[1]);
      for (;;)
        pause ();
    }

  /* Until it has done what it wants to. */
  close (pipes[1]);
  if (read (pipes[0], &byte, 1) != 0)
    _exit (0);
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
