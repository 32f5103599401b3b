/* SPDX-License-Identifier: MIT */

/* The twin of lab310-201-cancelled.py. */

#include "gate.h"
#include "kit.h"
#include "runners.h"
#include "shutdown.h"

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

static gpointer
waiter (gpointer   user_data,
        GError   **error)
{
  (void) user_data;

  if (asyncio_loop_shutdown_default_executor (asyncio_get_running_loop (NULL), error))
    trace ("waiter: goes on");
  else
    trace ("waiter: cancelled");

  return NULL;
}

static gpointer
async_main (gpointer   user_data,
            GError   **error)
{
  AsyncioLoop *loop = asyncio_get_running_loop (NULL);
  g_autoptr (AsyncioFuture) fut = asyncio_loop_run_in_executor (loop, NULL, job, (gpointer) "result", NULL, NULL, error);
  g_autoptr (AsyncioTask) t = kit_spawn (asyncio_coroutine_new (waiter, NULL, NULL));
  g_autoptr (GError) e = NULL;

  (void) user_data;

  if (!kit_pause (2, error))
    return NULL;
  asyncio_task_cancel (t);
  asyncio_wait ((const gpointer[]) { t }, 1, ASYNCIO_NO_TIMEOUT, ASYNCIO_ALL_COMPLETED, NULL, NULL, error);
  trace ("job %s", kit_state (fut));
  if (asyncio_loop_run_in_executor (loop, NULL, job, NULL, NULL, NULL, &e) == NULL)
    trace ("error %s", trace_error (e));
  gate_open (&gate);
  if (!asyncio_loop_shutdown_default_executor (loop, error))
    return NULL;
  trace ("again -> None");
  if (kit_pause (2, error))
    trace ("job %s", kit_state (fut));

  return NULL;
}

int
main (void)
{
  kit_init ();
  asyncio_run (asyncio_coroutine_new (async_main, NULL, NULL), NULL);

  return 0;
}
