/* SPDX-License-Identifier: MIT */

/*
 * The twin of lab310-203-run-gives-up.py. Virtual time stands still while a thread is at work: a callback makes it go by, when run() has
 * waited for a while. So the 300 seconds need not be shortened.
 */

#include "gate.h"
#include "kit.h"
#include "runners.h"
#include "shutdown.h"

#include <string.h>

/* In so many turns of the loop run() has come to where it waits for the executor. */
#define TURNS 50

static Gate returned, ended;

static gpointer
job (gpointer   user_data,
     GError   **error)
{
  (void) user_data;
  (void) error;

  gate_pass (&returned);
  trace ("job ends");
  gate_open (&ended);

  return NULL;
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

  /* The job's result comes to a closed loop, of which Python complains by logging. */
  if (within != NULL)
    trace ("warning RuntimeWarning %.*s", (int) (within - message), message);
}

static void
let_time_go_by (gpointer   turns,
                GError   **error)
{
  guint *left = turns;

  if (*left == 0)
    return;

  /* And one more turn, in which the loop sees what time it is. */
  if (--*left == 0)
    kit_work (301 / STEP);
  asyncio_loop_call_soon (asyncio_get_running_loop (NULL), let_time_go_by, left, NULL, error);
}

static gpointer
async_main (gpointer   user_data,
            GError   **error)
{
  static guint turns = TURNS;
  AsyncioLoop *loop = asyncio_get_running_loop (NULL);

  (void) user_data;

  asyncio_unref (asyncio_loop_run_in_executor (loop, NULL, job, NULL, NULL, NULL, error));
  let_time_go_by (&turns, error);
  trace ("main: returns");

  return NULL;
}

int
main (void)
{
  kit_init ();
  g_log_set_handler ("asyncio", G_LOG_LEVEL_WARNING, on_warning, NULL);
  asyncio_run (asyncio_coroutine_new (async_main, NULL, NULL), NULL);
  trace ("run returned");
  gate_open (&returned);

  /* Python waits for the threads of executors when the program ends. */
  gate_pass (&ended);

  return 0;
}
