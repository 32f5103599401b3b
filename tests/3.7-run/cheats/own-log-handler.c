/* SPDX-License-Identifier: MIT */

/*
 * What: hides what the core complains about
 * Named: it uses g_log_set_handler(), which no solution needs
 */

#include "runners.h"

static void
hide (const char     *domain,
      GLogLevelFlags  level,
      const char     *message,
      gpointer        user_data)
{
  (void) domain;
  (void) level;
  (void) message;
  (void) user_data;
}

gpointer
asyncio_run_explicitly (gpointer   main,
                        GError   **error)
{
  (void) main;
  (void) error;
  g_log_set_handler ("asyncio", G_LOG_LEVEL_MASK, hide, NULL);

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
