/* SPDX-License-Identifier: MIT */

/* The twin of lab311-p07-refusals.py: who may not make a task in a group, and when. */

#include "kit.h"
#include "runners.h"
#include "taskgroups.h"

#include <string.h>

static gpointer
job (gpointer   user_data,
     GError   **error)
{
  (void) user_data;
  (void) error;
  trace ("must not run");

  return NULL;
}

/* str(e).split('> ')[-1] */
static const char *
end_of (const GError *e)
{
  const char *found = strstr (e->message, "> ");

  return found != NULL ? found + 2 : e->message;
}

static void
refuse (const char       *label,
        AsyncioTaskGroup *g)
{
  g_autoptr (AsyncioCoroutine) coro = asyncio_ref_sink (asyncio_coroutine_new (job, NULL, NULL));
  g_autoptr (AsyncioTask) task = NULL;
  g_autoptr (GError) e = NULL;

  task = asyncio_task_group_create_task (g, coro, &e);
  if (task != NULL)
    trace ("%s accepted", label);
  else if (g_error_matches (e, ASYNCIO_ERROR, ASYNCIO_ERROR_RUNTIME))
    trace ("%s RuntimeError: %s", label, end_of (e));
  asyncio_coroutine_close (coro, NULL);
}

static gpointer
bad (gpointer   user_data,
     GError   **error)
{
  (void) user_data;
  g_set_error_literal (error, ASYNCIO_ERROR, ASYNCIO_ERROR_VALUE, "boom");

  return NULL;
}

static void
shutting_down (AsyncioTaskGroup  *g,
               gpointer           user_data,
               GError           **error)
{
  (void) user_data;
  asyncio_unref (asyncio_task_group_create_task (g, asyncio_coroutine_new (bad, NULL, NULL), error));
  kit_sleep (50, error);
  refuse ("shutting down:", g);
}

static gpointer
async_main (gpointer   user_data,
            GError   **error)
{
  g_autoptr (AsyncioTaskGroup) g = asyncio_task_group_new ();
  g_autoptr (GError) e = NULL;

  (void) user_data;

  refuse ("not entered:", g);
  asyncio_task_group_enter (g, error);
  asyncio_task_group_exit (g, NULL, error);
  refuse ("finished:", g);
  if (asyncio_task_group_enter (g, &e))
    trace ("must not get here");
  else if (g_error_matches (e, ASYNCIO_ERROR, ASYNCIO_ERROR_RUNTIME))
    trace ("again: RuntimeError: %s", end_of (e));
  if (!asyncio_task_group_run (shutting_down, NULL, NULL))
    trace ("group raised");

  return NULL;
}

int
main (void)
{
  kit_init ();
  asyncio_run (asyncio_coroutine_new (async_main, NULL, NULL), NULL);

  return 0;
}
