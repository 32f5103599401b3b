/* SPDX-License-Identifier: MIT */

/*
 * Tests of futures-chain.c, the bridge between threads and a loop: run_in_executor(), wrap_future(), run_coroutine_threadsafe().
 */

#include "threads.h"

#include "base-events-private.h"

/* --- run_in_executor and wrap_future ------------------------------------------------------------ */

/* A task awaits a thread. The value goes on to the loop's future, and can be taken out there. */
static void
test_run_in_executor (void)
{
  AsyncioExecutor *executor = use_executor (2);
  g_autoptr (AsyncioFuture) good = in_executor (give, "value");
  g_autoptr (AsyncioFuture) bad = in_executor (fail, "boom");
  gpointer value;

  run_and_note (bad);
  run_and_note (good);
  assert_notes ("ValueError: boom value");
  value = asyncio_future_steal_result (good, NULL);
  g_assert_cmpstr (value, ==, "value");
  value_free (value);
  end_executor (executor);
}

/* In virtual time the clock does not jump while the thread is at work: 10 seconds pass only after its result is there. */
static void
open_gate (gpointer   gate,
           GError   **error)
{
  (void) error;
  note ("opened at %g", asyncio_loop_time (loop));
  gate_open (gate);
}

static void
test_time_stands (void)
{
  AsyncioExecutor *executor = use_executor (1);
  Gate gate = { .is_open = FALSE };
  g_autoptr (AsyncioFuture) future = in_executor (pass, &gate);
  double before = asyncio_loop_time (loop);

  asyncio_loop_call_later (loop, 10, note_text, (gpointer) "10s", NULL, NULL);
  asyncio_loop_call_soon (loop, open_gate, &gate, NULL, NULL);
  run_and_note (future);
  g_assert_cmpfloat (asyncio_loop_time (loop), ==, before);
  run_to_the_end ();
  assert_notes ("opened at 0 passed 10s");
  end_executor (executor);
}

/* Cancelling the future of what is queued cancels the call. Cancelling what runs drops the value when it comes, and time
 * stands still until then. */
static void
test_cancel_future (void)
{
  AsyncioExecutor *executor = use_executor (1);
  Gate gate = { .is_open = FALSE };
  Gate never = { .is_open = TRUE };
  g_autoptr (AsyncioFuture) running = in_executor (pass, &gate);
  g_autoptr (AsyncioFuture) queued = in_executor (pass, &never);

  gate_wait_for (&gate, 1);
  g_assert_true (asyncio_future_cancel (running));
  g_assert_true (asyncio_future_cancel (queued));
  asyncio_loop_call_later (loop, 10, note_text, (gpointer) "10s", NULL, NULL);
  asyncio_loop_call_soon (loop, open_gate, &gate, NULL, NULL);
  run_to_the_end ();
  assert_notes ("opened at 0 10s");

  end_executor (executor);
  g_assert_cmpint (never.n_arrived, ==, 0);
  g_assert_cmpint (n_values, ==, 0);
}

/* The loop is closed while a thread works for it: the late value is refused, which is logged, and freed. Of a future that
 * was cancelled nobody needs to hear. */
static void
test_closed (void)
{
  AsyncioExecutor *executor = asyncio_thread_pool_executor_new (2);
  Gate gate = { .is_open = FALSE };
  g_autoptr (AsyncioFuture) future = NULL;
  g_autoptr (AsyncioFuture) cancelled = NULL;

  future = asyncio_loop_run_in_executor (loop, executor, pass, &gate, NULL, value_free, NULL);
  cancelled = asyncio_loop_run_in_executor (loop, executor, pass, &gate, NULL, value_free, NULL);
  gate_wait_for (&gate, 2);
  asyncio_future_cancel (cancelled);
  run_turns (1);
  close_loop ();

  expect_warning ("exception calling callback for <Future at 0x* state=finished>: RuntimeError: Event loop is closed");
  gate_open (&gate);
  end_executor (executor);
  assert_warned ();

  g_assert_false (asyncio_future_done (future));
  g_assert_cmpint (n_values, ==, 0);
}

