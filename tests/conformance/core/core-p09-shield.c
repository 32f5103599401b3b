/* SPDX-License-Identifier: MIT */

/* The twin of core-p09-shield.py: cancelling who waits behind a shield ends nobody else. */

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
  trace ("%s finishes", self->name);
  if (self->message != NULL)
    g_set_error_literal (error, ASYNCIO_ERROR, ASYNCIO_ERROR_VALUE, self->message);

  return (gpointer) self->name;
}

/* await asyncio.shield(inner) */
static gpointer
await_shield (gpointer   inner,
              GError   **error)
{
  g_autoptr (AsyncioFuture) outer = asyncio_shield (inner, error);

  return outer != NULL ? asyncio_await (outer, error) : NULL;
}

static gpointer
waiter (gpointer   inner,
        GError   **error)
{
  g_autoptr (GError) e = NULL;
  gpointer gave = await_shield (inner, &e);

  if (e == NULL)
    return gave;

  if (asyncio_error_is_cancelled (e))
    trace ("waiter cancelled, inner %s", kit_state (inner));
  g_propagate_error (error, g_steal_pointer (&e)); /* raise */

  return NULL;
}

static gboolean
wait_for_one (gpointer   future,
              GError   **error)
{
  return asyncio_wait (&future, 1, ASYNCIO_NO_TIMEOUT, ASYNCIO_ALL_COMPLETED, NULL, NULL, error);
}

static gpointer
async_main (gpointer   user_data,
            GError   **error)
{
  g_autoptr (AsyncioTask) inner = kit_spawn (kit_coroutine (job, Job, "inner", 2, NULL));
  g_autoptr (AsyncioTask) w = kit_spawn (asyncio_coroutine_new (waiter, inner, NULL));
  g_autoptr (AsyncioTask) b = NULL;
  g_autoptr (AsyncioTask) c = NULL;
  g_autoptr (AsyncioTask) d = NULL;
  g_autoptr (AsyncioFuture) outer = NULL;
  g_autoptr (AsyncioFuture) same = NULL;
  g_autoptr (GError) e = NULL;

  (void) user_data;

  if (!kit_sleep (1, error))
    return NULL;
  asyncio_task_cancel (w);
  if (!wait_for_one (w, error))
    return NULL;
  trace ("waiter %s", kit_state (w));
  trace ("inner gave %s", kit_text (asyncio_await (inner, error)));

  b = kit_spawn (kit_coroutine (job, Job, "B", 1, NULL));
  trace ("through %s", kit_text (await_shield (b, error)));
  c = kit_spawn (kit_coroutine (job, Job, "C", 1, "boom"));
  await_shield (c, &e);
  if (g_error_matches (e, ASYNCIO_ERROR, ASYNCIO_ERROR_VALUE))
    trace ("through error %s", trace_error (e));

  d = kit_spawn (kit_coroutine (job, Job, "D", 9, NULL));
  outer = asyncio_shield (d, error);
  if (outer == NULL || !kit_pause (1, error))
    return NULL;
  asyncio_task_cancel (d);
  if (!wait_for_one (outer, error))
    return NULL;
  trace ("inner cancelled: outer %s", kit_state (outer));

  same = asyncio_shield (inner, error);
  trace ("done future comes back itself: %s", trace_bool (same == ASYNCIO_FUTURE (inner)));

  return NULL;
}

int
main (void)
{
  kit_init ();
  kit_run (asyncio_coroutine_new (async_main, NULL, NULL));

  return 0;
}
