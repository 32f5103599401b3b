/* SPDX-License-Identifier: MIT */

/* The twin of lab311-201-withdraw.py: what is taken back before the next step is not delivered. */

#include "kit.h"
#include "runners.h"
#include "taskgroups.h"

static void
next_await (const char *label)
{
  if (asyncio_sleep (0, NULL))
    trace ("%s goes on", label);
  else
    trace ("%s CancelledError", label);
}

typedef struct
{
  const char *label;
  AsyncioFuture *future;
} Job;

static gpointer
job (gpointer   user_data,
     GError   **error)
{
  Job *self = user_data;
  g_autoptr (GError) e = NULL;

  (void) error;

  trace ("%s starts", self->label);
  (void) asyncio_await (self->future, &e);
  trace ("%s %s", self->label, e == NULL ? "goes on" : "CancelledError");

  return NULL;
}

static gpointer
async_main (gpointer   user_data,
            GError   **error)
{
  AsyncioTask *me = asyncio_current_task (NULL, error);
  g_autoptr (AsyncioFuture) future = NULL;
  g_autoptr (AsyncioTask) t = NULL;

  (void) user_data;

  asyncio_task_cancel (me);
  trace ("taken back %u", asyncio_task_uncancel (me));
  next_await ("itself");
  asyncio_task_cancel (me);
  asyncio_task_cancel (me);
  trace ("taken back %u", asyncio_task_uncancel (me));
  next_await ("itself, one left");
  asyncio_task_uncancel (me);
  future = asyncio_loop_create_future (asyncio_get_running_loop (error));
  t = kit_spawn (kit_coroutine (job, Job, "before the start", future));
  asyncio_task_cancel (t);
  asyncio_task_uncancel (t);
  kit_pause (1, error);
  trace ("before the start done %s", kit_done (t));
  if (!asyncio_task_done (t))
    {
      asyncio_task_cancel (t);
      trace ("taken back %u", asyncio_task_uncancel (t));
    }
  asyncio_wait ((const gpointer[]) { t }, 1, ASYNCIO_NO_TIMEOUT, ASYNCIO_ALL_COMPLETED, NULL, NULL, error);

  return NULL;
}

int
main (void)
{
  kit_init ();
  asyncio_run (asyncio_coroutine_new (async_main, NULL, NULL), NULL);

  return 0;
}