/* wrap_future(): both futures have the value, so it cannot be taken out; the concurrent one may go first. */
static void
test_wrap_future (void)
{
  AsyncioConcurrentFuture *concurrent = asyncio_concurrent_future_new ();
  g_autoptr (AsyncioFuture) first = asyncio_wrap_future (concurrent, loop, NULL);
  g_autoptr (AsyncioFuture) late = NULL;
  g_autoptr (GError) error = NULL;

  asyncio_concurrent_future_set_result (concurrent, value_new ("value"), value_free, NULL);
  g_assert_false (asyncio_future_done (first));
  late = asyncio_wrap_future (concurrent, loop, NULL);
  run_and_note (first);
  run_and_note (late);
  assert_notes ("value value");
  g_assert_cmpstr (asyncio_concurrent_future_result (concurrent, 0, NULL), ==, "value");

  asyncio_concurrent_future_unref (concurrent);
  g_assert_cmpstr (asyncio_future_result (first, NULL), ==, "value");
  g_assert_null (asyncio_future_steal_result (first, &error));
  assert_error (error, "RuntimeError: the value belongs to a concurrent future and cannot be taken out of this one");
}

/* Cancellation goes both ways, and an error comes over. */
static void
test_wrap_cancel (void)
{
  g_autoptr (AsyncioConcurrentFuture) a = asyncio_concurrent_future_new ();
  g_autoptr (AsyncioConcurrentFuture) b = asyncio_concurrent_future_new ();
  g_autoptr (AsyncioConcurrentFuture) c = asyncio_concurrent_future_new ();
  g_autoptr (AsyncioFuture) of_a = asyncio_wrap_future (a, loop, NULL);
  g_autoptr (AsyncioFuture) of_b = asyncio_wrap_future (b, loop, NULL);
  g_autoptr (AsyncioFuture) of_c = asyncio_wrap_future (c, loop, NULL);

  asyncio_future_cancel (of_a);
  asyncio_concurrent_future_cancel (b);
  asyncio_concurrent_future_set_exception (c, value_error ("c"), NULL);
  run_turns (2);
  g_assert_true (asyncio_concurrent_future_cancelled (a));
  g_assert_true (asyncio_future_cancelled (of_b));
  run_and_note (of_c);
  assert_notes ("ValueError: c");
}

/* A closed loop wraps nothing; one that is closed lets go of what it waited for. */
static void
test_wrap_closed (void)
{
  g_autoptr (AsyncioConcurrentFuture) concurrent = asyncio_concurrent_future_new ();
  g_autoptr (AsyncioFuture) future = asyncio_wrap_future (concurrent, loop, NULL);
  g_autoptr (GError) error = NULL;

  close_loop ();
  g_assert_null (asyncio_wrap_future (concurrent, loop, &error));
  assert_error (error, "RuntimeError: Event loop is closed");
  g_assert_false (asyncio_future_done (future));
}

/* --- run_coroutine_threadsafe ------------------------------------------------------------------ */

/* A thread submits a coroutine, blocks until it is done, and stops the loop. */
typedef struct
{
  AsyncioCoroutine *(*make) (void);
  const char *outcome;
} Request;

static gpointer
request_and_stop (gpointer data)
{
  Request *self = data;
  g_autoptr (GError) error = NULL;
  g_autoptr (AsyncioConcurrentFuture) future = asyncio_run_coroutine_threadsafe (self->make (), loop, &error);
  gconstpointer value;

  g_assert_no_error (error);
  value = asyncio_concurrent_future_result (future, ASYNCIO_NO_TIMEOUT, &error);
  self->outcome = g_intern_string (outcome (value, error));
  asyncio_loop_call_soon_threadsafe (loop, stop_loop, NULL, NULL, NULL);

  return NULL;
}

