/* SPDX-License-Identifier: MIT */

/* The twin of core-t05-callback-order.py: the turn in which each of several ways to wait for a future hears of it. */

#include "kit.h"

/* Each way to wait is a coroutine of its own here, as wait() gives several things and as_completed() is an iterator. */
typedef struct
{
  const char *label;
  AsyncioFuture *future; /* (owned) */
} Waits;

static void
waits_free (gpointer data)
{
  Waits *self = data;

  asyncio_unref (self->future);
  g_free (self);
}

/* Takes the future over. */
static void
spawn_waits (AsyncioCoroutineFunc  func,
             const char           *label,
             AsyncioFuture        *future)
{
  asyncio_unref (kit_spawn (asyncio_coroutine_new (func, g_memdup2 (&(Waits) { label, future }, sizeof (Waits)),
                                                   waits_free)));
}

static gpointer
awaits (gpointer   user_data,
        GError   **error)
{
  Waits *self = user_data;

  asyncio_await (self->future, error);
  trace ("%s", self->label);

  return NULL;
}

static gpointer
waits (gpointer   user_data,
       GError   **error)
{
  Waits *self = user_data;

  asyncio_wait ((gpointer[]) { self->future }, 1, ASYNCIO_NO_TIMEOUT, ASYNCIO_ALL_COMPLETED, NULL, NULL, error);
  trace ("%s", self->label);

  return NULL;
}

static gpointer
waits_in_time (gpointer   user_data,
               GError   **error)
{
  Waits *self = user_data;

  asyncio_wait_for (self->future, 3600, error);
  trace ("%s", self->label);

  return NULL;
}

static gpointer
takes_one (gpointer   user_data,
           GError   **error)
{
  Waits *self = user_data;
  g_autoptr (AsyncioAsCompleted) iterator = asyncio_as_completed ((gpointer[]) { self->future }, 1, ASYNCIO_NO_TIMEOUT);
  AsyncioCoroutine *next_one;

  while ((next_one = asyncio_as_completed_next (iterator, error)) != NULL)
    {
      asyncio_await (next_one, error);
      trace ("%s", self->label);
    }

  return NULL;
}

static void
watch (AsyncioFuture  *f,
       GError        **error)
{
  spawn_waits (waits, "wait", asyncio_ref (f));
  spawn_waits (awaits, "shield", asyncio_shield (f, error));
  spawn_waits (awaits, "gather", asyncio_gather (error, f, NULL));
  spawn_waits (takes_one, "as_completed", asyncio_ref (f));
  spawn_waits (waits_in_time, "wait_for", asyncio_ref (f));
  spawn_waits (awaits, "await", asyncio_ref (f));
  kit_pause (2, error);
}

static gpointer
count (gpointer   user_data,
       GError   **error)
{
  (void) user_data;

  for (int turn = 1; turn < 5; turn++)
    {
      trace ("turn %d", turn);
      kit_pause (1, error);
    }

  return NULL;
}

static gpointer
async_main (gpointer   user_data,
            GError   **error)
{
  g_autoptr (AsyncioFuture) f = asyncio_loop_create_future (kit_loop_now ());
  g_autoptr (AsyncioTask) c = NULL;

  (void) user_data;

  watch (f, error);
  trace ("done");
  asyncio_future_set_result (f, NULL, NULL, error);
  count (NULL, error);
  trace ("done already");
  c = kit_spawn (asyncio_coroutine_new (count, NULL, NULL));
  watch (f, error);
  asyncio_await (c, error);

  return NULL;
}

int
main (void)
{
  kit_init ();
  kit_run (asyncio_coroutine_new (async_main, NULL, NULL));

  return 0;
}
