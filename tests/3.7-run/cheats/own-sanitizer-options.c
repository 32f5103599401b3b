/* SPDX-License-Identifier: MIT */

/*
 * What: tells AddressSanitizer to end with status 0
 * Named: a switch of the sanitizers
 */

#include "runners.h"

const char *__asan_default_options (void);

const char *
__asan_default_options (void)
{
  return "exitcode=0:detect_leaks=0";
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
