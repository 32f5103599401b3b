/* SPDX-License-Identifier: MIT */

/* The twin of lab312-p05-current-task.py: the new task is the current one during its eager step, and in all_tasks(). */

#include "eager_tasks.h"
#include "introspection.h"
#include "kit.h"
#include "runners.h"

static const char *
me (void)
{
  return asyncio_coroutine_get_name (asyncio_task_get_coro (asyncio_current_task (NULL, NULL)));
}

static guint
n_tasks (void)
{
  g_autoptr (GPtrArray) tasks = asyncio_all_tasks (NULL, NULL);

  return tasks->len;
}

static gpointer
inner (gpointer   user_data,
       GError   **error)
{
  (void) user_data;

  trace ("inner: current %s", me ());
  if (kit_pause (1, error))
    trace ("inner later: current %s", me ());

  return NULL;
}

static gpointer
outer (gpointer   user_data,
       GError   **error)
{
  g_autoptr (AsyncioTask) t = NULL;

  (void) user_data;

  trace ("outer: current %s", me ());
  t = asyncio_create_task (asyncio_coroutine_new (inner, NULL, NULL), error);
  trace ("outer again: current %s", me ());
  (void) asyncio_await (t, error);

  return NULL;
}

static gpointer
async_main (gpointer   user_data,
            GError   **error)
{
  g_autoptr (AsyncioTask) t = NULL;

  (void) user_data;

  asyncio_loop_set_task_factory (asyncio_get_running_loop (error), asyncio_eager_task_factory, NULL, NULL);
  t = asyncio_create_task (asyncio_coroutine_new (outer, NULL, NULL), error);
  trace ("main: current %s | tasks %u", me (), n_tasks ());
  (void) asyncio_await (t, error);
  trace ("main: tasks %u", n_tasks ());

  return NULL;
}

int
main (void)
{
  kit_init ();
  asyncio_run (asyncio_coroutine_new_full (async_main, NULL, NULL, NULL, "main", G_STRLOC), NULL);

  return 0;
}
