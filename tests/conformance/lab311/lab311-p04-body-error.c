/* SPDX-License-Identifier: MIT */

/* The twin of lab311-p04-body-error.py: an error of the block has the tasks cancelled, and comes last in the group. */

#include "kit.h"
#include "runners.h"
#include "taskgroups.h"

static gpointer
long_ (gpointer   user_data,
       GError   **error)
{
  const char *text = user_data;

  kit_sleep (50, error);
  trace ("long: cleaned up");
  if (text != NULL)
    {
      g_clear_error (error);
      g_set_error_literal (error, ASYNCIO_ERROR, ASYNCIO_ERROR_OS, text);
    }

  return NULL;
}

static gpointer
async_main (gpointer   user_data,
            GError   **error)
{
  const char *errors[] = { NULL, "child" };

  (void) user_data;

  for (guint i = 0; i < G_N_ELEMENTS (errors); i++)
    {
      g_autoptr (AsyncioTaskGroup) g = asyncio_task_group_new ();
      g_autoptr (AsyncioTask) t = NULL;
      g_autoptr (GError) e = NULL;
      GError *raised = NULL;

      asyncio_task_group_enter (g, error);
      t = asyncio_task_group_create_task (g, asyncio_coroutine_new (long_, (gpointer) errors[i], NULL), error);
      kit_pause (1, NULL);
      trace ("body: raises");
      g_set_error_literal (&raised, ASYNCIO_ERROR, ASYNCIO_ERROR_VALUE, "body");
      if (!asyncio_task_group_exit (g, raised, &e))
        trace ("group raised %s | long %s", trace_error (e), kit_state (t));
    }

  return NULL;
}

int
main (void)
{
  kit_init ();
  asyncio_run (asyncio_coroutine_new (async_main, NULL, NULL), NULL);

  return 0;
}