static const char *
request (AsyncioCoroutine *(*make) (void))
{
  Request self = { make, NULL };
  GThread *thread = g_thread_new ("requests", request_and_stop, &self);

  g_assert_true (asyncio_loop_run_forever (loop, NULL));
  g_thread_join (thread);

  return self.outcome;
}

static gpointer
value_body (gpointer   unused,
            GError   **error)
{
  (void) unused;

  return asyncio_sleep (0.001, error) ? value_new ("value") : NULL;
}

static AsyncioCoroutine *
make_value (void)
{
  return asyncio_coroutine_new_full (value_body, NULL, NULL, value_free, "value", G_STRLOC);
}

static AsyncioCoroutine *
make_failing (void)
{
  return asyncio_coroutine_new (fail, (gpointer) "from the task", NULL);
}

static gpointer
cancelled_body (gpointer   unused,
                GError   **error)
{
  (void) unused;
  asyncio_task_cancel (asyncio_current_task (NULL, NULL));
  asyncio_sleep (0, error);

  return NULL;
}

static AsyncioCoroutine *
make_cancelled (void)
{
  return asyncio_coroutine_new (cancelled_body, NULL, NULL);
}

static void
test_threadsafe (void)
{
  use_real_time ();
  g_assert_cmpstr (request (make_value), ==, "value");
  g_assert_cmpstr (request (make_failing), ==, "ValueError: from the task");
  g_assert_cmpstr (request (make_cancelled), ==, "CancelledError");
}

/* The thread cancels the future: the task gets CancelledError at its await, one step after its first. */
static void
test_threadsafe_cancel (void)
{
  g_autoptr (AsyncioConcurrentFuture) future = NULL;

  future = asyncio_run_coroutine_threadsafe (waits_for ("inner", sleeper ("slept", 10)), loop, NULL);
  run_turns (2);
  g_assert_true (asyncio_concurrent_future_cancel (future));
  run_turns (3);
  assert_notes ("inner=CancelledError");

  /* Before the loop has seen it: the task is made all the same, takes its first step, and is cancelled. */
  asyncio_concurrent_future_unref (future);
  future = asyncio_run_coroutine_threadsafe (waits_for ("inner", sleeper ("slept", 10)), loop, NULL);
  g_assert_true (asyncio_concurrent_future_cancel (future));
  run_turns (4);
  assert_notes ("inner=CancelledError");
}

/* Misuse: no coroutine; a closed loop; waiting for the loop in its own thread. */
static gpointer
waits_for_itself (gpointer   unused,
                  GError   **error)
{
  g_autoptr (AsyncioConcurrentFuture) future = asyncio_run_coroutine_threadsafe (sleeper ("slept", 1), loop, NULL);

  (void) unused;
  asyncio_concurrent_future_result (future, ASYNCIO_NO_TIMEOUT, error);

  return NULL;
}

static void
test_threadsafe_misuse (void)
{
  g_autoptr (AsyncioFuture) no_coroutine = asyncio_loop_create_future (loop);
  g_autoptr (GError) error = NULL;

  g_assert_null (asyncio_run_coroutine_threadsafe ((gpointer) no_coroutine, loop, &error));
  assert_error (error, "TypeError: A coroutine object is required");

  run_and_note (asyncio_coroutine_new (waits_for_itself, NULL, NULL));
  assert_notes ("RuntimeError: deadlock: the loop that must make the future done would be blocked until it is");
  run_to_the_end ();

  close_loop ();
  expect_warning ("coroutine * was never awaited*");
  g_assert_null (asyncio_run_coroutine_threadsafe (sleeper ("slept", 1), loop, &error));
  assert_warned ();
  assert_error (error, "RuntimeError: Event loop is closed");
}

