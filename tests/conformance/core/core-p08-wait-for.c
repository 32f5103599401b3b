/* SPDX-License-Identifier: MIT */

/* The twin of core-p08-wait-for.py: what comes in time, what comes late, and what then becomes of it. */

#include "kit.h"

#include <asyncio/versions.h>

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
  g_autoptr (GError) e = NULL;

  trace ("%s start", self->name);
  if (!kit_sleep (self->steps, &e))
    {
      if (asyncio_error_is_cancelled (e))
        {
          trace ("%s cleanup begins", self->name);
          if (!kit_sleep (1, error))
            return NULL;
          trace ("%s cleanup ends", self->name);
        }
      g_propagate_error (error, g_steal_pointer (&e)); /* raise */
      return NULL;
    }
  if (self->message != NULL)
    g_set_error_literal (error, ASYNCIO_ERROR, ASYNCIO_ERROR_VALUE, self->message);

  return (gpointer) self->name;
}

static void
attempt (const char *label,
         gpointer    awaitable,
         double      timeout)
{
  g_autoptr (GError) e = NULL;
  gpointer gave = asyncio_wait_for (awaitable, timeout, &e);

  if (e == NULL)
    trace ("%s -> %s", label, kit_text (gave));
  else
    trace ("%s -> error %s", label, trace_error (e));
}

static gpointer
async_main (gpointer   user_data,
            GError   **error)
{
  g_autoptr (AsyncioTask) t = NULL;
  g_autoptr (AsyncioTask) done = NULL;

  (void) user_data;

  attempt ("in time", kit_coroutine (job, Job, "A", 1, NULL), 5 * STEP);
  attempt ("raises", kit_coroutine (job, Job, "B", 1, "boom"), 5 * STEP);
  t = kit_spawn (kit_coroutine (job, Job, "C", 50, NULL));
  attempt ("late", t, 2 * STEP);
  trace ("C is %s", kit_state (t));
  attempt ("no limit", kit_coroutine (job, Job, "D", 1, NULL), ASYNCIO_NO_TIMEOUT);
  done = kit_spawn (kit_coroutine (job, Job, "E", 0, NULL));
  if (!kit_sleep (1, error))
    return NULL;
  attempt ("done, timeout 0", done, 0);
  attempt ("coroutine, timeout 0", kit_coroutine (job, Job, "F", 1, NULL), 0);

  trace ("is asyncio.TimeoutError the built-in one: %s", trace_bool (asyncio_version_rules.timeout_error_is_builtin));

  return NULL;
}

int
main (void)
{
  kit_init ();
  kit_run (asyncio_coroutine_new (async_main, NULL, NULL));

  return 0;
}
