/* SPDX-License-Identifier: MIT */
#pragma once

/*
 * What the tests of part B use: things that belong to a loop.
 */

#include "common.h"

#include <asyncio/locks-private.h>

/* Runs main in a new loop, and closes that. */
static inline void
run_in_new_loop (AsyncioCoroutineFunc main,
                 gpointer             user_data)
{
  g_autoptr (AsyncioLoop) loop = asyncio_new_event_loop ();
  g_autoptr (GError) error = NULL;

  (void) asyncio_loop_run_until_complete (loop, asyncio_coroutine_new (main, user_data, NULL), &error);
  if (error != NULL)
    trace ("main raised %s", trace_error (error));
  asyncio_loop_close (loop, NULL);
}

/* --- A lock, an event, a queue ----------------------------------------------------------------------------- */

typedef struct
{
  AsyncioLock *lock;
  AsyncioEvent *event;
  AsyncioQueue *queue;
} Things;

static inline void
things_init (Things *self)
{
  *self = (Things) { asyncio_lock_new (), asyncio_event_new (), asyncio_queue_new (0, NULL) };
}

static inline void
things_clear (Things *self)
{
  asyncio_lock_unref (self->lock);
  asyncio_event_unref (self->event);
  asyncio_queue_unref (self->queue);
}

/* A task that waits for one of them. */
typedef struct
{
  const char *what;
  AsyncioCoroutine *wait; /* (owned) until it is awaited */
} Waiter;

static inline gpointer
wait_body (gpointer   user_data,
           GError   **error)
{
  Waiter *self = user_data;
  g_autoptr (GError) raised = NULL;

  (void) error;
  asyncio_await (self->wait, &raised);
  trace ("%s: %s%s", self->what, raised == NULL ? "waits, and goes on" : "", raised != NULL ? trace_error (raised) : "");

  return NULL;
}

/* Has three tasks wait for the three, and lets them go on. */
static inline gpointer
wait_for_things (gpointer   user_data,
                 GError   **error)
{
  Things *things = user_data;
  Waiter waiters[] = {
    { "lock", asyncio_lock_acquire_coroutine (things->lock) },
    { "event", asyncio_event_wait_coroutine (things->event) },
    { "queue", asyncio_queue_get_coroutine (things->queue) },
  };
  AsyncioTask *tasks[G_N_ELEMENTS (waiters)];

  if (!asyncio_lock_acquire (things->lock, error))
    return NULL;
  for (guint i = 0; i < G_N_ELEMENTS (waiters); i++)
    tasks[i] = start_task (asyncio_coroutine_new (wait_body, &waiters[i], NULL));
  pause_for (2);

  asyncio_lock_release (things->lock, NULL);
  asyncio_event_set (things->event);
  asyncio_queue_put_nowait (things->queue, (gpointer) "item", NULL);
  for (guint i = 0; i < G_N_ELEMENTS (waiters); i++)
    end_task (tasks[i]);

  /* As it was, for the next loop. */
  if (asyncio_lock_locked (things->lock))
    asyncio_lock_release (things->lock, NULL);
  asyncio_event_clear (things->event);
  while (!asyncio_queue_empty (things->queue))
    asyncio_queue_get_nowait (things->queue, NULL);

  return NULL;
}

/* Awaits what must not wait. */
static inline void
trace_refusal (const char       *what,
               AsyncioCoroutine *wait)
{
  g_autoptr (GError) error = NULL;

  asyncio_await (wait, &error);
  trace ("%s: %s", what, trace_error (error));
}

/* --- Something that belongs to a loop and can nothing else, for who asks directly ----------------------------- */

typedef struct
{
  AsyncioLoopBound bound;
} Thing;

static inline char *
thing_repr (const AsyncioLoopBound *bound)
{
  (void) bound;

  return g_strdup ("<Thing>");
}

static inline void
thing_init (Thing *self)
{
  *self = (Thing) { .bound.loop = NULL };
  asyncio_loop_bound_init (&self->bound, thing_repr);
}

static inline void
thing_clear (Thing *self)
{
  asyncio_loop_bound_clear (&self->bound);
}

static inline void
trace_get_loop (const char *label,
                Thing      *thing)
{
  g_autoptr (GError) error = NULL;
  AsyncioLoop *loop = asyncio_loop_bound_get_loop (&thing->bound, &error);

  if (loop == NULL)
    trace ("%s: None, %s", label, trace_error (error));
  else
    trace ("%s: %s, %s", label, loop == asyncio_get_running_loop (NULL) ? "its own" : "another one", trace_error (error));
}
