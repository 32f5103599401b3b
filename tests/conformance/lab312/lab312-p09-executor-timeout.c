/* SPDX-License-Identifier: MIT */

/* The twin of lab312-p09-executor-timeout.py: work that ends in time is waited for, and nobody is warned. */

#include "kit.h"
#include "runners.h"
#include "shutdown.h"

static guint n_warnings;

static gpointer
job (gpointer   user_data,
     GError   **error)
{
  (void) error;
  kit_work (1);

  return user_data;
}

static void
on_warning (const char     *domain,
            GLogLevelFlags  level,
            const char     *message,
            gpointer        user_data)
{
  (void) domain;
  (void) level;
  (void) message;
  (void) user_data;
  n_warnings++;
}

static gpointer
async_main (gpointer   user_data,
            GError   **error)
{
  AsyncioLoop *loop = asyncio_get_running_loop (NULL);
  g_autoptr (AsyncioFuture) fut = asyncio_loop_run_in_executor (loop, NULL, job, NULL, NULL, NULL, error);

  (void) user_data;
  (void) fut;

  if (asyncio_loop_shutdown_default_executor_with_timeout (loop, 200, error))
    trace ("shutdown -> None");
  trace ("warnings %u", n_warnings);

  return NULL;
}

int
main (void)
{
  kit_init ();
  g_log_set_handler ("asyncio", G_LOG_LEVEL_WARNING, on_warning, NULL);
  asyncio_run (asyncio_coroutine_new (async_main, NULL, NULL), NULL);

  return 0;
}
