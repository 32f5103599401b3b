/* SPDX-License-Identifier: MIT */

/* The twin of core-t02-wait-for-cancel.py: how wait_for gets along with what it waits for, when there is no more time. */

#include "kit.h"

#include <string.h>

static gpointer
job (gpointer   how,
     GError   **error)
{
  g_autoptr (GError) e = NULL;

  if (kit_sleep (50, &e))
    return NULL;

  trace ("  clean-up begins");
  if (!kit_sleep (2, error))
    return NULL;
  trace ("  clean-up ends");

  if (strcmp (how, "refuses") == 0)
    return (gpointer) "value";
  if (strcmp (how, "raises") == 0)
    g_set_error_literal (error, ASYNCIO_ERROR, ASYNCIO_ERROR_VALUE, "clean-up");
  else
    g_propagate_error (error, g_steal_pointer (&e)); /* raise */

  return NULL;
}

typedef struct
{
  const char *how;
  int steps;
} Attempt;

static gpointer
attempt (gpointer   user_data,
         GError   **error)
{
  Attempt *self = user_data;
  g_autoptr (GError) e = NULL;
  gpointer gave = asyncio_wait_for (asyncio_coroutine_new (job, (gpointer) self->how, NULL), self->steps * STEP, &e);

  if (e == NULL)
    {
      trace ("  %s -> %s", self->how, kit_text (gave));
      return NULL;
    }

  trace ("  %s -> error %s", self->how, asyncio_error_get_name (e));
  g_propagate_error (error, g_steal_pointer (&e)); /* raise */

  return NULL;
}

static AsyncioTask *
spawn_attempt (const char *how,
               int         steps)
{
  return kit_spawn (kit_coroutine (attempt, Attempt, how, steps));
}

static gboolean
wait_for_task (gpointer   task,
               GError   **error)
{
  return asyncio_wait (&task, 1, ASYNCIO_NO_TIMEOUT, ASYNCIO_ALL_COMPLETED, NULL, NULL, error);
}

/* Takes the task over. */
static void
finish (AsyncioTask  *task,
        GError      **error)
{
  g_autoptr (AsyncioTask) t = task;

  if (!wait_for_task (t, error))
    return;
  trace ("  %s", asyncio_task_cancelled (t) ? "cancelled" : "not cancelled");
  if (!asyncio_task_cancelled (t))
    asyncio_task_exception (t, NULL);
  kit_sleep (4, error);
}

static void
on_error (AsyncioLoop                   *loop,
          const AsyncioExceptionContext *context,
          gpointer                       user_data,
          GError                       **error)
{
  (void) loop;
  (void) context;
  (void) user_data;
  (void) error;
}

static gpointer
wait_for_future (gpointer   f,
                 GError   **error)
{
  return asyncio_wait_for (f, 2 * STEP, error);
}

static gpointer
async_main (gpointer   user_data,
            GError   **error)
{
  static const char *const hows[] = { "obeys", "refuses", "raises" };
  g_autoptr (AsyncioFuture) f = asyncio_loop_create_future (kit_loop_now ());
  AsyncioTask *t;

  (void) user_data;

  asyncio_loop_set_exception_handler (kit_loop_now (), on_error, NULL, NULL);
  for (guint i = 0; i < G_N_ELEMENTS (hows); i++)
    {
      trace ("timeout");
      finish (spawn_attempt (hows[i], 2), error);
    }
  for (guint i = 0; i < G_N_ELEMENTS (hows); i++)
    {
      trace ("cancel");
      t = spawn_attempt (hows[i], 20);
      kit_sleep (1, error);
      asyncio_task_cancel (t);
      finish (t, error);
    }

  trace ("cancel in the clean-up");
  t = spawn_attempt ("obeys", 2);
  kit_sleep (3, error);
  asyncio_task_cancel (t);
  finish (t, error);

  trace ("cancel in the turn of the result");
  t = kit_spawn (asyncio_coroutine_new (wait_for_future, f, NULL));
  kit_pause (2, error);
  asyncio_future_set_result (f, (gpointer) "value", NULL, error);
  asyncio_task_cancel (t);
  wait_for_task (t, error);
  trace ("  %s", kit_state (t));
  asyncio_unref (t);

  return NULL;
}

int
main (void)
{
  kit_init ();
  kit_run (asyncio_coroutine_new (async_main, NULL, NULL));

  return 0;
}
