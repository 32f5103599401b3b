/* SPDX-License-Identifier: MIT */

/* The twin of core-205-semaphore-cancelled.py: waiters of a semaphore that are cancelled. */

#include "kit.h"

static AsyncioSemaphore *sem;

static gpointer
user (gpointer   user_data,
      GError   **error)
{
  const char *name = user_data;

  trace ("%s %s", name, asyncio_semaphore_acquire (sem, error) ? "in" : "cancelled");

  return NULL;
}

static AsyncioTask *
spawn_user (const char *name)
{
  return kit_spawn (asyncio_coroutine_new (user, (gpointer) name, NULL));
}

static gboolean
count (int     *n,
       GError **error)
{
  for (*n = 0;; (*n)++)
    {
      g_autoptr (AsyncioTask) t = kit_spawn (asyncio_semaphore_acquire_coroutine (sem));

      if (!kit_pause (2, error))
        return FALSE;

      if (!asyncio_task_done (t))
        {
          asyncio_task_cancel (t);
          return kit_pause (2, error);
        }
    }
}

static gboolean
waiting (GError **error)
{
  g_autoptr (AsyncioTask) a = NULL;
  g_autoptr (AsyncioTask) b = NULL;

  trace ("cancelled while it waits");
  a = spawn_user ("A");
  b = spawn_user ("B");
  if (!kit_pause (1, error))
    return FALSE;
  asyncio_task_cancel (a);
  if (!kit_pause (2, error))
    return FALSE;
  asyncio_semaphore_release (sem);
  if (!kit_pause (2, error))
    return FALSE;
  trace ("A %s B %s", kit_done (a), kit_done (b));

  return TRUE;
}

static gboolean
released_after (GError **error)
{
  g_autoptr (AsyncioTask) a = NULL;
  g_autoptr (AsyncioTask) b = NULL;

  trace ("cancelled, then released in the same turn");
  a = spawn_user ("C");
  b = spawn_user ("D");
  if (!kit_pause (1, error))
    return FALSE;
  asyncio_task_cancel (a);
  asyncio_semaphore_release (sem);
  if (!kit_pause (3, error))
    return FALSE;
  trace ("C %s D %s", kit_done (a), kit_done (b));

  return TRUE;
}

static gboolean
woken_before (GError **error)
{
  g_autoptr (AsyncioTask) a = NULL;
  g_autoptr (AsyncioTask) b = NULL;

  trace ("woken, then cancelled");
  a = spawn_user ("E");
  b = spawn_user ("F");
  if (!kit_pause (1, error))
    return FALSE;
  asyncio_semaphore_release (sem);
  asyncio_task_cancel (a);
  if (!kit_pause (3, error))
    return FALSE;
  trace ("E %s F %s", kit_done (a), kit_done (b));

  return TRUE;
}

static gboolean
nobody_else (GError **error)
{
  g_autoptr (AsyncioTask) a = NULL;
  int n;

  trace ("woken, then cancelled, and nobody else");
  a = spawn_user ("G");
  if (!kit_pause (1, error))
    return FALSE;
  asyncio_semaphore_release (sem);
  asyncio_task_cancel (a);
  if (!kit_pause (3, error) || !count (&n, error))
    return FALSE;
  trace ("free %d", n);

  return TRUE;
}

static gpointer
async_main (gpointer   user_data,
            GError   **error)
{
  (void) user_data;

  sem = asyncio_semaphore_new (0);
  (void) (waiting (error) && released_after (error) && woken_before (error) && nobody_else (error));
  asyncio_semaphore_unref (sem);

  return NULL;
}

int
main (void)
{
  kit_init ();
  kit_run (asyncio_coroutine_new (async_main, NULL, NULL));

  return 0;
}
