/* SPDX-License-Identifier: MIT */

/* The twin of lab311-206-eager.py: a group whose tasks start at once. */

#include "../../3.11-taskgroup/eager.h"

#include "kit.h"
#include "runners.h"

static gpointer
bad (gpointer   user_data,
     GError   **error)
{
  (void) user_data;
  g_set_error_literal (error, ASYNCIO_ERROR, ASYNCIO_ERROR_VALUE, "boom");

  return NULL;
}

static gpointer
maker (gpointer   user_data,
       GError   **error)
{
  asyncio_unref (asyncio_task_group_create_task (user_data, asyncio_coroutine_new (bad, NULL, NULL), error));
  trace ("maker: %s", kit_sleep (5, error) ? "forgotten" : "cancelled");

  return NULL;
}

static void
next_await (const char *label)
{
  if (kit_sleep (1, NULL))
    trace ("%s next await goes on, cancelling %u", label, asyncio_task_cancelling (asyncio_current_task (NULL, NULL)));
  else
    trace ("%s next await CancelledError", label);
}

static void
fails (AsyncioTaskGroup  *g,
       gpointer           user_data,
       GError           **error)
{
  (void) user_data;
  asyncio_unref (asyncio_task_group_create_task (g, asyncio_coroutine_new (bad, NULL, NULL), error));
  trace ("block goes on");
}

static void
makes (AsyncioTaskGroup  *g,
       gpointer           user_data,
       GError           **error)
{
  (void) user_data;
  asyncio_unref (asyncio_task_group_create_task (g, asyncio_coroutine_new (maker, g, NULL), error));
}

static gpointer
async_main (gpointer   user_data,
            GError   **error)
{
  g_autoptr (GError) e = NULL;

  (void) user_data;
  (void) error;

  start_eagerly ();
  if (!asyncio_task_group_run (fails, NULL, &e))
    trace ("raised %s", trace_error (e));
  next_await ("ends at once:");
  g_clear_error (&e);
  if (!asyncio_task_group_run (makes, NULL, &e))
    trace ("raised %s", trace_error (e));
  next_await ("maker:");

  return NULL;
}

int
main (void)
{
  kit_init ();
  asyncio_run (asyncio_coroutine_new (async_main, NULL, NULL), NULL);

  return 0;
}
