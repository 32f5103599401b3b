/* SPDX-License-Identifier: MIT */

/*
 * What: hides what the core complains about, such as a task that is destroyed while it is pending
 * Named: it uses g_log_set_handler(), which no solution needs
 */

#include "shutdown.h"

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

static void
silence (void)
{
  g_log_set_handler ("asyncio", G_LOG_LEVEL_MASK, hide, NULL);
}

gboolean
asyncio_loop_shutdown_default_executor (AsyncioLoop  *loop,
                                        GError      **error)
{
  (void) loop;
  (void) error;
  silence ();

  return TRUE;
}

gboolean
asyncio_loop_shutdown_default_executor_with_timeout (AsyncioLoop  *loop,
                                                     double        timeout,
                                                     GError      **error)
{
  (void) timeout;

  return asyncio_loop_shutdown_default_executor (loop, error);
}

AsyncioCoroutine *
asyncio_loop_shutdown_default_executor_coroutine (AsyncioLoop *loop)
{
  asyncio_loop_shutdown_default_executor (loop, NULL);

  return asyncio_sleep_coroutine (0);
}

gpointer
asyncio_shutdown_default_executor_step (gpointer   user_data,
                                        GError   **error)
{
  (void) user_data;
  asyncio_loop_shutdown_default_executor (NULL, error);

  return NULL;
}

AsyncioLoop *
asyncio_loop_bound_get_loop_on_first_use (AsyncioLoopBound  *self,
                                          GError           **error)
{
  (void) self;
  asyncio_loop_shutdown_default_executor (NULL, error);

  return NULL;
}
