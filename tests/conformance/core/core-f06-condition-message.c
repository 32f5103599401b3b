/* SPDX-License-Identifier: MIT */

/* The twin of core-f06-condition-message.py: the message of a cancel that comes while a waiter waits for the lock again. */

#include "kit.h"

static gpointer
wait_for_it (gpointer   user_data,
             GError   **error)
{
  AsyncioCondition *condition = user_data;
  g_autoptr (GError) e = NULL;

  if (!asyncio_condition_acquire (condition, error))
    return NULL;
  asyncio_condition_wait (condition, &e);
  asyncio_condition_release (condition, error);
  if (asyncio_error_is_cancelled (e))
    trace ("waiter %s", trace_error (e));

  return NULL;
}

static void
attempt (const char  *label,
         gboolean     notify,
         GError     **error)
{
  g_autoptr (AsyncioCondition) condition = asyncio_condition_new (NULL, error);
  g_autoptr (AsyncioTask) waiter = kit_spawn (asyncio_coroutine_new (wait_for_it, condition, NULL));

  trace ("%s", label);
  kit_pause (2, error);
  asyncio_condition_acquire (condition, error);
  if (notify)
    {
      asyncio_condition_notify (condition, 1, error);
      kit_pause (2, error);
      asyncio_task_cancel_msg (waiter, "why");
      kit_pause (2, error);
    }
  asyncio_condition_release (condition, error);
  if (!notify)
    asyncio_task_cancel_msg (waiter, "why");
  kit_pause (4, error);
}

static gpointer
async_main (gpointer   user_data,
            GError   **error)
{
  (void) user_data;

  attempt ("not notified", FALSE, error);
  attempt ("notified", TRUE, error);

  return NULL;
}

int
main (void)
{
  kit_init ();
  kit_run (asyncio_coroutine_new (async_main, NULL, NULL));

  return 0;
}