/* The loop is closed before the task is done, or before it has one: the future is cancelled, so nobody is blocked for ever. */
static void
test_threadsafe_closed (void)
{
  g_autoptr (AsyncioConcurrentFuture) started = NULL;
  g_autoptr (AsyncioConcurrentFuture) waiting = NULL;

  started = asyncio_run_coroutine_threadsafe (sleeper ("slept", 1), loop, NULL);
  run_turns (2);
  waiting = asyncio_run_coroutine_threadsafe (sleeper ("slept", 1), loop, NULL);
  expect_warning ("coroutine * was never awaited*");
  close_loop ();
  assert_warned ();
  assert_notes ("[Task was destroyed but it is pending!]");
  g_assert_true (asyncio_concurrent_future_cancelled (started));
  g_assert_true (asyncio_concurrent_future_cancelled (waiting));
}

/*
 * Virtual time: the loop waits for a thread, and the thread waits for a coroutine of the loop that sleeps 10 seconds. The
 * thread is not at work meanwhile, so the clock jumps, once the loop knows; then it is again, and a timer
 * of the 11th second comes after its result.
 */
static gpointer
asks_the_loop (gpointer   gate,
               GError   **error)
{
  g_autoptr (AsyncioConcurrentFuture) future = asyncio_run_coroutine_threadsafe (sleeper ("slept", 10), loop, error);
  const char *value = asyncio_concurrent_future_result (future, ASYNCIO_NO_TIMEOUT, error);

  if (gate != NULL)
    gate_pass (gate);

  return value_new (value);
}

static void
test_blocked_for_the_loop (void)
{
  for (guint i = 0; i < 50; i++)
    {
      AsyncioExecutor *executor = use_executor (2);
      g_autoptr (AsyncioFuture) future = in_executor (asks_the_loop, NULL);

      asyncio_loop_call_later (loop, 9, note_text, (gpointer) "9s", NULL, NULL);
      asyncio_loop_call_later (loop, 11, note_text, (gpointer) "11s", NULL, NULL);
      run_and_note (future);
      run_to_the_end ();
      assert_notes ("9s slept 11s");
      end_executor (executor);
    }
}

/* The same with a thread beside it that is at work: for that one the clock stands, whatever the other does. */
static void
test_blocked_beside_another (void)
{
  AsyncioExecutor *executor = use_executor (2);
  Gate gate = { .is_open = FALSE };
  g_autoptr (AsyncioFuture) busy = in_executor (pass, &gate);
  g_autoptr (AsyncioFuture) future = in_executor (asks_the_loop, NULL);

  gate_wait_for (&gate, 1);
  asyncio_loop_call_later (loop, 9, note_text, (gpointer) "9s", NULL, NULL);
  asyncio_loop_call_soon (loop, open_gate, &gate, NULL, NULL);
  run_and_note (busy);
  run_and_note (future);
  assert_notes ("opened at 0 passed 9s slept");
  end_executor (executor);
}

/* The thread would give up some time: then the loop is not stuck, also with nothing else to do. It may wait for 10 virtual
 * seconds that take no time; and when it does give up it is at work again. */
static gpointer
is_patient (gpointer   coroutine,
            GError   **error)
{
  g_autoptr (AsyncioConcurrentFuture) future = asyncio_run_coroutine_threadsafe (coroutine, loop, error);

  return value_new (asyncio_concurrent_future_result (future, 600, error));
}

static void
check_owed (gpointer   unused,
            GError   **error)
{
  (void) unused;
  (void) error;
  g_assert_cmpuint (loop->n_owed, ==, 1);
  g_assert_cmpuint (loop->n_impatient, ==, 0);
}

static gpointer
loses_patience (gpointer   coroutine,
                GError   **error)
{
  g_autoptr (AsyncioConcurrentFuture) future = asyncio_run_coroutine_threadsafe (coroutine, loop, error);
  g_autoptr (GError) timeout = NULL;

  asyncio_concurrent_future_result (future, 0.001, &timeout);
  asyncio_loop_call_soon_threadsafe (loop, check_owed, NULL, NULL, NULL);
  asyncio_concurrent_future_cancel (future);

  return value_new (outcome (NULL, timeout));
}

