/* SPDX-License-Identifier: MIT */

/*
 * Lab 3.9, part A: the way before. A function is called in a thread of the loop's own pool, and a future brings what comes of
 * it.
 */

#include "common.h"

static GThread *loop_thread;

/* --- Value and error --------------------------------------------------------------------- */

/*
 * The function is called in another thread, with its data. What it returns is the value of the future, whose callbacks are
 * called in the loop's thread; it can be taken out.
 *
 *     at first: pending
 *     thread: works with amber, in the loop's thread False
 *     callback: done, in the loop's thread True
 *     await: got amber
 *     taken out: amber
 *     things left: 0
 */
static Gate value_gate;

static gpointer
work_with_thing (gpointer   user_data,
                 GError   **error)
{
  Thing *self = user_data;

  (void) error;
  gate_pass (&value_gate);
  trace ("thread: works with %s, in the loop's thread %s", self->word, trace_bool (g_thread_self () == loop_thread));

  return thing_new (self->word);
}

static void
on_done (AsyncioFuture  *future,
         gpointer        user_data,
         GError        **error)
{
  (void) user_data;
  (void) error;
  trace ("callback: %s, in the loop's thread %s", state_of (future), trace_bool (g_thread_self () == loop_thread));
}

static gpointer
get_value (gpointer   user_data,
           GError   **error)
{
  AsyncioLoop *loop = asyncio_get_running_loop (NULL);
  g_autoptr (AsyncioFuture) future = NULL;

  (void) user_data;
  loop_thread = g_thread_self ();
  future = asyncio_loop_run_in_default_executor (loop, work_with_thing, thing_new (seed_word ()), thing_free, thing_free,
                                                 error);
  if (future == NULL)
    return NULL;

  trace ("at first: %s", state_of (future));
  asyncio_future_add_done_callback (future, on_done, NULL, NULL);
  gate_open (&value_gate);
  trace_await ("await", future);
  trace ("taken out: %s", thing_read (asyncio_future_steal_result (future, error)));

  return NULL;
}

static void
test_value (void)
{
  run_main (get_value);
}

/*
 * What the function raises the await raises, with the same words. The thread does not mind: it does the next work.
 *
 *     first: raised ValueError: amber
 *     second: got basil
 *     third: raised ...
 */
static gpointer
get_errors (gpointer   user_data,
            GError   **error)
{
  static const char *const labels[] = { "first", "second", "third", "fourth" };

  (void) user_data;
  (void) error;
  use_threads (1);

  for (guint i = 0; i < G_N_ELEMENTS (labels); i++)
    {
      g_autoptr (GError) raise = i % 2 == 0 ? seed_error () : NULL;
      Job job = { .word = raise == NULL ? seed_word () : NULL, .raise = raise };
      g_autoptr (AsyncioFuture) future = start_job (&job);

      trace_await (labels[i], future);
    }

  return NULL;
}

static void
test_error (void)
{
  run_main (get_errors);
}

/* --- Whose things are ---------------------------------------------------------------------- */

/*
 * The data is freed in a thread of the pool, and before anybody can see the outcome. The value is freed with the future. A
 * function that returns a value and raises as well has raised.
 *
 *     amber: freed in the loop's thread False
 *     amber: got basil
 *     amber: things left 1
 *     amber: things left 0, without the future
 *     cedar: ...
 */
static void
tell_and_free (gpointer data)
{
  Thing *self = data;

  trace ("%s: freed in the loop's thread %s", self->word, trace_bool (g_thread_self () == loop_thread));
  thing_free (self);
}

static struct
{
  const char *word; /* (nullable) */
  GError *raise;    /* (nullable) */
} outcome;

static gpointer
come_to_outcome (gpointer   user_data,
                 GError   **error)
{
  (void) user_data;

  return job_run (&(Job) { NULL, outcome.word, outcome.raise }, error);
}

static void
own (const char *label,
     const char *word,
     GError     *raise)
{
  AsyncioLoop *loop = asyncio_get_running_loop (NULL);
  g_autoptr (GError) error = NULL;
  AsyncioFuture *future;

  outcome.word = word;
  outcome.raise = raise;
  future = asyncio_loop_run_in_default_executor (loop, come_to_outcome, thing_new (label), tell_and_free, thing_free, &error);
  if (future == NULL)
    {
      trace ("%s: refused, %s", label, trace_error (error));
      return;
    }

  trace_await (label, future);
  pause_for (2);
  trace ("%s: things left %d", label, g_atomic_int_get (&n_things));
  asyncio_unref (future);
  (void) asyncio_sleep (1, NULL); /* till the thread has let go as well */
  trace ("%s: things left %d, without the future", label, g_atomic_int_get (&n_things));
}

static gpointer
own_things (gpointer   user_data,
            GError   **error)
{
  g_autoptr (GError) raise = seed_error ();

  (void) user_data;
  (void) error;
  loop_thread = g_thread_self ();

  own (seed_word (), seed_word (), NULL);
  own (seed_word (), NULL, NULL);
  own (seed_word (), NULL, raise);
  own (seed_word (), seed_word (), raise);

  return NULL;
}

static void
test_ownership (void)
{
  run_main (own_things);
}

/* --- The pool ----------------------------------------------------------------------------------- */

/*
 * The loop's own pool is made when it is first used, with min (32, processors + 4) threads, and is the same from then on. A
 * thread that is idle is used again. Another pool may be set.
 *
 *     before: a pool False
 *     amber: got done
 *     after: a pool True, of the default size True
 *     basil: got done                                these two several times
 *     the same thread True, the same pool True
 *     cedar: got done
 *     another pool: the same thread False
 *     in the end: the pool is the one that was set True
 */
