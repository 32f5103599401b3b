/* SPDX-License-Identifier: MIT */

/*
 * The twin of lab310-p06-run-calls-it.py. Whether the loop can shut its executor down is a matter of the library that this is
 * linked with: run() has a step for it.
 *
 * Python's job waits for a while, so that a run() that does not wait is over before. Here it waits for that without an end
 * where run() does not wait; and else for a moment, in which a run() that should and does not would show. So the trace never
 * depends on how fast the machine is.
 */

#include "gate.h"
#include "kit.h"
#include "runners.h"

static Gate returned;

static gboolean
can_shut_down (void)
{
  const AsyncioCleanupStep *step = asyncio_version_rules.cleanup_steps;

  while (step->name != NULL && strcmp (step->name, "shutdown_default_executor") != 0)
    step++;

  return step->name != NULL;
}

static gpointer
job (gpointer   user_data,
     GError   **error)
{
  (void) user_data;
  (void) error;

  if (can_shut_down ())
    g_usleep (50 * 1000);
  else
    gate_pass (&returned);
  trace ("job ends");

  return NULL;
}

static gpointer
async_main (gpointer   user_data,
            GError   **error)
{
  (void) user_data;

  asyncio_unref (asyncio_loop_run_in_executor (asyncio_get_running_loop (NULL), NULL, job, NULL, NULL, NULL, error));
  trace ("main: returns");
  trace ("loop can shut it down: %s", trace_bool (can_shut_down ()));

  return NULL;
}

int
main (void)
{
  kit_init ();

  asyncio_run (asyncio_coroutine_new (async_main, NULL, NULL), NULL);
  trace ("run returned");
  gate_open (&returned);

  return 0;
}
