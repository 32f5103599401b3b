/* SPDX-License-Identifier: MIT */

/*
 * Workloads of the loop: callbacks, timers, the way to a thread and back, and the life of a loop.
 */

#include "bench.h"

#include <runners.h>

/* --- call-soon-chain: a callback that schedules itself, one in each turn ------------------------- */

static void
chain (gpointer   user_data,
       GError   **error)
{
  Work *work = user_data;

  work->done++;
  if (work->done < work->n)
    asyncio_loop_call_soon (work->loop, chain, work, NULL, error);
  else
    asyncio_loop_stop (work->loop);
}

static void
call_soon_chain (Work *work)
{
  bench_run_callback (chain, work);
}

/* --- call-soon-batch: a thousand callbacks in each turn --------------------------------------------- */

#define CALLBACKS_IN_TURN 1000

static void
count_one (gpointer   user_data,
           GError   **error)
{
  Work *work = user_data;

  (void) error;
  work->done++;
}

static void
schedule_batch (gpointer   user_data,
                GError   **error)
{
  Work *work = user_data;
  guint n = MIN (work->n - work->done, CALLBACKS_IN_TURN);

  for (guint i = 0; i < n; i++)
    asyncio_loop_call_soon (work->loop, count_one, work, NULL, error);

  if (n > 0)
    asyncio_loop_call_soon (work->loop, schedule_batch, work, NULL, error);
  else
    asyncio_loop_stop (work->loop);
}

static void
call_soon_batch (Work *work)
{
  bench_run_callback (schedule_batch, work);
}

/* --- timers: many tasks that sleep, their deadlines spread over a second ------------------------------ */

#define GOLDEN_RATIO 0.6180339887498949

typedef struct
{
  Work *work;
  double delay; /* seconds */
} Sleeper;

/* Multiples of the golden ratio, without what is before the point, lie evenly and in no order. */
static gpointer
sleeper_new (Work *work,
             guint i)
{
  Sleeper *self = g_new (Sleeper, 1);

  *self = (Sleeper) { work, fmod (i * GOLDEN_RATIO, 1.0) };

  return self;
}

static gpointer
sleeper_body (gpointer   user_data,
              GError   **error)
{
  Sleeper *self = user_data;

  if (asyncio_sleep (self->delay, error))
    self->work->done++;

  return NULL;
}

static gpointer
timers_main (gpointer   user_data,
             GError   **error)
{
  Work *work = user_data;

  bench_spawn (work->n, sleeper_body, sleeper_new, g_free, work, error);

  return NULL;
}

static void
timers (Work *work)
{
  bench_run_main (timers_main, work);
}

/* --- executor-1, executor-8: calls in threads, so many under way at a time ------------------------------- */

#define MAX_IN_FLIGHT 8

/* What the threads do: nothing, but not in vain. */
static gpointer
give_back (gpointer   user_data,
           GError   **error)
{
  (void) error;

  return user_data;
}

static gboolean
call_in_thread (Work    *work,
                GError **error)
{
  g_autoptr (AsyncioFuture) future = asyncio_loop_run_in_executor (work->loop, NULL, give_back, work, NULL, NULL, error);

  if (future == NULL || asyncio_await (future, error) != work)
    return FALSE;

  work->done++;
  return TRUE;
}

typedef struct
{
  Work *work;
  guint n;
} Caller;

static gpointer
caller_new (Work *work,
            guint i)
{
  Caller *self = g_new (Caller, 1);

  *self = (Caller) { work, bench_share (work->n, MAX_IN_FLIGHT, i) };

  return self;
}

static gpointer
caller_body (gpointer   user_data,
             GError   **error)
{
  Caller *self = user_data;

  for (guint i = 0; i < self->n && call_in_thread (self->work, error); i++)
    ;

  return NULL;
}

static gpointer
executor_8_main (gpointer   user_data,
                 GError   **error)
{
  bench_spawn (MAX_IN_FLIGHT, caller_body, caller_new, g_free, user_data, error);

  return NULL;
}

static gpointer
executor_1_main (gpointer   user_data,
                 GError   **error)
{
  Work *work = user_data;

  for (guint i = 0; i < work->n && call_in_thread (work, error); i++)
    ;

  return NULL;
}

/* The pool is ended within the measured time, as in Python's with statement. */
static void
with_pool (AsyncioCoroutineFunc  main,
           Work                 *work)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (AsyncioExecutor) pool = asyncio_thread_pool_executor_new (MAX_IN_FLIGHT);

  work->loop = asyncio_new_event_loop ();
  asyncio_loop_set_default_executor (work->loop, pool);
  asyncio_loop_run_until_complete (work->loop, asyncio_coroutine_new (main, work, NULL), &error);
  bench_check (error);
  asyncio_executor_shutdown (pool, TRUE);
  bench_close_loop (work);
}

static void
executor_1 (Work *work)
{
  with_pool (executor_1_main, work);
}

static void
executor_8 (Work *work)
{
  with_pool (executor_8_main, work);
}

/* --- run: a loop begins, runs a coroutine that does nothing, and ends --------------------------------------- */

static gpointer
trivial (gpointer   user_data,
         GError   **error)
{
  count_one (user_data, error);

  return NULL;
}

static void
run (Work *work)
{
  for (guint i = 0; i < work->n; i++)
    {
      g_autoptr (GError) error = NULL;

      asyncio_run (asyncio_coroutine_new (trivial, work, NULL), &error);
      bench_check (error);
    }
}

const Workload bench_loop_workloads[] = {
  { "call-soon-chain", 1000000, FALSE, call_soon_chain },
  { "call-soon-batch", 1000000, FALSE, call_soon_batch },
  { "timers", 100000, FALSE, timers },
  { "executor-1", 20000, FALSE, executor_1 },
  { "executor-8", 40000, FALSE, executor_8 },
  { "run", 5000, FALSE, run },
  { NULL, 0, FALSE, NULL },
};
