/* SPDX-License-Identifier: MIT */

/* The twin of lab311-p05-body-interrupted.py: a failure interrupts the block, and afterwards nobody is cancelled any more. */

#include "kit.h"
#include "runners.h"
#include "taskgroups.h"

static gpointer
bad (gpointer   user_data,
     GError   **error)
{
  (void) user_data;
  if (kit_sleep (1, error))
    g_set_error_literal (error, ASYNCIO_ERROR, ASYNCIO_ERROR_VALUE, "boom");

  return NULL;
}

static void
interrupted (AsyncioTaskGroup  *g,
             gpointer           user_data,
             GError           **error)
{
  asyncio_unref (asyncio_task_group_create_task (g, asyncio_coroutine_new (bad, NULL, NULL), error));
  if (!kit_sleep (50, error))
    trace ("body: interrupted, cancelling %u", asyncio_task_cancelling (user_data));
}

static void
swallows (AsyncioTaskGroup  *g,
          gpointer           user_data,
          GError           **error)
{
  asyncio_unref (asyncio_task_group_create_task (g, asyncio_coroutine_new (bad, NULL, NULL), error));
  if (!kit_sleep (50, NULL))
    trace ("body: swallowed it");
  trace ("body: goes on, cancelling %u", asyncio_task_cancelling (user_data));
}

static gpointer
async_main (gpointer   user_data,
            GError   **error)
{
  AsyncioTask *me = asyncio_current_task (NULL, error);
  g_autoptr (GError) e = NULL;

  (void) user_data;

  if (!asyncio_task_group_run (interrupted, me, &e))
    trace ("group raised %s", trace_error (e));
  trace ("after: cancelling %u", asyncio_task_cancelling (me));
  if (!kit_sleep (1, error))
    return NULL;
  trace ("after: still alive");
  g_clear_error (&e);
  if (!asyncio_task_group_run (swallows, me, &e))
    trace ("group raised %s", trace_error (e));
  trace ("after: cancelling %u", asyncio_task_cancelling (me));

  return NULL;
}

int
main (void)
{
  kit_init ();
  asyncio_run (asyncio_coroutine_new (async_main, NULL, NULL), NULL);

  return 0;
}
