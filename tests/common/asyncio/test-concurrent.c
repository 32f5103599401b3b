/* SPDX-License-Identifier: MIT */

/*
 * Tests of futures-concurrent.c and executor.c: futures for any thread, and who makes them done.
 */

#include "threads.h"

#define N_THREADS 4

/* --- A concurrent future ---------------------------------------------------------------- */

static void
note_concurrent (AsyncioConcurrentFuture  *future,
                 gpointer                  text,
                 GError                  **error)
{
  (void) error;
  g_assert_true (asyncio_concurrent_future_done (future));
  note ("%s", (char *) text);
}

/* From pending over running to finished. Callbacks are called at once, in their order; one that comes late as well. */
static void
test_states (void)
{
  g_autoptr (AsyncioConcurrentFuture) future = asyncio_concurrent_future_new ();
  g_autoptr (GError) error = NULL;

  asyncio_concurrent_future_add_done_callback (future, note_concurrent, value_new ("a"), value_free);
  asyncio_concurrent_future_add_done_callback (future, note_concurrent, value_new ("b"), value_free);
  g_assert_false (asyncio_concurrent_future_running (future));
  g_assert_null (asyncio_concurrent_future_result (future, 0, &error));
  assert_error (error, "TimeoutError");

  g_assert_true (asyncio_concurrent_future_set_running_or_notify_cancel (future, NULL));
  g_assert_true (asyncio_concurrent_future_running (future));
  g_assert_false (asyncio_concurrent_future_cancel (future));
  g_assert_false (asyncio_concurrent_future_set_running_or_notify_cancel (future, &error));
  assert_error (error, "RuntimeError: Future in unexpected state");
  assert_notes ("");

  g_assert_true (asyncio_concurrent_future_set_result (future, value_new ("value"), value_free, NULL));
  assert_notes ("a b");
  g_assert_true (asyncio_concurrent_future_done (future));
  g_assert_false (asyncio_concurrent_future_cancelled (future));
  g_assert_cmpstr (asyncio_concurrent_future_result (future, ASYNCIO_NO_TIMEOUT, NULL), ==, "value");
  g_assert_null (asyncio_concurrent_future_exception (future, ASYNCIO_NO_TIMEOUT, NULL));

  asyncio_concurrent_future_add_done_callback (future, note_concurrent, value_new ("late"), value_free);
  assert_notes ("late");
  g_assert_cmpint (n_values, ==, 1);
}

/* A done future takes nothing any more, and frees what it is given. */
static void
test_done_already (void)
{
  g_autoptr (AsyncioConcurrentFuture) future = asyncio_concurrent_future_new ();
  g_autoptr (GError) error = NULL;

  g_assert_true (asyncio_concurrent_future_set_exception (future, value_error ("first"), NULL));
  g_assert_false (asyncio_concurrent_future_set_result (future, value_new ("second"), value_free, &error));
  g_assert_error (error, ASYNCIO_ERROR, ASYNCIO_ERROR_INVALID_STATE);
  g_assert_true (g_pattern_match_simple ("FINISHED: <Future at 0x* state=finished raised ValueError>", error->message));
  g_clear_error (&error);
  g_assert_false (asyncio_concurrent_future_set_exception (future, value_error ("third"), NULL));

  g_assert_null (asyncio_concurrent_future_result (future, 0, &error));
  assert_error (error, "ValueError: first");
  g_assert_cmpstr (outcome (NULL, asyncio_concurrent_future_exception (future, 0, NULL)), ==, "ValueError: first");
  g_assert_cmpint (n_values, ==, 0);
}

/* What is cancelled stays so; who begins with it is told, once. */
static void
test_cancel (void)
{
  g_autoptr (AsyncioConcurrentFuture) future = asyncio_concurrent_future_new ();
  g_autoptr (GError) error = NULL;

  asyncio_concurrent_future_add_done_callback (future, note_concurrent, (gpointer) "cancelled", NULL);
  g_assert_true (asyncio_concurrent_future_cancel (future));
  assert_notes ("cancelled");
  g_assert_true (asyncio_concurrent_future_cancel (future));
  g_assert_true (asyncio_concurrent_future_cancelled (future) && asyncio_concurrent_future_done (future));

  g_assert_false (asyncio_concurrent_future_set_running_or_notify_cancel (future, &error));
  g_assert_no_error (error);
  g_assert_false (asyncio_concurrent_future_set_running_or_notify_cancel (future, &error));
  assert_error (error, "RuntimeError: Future in unexpected state");
  g_assert_null (asyncio_concurrent_future_result (future, ASYNCIO_NO_TIMEOUT, &error));
  assert_error (error, "CancelledError");
}