static void
test_patience (void)
{
  AsyncioExecutor *executor = use_executor (1);
  g_autoptr (AsyncioFuture) never = asyncio_loop_create_future (loop);
  g_autoptr (AsyncioFuture) patient = NULL;
  g_autoptr (AsyncioFuture) impatient = NULL;

  patient = in_executor (is_patient, sleeper ("slept", 10));
  run_and_note (patient);
  impatient = in_executor (loses_patience, waits_for ("never", never));
  run_to_the_end ();
  run_and_note (impatient);
  assert_notes ("slept never=CancelledError TimeoutError");
  end_executor (executor);
}

/* --- Bringing it over by hand --------------------------------------------------------------------- */

/* In the loop. */
static void
note_thread (gpointer   thread,
             GError   **error)
{
  static gpointer first;

  (void) error;
  if (first == NULL)
    first = thread;
  if (asyncio_version_rules.executor_reuses_idle_threads)
    g_assert_true (thread == first);
  note ("done at %g", asyncio_loop_time (loop));
}

static void
bring_over (AsyncioConcurrentFuture  *future,
            gpointer                  unused,
            GError                  **error)
{
  (void) unused;
  asyncio_loop_call_soon_threadsafe (loop, note_thread, asyncio_concurrent_future_result (future, 0, NULL), NULL, error);
}

static gpointer
take_your_time (gpointer   unused,
                GError   **error)
{
  (void) unused;
  (void) error;
  for (guint i = 0; i < 1000; i++)
    g_thread_yield ();

  return g_thread_self ();
}

/* A program of its own brings over what a pool has done for a running loop. Virtual time stands still for it as well, until
 * what is left of the work is freed and the thread is idle: so the second work finds it, each time. (Up to 3.7 another thread is
 * started, and either does it.) */
static gpointer
submit_by_hand (gpointer   executor,
                GError   **error)
{
  for (guint i = 0; i < 2; i++)
    {
      g_autoptr (AsyncioConcurrentFuture) future = asyncio_executor_submit (executor, take_your_time, NULL, NULL, NULL, error);

      asyncio_concurrent_future_add_done_callback (future, bring_over, NULL, NULL);
      if (!asyncio_sleep (10, error))
        return NULL;
      note ("%gs", asyncio_loop_time (loop));
    }
  g_assert_cmpuint (loop->n_owed, ==, 0);

  return NULL;
}

static void
test_by_hand (void)
{
  AsyncioExecutor *executor = asyncio_thread_pool_executor_new (2);

  (void) asyncio_loop_run_until_complete (loop, asyncio_coroutine_new (submit_by_hand, executor, NULL), NULL);
  assert_notes ("done at 0 10s done at 10 20s");
  end_executor (executor);
}

static const TestCase cases[] = {
  { "/core/chain/run-in-executor", test_run_in_executor },
  { "/core/chain/time-stands", test_time_stands },
  { "/core/chain/cancel-future", test_cancel_future },
  { "/core/chain/closed", test_closed },
  { "/core/chain/wrap-future", test_wrap_future },
  { "/core/chain/wrap-cancel", test_wrap_cancel },
  { "/core/chain/wrap-closed", test_wrap_closed },
  { "/core/chain/threadsafe", test_threadsafe },
  { "/core/chain/threadsafe-cancel", test_threadsafe_cancel },
  { "/core/chain/threadsafe-misuse", test_threadsafe_misuse },
  { "/core/chain/threadsafe-closed", test_threadsafe_closed },
  { "/core/chain/blocked-for-the-loop", test_blocked_for_the_loop },
  { "/core/chain/blocked-beside-another", test_blocked_beside_another },
  { "/core/chain/patience", test_patience },
  { "/core/chain/by-hand", test_by_hand },
};

int
main (int    argc,
      char **argv)
{
  return run_tests (argc, argv, cases, G_N_ELEMENTS (cases));
}
