/* SPDX-License-Identifier: MIT */

/* The twin of lab311-203-nested-both.py: each of two groups takes back its own request, and none of another. */

#include "kit.h"
#include "runners.h"
#include "taskgroups.h"

typedef struct
{
  AsyncioFuture *future;
  const char *text;
} Fuse;

static gpointer
fuse (gpointer   user_data,
      GError   **error)
{
  Fuse *self = user_data;
  g_autoptr (AsyncioFuture) shield = asyncio_shield (self->future, error);

  (void) asyncio_await (shield, error);
  if (*error == NULL)
    g_set_error_literal (error, ASYNCIO_ERROR, ASYNCIO_ERROR_VALUE, self->text);

  return NULL;
}

static void
inner_block (AsyncioTaskGroup  *inner,
             gpointer           user_data,
             GError           **error)
{
  asyncio_unref (asyncio_task_group_create_task (inner, kit_coroutine (fuse, Fuse, user_data, "inner"), error));
}

static void
outer_block (AsyncioTaskGroup  *outer,
             gpointer           user_data,
             GError           **error)
{
  asyncio_unref (asyncio_task_group_create_task (outer, kit_coroutine (fuse, Fuse, user_data, "outer"), error));
  if (!asyncio_task_group_run (inner_block, user_data, error))
    trace ("inner raised %s cancelling %u", trace_error (*error),
           asyncio_task_cancelling (asyncio_current_task (NULL, NULL)));
}

static gpointer
parent (gpointer   user_data,
        GError   **error)
{
  g_autoptr (GError) e = NULL;

  if (!asyncio_task_group_run (outer_block, user_data, &e))
    trace ("outer raised %s cancelling %u", trace_error (e), asyncio_task_cancelling (asyncio_current_task (NULL, NULL)));
  if (kit_sleep (1, error))
    trace ("next await goes on");

  return NULL;
}

static gpointer
async_main (gpointer   user_data,
            GError   **error)
{
  (void) user_data;

  for (int and_cancel = FALSE; and_cancel <= TRUE; and_cancel++)
    {
      g_autoptr (AsyncioFuture) future = asyncio_loop_create_future (asyncio_get_running_loop (error));
      g_autoptr (AsyncioTask) p = kit_spawn (asyncio_coroutine_new (parent, future, NULL));

      kit_sleep (1, error);
      asyncio_future_set_result (future, NULL, NULL, NULL);
      if (and_cancel)
        {
          asyncio_sleep (0, NULL);
          asyncio_task_cancel (p);
        }
      asyncio_wait ((const gpointer[]) { p }, 1, ASYNCIO_NO_TIMEOUT, ASYNCIO_ALL_COMPLETED, NULL, NULL, error);
      trace ("parent %s cancelling %u", kit_state (p), asyncio_task_cancelling (p));
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