static gpointer
get_thread (gpointer   user_data,
            GError   **error)
{
  GThread **place = user_data;

  (void) error;
  *place = g_thread_self ();

  return thing_new ("done");
}

static GThread *
work_and_get_thread (const char *label)
{
  AsyncioLoop *loop = asyncio_get_running_loop (NULL);
  GThread *thread = NULL;
  g_autoptr (AsyncioFuture) future = NULL;

  future = asyncio_loop_run_in_default_executor (loop, get_thread, &thread, NULL, thing_free, NULL);
  if (future == NULL)
    return NULL;
  trace_await (label, future);

  /* Until the thread is idle. */
  (void) asyncio_sleep (seed_int (1, 9), NULL);

  return thread;
}

static gpointer
use_pools (gpointer   user_data,
           GError   **error)
{
  AsyncioLoop *loop = asyncio_get_running_loop (NULL);
  g_autoptr (AsyncioExecutor) other = asyncio_thread_pool_executor_new (1);
  AsyncioExecutor *pool;
  GThread *first;
  int n = seed_int (2, 4);

  (void) user_data;
  (void) error;

  trace ("before: a pool %s", trace_bool (loop->default_executor != NULL));
  first = work_and_get_thread (seed_word ());
  pool = loop->default_executor;
  trace ("after: a pool %s, of the default size %s", trace_bool (pool != NULL),
         trace_bool (pool != NULL && asyncio_executor_get_max_workers (pool) == MIN (32, g_get_num_processors () + 4)));

  for (int i = 0; i < n; i++)
    {
      GThread *thread = work_and_get_thread (seed_word ());

      trace ("the same thread %s, the same pool %s", trace_bool (thread == first), trace_bool (loop->default_executor == pool));
    }

  if (pool == NULL)
    return NULL;

  asyncio_executor_ref (pool);
  asyncio_loop_set_default_executor (loop, other);
  trace ("another pool: the same thread %s", trace_bool (work_and_get_thread (seed_word ()) == first));
  trace ("in the end: the pool is the one that was set %s", trace_bool (loop->default_executor == other));
  asyncio_executor_shutdown (pool, TRUE);
  asyncio_executor_unref (pool);

  return NULL;
}

static void
test_pool (void)
{
  run_main (use_pools);
}

/* --- Many ----------------------------------------------------------------------------------------- */

#define MAX_JOBS 6

/*
 * Several functions are in several threads at once. They end in an order of the seed, one of them by an error, and each future
 * gets what is its own; the others are still pending.
 *
 *     all are inside
 *     3: got amber
 *     still pending 2
 *     0: raised ValueError: basil
 *     ...
 */
static gpointer
have_many (gpointer   user_data,
           GError   **error)
{
  static Gate gates[MAX_JOBS];
  static Job jobs[MAX_JOBS];
  AsyncioFuture *futures[MAX_JOBS];
  int n = seed_int (3, MAX_JOBS);
  int shift = seed_int (0, n - 1);
  int raises = seed_int (0, n - 1);

  (void) user_data;
  (void) error;
  use_threads (n);

  for (int i = 0; i < n; i++)
    {
      jobs[i] = (Job) { &gates[i], seed_word (), i == raises ? seed_error () : NULL };
      futures[i] = start_job (&jobs[i]);
    }
  for (int i = 0; i < n; i++)
    (void) wait_until_inside (&gates[i], 1, futures[i]);
  trace ("all are inside");

  for (int i = 0; i < n; i++)
    {
      int which = (i + shift) % n;
      g_autofree char *label = g_strdup_printf ("%d", which);
      int n_pending = 0;

      gate_open (&gates[which]);
      trace_await (label, futures[which]);
      for (int j = 0; j < n; j++)
        n_pending += asyncio_future_done (futures[j]) ? 0 : 1;
      trace ("still pending %d", n_pending);
    }

  for (int i = 0; i < n; i++)
    {
      asyncio_unref (futures[i]);
      g_clear_error (&jobs[i].raise);
    }

  return NULL;
}

static void
test_many (void)
{
  run_main (have_many);
}

/*
 * While a thread is blocked the loop goes on. In the end it is the loop that opens the gate.
 *
 *     thread: blocked
 *     tick 0
 *     tick 1 ...
 *     main: got amber
 */
static gpointer
tick_and_open (gpointer   user_data,
               GError   **error)
{
  int n = seed_int (2, 6);

  for (int i = 0; i < n; i++)
    {
      if (!asyncio_sleep (0, error))
        return NULL;
      trace ("tick %d", i);
    }
  gate_open (user_data);

  return NULL;
}

static gpointer
stay_responsive (gpointer   user_data,
                 GError   **error)
{
  Gate gate = { .is_open = FALSE };
  Job job = { &gate, seed_word (), NULL };
  g_autoptr (AsyncioFuture) future = start_job (&job);
  g_autoptr (AsyncioTask) ticker = NULL;

  (void) user_data;
  if (!wait_until_inside (&gate, 1, future))
    return NULL;
  trace ("thread: blocked");
  ticker = asyncio_create_task (asyncio_coroutine_new (tick_and_open, &gate, NULL), error);
  trace_await ("main", future);
  (void) asyncio_await (ticker, error);

  return NULL;
}

static void
test_responsive (void)
{
  run_main (stay_responsive);
}

int
main (int    argc,
      char **argv)
{
  graded_test_init (&argc, &argv);

  graded_test_add ("/3.9/executor/value", test_value);
  graded_test_add ("/3.9/executor/error", test_error);
  graded_test_add ("/3.9/executor/ownership", test_ownership);
  graded_test_add ("/3.9/executor/pool", test_pool);
  graded_test_add ("/3.9/executor/many", test_many);
  graded_test_add ("/3.9/executor/responsive", test_responsive);

  return g_test_run ();
}
