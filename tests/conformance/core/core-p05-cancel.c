/* SPDX-License-Identifier: MIT */

/* The twin of core-p05-cancel.py: cancel() is a request, which a coroutine sees at its await and may refuse. */

#include "kit.h"

static gpointer
plain (gpointer   user_data,
       GError   **error)
{
  const char *name = user_data;

  trace ("%s start", name);
  asyncio_sleep (3600, error);
  trace ("%s finally", name);

  return NULL;
}

static gpointer
stubborn (gpointer   user_data,
          GError   **error)
{
  g_autoptr (GError) e = NULL;

  (void) user_data;
  (void) error;

  asyncio_sleep (3600, &e);
  if (asyncio_error_is_cancelled (e))
    trace ("stubborn swallowed it");

  return "kept";
}

static gpointer
converter (gpointer   user_data,
           GError   **error)
{
  g_autoptr (GError) e = NULL;

  (void) user_data;

  asyncio_sleep (3600, &e);
  if (asyncio_error_is_cancelled (e))
    g_set_error_literal (error, ASYNCIO_ERROR, ASYNCIO_ERROR_VALUE, "instead");

  return NULL;
}

static gpointer
outer (gpointer   user_data,
       GError   **error)
{
  AsyncioTask *inner = user_data;

  asyncio_await (inner, error);

  return NULL;
}

static gpointer
async_main (gpointer   user_data,
            GError   **error)
{
  g_autoptr (AsyncioTask) a = kit_spawn (asyncio_coroutine_new (plain, "A", NULL));
  g_autoptr (AsyncioTask) b = NULL;
  g_autoptr (AsyncioTask) c = NULL;
  g_autoptr (AsyncioTask) d = NULL;
  g_autoptr (AsyncioTask) inner = NULL;
  g_autoptr (AsyncioTask) o = NULL;
  g_autoptr (GError) e = NULL;
  gboolean cancelled;

  (void) user_data;

  if (!kit_pause (1, error))
    return NULL;
  cancelled = asyncio_task_cancel (a);
  trace ("cancel A %s %s", trace_bool (cancelled), kit_state (a));
  asyncio_await (a, &e);
  if (asyncio_error_is_cancelled (e))
    trace ("main: A raised CancelledError");
  trace ("A %s cancel again %s", kit_state (a), trace_bool (asyncio_task_cancel (a)));
  b = kit_spawn (asyncio_coroutine_new (plain, "B", NULL));
  trace ("cancel B before start %s", trace_bool (asyncio_task_cancel (b)));
  if (!asyncio_wait ((gpointer[]) { b }, 1, ASYNCIO_NO_TIMEOUT, ASYNCIO_ALL_COMPLETED, NULL, NULL, error))
    return NULL;
  trace ("B %s", kit_state (b));
  c = kit_spawn (asyncio_coroutine_new (stubborn, NULL, NULL));
  d = kit_spawn (asyncio_coroutine_new (converter, NULL, NULL));
  if (!kit_pause (1, error))
    return NULL;
  asyncio_task_cancel (c);
  asyncio_task_cancel (d);
  if (!asyncio_wait ((gpointer[]) { c, d }, 2, ASYNCIO_NO_TIMEOUT, ASYNCIO_ALL_COMPLETED, NULL, NULL, error))
    return NULL;
  trace ("C %s", kit_state (c));
  trace ("D %s", kit_state (d));
  inner = kit_spawn (asyncio_coroutine_new (plain, "inner", NULL));
  o = kit_spawn (asyncio_coroutine_new (outer, inner, NULL));
  if (!kit_pause (2, error))
    return NULL;
  asyncio_task_cancel (o);
  if (!asyncio_wait ((gpointer[]) { o }, 1, ASYNCIO_NO_TIMEOUT, ASYNCIO_ALL_COMPLETED, NULL, NULL, error))
    return NULL;
  trace ("outer %s inner %s", kit_state (o), kit_state (inner));

  return NULL;
}

int
main (void)
{
  kit_init ();
  kit_run (asyncio_coroutine_new (async_main, NULL, NULL));

  return 0;
}
