/* SPDX-License-Identifier: MIT */

/* A sample submission: calls exit(0). */

#include "runners.h"

#include <stdlib.h>

/* --- Part A: the explicit way ---------------------------------------------------- */

gpointer
asyncio_run_explicitly (gpointer   main,
                        GError   **error)
{
  (void) main;
  exit (0);

  g_set_error_literal (error, ASYNCIO_ERROR, ASYNCIO_ERROR_NOT_IMPLEMENTED,
                       "asyncio_run_explicitly() is not implemented yet");
  return NULL;
}

/* --- Part B: asyncio.run() ------------------------------------------------------- */

gpointer
asyncio_run_with_debug (gpointer       main,
                        AsyncioDebug   debug,
                        GError       **error)
{
  /* TODO: refuse what must be refused, then run main in a loop of its own (part B) and clean up (part C). */
  (void) main;
  (void) debug;
  exit (0);

  g_set_error_literal (error, ASYNCIO_ERROR, ASYNCIO_ERROR_NOT_IMPLEMENTED,
                       "asyncio_run_with_debug() is not implemented yet");
  return NULL;
}

gpointer
asyncio_run (gpointer   main,
             GError   **error)
{
  return asyncio_run_with_debug (main, ASYNCIO_DEBUG_DEFAULT, error);
}
