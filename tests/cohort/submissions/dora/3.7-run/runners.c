/* SPDX-License-Identifier: MIT */

/* A sample submission: part A, nothing else. */

#include "runners.h"

/* --- Part A: the explicit way ---------------------------------------------------- */

gpointer
asyncio_run_explicitly (gpointer   main,
                        GError   **error)
{
  g_autoptr (AsyncioLoop) loop = asyncio_new_event_loop ();
  gpointer value;

  asyncio_set_event_loop (loop);
  value = asyncio_loop_run_until_complete (loop, main, error);

  /* Python's `finally`: with or without an error we get here. */
  asyncio_set_event_loop (NULL);
  asyncio_loop_close (loop, NULL);

  return value;
}

/* --- Part B: asyncio.run() ------------------------------------------------------- */

gpointer
asyncio_run_with_debug (gpointer       main,
                        AsyncioDebug   debug,
                        GError       **error)
{
  /* TODO: refuse what must be refused, then run main in a loop of its own (part B) and clean up (part C). */
  (void) debug;
  if (asyncio_iscoroutine (main))
    asyncio_unref (asyncio_ref_sink (main));

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
