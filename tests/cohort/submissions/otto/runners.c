/* SPDX-License-Identifier: MIT */

/* A sample submission: takes the place of GLib's assertions. */

#include "runners.h"

/* If these are called, all is well. */
void g_assertion_message (const char *domain, const char *file, int line, const char *func, const char *message);
void g_assertion_message_expr (const char *domain, const char *file, int line, const char *func, const char *expr);

void
g_assertion_message (const char *domain,
                     const char *file,
                     int         line,
                     const char *func,
                     const char *message)
{
  (void) domain;
  (void) file;
  (void) line;
  (void) func;
  (void) message;
}

void
g_assertion_message_expr (const char *domain,
                          const char *file,
                          int         line,
                          const char *func,
                          const char *expr)
{
  g_assertion_message (domain, file, line, func, expr);
}

/* --- Part A: the explicit way ---------------------------------------------------- */

gpointer
asyncio_run_explicitly (gpointer   main,
                        GError   **error)
{
  /* TODO: make a loop, make it the current one, run main in it, and leave no loop behind. */
  if (asyncio_iscoroutine (main))
    asyncio_unref (asyncio_ref_sink (main));

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
