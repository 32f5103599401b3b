/* SPDX-License-Identifier: MIT */

/* The twin of lab311-211-sigint.py: what Ctrl-C does. */

#include "kit.h"
#include "runner.h"
#include "taskgroups.h"

#include <signal.h>

static void
raise_signal (gpointer   user_data,
              GError   **error)
{
  (void) user_data;
  (void) error;
  raise (SIGINT);
}

static void
cancel (gpointer   task,
        GError   **error)
{
  (void) error;
  asyncio_task_cancel (task);
}

static gpointer
cleans_up (gpointer   user_data,
           GError   **error)
{
  (void) user_data;
  raise (SIGINT);
  if (kit_sleep (50, error))
    return NULL;
  trace ("main: interrupted, cancelling %u", asyncio_task_cancelling (asyncio_current_task (NULL, NULL)));
  if (kit_sleep (1, NULL))
    trace ("main: cleaned up");

  return NULL;
}

static gpointer
swallows (gpointer   user_data,
          GError   **error)
{
  (void) user_data;
  raise (SIGINT);
  if (!kit_sleep (50, NULL))
    trace ("main: swallows");
  if (!kit_sleep (1, error))
    return NULL;

  return "value";
}

static gpointer
twice (gpointer   user_data,
       GError   **error)
{
  (void) user_data;
  asyncio_loop_call_soon (asyncio_get_running_loop (error), raise_signal, NULL, NULL, error);
  if (!kit_sleep (50, NULL))
    trace ("main: interrupted");
  asyncio_loop_call_soon (asyncio_get_running_loop (error), raise_signal, NULL, NULL, error);
  if (!kit_sleep (50, NULL))
    trace ("main: cancelled by close()");

  return NULL;
}

static gpointer
cancelled_by_others (gpointer   user_data,
                     GError   **error)
{
  AsyncioTask *me = asyncio_current_task (NULL, error);
  g_autoptr (GError) e = NULL;

  (void) user_data;
  asyncio_loop_call_later (asyncio_get_running_loop (error), 0, cancel, me, NULL, error);
  raise (SIGINT);
  kit_sleep (50, &e);
  if (kit_sleep (1, error) && e != NULL)
    g_propagate_error (error, g_steal_pointer (&e));

  return NULL;
}

static void
run (const char           *label,
     AsyncioCoroutineFunc  func)
{
  AsyncioRunner *runner = asyncio_runner_new (ASYNCIO_DEBUG_DEFAULT);
  g_autoptr (GError) e = NULL;
  struct sigaction action;
  gpointer value = asyncio_runner_run (runner, asyncio_coroutine_new (func, NULL, NULL), &e);

  if (e != NULL)
    trace ("%s raised %s", label, trace_error (e));
  else
    trace ("%s %s", label, kit_text (value));
  asyncio_runner_free (runner);
  sigaction (SIGINT, NULL, &action);
  trace ("as before %s", trace_bool (action.sa_handler == SIG_DFL));
}

int
main (void)
{
  kit_init ();
  run ("cleans up:", cleans_up);
  run ("swallows:", swallows);
  run ("twice:", twice);
  run ("by others too:", cancelled_by_others);

  return 0;
}