/* A callback that fails is logged, and the next is called all the same. */
static void
fails (AsyncioConcurrentFuture  *future,
       gpointer                  unused,
       GError                  **error)
{
  (void) future;
  (void) unused;
  g_propagate_error (error, value_error ("in the callback"));
}

static void
test_failing_callback (void)
{
  g_autoptr (AsyncioConcurrentFuture) future = asyncio_concurrent_future_new ();

  asyncio_concurrent_future_add_done_callback (future, fails, NULL, NULL);
  asyncio_concurrent_future_add_done_callback (future, note_concurrent, (gpointer) "next", NULL);
  expect_warning ("exception calling callback for <Future at 0x* state=finished>: ValueError: in the callback");
  asyncio_concurrent_future_set_result (future, NULL, NULL, NULL);
  assert_warned ();
  assert_notes ("next");
}

/* Several threads block in result(), and all get the value. */
typedef struct
{
  AsyncioConcurrentFuture *future;
  Gate gate;
} Crowd;

static gpointer
get_result (gpointer data)
{
  Crowd *self = data;

  gate_pass (&self->gate);

  return asyncio_concurrent_future_result (self->future, ASYNCIO_NO_TIMEOUT, NULL);
}

static void
test_blocked (void)
{
  g_autoptr (AsyncioConcurrentFuture) future = asyncio_concurrent_future_new ();
  Crowd crowd = { future, { .is_open = TRUE } };
  GThread *threads[N_THREADS];

  for (guint i = 0; i < N_THREADS; i++)
    threads[i] = g_thread_new ("blocked", get_result, &crowd);
  gate_wait_for (&crowd.gate, N_THREADS);

  /* Most are blocked by now, though it does not matter how many. */
  for (guint i = 0; i < 1000; i++)
    g_thread_yield ();
  asyncio_concurrent_future_set_result (future, value_new ("value"), value_free, NULL);
  for (guint i = 0; i < N_THREADS; i++)
    g_assert_cmpstr (g_thread_join (threads[i]), ==, "value");
}

/*
 * Threads race: one begins with a future, one cancels it, others add callbacks. Either it is cancelled or it finishes, and
 * each callback is called exactly once.
 */
typedef struct
{
  AsyncioConcurrentFuture *future;
  gint n_called;
  gint n_cancelled;
  gint n_finished;
} Race;

static void
count_called (AsyncioConcurrentFuture  *future,
              gpointer                  user_data,
              GError                  **error)
{
  Race *self = user_data;

  (void) error;
  g_assert_true (asyncio_concurrent_future_done (future));
  g_atomic_int_inc (&self->n_called);
}

static gpointer
race_to_begin (gpointer data)
{
  Race *self = data;

  if (asyncio_concurrent_future_set_running_or_notify_cancel (self->future, NULL) &&
      asyncio_concurrent_future_set_result (self->future, value_new ("value"), value_free, NULL))
    g_atomic_int_inc (&self->n_finished);

  return NULL;
}

static gpointer
race_to_cancel (gpointer data)
{
  Race *self = data;

  asyncio_concurrent_future_add_done_callback (self->future, count_called, self, NULL);
  if (asyncio_concurrent_future_cancel (self->future))
    g_atomic_int_inc (&self->n_cancelled);

  return NULL;
}

static void
test_race (void)
{
  for (guint i = 0; i < 200; i++)
    {
      g_autoptr (AsyncioConcurrentFuture) future = asyncio_concurrent_future_new ();
      Race race = { .future = future };
      GThread *begins = g_thread_new ("begins", race_to_begin, &race);
      GThread *cancels = g_thread_new ("cancels", race_to_cancel, &race);

      asyncio_concurrent_future_add_done_callback (future, count_called, &race, NULL);
      g_thread_join (begins);
      g_thread_join (cancels);

      g_assert_cmpint (race.n_called, ==, 2);
      g_assert_cmpint (race.n_finished + race.n_cancelled, ==, 1);
      g_assert_true (asyncio_concurrent_future_cancelled (future) == (race.n_cancelled > 0));
    }
}

/* --- Executors ------------------------------------------------------------------------------ */

/* submit() gives the function's value or error. Its data is freed when the outcome is there. */
static void
test_submit (void)
{
  AsyncioExecutor *executor = asyncio_thread_pool_executor_new (2);
  g_autoptr (AsyncioConcurrentFuture) good = asyncio_executor_submit (executor, give, value_new ("value"), value_free,
                                                                      value_free, NULL);
  g_autoptr (AsyncioConcurrentFuture) bad = asyncio_executor_submit (executor, fail, (gpointer) "boom", NULL, value_free,
                                                                     NULL);
  g_autoptr (GError) error = NULL;

  g_assert_cmpstr (asyncio_concurrent_future_result (good, ASYNCIO_NO_TIMEOUT, NULL), ==, "value");
  g_assert_cmpint (n_values, ==, 1);
  g_assert_null (asyncio_concurrent_future_result (bad, ASYNCIO_NO_TIMEOUT, &error));
  assert_error (error, "ValueError: boom");

  end_executor (g_steal_pointer (&executor));
  g_clear_pointer (&good, asyncio_concurrent_future_unref);
  g_assert_cmpint (n_values, ==, 0);
}

