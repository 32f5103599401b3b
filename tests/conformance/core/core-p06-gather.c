/* SPDX-License-Identifier: MIT */

/* The twin of core-p06-gather.py: values in the order of the arguments; an error comes out, the others go on. */

#include "kit.h"

typedef struct
{
  const char *name;
  int steps;
  AsyncioError code;
  const char *message; /* (nullable): raises an error with this message */
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
    g_set_error_literal (error, ASYNCIO_ERROR, self->code, self->message);

  return (gpointer) self->name;
}

static AsyncioTask *
spawn_job (const char *name,
           int         steps)
{
  return kit_spawn (kit_coroutine (job, Job, name, steps, 0, NULL));
}

static AsyncioTask *
spawn_failing_job (const char   *name,
                   int           steps,
                   AsyncioError  code,
                   const char   *message)
{
  return kit_spawn (kit_coroutine (job, Job, name, steps, code, message));
}

/* The row of what gather gave: where Python has a list of values and errors, C has the futures that hold them. */
static const char *
row_of (GPtrArray *futures)
{
  g_autoptr (GPtrArray) row = g_ptr_array_new ();

  for (guint i = 0; i < futures->len; i++)
    {
      g_autoptr (GError) e = NULL;
      gpointer value = asyncio_future_result (g_ptr_array_index (futures, i), &e);

      g_ptr_array_add (row, e != NULL ? (gpointer) trace_error (e) : value);
    }

  return kit_row (row);
}

static gpointer
waiter (gpointer   user_data,
        GError   **error)
{
  AsyncioFuture *g = user_data;

  asyncio_await (g, error);

  return NULL;
}

static gpointer
async_main (gpointer   user_data,
            GError   **error)
{
  g_autoptr (AsyncioTask) a = spawn_job ("A", 3);
  g_autoptr (AsyncioTask) b = spawn_job ("B", 1);
  g_autoptr (AsyncioTask) c = spawn_job ("C", 2);
  g_autoptr (AsyncioFuture) abc = asyncio_gather (error, a, b, c, NULL);
  g_autoptr (AsyncioTask) slow = NULL, bad = NULL, d = NULL, e = NULL, x = NULL, y = NULL, w = NULL;
  g_autoptr (AsyncioFuture) slow_bad = NULL, de = NULL, g = NULL;
  g_autoptr (GError) raised = NULL;
  GPtrArray *got;

  (void) user_data;

  got = asyncio_await (abc, error);
  if (got == NULL)
    return NULL;
  trace ("results %s", row_of (got));
  slow = spawn_job ("slow", 2);
  bad = spawn_failing_job ("bad", 1, ASYNCIO_ERROR_VALUE, "boom");
  slow_bad = asyncio_gather (error, slow, bad, NULL);
  asyncio_await (slow_bad, &raised);
  if (g_error_matches (raised, ASYNCIO_ERROR, ASYNCIO_ERROR_VALUE))
    trace ("gather error %s slow is %s", trace_error (raised), kit_state (slow));
  g_clear_error (&raised);
  asyncio_await (slow, error);
  d = spawn_job ("D", 2);
  e = spawn_failing_job ("E", 1, ASYNCIO_ERROR_OS, "k");
  de = asyncio_gatherv ((gpointer[]) { d, e }, 2, TRUE, error);
  got = asyncio_await (de, error);
  if (got == NULL)
    return NULL;
  trace ("results %s", row_of (got));
  x = spawn_job ("X", 9);
  y = spawn_job ("Y", 1);
  g = asyncio_gather (error, x, y, NULL);
  w = kit_spawn (asyncio_coroutine_new (waiter, g, NULL));
  if (!kit_sleep (2, error))
    return NULL;
  asyncio_task_cancel (w);
  asyncio_await (w, &raised);
  if (asyncio_error_is_cancelled (raised))
    trace ("gather cancelled: X %s Y %s", kit_state (x), kit_state (y));

  return NULL;
}

int
main (void)
{
  kit_init ();
  kit_run (asyncio_coroutine_new (async_main, NULL, NULL));

  return 0;
}
