/* SPDX-License-Identifier: MIT */

/* The twin of core-202-condition-cancelled.py: waiters of a condition that are cancelled. */

#include "kit.h"

static AsyncioCondition *cond;

static gpointer
waiter (gpointer   user_data,
        GError   **error)
{
  const char *name = user_data;

  if (!asyncio_condition_acquire (cond, error))
    return NULL;

  if (asyncio_condition_wait (cond, error))
    trace ("%s notified, locked %s", name, trace_bool (asyncio_condition_locked (cond)));
  else
    trace ("%s cancelled, locked %s", name, trace_bool (asyncio_condition_locked (cond)));
  asyncio_condition_release (cond, NULL);

  return NULL;
}

static AsyncioTask *
spawn_waiter (const char *name)
{
  return kit_spawn (asyncio_coroutine_new (waiter, (gpointer) name, NULL));
}

static gboolean
cancelled_twice (GError **error)
{
  g_autoptr (AsyncioTask) a = spawn_waiter ("A");

  if (!kit_pause (2, error) || !asyncio_condition_acquire (cond, error))
    return FALSE;
  trace ("holding the lock");
  for (int i = 0; i < 2; i++)
    {
      asyncio_task_cancel (a);
      if (!kit_pause (3, error))
        return FALSE;
      trace ("A done %s", kit_done (a));
    }
  asyncio_condition_release (cond, NULL);
  if (!kit_pause (3, error))
    return FALSE;
  trace ("A done %s cancelled %s locked %s", kit_done (a), trace_bool (asyncio_task_cancelled (a)),
         trace_bool (asyncio_condition_locked (cond)));

  return TRUE;
}

static gboolean
notify_one (GError **error)
{
  if (!asyncio_condition_acquire (cond, error))
    return FALSE;
  asyncio_condition_notify (cond, 1, error);
  asyncio_condition_release (cond, NULL);

  return kit_pause (6, error);
}

static gboolean
in_the_same_turn (GError **error)
{
  g_autoptr (AsyncioTask) b = NULL;
  g_autoptr (AsyncioTask) c = NULL;

  trace ("notified, then cancelled in the same turn");
  b = spawn_waiter ("B");
  c = spawn_waiter ("C");
  if (!kit_pause (2, error) || !asyncio_condition_acquire (cond, error))
    return FALSE;
  asyncio_condition_notify (cond, 1, error);
  asyncio_task_cancel (b);
  asyncio_condition_release (cond, NULL);
  if (!kit_pause (6, error))
    return FALSE;
  trace ("B done %s C done %s", kit_done (b), kit_done (c));
  if (!notify_one (error))
    return FALSE;
  trace ("B done %s C done %s", kit_done (b), kit_done (c));

  return TRUE;
}

static gboolean
waiting_for_the_lock (GError **error)
{
  g_autoptr (AsyncioTask) d = NULL;
  g_autoptr (AsyncioTask) e = NULL;

  trace ("notified, then cancelled while it waits for the lock");
  d = spawn_waiter ("D");
  e = spawn_waiter ("E");
  if (!kit_pause (2, error) || !asyncio_condition_acquire (cond, error))
    return FALSE;
  asyncio_condition_notify (cond, 1, error);
  if (!kit_pause (3, error))
    return FALSE;
  asyncio_task_cancel (d);
  if (!kit_pause (3, error))
    return FALSE;
  trace ("D done %s", kit_done (d));
  asyncio_condition_release (cond, NULL);
  if (!kit_pause (6, error))
    return FALSE;
  trace ("D done %s E done %s", kit_done (d), kit_done (e));
  if (!notify_one (error))
    return FALSE;
  trace ("D done %s E done %s locked %s", kit_done (d), kit_done (e), trace_bool (asyncio_condition_locked (cond)));

  return TRUE;
}

static gpointer
async_main (gpointer   user_data,
            GError   **error)
{
  (void) user_data;

  cond = asyncio_condition_new (NULL, error);
  (void) (cancelled_twice (error) && in_the_same_turn (error) && waiting_for_the_lock (error));
  asyncio_condition_unref (cond);

  return NULL;
}

int
main (void)
{
  kit_init ();
  kit_run (asyncio_coroutine_new (async_main, NULL, NULL));

  return 0;
}
