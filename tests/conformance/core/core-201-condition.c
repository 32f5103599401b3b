/* SPDX-License-Identifier: MIT */

/* The twin of core-201-condition.py: what a condition does, without cancellation. */

#include "kit.h"

static AsyncioLock *lock;
static AsyncioCondition *cond;
static guint n_items;

static gpointer
waiter (gpointer   user_data,
        GError   **error)
{
  const char *name = user_data;
  gboolean woken;

  if (!asyncio_condition_acquire (cond, error))
    return NULL;

  trace ("%s waits", name);
  woken = asyncio_condition_wait (cond, error);
  if (woken)
    {
      trace ("%s woken %s locked %s", name, trace_bool (woken), trace_bool (asyncio_condition_locked (cond)));
      if (kit_pause (1, error))
        trace ("%s leaves", name);
    }
  asyncio_condition_release (cond, NULL);

  return NULL;
}

static gboolean
enough (gpointer   user_data,
        GError   **error)
{
  (void) user_data;

  trace ("asked, has %u", n_items);
  if (n_items > 2)
    g_set_error_literal (error, ASYNCIO_ERROR, ASYNCIO_ERROR_VALUE, "too many");

  return n_items == 2;
}

static gpointer
consumer (gpointer   user_data,
          GError   **error)
{
  const char *name = user_data;
  g_autoptr (GError) e = NULL;

  if (!asyncio_condition_acquire (cond, error))
    return NULL;

  if (asyncio_condition_wait_for (cond, enough, NULL, &e))
    trace ("%s has %s", name, trace_bool (TRUE));
  else
    trace ("%s error %s locked %s", name, trace_error (e), trace_bool (asyncio_condition_locked (cond)));
  asyncio_condition_release (cond, NULL);

  return NULL;
}

static gboolean
notify_some (guint    n,
             GError **error)
{
  if (!asyncio_lock_acquire (lock, error))
    return FALSE;

  asyncio_condition_notify (cond, n, error);
  trace ("notified %u", n);
  if (kit_pause (2, error))
    trace ("releasing");
  asyncio_lock_release (lock, NULL);

  return kit_pause (8, error);
}

static gboolean
waking (GError **error)
{
  static const char *const names[] = { "A", "B", "C", "D", "E" };
  AsyncioTask *ws[G_N_ELEMENTS (names)];
  gboolean done;

  for (guint i = 0; i < G_N_ELEMENTS (names); i++)
    ws[i] = kit_spawn (asyncio_coroutine_new (waiter, (gpointer) names[i], NULL));
  if (!kit_pause (2, error))
    return FALSE;
  trace ("locked while they wait %s", trace_bool (asyncio_lock_locked (lock)));
  if (!notify_some (1, error) || !notify_some (2, error) || !asyncio_condition_acquire (cond, error))
    return FALSE;
  asyncio_condition_notify_all (cond, error);
  trace ("notified all");
  asyncio_condition_release (cond, NULL);
  done = asyncio_wait ((gpointer *) ws, G_N_ELEMENTS (ws), ASYNCIO_NO_TIMEOUT, ASYNCIO_ALL_COMPLETED, NULL, NULL, error);

  for (guint i = 0; i < G_N_ELEMENTS (ws); i++)
    asyncio_unref (ws[i]);

  return done;
}

static gboolean
predicates (GError **error)
{
  g_autoptr (AsyncioTask) f = kit_spawn (asyncio_coroutine_new (consumer, "F", NULL));
  g_autoptr (AsyncioTask) g = NULL;

  for (int i = 0; i < 2; i++)
    {
      if (!kit_pause (2, error) || !asyncio_condition_acquire (cond, error))
        return FALSE;
      n_items++;
      asyncio_condition_notify (cond, 1, error);
      asyncio_condition_release (cond, NULL);
    }
  if (!asyncio_wait ((gpointer[]) { f }, 1, ASYNCIO_NO_TIMEOUT, ASYNCIO_ALL_COMPLETED, NULL, NULL, error))
    return FALSE;
  n_items++;
  g = kit_spawn (asyncio_coroutine_new (consumer, "G", NULL));

  return asyncio_wait ((gpointer[]) { g }, 1, ASYNCIO_NO_TIMEOUT, ASYNCIO_ALL_COMPLETED, NULL, NULL, error);
}

static gpointer
async_main (gpointer   user_data,
            GError   **error)
{
  g_autoptr (GError) e = NULL;

  (void) user_data;

  lock = asyncio_lock_new ();
  cond = asyncio_condition_new (lock, error);

  if (!waking (error) || !predicates (error))
    return NULL;

  if (!asyncio_condition_wait (cond, &e))
    trace ("wait error %s", trace_error (e));
  g_clear_error (&e);
  if (!asyncio_condition_notify (cond, 1, &e))
    trace ("notify error %s", trace_error (e));
  g_clear_error (&e);
  if (!asyncio_condition_release (cond, &e))
    trace ("release error %s", trace_error (e));

  asyncio_condition_unref (cond);
  asyncio_lock_unref (lock);

  return NULL;
}

int
main (void)
{
  kit_init ();
  kit_run (asyncio_coroutine_new (async_main, NULL, NULL));

  return 0;
}
