/* SPDX-License-Identifier: MIT */

/* The twin of core-203-bounded-semaphore.py: a release too many. */

#include "kit.h"

static AsyncioSemaphore *bounded;
static AsyncioSemaphore *one;

static const char *
locked (AsyncioSemaphore *sem)
{
  return trace_bool (asyncio_semaphore_locked (sem));
}

static void
try_release (AsyncioSemaphore *sem)
{
  g_autoptr (GError) e = NULL;

  if (asyncio_bounded_semaphore_release (sem, &e))
    trace ("released, locked %s", locked (sem));
  else
    trace ("error %s locked %s", trace_error (e), locked (sem));
}

static gpointer
user (gpointer   user_data,
      GError   **error)
{
  const char *name = user_data;

  if (!asyncio_semaphore_acquire (bounded, error))
    return NULL;
  trace ("%s in", name);
  if (kit_pause (2, error))
    trace ("%s out", name);
  asyncio_semaphore_release (bounded);

  return NULL;
}

static gpointer
late (gpointer   user_data,
      GError   **error)
{
  (void) user_data;

  if (asyncio_semaphore_acquire (one, error))
    trace ("late is in");

  return NULL;
}

static gboolean
use_bounded (GError **error)
{
  g_autoptr (AsyncioTask) a = NULL;
  g_autoptr (AsyncioTask) b = NULL;
  g_autoptr (AsyncioTask) c = NULL;

  try_release (bounded);
  if (!asyncio_semaphore_acquire (bounded, error))
    return FALSE;
  trace ("one inside, locked %s", locked (bounded));
  if (!asyncio_semaphore_acquire (bounded, error))
    return FALSE;
  trace ("two inside, locked %s", locked (bounded));
  try_release (bounded);
  asyncio_semaphore_release (bounded);
  try_release (bounded);

  a = kit_spawn (asyncio_coroutine_new (user, "A", NULL));
  b = kit_spawn (asyncio_coroutine_new (user, "B", NULL));
  c = kit_spawn (asyncio_coroutine_new (user, "C", NULL));
  if (!asyncio_wait ((gpointer[]) { a, b, c }, 3, ASYNCIO_NO_TIMEOUT, ASYNCIO_ALL_COMPLETED, NULL, NULL, error))
    return FALSE;
  try_release (bounded);

  return TRUE;
}

static gboolean
use_plain (GError **error)
{
  g_autoptr (AsyncioSemaphore) plain = asyncio_semaphore_new (1);

  asyncio_semaphore_release (plain);
  trace ("released, locked %s", locked (plain));
  if (!asyncio_semaphore_acquire (plain, error) || !asyncio_semaphore_acquire (plain, error))
    return FALSE;
  trace ("acquired twice, locked %s", locked (plain));

  return TRUE;
}

static gboolean
release_twice (GError **error)
{
  g_autoptr (AsyncioTask) t = NULL;

  if (!asyncio_semaphore_acquire (one, error))
    return FALSE;
  t = kit_spawn (asyncio_coroutine_new (late, NULL, NULL));
  if (!kit_pause (1, error))
    return FALSE;
  try_release (one);
  try_release (one);
  if (!kit_pause (2, error))
    return FALSE;
  trace ("late is done %s", trace_bool (asyncio_task_done (t)));

  return TRUE;
}

static gpointer
async_main (gpointer   user_data,
            GError   **error)
{
  (void) user_data;

  bounded = asyncio_bounded_semaphore_new (2);
  one = asyncio_bounded_semaphore_new (1);
  (void) (use_bounded (error) && use_plain (error) && release_twice (error));
  asyncio_semaphore_unref (bounded);
  asyncio_semaphore_unref (one);

  return NULL;
}

int
main (void)
{
  kit_init ();
  kit_run (asyncio_coroutine_new (async_main, NULL, NULL));

  return 0;
}
