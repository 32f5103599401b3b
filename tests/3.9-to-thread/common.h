/* SPDX-License-Identifier: MIT */
#pragma once

/*
 * What the tests of lab 3.9 have in common. Where an order between threads matters, a gate makes it: nothing depends on how
 * fast a thread is. Virtual time stands still while a thread of a pool is at work for the loop.
 */

#include "gate.h"
#include "graded-tasks.h"
#include "to-thread.h"

#include "base-events-private.h"

/* --- Things ---------------------------------------------------------------------------- */

/* What is given to a thread, or comes from it: it must be freed once, wherever that may be. */
typedef struct
{
  const char *word;
} Thing;

static gint n_things; /* atomic: that are not freed */

static inline Thing *
thing_new (const char *word)
{
  Thing *self = g_new (Thing, 1);

  self->word = word;
  g_atomic_int_inc (&n_things);

  return self;
}

static inline void
thing_free (gpointer data)
{
  g_atomic_int_add (&n_things, -1);
  g_free (data);
}

/* The word of a thing that is given up. */
static inline const char *
thing_read (gpointer data)
{
  Thing *self = data;
  const char *word = self != NULL ? self->word : "None";

  if (self != NULL)
    thing_free (self);

  return word;
}

/* --- Jobs ---------------------------------------------------------------------------------- */

/* What a thread is to do: come to a gate, if there is one, and then return a thing or raise an error. */
typedef struct
{
  Gate *gate;
  const char *word; /* (nullable) of the thing that it returns */
  GError *raise;    /* (nullable) what it raises, also if there is a thing */
} Job;

static inline gpointer
job_run (gpointer   user_data,
         GError   **error)
{
  Job *self = user_data;

  if (self->gate != NULL)
    gate_pass (self->gate);
  if (self->raise != NULL)
    g_propagate_error (error, g_error_copy (self->raise));

  return self->word != NULL ? thing_new (self->word) : NULL;
}

/* The future of a job in the loop's own pool, which the caller owns; a cancelled one if the solution gives none. */
static inline AsyncioFuture *
start_job (Job *job)
{
  AsyncioLoop *loop = asyncio_get_running_loop (NULL);
  g_autoptr (GError) error = NULL;
  AsyncioFuture *future;

  future = asyncio_loop_run_in_default_executor (loop, job_run, job, NULL, thing_free, &error);
  if (future == NULL)
    {
      trace ("run_in_default_executor raised %s", trace_error (error));
      future = asyncio_loop_create_future (loop);
      asyncio_future_cancel (future);
    }

  return future;
}

/* Waits until n threads have come to a gate. They never will if the future is done without. */
static inline gboolean
wait_until_inside (Gate     *gate,
                   int       n,
                   gpointer  future)
{
  while (gate_count (gate) < n && !asyncio_future_done (future))
    {
      (void) asyncio_sleep (0, NULL);
      g_thread_yield ();
    }
  if (gate_count (gate) < n)
    trace ("no thread came");

  return gate_count (gate) >= n;
}

/* Awaits a future of a thing, and writes what came. */
static inline void
trace_await (const char    *label,
             AsyncioFuture *future)
{
  g_autoptr (GError) error = NULL;
  Thing *thing = asyncio_await (future, &error);

  if (error != NULL)
    trace ("%s: raised %s", label, trace_error (error));
  else
    trace ("%s: got %s", label, thing != NULL ? thing->word : "None");
}

/* "pending", "cancelled" or "done". */
static inline const char *
state_of (gpointer future)
{
  if (asyncio_future_cancelled (future))
    return "cancelled";

  return asyncio_future_done (future) ? "done" : "pending";
}

/* --- The loop --------------------------------------------------------------------------------- */

/* The running loop gets a pool of n threads. */
static inline void
use_threads (guint n)
{
  g_autoptr (AsyncioExecutor) pool = asyncio_thread_pool_executor_new (n);

  asyncio_loop_set_default_executor (asyncio_get_running_loop (NULL), pool);
}

/* Runs main in a loop of its own, without lab 3.7. When it is over and the pool's threads have ended, nothing may be left. */
static inline void
run_main (AsyncioCoroutineFunc main)
{
  g_autoptr (AsyncioLoop) loop = asyncio_new_event_loop ();
  g_autoptr (AsyncioExecutor) pool = NULL;
  g_autoptr (GError) error = NULL;

  asyncio_set_event_loop (loop);
  (void) asyncio_loop_run_until_complete (loop, asyncio_coroutine_new (main, NULL, NULL), &error);
  asyncio_set_event_loop (NULL);
  if (error != NULL)
    trace ("main raised %s", trace_error (error));

  if (loop->default_executor != NULL)
    pool = asyncio_executor_ref (loop->default_executor);
  asyncio_loop_close (loop, NULL);
  if (pool != NULL)
    asyncio_executor_shutdown (pool, TRUE);
  trace ("things left: %d", g_atomic_int_get (&n_things));
}
