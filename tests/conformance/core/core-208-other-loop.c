/* SPDX-License-Identifier: MIT */

/* The twin of core-208-other-loop.py: what was made before its loop runs. The queue's items are texts that stay. */

#include "kit.h"

#include <string.h>

static AsyncioLock *lock;
static AsyncioEvent *event;
static AsyncioQueue *q;

/* The message without what is specific to the objects. */
static const char *
cut (const GError *error)
{
  static const char *const words[] = { "attached to a different loop", "is bound to a different event loop" };

  for (guint i = 0; i < G_N_ELEMENTS (words); i++)
    if (strstr (error->message, words[i]) != NULL)
      return words[i];

  return g_intern_string (error->message);
}

typedef struct
{
  const char *name;
  const char *what;
  AsyncioCoroutine *awaitable; /* (owned) until it is awaited */
} Attempt;

static gpointer
attempt (gpointer   user_data,
         GError   **error)
{
  Attempt *self = user_data;
  g_autoptr (GError) e = NULL;

  (void) error;

  asyncio_await (self->awaitable, &e);
  if (e == NULL)
    trace ("%s %s goes on", self->name, self->what);
  else
    trace ("%s %s error %s", self->name, self->what, cut (e));

  return NULL;
}

static AsyncioTask *
spawn_attempt (const char       *name,
               const char       *what,
               AsyncioCoroutine *awaitable)
{
  return kit_spawn (kit_coroutine (attempt, Attempt, name, what, awaitable));
}

static gpointer
use (gpointer   user_data,
     GError   **error)
{
  const char *name = user_data;
  AsyncioTask *ts[3];

  if (!asyncio_lock_acquire (lock, error))
    return NULL;
  trace ("%s has the free lock", name);
  ts[0] = spawn_attempt (name, "lock", asyncio_lock_acquire_coroutine (lock));
  ts[1] = spawn_attempt (name, "event", asyncio_event_wait_coroutine (event));
  ts[2] = spawn_attempt (name, "queue", asyncio_queue_get_coroutine (q));
  if (!kit_pause (2, error))
    return NULL;
  asyncio_lock_release (lock, NULL);
  asyncio_event_set (event);
  asyncio_queue_put_nowait (q, (gpointer) name, NULL);
  if (!kit_pause (2, error))
    return NULL;
  for (guint i = 0; i < G_N_ELEMENTS (ts); i++)
    {
      trace ("done %s", trace_bool (asyncio_task_done (ts[i])));
      asyncio_unref (ts[i]);
    }
  if (asyncio_lock_locked (lock))
    asyncio_lock_release (lock, NULL);
  asyncio_event_clear (event);
  while (!asyncio_queue_empty (q))
    asyncio_queue_get_nowait (q, NULL);

  return NULL;
}

int
main (void)
{
  AsyncioLoop *before;

  kit_init ();

  before = kit_new_loop ();
  lock = asyncio_lock_new ();
  event = asyncio_event_new ();
  q = asyncio_queue_new (0, NULL);
  kit_run (asyncio_coroutine_new (use, "first loop", NULL));
  kit_run (asyncio_coroutine_new (use, "second loop", NULL));
  asyncio_loop_close (before, NULL);
  asyncio_loop_unref (before);

  asyncio_lock_unref (lock);
  asyncio_event_unref (event);
  asyncio_queue_unref (q);

  return 0;
}