/* The data is gone before anybody hears of the outcome, so also before the callbacks. */
static void
note_freed (gpointer data)
{
  gint *is_freed = data;

  g_atomic_int_set (is_freed, TRUE);
}

static gpointer
check_not_freed (gpointer   is_freed,
                   GError   **error)
{
  (void) error;
  g_assert_false (g_atomic_int_get ((gint *) is_freed));

  return NULL;
}

static void
check_freed (AsyncioConcurrentFuture  *future,
             gpointer                  is_freed,
             GError                  **error)
{
  (void) future;
  (void) error;
  g_assert_true (g_atomic_int_get ((gint *) is_freed));
}

static void
test_data_is_freed (void)
{
  AsyncioExecutor *executor = asyncio_thread_pool_executor_new (1);
  Gate gate = { .is_open = FALSE };
  gint is_freed = FALSE;
  g_autoptr (AsyncioConcurrentFuture) first = NULL;
  g_autoptr (AsyncioConcurrentFuture) second = NULL;

  first = asyncio_executor_submit (executor, pass, &gate, NULL, value_free, NULL);
  second = asyncio_executor_submit (executor, check_not_freed, &is_freed, note_freed, NULL, NULL);
  asyncio_concurrent_future_add_done_callback (second, check_freed, &is_freed, NULL);
  gate_open (&gate);
  end_executor (executor);
  g_assert_true (asyncio_concurrent_future_done (second));
}

/* The one thread is busy: what waits behind it can be cancelled and is never called, what runs cannot. */
static void
test_cancel_queued (void)
{
  AsyncioExecutor *executor = asyncio_thread_pool_executor_new (1);
  Gate gate = { .is_open = FALSE };
  Gate never = { .is_open = TRUE };
  g_autoptr (AsyncioConcurrentFuture) first = asyncio_executor_submit (executor, pass, &gate, NULL, value_free, NULL);
  g_autoptr (AsyncioConcurrentFuture) second = asyncio_executor_submit (executor, pass, &never, NULL, value_free, NULL);

  gate_wait_for (&gate, 1);
  g_assert_true (asyncio_concurrent_future_running (first));
  g_assert_false (asyncio_concurrent_future_cancel (first));
  g_assert_true (asyncio_concurrent_future_cancel (second));
  gate_open (&gate);
  g_assert_cmpstr (asyncio_concurrent_future_result (first, ASYNCIO_NO_TIMEOUT, NULL), ==, "passed");

  end_executor (executor);
  g_assert_cmpint (never.n_arrived, ==, 0);
}

/* After shutdown() nothing is taken, and the data is freed here. What was queued before is still done. */
static void
test_shutdown (void)
{
  AsyncioExecutor *executor = asyncio_thread_pool_executor_new (1);
  Gate gate = { .is_open = FALSE };
  g_autoptr (AsyncioConcurrentFuture) running = asyncio_executor_submit (executor, pass, &gate, NULL, value_free, NULL);
  g_autoptr (AsyncioConcurrentFuture) queued = asyncio_executor_submit (executor, pass, &gate, NULL, value_free, NULL);
  g_autoptr (GError) error = NULL;

  asyncio_executor_shutdown (executor, FALSE);
  g_assert_null (asyncio_executor_submit (executor, give, value_new ("late"), value_free, value_free, &error));
  assert_error (error, "RuntimeError: cannot schedule new futures after shutdown");

  gate_open (&gate);
  g_assert_cmpstr (asyncio_concurrent_future_result (queued, ASYNCIO_NO_TIMEOUT, NULL), ==, "passed");
  g_assert_true (asyncio_concurrent_future_done (running));
  end_executor (executor);
}

static const TestCase cases[] = {
  { "/core/concurrent/states", test_states },
  { "/core/concurrent/done-already", test_done_already },
  { "/core/concurrent/cancel", test_cancel },
  { "/core/concurrent/failing-callback", test_failing_callback },
  { "/core/concurrent/blocked", test_blocked },
  { "/core/concurrent/race", test_race },
  { "/core/concurrent/submit", test_submit },
  { "/core/concurrent/data-is-freed", test_data_is_freed },
  { "/core/concurrent/cancel-queued", test_cancel_queued },
  { "/core/concurrent/shutdown", test_shutdown },
};

int
main (int    argc,
      char **argv)
{
  return run_tests (argc, argv, cases, G_N_ELEMENTS (cases));
}
