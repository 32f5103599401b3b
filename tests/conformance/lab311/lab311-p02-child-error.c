/* SPDX-License-Identifier: MIT */

/* The twin of lab311-p02-child-error.py: a task that fails has the others cancelled, and a group of errors comes out. */

#include "kit.h"
#include "runners.h"
#include "taskgroups.h"

static gpointer
bad (gpointer   user_data,
     GError   **error)
{
  (void) user_data;
  if (!kit_sleep (1, error))
    return NULL;
  trace ("bad: fails");
  g_set_error_literal (error, ASYNCIO_ERROR, ASYNCIO_ERROR_VALUE, "boom");

  return NULL;
}

static gpointer
long_ (gpointer   user_data,
       GError   **error)
{
  const char *name = user_data;
  g_autoptr (GError) e = NULL;

  if (kit_sleep (50, &e))
    return NULL;
  trace ("%s cancelled", name);
  if (!kit_sleep (1, error))
    return NULL;
  trace ("%s cleaned up", name);
  g_propagate_error (error, g_steal_pointer (&e));

  return NULL;
}

static gpointer
async_main (gpointer   user_data,
            GError   **error)
{
  g_autoptr (AsyncioTaskGroup) g = asyncio_task_group_new ();
  g_autoptr (AsyncioTask) b = NULL;
  g_autoptr (AsyncioTask) l = NULL;
  g_autoptr (GError) e = NULL;

  (void) user_data;

  asyncio_task_group_enter (g, error);
  b = asyncio_task_group_create_task (g, asyncio_coroutine_new (bad, NULL, NULL), error);
  l = asyncio_task_group_create_task (g, asyncio_coroutine_new (long_, "long", NULL), error);
  trace ("body ends");
  if (!asyncio_task_group_exit (g, NULL, &e))
    trace ("group raised %s", trace_error (e));
  trace ("bad %s | long %s", kit_state (b), kit_state (l));
  trace ("cancelling %u", asyncio_task_cancelling (asyncio_current_task (NULL, NULL)));

  return NULL;
}

int
main (void)
{
  kit_init ();
  asyncio_run (asyncio_coroutine_new (async_main, NULL, NULL), NULL);

  return 0;
}
