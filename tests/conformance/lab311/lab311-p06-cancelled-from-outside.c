/* SPDX-License-Identifier: MIT */

/* The twin of lab311-p06-cancelled-from-outside.py: who cancels the parent gets CancelledError, and the tasks are cancelled. */

#include "kit.h"
#include "runners.h"
#include "taskgroups.h"

static gpointer
long_ (gpointer   user_data,
       GError   **error)
{
  (void) user_data;
  kit_sleep (50, error);
  trace ("long: cleaned up");

  return NULL;
}

static void
block (AsyncioTaskGroup  *g,
       gpointer           user_data,
       GError           **error)
{
  asyncio_unref (asyncio_task_group_create_task (g, asyncio_coroutine_new (long_, NULL, NULL), error));
  if (GPOINTER_TO_INT (user_data))
    kit_sleep (50, error);
}

static gpointer
parent (gpointer   user_data,
        GError   **error)
{
  if (!asyncio_task_group_run (block, user_data, error))
    trace ("parent: group raised %s cancelling %u", trace_error (*error),
           asyncio_task_cancelling (asyncio_current_task (NULL, NULL)));

  return NULL;
}

static gpointer
async_main (gpointer   user_data,
            GError   **error)
{
  gboolean in_body = TRUE;

  (void) user_data;

  do
    {
      g_autoptr (AsyncioTask) p = kit_spawn (asyncio_coroutine_new (parent, GINT_TO_POINTER (in_body), NULL));

      kit_sleep (1, error);
      asyncio_task_cancel (p);
      asyncio_wait ((const gpointer[]) { p }, 1, ASYNCIO_NO_TIMEOUT, ASYNCIO_ALL_COMPLETED, NULL, NULL, error);
      trace ("parent %s cancelling %u", kit_state (p), asyncio_task_cancelling (p));
      in_body = !in_body;
    }
  while (!in_body);

  return NULL;
}

int
main (void)
{
  kit_init ();
  asyncio_run (asyncio_coroutine_new (async_main, NULL, NULL), NULL);

  return 0;
}
