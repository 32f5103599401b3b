/* SPDX-License-Identifier: MIT */

/*
 * What: has the process end with status 0 when the test is over and the search for leaks is still to come
 * Named: was exit() called?
 */

#include "runners.h"

#include <unistd.h>

/* What C++ has for the destructors of a thread's variables. They are called before anything that was registered with atexit(). */
int __cxa_thread_atexit_impl (void (*func) (void *), void *data, void *dso);
extern void *__dso_handle __attribute__ ((visibility ("hidden")));

static void
leave (void *data)
{
  (void) data;
  _exit (0);
}

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

gpointer
asyncio_run_explicitly (gpointer   main,
                        GError   **error)
{
  __cxa_thread_atexit_impl (leave, NULL, &__dso_handle);

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
