/* SPDX-License-Identifier: MIT */

/* The twin of lab311-205-refused-coroutine.py: a coroutine that is refused is closed. */

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
  else
    trace ("%s %s | %s", label, strstr (e->message, "> ") + 2,
           trace_bool (asyncio_coroutine_get_state (coro) == ASYNCIO_CORO_CLOSED));
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

static gpointer
sleep_ (gpointer   user_data,
        GError   **error)
{
  kit_sleep (GPOINTER_TO_INT (user_data), error);

  return NULL;
}

static void
last_task_done (AsyncioFuture  *t,
                gpointer        g,
                GError        **error)
{
  (void) t;
  (void) error;
  refuse ("last task done:", g);
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
  g_autoptr (AsyncioTask) t = NULL;

  (void) user_data;

  refuse ("before:", g);
  asyncio_task_group_enter (g, error);
  t = asyncio_task_group_create_task (g, asyncio_coroutine_new (sleep_, GINT_TO_POINTER (1), NULL), error);
  asyncio_future_add_done_callback (ASYNCIO_FUTURE (t), last_task_done, g, NULL);
  asyncio_task_group_exit (g, NULL, error);
  refuse ("finished:", g);
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
