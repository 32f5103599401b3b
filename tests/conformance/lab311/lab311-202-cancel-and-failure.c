/* SPDX-License-Identifier: MIT */

/* The twin of lab311-202-cancel-and-failure.py: the errors win, and the cancel from outside is not lost. */

#include "kit.h"
#include "runners.h"
#include "taskgroups.h"

typedef struct
{
  AsyncioFuture *future;
  gboolean in_block;
} Parent;

static gpointer
fuse (gpointer   user_data,
      GError   **error)
{
  (void) asyncio_await (user_data, NULL);
  g_set_error_literal (error, ASYNCIO_ERROR, ASYNCIO_ERROR_VALUE, "boom");

  return NULL;
}

static void
block (AsyncioTaskGroup  *g,
       gpointer           user_data,
       GError           **error)
{
  Parent *self = user_data;

  asyncio_unref (asyncio_task_group_create_task (g, asyncio_coroutine_new (fuse, self->future, NULL), error));
  if (self->in_block)
    kit_sleep (50, error);
}

static gpointer
parent (gpointer   user_data,
        GError   **error)
{
  AsyncioTask *me = asyncio_current_task (NULL, error);
  g_autoptr (GError) e = NULL;

  if (!asyncio_task_group_run (block, user_data, &e))
    trace ("raised %s cancelling %u", trace_error (e), asyncio_task_cancelling (me));
  trace ("next await %s", kit_sleep (1, error) ? "goes on" : "CancelledError");

  return NULL;
}

static gpointer
async_main (gpointer   user_data,
            GError   **error)
{
  (void) user_data;

  for (int in_block = TRUE; in_block >= FALSE; in_block--)
    for (int cancels_first = TRUE; cancels_first >= FALSE; cancels_first--)
      {
        g_autoptr (AsyncioFuture) future = asyncio_loop_create_future (asyncio_get_running_loop (error));
        g_autoptr (AsyncioTask) p = NULL;

        trace ("%s %s first", in_block ? "in the block" : "at its end", cancels_first ? "cancel" : "failure");
        p = kit_spawn (kit_coroutine (parent, Parent, future, in_block));
        kit_sleep (1, error);
        if (cancels_first)
          asyncio_task_cancel (p);
        asyncio_future_set_result (future, NULL, NULL, NULL);
        if (!cancels_first)
          asyncio_task_cancel (p);
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
