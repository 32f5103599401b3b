/* SPDX-License-Identifier: MIT */

/* The twin of lab38-p03-current-task.py: the coroutine of the task that runs is its outermost one. */

#include "introspection.h"
#include "kit.h"
#include "runners.h"

static const char *
name (void)
{
  return asyncio_coroutine_get_name (asyncio_task_get_coro (asyncio_current_task (NULL, NULL)));
}

static gpointer
deepest (gpointer   user_data,
         GError   **error)
{
  (void) user_data;

  trace ("deepest sees %s", name ());
  if (!kit_pause (1, error))
    return NULL;
  trace ("deepest still sees %s", name ());

  return NULL;
}

static gpointer
middle (gpointer   user_data,
        GError   **error)
{
  (void) user_data;

  return asyncio_await (asyncio_coroutine_new (deepest, NULL, NULL), error);
}

static gpointer
child (gpointer   user_data,
       GError   **error)
{
  g_autoptr (GPtrArray) alive = g_ptr_array_new ();
  g_autoptr (GPtrArray) tasks = NULL;

  (void) user_data;

  asyncio_await (asyncio_coroutine_new (middle, NULL, NULL), error);
  tasks = asyncio_all_tasks (NULL, error);
  for (guint i = 0; i < tasks->len; i++)
    {
      AsyncioCoroutine *coro = asyncio_task_get_coro (g_ptr_array_index (tasks, i));

      g_ptr_array_add (alive, (gpointer) asyncio_coroutine_get_name (coro));
    }
  trace ("alive %s", kit_row (kit_sorted (alive)));

  return NULL;
}

static gpointer
sleeper (gpointer   user_data,
         GError   **error)
{
  (void) user_data;
  kit_pause (9, error);

  return NULL;
}

static gpointer
main_body (gpointer   user_data,
           GError   **error)
{
  g_autoptr (AsyncioTask) s = NULL;
  g_autoptr (AsyncioFuture) both = NULL;

  (void) user_data;

  trace ("main sees %s", name ());
  asyncio_await (asyncio_coroutine_new (middle, NULL, NULL), error);
  s = asyncio_create_task (asyncio_coroutine_new (sleeper, NULL, NULL), error);
  both = asyncio_gather (error, asyncio_coroutine_new (child, NULL, NULL), asyncio_coroutine_new (middle, NULL, NULL), NULL);
  asyncio_await (both, error);
  asyncio_await (s, error);
  trace ("main sees %s", name ());

  return NULL;
}

int
main (void)
{
  kit_init ();
  asyncio_run (asyncio_coroutine_new_full (main_body, NULL, NULL, NULL, "main", G_STRLOC), NULL);

  return 0;
}
