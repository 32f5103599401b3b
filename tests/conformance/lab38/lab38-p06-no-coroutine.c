/* SPDX-License-Identifier: MIT */

/* The twin of lab38-p06-no-coroutine.py: only tasks have a coroutine. */

#include "introspection.h"
#include "kit.h"
#include "runners.h"

static gpointer
job (gpointer   user_data,
     GError   **error)
{
  (void) user_data;
  kit_pause (1, error);

  return NULL;
}

static gpointer
async_main (gpointer   user_data,
            GError   **error)
{
  AsyncioLoop *loop = asyncio_get_running_loop (error);
  g_autoptr (AsyncioCoroutine) coro = asyncio_ref_sink (asyncio_coroutine_new (job, NULL, NULL));
  g_autoptr (AsyncioFuture) task = asyncio_ensure_future (coro, error);
  g_autoptr (AsyncioFuture) group = asyncio_gather (error, task, NULL);
  g_autoptr (AsyncioFuture) shielded = asyncio_shield (task, error);
  g_autoptr (AsyncioFuture) future = asyncio_loop_create_future (loop);
  g_autoptr (AsyncioFuture) again = NULL;
  const struct
  {
    const char *label;
    AsyncioFuture *f;
  } cases[] = { { "task", task }, { "future", future }, { "gather", group }, { "shield", shielded } };

  (void) user_data;

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    trace ("%s is a task: %s", cases[i].label, trace_bool (asyncio_task_get_coro ((AsyncioTask *) cases[i].f) != NULL));
  trace ("same coroutine: %s", trace_bool (asyncio_task_get_coro ((AsyncioTask *) task) == coro));
  again = asyncio_ensure_future (task, error);
  trace ("same task back: %s", trace_bool (again == task));
  asyncio_await (group, error);

  return NULL;
}

int
main (void)
{
  kit_init ();
  asyncio_run (asyncio_coroutine_new (async_main, NULL, NULL), NULL);

  return 0;
}
