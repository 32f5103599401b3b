/* SPDX-License-Identifier: MIT */

/*
 * The twin of lab310-p01-waits-for-work.py: the shutdown waits. Virtual time stands still while a thread is at work, so the
 * ticks are turns of the loop.
 */

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
ticker (gpointer   user_data,
        GError   **error)
{
  (void) user_data;

  for (int i = 0; i < 2; i++)
    {
      if (!kit_pause (1, error))
        return NULL;
      trace ("tick %d", i);
    }
  gate_open (&gate);

  return NULL;
}

static gpointer
async_main (gpointer   user_data,
            GError   **error)
{
  AsyncioLoop *loop = asyncio_get_running_loop (NULL);
  g_autoptr (AsyncioFuture) fut = asyncio_loop_run_in_executor (loop, NULL, job, (gpointer) "result", NULL, NULL, error);
  g_autoptr (AsyncioTask) t = kit_spawn (asyncio_coroutine_new (ticker, NULL, NULL));

  (void) user_data;

  trace ("shutdown begins, job %s", kit_state (fut));
  if (!asyncio_loop_shutdown_default_executor (loop, error))
    return NULL;
  trace ("shutdown -> None");
  if (!asyncio_sleep (0, error))
    return NULL;
  trace ("job %s", kit_state (fut));

  return asyncio_await (t, error);
}

int
main (void)
{
  kit_init ();
  asyncio_run (asyncio_coroutine_new (async_main, NULL, NULL), NULL);

  return 0;
}
