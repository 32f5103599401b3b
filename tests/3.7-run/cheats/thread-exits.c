/* SPDX-License-Identifier: MIT */

/*
 * What: a thread ends the program while the test still runs
 * Named: was exit() called?
 */

#include "runners.h"

#include <pthread.h>
#include <unistd.h>

static void *
leave (void *data)
{
  (void) data;
  _exit (0);

  return NULL;
}

gpointer
asyncio_run_explicitly (gpointer   main,
                        GError   **error)
{
  pthread_t thread;

  (void) main;
  (void) error;
  pthread_create (&thread, NULL, leave, NULL);
  pthread_join (thread, NULL);

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
