/* SPDX-License-Identifier: MIT */

/* The twin of lab311-p08-uncancel.py: requests to cancel a task are counted, and taken back one by one. */

#include "kit.h"
#include "runners.h"
#include "taskgroups.h"

static gpointer
job (gpointer   user_data,
     GError   **error)
{
  AsyncioTask *me = asyncio_current_task (NULL, error);
  guint left[4];

  (void) user_data;

  for (int i = 0; i < 2; i++)
    if (!asyncio_sleep (3600, NULL))
      trace ("caught, cancelling %u", asyncio_task_cancelling (me));
  for (int i = 0; i < 4; i++)
    left[i] = asyncio_task_uncancel (me);
  trace ("uncancel %u %u %u %u", left[0], left[1], left[2], left[3]);

  return "value";
}

static gpointer
async_main (gpointer   user_data,
            GError   **error)
{
  g_autoptr (AsyncioTask) t = kit_spawn (asyncio_coroutine_new (job, NULL, NULL));
  guint cancelling;
  const char *again;

  (void) user_data;

  trace ("new %u", asyncio_task_cancelling (t));
  kit_pause (1, error);
  asyncio_task_cancel (t);
  asyncio_task_cancel (t);
  trace ("asked twice %u", asyncio_task_cancelling (t));
  kit_pause (2, error);
  asyncio_task_cancel (t);
  trace ("asked again %u", asyncio_task_cancelling (t));
  asyncio_wait ((const gpointer[]) { t }, 1, ASYNCIO_NO_TIMEOUT, ASYNCIO_ALL_COMPLETED, NULL, NULL, error);
  cancelling = asyncio_task_cancelling (t);
  again = trace_bool (asyncio_task_cancel (t));
  trace ("%s cancelling %u cancel %s %u", kit_state (t), cancelling, again, asyncio_task_cancelling (t));

  return NULL;
}

int
main (void)
{
  kit_init ();
  asyncio_run (asyncio_coroutine_new (async_main, NULL, NULL), NULL);

  return 0;
}
