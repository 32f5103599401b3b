/* SPDX-License-Identifier: MIT */

/*
 * Lab 3.9, part B: the hand-over when somebody changes his mind. A future is cancelled or forgotten, or its loop is closed,
 * while the function waits for a thread, or runs in one.
 */

#include "common.h"

/* --- Cancelled ---------------------------------------------------------------------- */

#define N_QUEUED 4

/*
 * There is one thread, and it is busy. Of the calls that wait for it one, by the seed, is cancelled: its function is never
 * called, its data is freed all the same, and the others have their turn.
 *
 *     cancel() -> True
 *     at once: cancelled
 *     cancelled: raised CancelledError
 *     0: got amber
 *     1: got basil ...
 *     calls: 3
 */
static int n_calls; /* the pool's only thread, and the loop's when that is idle */

static gpointer
count_and_return (gpointer   user_data,
                  GError   **error)
{
  Thing *self = user_data;

  (void) error;
  n_calls++;

  return thing_new (self->word);
}

static gpointer
cancel_queued (gpointer   user_data,
               GError   **error)
{
  AsyncioLoop *loop = asyncio_get_running_loop (NULL);
  Gate gate = { .is_open = FALSE };
  Job job = { &gate, seed_word (), NULL };
  AsyncioFuture *futures[N_QUEUED] = { NULL };
  g_autoptr (AsyncioFuture) first = NULL;
  int cancelled = seed_int (0, N_QUEUED - 1);

  (void) user_data;
  use_threads (1);
  first = start_job (&job);
  if (!wait_until_inside (&gate, 1, first))
    return NULL;

  for (int i = 0; i < N_QUEUED; i++)
    {
      futures[i] = asyncio_loop_run_in_default_executor (loop, count_and_return, thing_new (seed_word ()), thing_free,
                                                         thing_free, error);
      g_assert_no_error (*error);
    }

  trace ("cancel() -> %s", trace_bool (asyncio_future_cancel (futures[cancelled])));
  trace ("at once: %s", state_of (futures[cancelled]));
  trace_await ("cancelled", futures[cancelled]);
  pause_for (2);
  gate_open (&gate);
  trace_await ("first", first);
  for (int i = 0; i < N_QUEUED; i++)
    {
      g_autofree char *label = g_strdup_printf ("%d", i);

      trace_await (label, futures[i]);
      asyncio_unref (futures[i]);
    }
  (void) asyncio_sleep (1, NULL);
  trace ("calls: %d", n_calls);

  return NULL;
}

static void
test_cancel_queued (void)
{
  n_calls = 0;
  run_main (cancel_queued);
}

/*
 * A function that runs cannot be stopped. Its future is cancelled at once, and who awaits it goes on; the thread goes on as
 * well. What it returns is freed, and what it raises nobody hears of.
 *
 *     cancel() -> True
 *     at once: cancelled
 *     await: raised CancelledError
 *     thread: goes on
 *     after: cancelled, things left 0
 */
static gpointer
pass_and_tell (gpointer   user_data,
               GError   **error)
{
  Job *self = user_data;
  gpointer value = job_run (self, error);

  trace ("thread: goes on");

  return value;
}

static void
cancel_running (const char *word,
                GError     *raise)
{
  AsyncioLoop *loop = asyncio_get_running_loop (NULL);
  Gate gate = { .is_open = FALSE };
  Job job = { &gate, word, raise };
  g_autoptr (AsyncioFuture) future = NULL;
  g_autoptr (GError) error = NULL;

  future = asyncio_loop_run_in_default_executor (loop, pass_and_tell, &job, NULL, thing_free, &error);
  if (future == NULL)
    {
      trace ("refused: %s", trace_error (error));
      return;
    }
  (void) wait_until_inside (&gate, 1, future);

  trace ("cancel() -> %s", trace_bool (asyncio_future_cancel (future)));
  trace ("at once: %s", state_of (future));
  trace_await ("await", future);
  pause_for (3);
  gate_open (&gate);
  (void) asyncio_sleep (1, NULL);
  trace ("after: %s, things left %d", state_of (future), g_atomic_int_get (&n_things));
}

