/* SPDX-License-Identifier: MIT */

/* The twin of core-204-semaphore-newcomer.py: who comes while a woken waiter has not run yet. */

#include "kit.h"

static AsyncioSemaphore *sem;

static const char *
locked (void)
{
  return trace_bool (asyncio_semaphore_locked (sem));
}

static gpointer
user (gpointer   user_data,
      GError   **error)
{
  const char *name = user_data;

  if (!asyncio_semaphore_acquire (sem, error))
    return NULL;
  trace ("%s in", name);
  if (kit_pause (2, error))
    trace ("%s out", name);
  asyncio_semaphore_release (sem);

  return NULL;
}

static AsyncioTask *
spawn_user (const char *name)
{
  return kit_spawn (asyncio_coroutine_new (user, (gpointer) name, NULL));
}

static gpointer
greedy (gpointer   user_data,
        GError   **error)
{
  int rounds = GPOINTER_TO_INT (user_data);

  for (int i = 0; i < rounds; i++)
    {
      if (!asyncio_semaphore_acquire (sem, error))
        return NULL;
      trace ("greedy in %d", i);
      if (!kit_pause (2, error))
        return NULL;
      asyncio_semaphore_release (sem);
      trace ("greedy released, locked %s", locked ());
    }

  return NULL;
}

static gpointer
async_main (gpointer   user_data,
            GError   **error)
{
  g_autoptr (GPtrArray) ts = g_ptr_array_new_with_free_func (asyncio_unref);

  (void) user_data;

  sem = asyncio_semaphore_new (1);
  g_ptr_array_add (ts, kit_spawn (asyncio_coroutine_new (greedy, GINT_TO_POINTER (3), NULL)));
  g_ptr_array_add (ts, spawn_user ("A"));
  g_ptr_array_add (ts, spawn_user ("B"));
  if (!asyncio_wait (ts->pdata, ts->len, ASYNCIO_NO_TIMEOUT, ASYNCIO_ALL_COMPLETED, NULL, NULL, error))
    return NULL;
  trace ("locked %s", locked ());

  trace ("two are released in one turn, and a newcomer comes");
  if (!asyncio_semaphore_acquire (sem, error))
    return NULL;
  g_ptr_array_set_size (ts, 0);
  g_ptr_array_add (ts, spawn_user ("C"));
  g_ptr_array_add (ts, spawn_user ("D"));
  g_ptr_array_add (ts, spawn_user ("E"));
  if (!kit_pause (1, error))
    return NULL;
  asyncio_semaphore_release (sem);
  asyncio_semaphore_release (sem);
  trace ("locked %s", locked ());
  g_ptr_array_add (ts, spawn_user ("F"));
  if (!asyncio_wait (ts->pdata, ts->len, ASYNCIO_NO_TIMEOUT, ASYNCIO_ALL_COMPLETED, NULL, NULL, error))
    return NULL;
  trace ("locked %s", locked ());

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
