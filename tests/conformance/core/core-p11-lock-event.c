/* SPDX-License-Identifier: MIT */

/* The twin of core-p11-lock-event.py: locks, semaphores and events. */

#include "kit.h"

static AsyncioLock *lock;
static AsyncioSemaphore *sem;
static AsyncioEvent *event;
static int inside;

static gpointer
locked (gpointer   user_data,
        GError   **error)
{
  const char *name = user_data;

  if (!asyncio_lock_acquire (lock, error))
    return NULL;
  trace ("%s in", name);
  if (kit_sleep (1, error))
    trace ("%s out", name);
  asyncio_lock_release (lock, NULL);

  return NULL;
}

static gpointer
limited (gpointer   user_data,
         GError   **error)
{
  const char *name = user_data;

  if (!asyncio_semaphore_acquire (sem, error))
    return NULL;
  inside++;
  trace ("%s in, now %d", name, inside);
  if (kit_sleep (1, error))
    inside--;
  asyncio_semaphore_release (sem);

  return NULL;
}

static gpointer
waiting (gpointer   user_data,
         GError   **error)
{
  const char *name = user_data;
  gboolean woken;

  trace ("%s waits", name);
  woken = asyncio_event_wait (event, error);
  if (woken)
    trace ("%s woken %s", name, trace_bool (woken));

  return NULL;
}

/* A task for each of the names. They are freed with the array. */
static GPtrArray *
spawn_all (AsyncioCoroutineFunc func,
           const char          *names[])
{
  GPtrArray *tasks = g_ptr_array_new_with_free_func (asyncio_unref);

  for (guint i = 0; names[i] != NULL; i++)
    g_ptr_array_add (tasks, kit_spawn (asyncio_coroutine_new (func, (gpointer) names[i], NULL)));

  return tasks;
}

static gboolean
wait_all (GPtrArray  *tasks,
          GError    **error)
{
  return asyncio_wait (tasks->pdata, tasks->len, ASYNCIO_NO_TIMEOUT, ASYNCIO_ALL_COMPLETED, NULL, NULL, error);
}

static gpointer
async_main (gpointer   user_data,
            GError   **error)
{
  g_autoptr (GPtrArray) holders = NULL;
  g_autoptr (GPtrArray) users = NULL;
  g_autoptr (GPtrArray) ws = NULL;
  g_autoptr (GError) e = NULL;

  (void) user_data;

  lock = asyncio_lock_new ();
  sem = asyncio_semaphore_new (2);
  event = asyncio_event_new ();

  holders = spawn_all (locked, (const char *[]) { "A", "B", "C", NULL });
  if (!wait_all (holders, error))
    return NULL;
  users = spawn_all (limited, (const char *[]) { "D", "E", "F", "G", NULL });
  if (!wait_all (users, error))
    return NULL;
  ws = spawn_all (waiting, (const char *[]) { "H", "I", "J", NULL });
  if (!kit_pause (1, error))
    return NULL;
  asyncio_event_set (event);
  trace ("set %s", trace_bool (asyncio_event_is_set (event)));
  if (!wait_all (ws, error))
    return NULL;
  trace ("wait on a set event returns %s", trace_bool (asyncio_event_wait (event, error)));
  if (!asyncio_lock_release (lock, &e))
    trace ("error %s", trace_error (e));

  asyncio_lock_unref (lock);
  asyncio_semaphore_unref (sem);
  asyncio_event_unref (event);

  return NULL;
}

int
main (void)
{
  kit_init ();
  kit_run (asyncio_coroutine_new (async_main, NULL, NULL));

  return 0;
}
