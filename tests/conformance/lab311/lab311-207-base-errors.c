/* SPDX-License-Identifier: MIT */

/* The twin of lab311-207-base-errors.py: SystemExit comes out bare, after the others were cancelled and waited for. */

#include "kit.h"
#include "taskgroups.h"

static gpointer
long_ (gpointer   user_data,
       GError   **error)
{
  (void) user_data;
  if (kit_sleep (50, NULL))
    return NULL;
  trace ("long: cancelled");
  if (kit_sleep (1, error))
    g_set_error_literal (error, ASYNCIO_ERROR, ASYNCIO_ERROR_VALUE, "in cleanup");

  return NULL;
}

static gpointer
exits (gpointer   user_data,
       GError   **error)
{
  (void) user_data;
  if (kit_sleep (1, error))
    g_set_error_literal (error, ASYNCIO_ERROR, ASYNCIO_ERROR_SYSTEM_EXIT, "task");

  return NULL;
}

static void
exits_itself (AsyncioTaskGroup  *g,
              gpointer           user_data,
              GError           **error)
{
  (void) user_data;
  asyncio_unref (asyncio_task_group_create_task (g, asyncio_coroutine_new (long_, NULL, NULL), error));
  if (kit_sleep (1, error))
    g_set_error_literal (error, ASYNCIO_ERROR, ASYNCIO_ERROR_SYSTEM_EXIT, "block");
}

static void
has_one_that_exits (AsyncioTaskGroup  *g,
                    gpointer           user_data,
                    GError           **error)
{
  (void) user_data;
  asyncio_unref (asyncio_task_group_create_task (g, asyncio_coroutine_new (long_, NULL, NULL), error));
  asyncio_unref (asyncio_task_group_create_task (g, asyncio_coroutine_new (exits, NULL, NULL), error));
}

static void
show_exit (const char   *who,
           const GError *e)
{
  if (g_error_matches (e, ASYNCIO_ERROR, ASYNCIO_ERROR_SYSTEM_EXIT))
    trace ("%s raised SystemExit: %s", who, e->message);
}

static gpointer
block_exits (gpointer   user_data,
             GError   **error)
{
  g_autoptr (GError) e = NULL;

  (void) error;
  asyncio_task_group_run (exits_itself, user_data, &e);
  show_exit ("group", e);

  return NULL;
}

static gpointer
task_exits (gpointer   user_data,
            GError   **error)
{
  g_autoptr (GError) e = NULL;

  (void) error;
  asyncio_task_group_run (has_one_that_exits, user_data, &e);
  show_exit ("group", e);

  return NULL;
}

int
main (void)
{
  g_autoptr (AsyncioLoop) loop = NULL;
  g_autoptr (AsyncioTask) task = NULL;
  g_autoptr (GError) e = NULL;

  kit_init ();
  loop = kit_new_loop ();
  asyncio_loop_run_until_complete (loop, asyncio_coroutine_new (block_exits, NULL, NULL), NULL);
  task = asyncio_loop_create_task (loop, asyncio_coroutine_new (task_exits, NULL, NULL), NULL);
  asyncio_loop_run_until_complete (loop, task, &e);
  show_exit ("run", e);
  asyncio_loop_run_until_complete (loop, task, NULL);
  asyncio_set_event_loop (NULL);
  asyncio_loop_close (loop, NULL);

  return 0;
}
