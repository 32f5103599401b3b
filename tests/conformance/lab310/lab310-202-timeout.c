/* SPDX-License-Identifier: MIT */

/*
 * The twin of lab310-202-timeout.py. Virtual time stands still while threads are at work, so this is in real time: a moment
 * is enough, as the work does not end before it is let go.
 */

#include "gate.h"
#include "kit.h"
#include "runners.h"
#include "shutdown.h"

#include <string.h>

static Gate gate;

static gpointer
job (gpointer   user_data,
     GError   **error)
{
  (void) error;

  gate_pass (&gate);
  trace ("job ends");

  return user_data;
}

/* warnings.showwarning */
static void
on_warning (const char     *domain,
            GLogLevelFlags  level,
            const char     *message,
            gpointer        user_data)
{
  const char *within = strstr (message, " within ");

  (void) domain;
  (void) level;
  (void) user_data;
  trace ("warning RuntimeWarning %.*s", within != NULL ? (int) (within - message) : 0, message);
}

static gpointer
async_main (gpointer   user_data,
            GError   **error)
{
  AsyncioLoop *loop = asyncio_get_running_loop (NULL);
  g_autoptr (AsyncioFuture) fut = asyncio_loop_run_in_executor (loop, NULL, job, (gpointer) "result", NULL, NULL, error);

  (void) user_data;

  if (!asyncio_loop_shutdown_default_executor_with_timeout (loop, 0.02, error))
    return NULL;
  trace ("with a timeout -> None");
  trace ("job %s", kit_state (fut));
  gate_open (&gate);
  if (!asyncio_loop_shutdown_default_executor (loop, error))
    return NULL;
  trace ("without -> None");
  if (kit_pause (2, error))
    trace ("job %s", kit_state (fut));

  return NULL;
}

int
main (void)
{
  g_log_set_handler ("asyncio", G_LOG_LEVEL_WARNING, on_warning, NULL);
  asyncio_run (asyncio_coroutine_new (async_main, NULL, NULL), NULL);

  return 0;
}
