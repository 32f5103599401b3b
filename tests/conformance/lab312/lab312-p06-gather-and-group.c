/* SPDX-License-Identifier: MIT */

/* The twin of lab312-p06-gather-and-group.py: gather() and TaskGroup make their tasks by the factory. */

#include "eager_tasks.h"
#include "kit.h"
#include "runners.h"
#include "taskgroups.h"

static gpointer
quick (gpointer   name,
       GError   **error)
{
  (void) error;
  trace ("%s runs", (const char *) name);

  return name;
}

static gpointer
slow (gpointer   name,
      GError   **error)
{
  trace ("%s start", (const char *) name);
  if (!kit_pause (1, error))
    return NULL;
  trace ("%s end", (const char *) name);

  return name;
}

#define coroutine(func, name) asyncio_coroutine_new (func, (gpointer) (name), NULL)

/* The values of what gather() waited for. */
static const char *
row_of_values (AsyncioFuture  *all,
               GError        **error)
{
  g_autoptr (GPtrArray) values = g_ptr_array_new ();
  GPtrArray *children = asyncio_await (all, error);

  for (guint i = 0; children != NULL && i < children->len; i++)
    g_ptr_array_add (values, asyncio_future_result (g_ptr_array_index (children, i), NULL));

  return kit_row (values);
}

static AsyncioTask *a, *b;

static void
body (AsyncioTaskGroup  *group,
      gpointer           user_data,
      GError           **error)
{
  (void) user_data;
  a = asyncio_task_group_create_task (group, coroutine (slow, "D"), error);
  b = asyncio_task_group_create_task (group, coroutine (quick, "E"), error);
  trace ("in the body: %s | %s", kit_state (a), kit_state (b));
}

static gpointer
async_main (gpointer   user_data,
            GError   **error)
{
  g_autoptr (AsyncioFuture) some = NULL;
  g_autoptr (AsyncioFuture) all = NULL;

  (void) user_data;

  asyncio_loop_set_task_factory (asyncio_get_running_loop (error), asyncio_eager_task_factory, NULL, NULL);
  some = asyncio_gather (error, coroutine (slow, "A"), coroutine (quick, "B"), coroutine (slow, "C"), NULL);
  trace ("gather made");
  trace ("gathered %s", row_of_values (some, error));

  (void) asyncio_task_group_run (body, NULL, error);
  trace ("group left: %s | %s", kit_state (a), kit_state (b));
  asyncio_unref (a);
  asyncio_unref (b);

  all = asyncio_gather (error, coroutine (quick, "F"), coroutine (quick, "G"), NULL);
  trace ("all quick: gather done %s %s", trace_bool (asyncio_future_done (all)), row_of_values (all, error));

  return NULL;
}

int
main (void)
{
  kit_init ();
  asyncio_run (asyncio_coroutine_new (async_main, NULL, NULL), NULL);

  return 0;
}