static gpointer
cancel_two (gpointer   user_data,
            GError   **error)
{
  g_autoptr (GError) raise = seed_error ();

  (void) user_data;
  (void) error;
  trace_exception_handler (asyncio_get_running_loop (NULL));
  cancel_running (seed_word (), NULL);
  cancel_running (NULL, raise);

  return NULL;
}

static void
test_cancel_running (void)
{
  run_main (cancel_two);
}

/* --- Forgotten --------------------------------------------------------------------------- */

/*
 * Whoever gives up the future gets no answer, but the function is called, and its value freed. Its error is told to the
 * handler, as with every future, since nobody has asked for it.
 *
 *     given up
 *     calls: 1, things left 0
 *     given up
 *     handler: Future exception was never retrieved | ValueError: amber
 *     calls: 2, things left 0
 */
static gpointer
count_and_end (gpointer   user_data,
               GError   **error)
{
  n_calls++;

  return job_run (user_data, error);
}

static gpointer
forget (gpointer   user_data,
        GError   **error)
{
  AsyncioLoop *loop = asyncio_get_running_loop (NULL);
  g_autoptr (GError) raise = seed_error ();
  Job jobs[] = { { NULL, seed_word (), NULL }, { NULL, NULL, raise }, { NULL, NULL, NULL } };

  (void) user_data;
  trace_exception_handler (loop);
  use_threads (1);

  for (guint i = 0; i < G_N_ELEMENTS (jobs); i++)
    {
      AsyncioFuture *future = asyncio_loop_run_in_default_executor (loop, count_and_end, &jobs[i], NULL, thing_free, error);

      if (future == NULL)
        return NULL;
      asyncio_unref (future);
      trace ("given up");
      (void) asyncio_sleep (seed_int (1, 9), NULL);
      trace ("calls: %d, things left %d", n_calls, g_atomic_int_get (&n_things));
    }

  return NULL;
}

static void
test_forgotten (void)
{
  n_calls = 0;
  run_main (forget);
}

/* --- Closed -------------------------------------------------------------------------------- */

/*
 * The loop is closed while two threads are at work for it; one of the futures was cancelled before. Both threads come to their
 * end with nobody to tell. That is told, of the one that somebody might still wait for; both values are freed.
 *
 *     inside
 *     closed
 *     log: exception calling callback for
 *     first: pending
 *     second: cancelled
 *     things left: 0
 */
static struct
{
  Gate gate;
  AsyncioFuture *futures[2];
} left;

static gpointer
leave_two (gpointer   user_data,
           GError   **error)
{
  static Job jobs[2];

  (void) user_data;
  (void) error;

  for (int i = 0; i < 2; i++)
    {
      jobs[i] = (Job) { &left.gate, seed_word (), NULL };
      left.futures[i] = start_job (&jobs[i]);
      (void) wait_until_inside (&left.gate, i + 1, left.futures[i]);
    }
  trace ("inside: %d", gate_count (&left.gate));

  (void) asyncio_future_cancel (left.futures[1]);
  pause_for (2);

  return NULL;
}

static void
test_closed (void)
{
  g_autoptr (AsyncioExecutor) pool = asyncio_thread_pool_executor_new (2);
  g_autoptr (AsyncioLoop) loop = asyncio_new_event_loop ();

  asyncio_loop_set_default_executor (loop, pool);
  (void) asyncio_loop_run_until_complete (loop, asyncio_coroutine_new (leave_two, NULL, NULL), NULL);
  asyncio_loop_close (loop, NULL);
  trace ("closed");

  gate_open (&left.gate);
  asyncio_executor_shutdown (pool, TRUE);
  for (int i = 0; i < 2; i++)
    {
      trace ("%s: %s", i == 0 ? "first" : "second", state_of (left.futures[i]));
      g_clear_pointer (&left.futures[i], asyncio_unref);
    }
  trace ("things left: %d", g_atomic_int_get (&n_things));
}

int
main (int    argc,
      char **argv)
{
  graded_test_init (&argc, &argv);

  graded_test_add ("/3.9/handover/cancel-queued", test_cancel_queued);
  graded_test_add ("/3.9/handover/cancel-running", test_cancel_running);
  graded_test_add ("/3.9/handover/forgotten", test_forgotten);
  graded_test_add ("/3.9/handover/closed", test_closed);

  return g_test_run ();
}
