/* SPDX-License-Identifier: MIT */

/* The twin of core-p13-as-completed.py: results in the order in which they come, and what a timeout does to the others. */

#include "kit.h"

typedef struct
{
  const char *name;
  int steps;
  const char *message; /* (nullable): raises a ValueError with this message */
} Job;

static gpointer
job (gpointer   user_data,
     GError   **error)
{
  Job *self = user_data;

  if (!kit_sleep (self->steps, error))
    return NULL;
  if (self->message != NULL)
    g_set_error_literal (error, ASYNCIO_ERROR, ASYNCIO_ERROR_VALUE, self->message);

  return (gpointer) self->name;
}

static AsyncioTask *
spawn_job (const char *name,
           int         steps,
           const char *message)
{
  return kit_spawn (kit_coroutine (job, Job, name, steps, message));
}

/* for next_one in asyncio.as_completed(awaitables, timeout=timeout), which catches errors of one kind. */
static void
take_all (const gpointer *awaitables,
          gsize           n_awaitables,
          double          timeout,
          AsyncioError    caught,
          GError        **error)
{
  g_autoptr (AsyncioAsCompleted) iterator = asyncio_as_completed (awaitables, n_awaitables, timeout);
  AsyncioCoroutine *next_one;

  while ((next_one = asyncio_as_completed_next (iterator, error)) != NULL)
    {
      g_autoptr (GError) e = NULL;
      gpointer got = asyncio_await (next_one, &e);

      if (e == NULL)
        {
          trace ("got %s", kit_text (got));
        }
      else if (g_error_matches (e, ASYNCIO_ERROR, caught))
        {
          trace ("error %s", trace_error (e));
        }
      else
        {
          g_propagate_error (error, g_steal_pointer (&e));
          return;
        }
    }
}

static gpointer
async_main (gpointer   user_data,
            GError   **error)
{
  g_autoptr (AsyncioTask) a = spawn_job ("A", 3, NULL);
  g_autoptr (AsyncioTask) b = spawn_job ("B", 1, NULL);
  g_autoptr (AsyncioTask) c = spawn_job ("C", 2, "boom");
  g_autoptr (AsyncioTask) slow = NULL;
  g_autoptr (AsyncioTask) d = NULL;

  (void) user_data;

  take_all ((gpointer[]) { a, b, c }, 3, ASYNCIO_NO_TIMEOUT, ASYNCIO_ERROR_VALUE, error);

  slow = spawn_job ("slow", 5, NULL);
  d = spawn_job ("D", 1, NULL);
  take_all ((gpointer[]) { slow, d }, 2, 3 * STEP, ASYNCIO_ERROR_TIMEOUT, error);
  trace ("slow is %s", kit_state (slow));
  trace ("slow gave %s", kit_text (asyncio_await (slow, error)));

  return NULL;
}

int
main (void)
{
  kit_init ();
  kit_run (asyncio_coroutine_new (async_main, NULL, NULL));

  return 0;
}
