/* SPDX-License-Identifier: MIT */

/*
 * The executor (executor.c) under every schedule up to a bound: how work goes to threads, how threads start, idle and end, and what shutting down or
 * cancelling does at the wrong moment.
 *
 * What must hold whatever the schedule: work that was accepted is done once, or was cancelled, and never both; what was refused is told so; data
 * is freed once, and before the outcome can be seen; who waits for the end comes back, and finds all done; no thread stays behind.
 *
 * The pools have one worker or two, the programs two to four threads. The bounds in the table at the end are as high as seconds allow, and
 * every search is complete within its bound; where it says TRUE, no schedule needs more preemptions. Conditions wake up for no reason once in a schedule where
 * the last column says so.
 */

#include "core.h"

static AsyncioExecutor *executor;
static CoreToken token;
static CoreGate gate;
static int n_done; /* atomic: how often work was done */

/* --- Work ----------------------------------------------------------------------------------- */

static gpointer
work (gpointer   user_data,
      GError   **error G_GNUC_UNUSED)
{
  g_atomic_int_inc (&n_done);

  return user_data;
}

static gpointer
work_with_token (gpointer   user_data G_GNUC_UNUSED,
                 GError   **error G_GNUC_UNUSED)
{
  g_assert_cmpint (core_token_n_freed (&token), ==, 0);
  g_atomic_int_inc (&n_done);

  return (gpointer) "value";
}

static gpointer
fail_at_work (gpointer   user_data G_GNUC_UNUSED,
              GError   **error)
{
  g_set_error_literal (error, ASYNCIO_ERROR, ASYNCIO_ERROR_VALUE, "boom");

  return NULL;
}

static gpointer
pass_gate (gpointer   user_data,
           GError   **error G_GNUC_UNUSED)
{
  core_gate_pass (&gate);

  return user_data;
}

static gpointer
open_gate (gpointer   user_data,
           GError   **error G_GNUC_UNUSED)
{
  core_gate_open (&gate);

  return user_data;
}

static AsyncioConcurrentFuture *
submit (AsyncioExecutorFunc func,
        const char         *value)
{
  AsyncioConcurrentFuture *future = asyncio_executor_submit (executor, func, (gpointer) value, NULL, NULL, NULL);

  g_assert_nonnull (future);

  return future;
}

/* Waits for a value and gives up the future. */
static void
expect_value (AsyncioConcurrentFuture *future,
              const char              *value)
{
  g_assert_cmpstr (asyncio_concurrent_future_result (future, ASYNCIO_NO_TIMEOUT, NULL), ==, value);
  asyncio_concurrent_future_unref (future);
}

static void
end_executor (void)
{
  asyncio_executor_shutdown (executor, TRUE);
  asyncio_executor_unref (executor);
}

/* --- Submitting -------------------------------------------------------------------------------- */

/* One thread submits and waits; the pool ends with the worker idle, about to be, or gone. */
static void
submit_and_wait (gpointer user_data G_GNUC_UNUSED)
{
  executor = asyncio_thread_pool_executor_new (1);
  expect_value (submit (work, "a"), "a");
  end_executor ();
}

/* An error is the outcome as well. */
static void
error_at_work (gpointer user_data G_GNUC_UNUSED)
{
  g_autoptr (AsyncioConcurrentFuture) future = NULL;
  g_autoptr (GError) error = NULL;

  executor = asyncio_thread_pool_executor_new (1);
  future = submit (fail_at_work, NULL);
  g_assert_null (asyncio_concurrent_future_result (future, ASYNCIO_NO_TIMEOUT, &error));
  g_assert_error (error, ASYNCIO_ERROR, ASYNCIO_ERROR_VALUE);
  end_executor ();
}

/* Who has the outcome finds the data freed. */
static void
data_is_freed (gpointer user_data G_GNUC_UNUSED)
{
  g_autoptr (AsyncioConcurrentFuture) future = NULL;

  executor = asyncio_thread_pool_executor_new (1);
  future = asyncio_executor_submit (executor, work_with_token, &token, core_token_free, NULL, NULL);
  g_assert_cmpstr (asyncio_concurrent_future_result (future, ASYNCIO_NO_TIMEOUT, NULL), ==, "value");
  g_assert_cmpint (core_token_n_freed (&token), ==, 1);
  end_executor ();
}

static gpointer
submit_from_thread (gpointer value)
{
  expect_value (submit (work, value), value);

  return NULL;
}

/* Two threads submit to a pool of one: three threads, and each gets its own value. */
static void
two_submitters (gpointer user_data G_GNUC_UNUSED)
{
  GThread *other;

  executor = asyncio_thread_pool_executor_new (1);
  other = g_thread_new ("other", submit_from_thread, (gpointer) "b");
  expect_value (submit (work, "a"), "a");
  g_thread_join (other);
  g_assert_cmpint (g_atomic_int_get (&n_done), ==, 2);
  end_executor ();
}

/* A worker that has done its work may be idle when there is new work, or not yet: the second piece starts a thread or does not. */
static void
reuse (gpointer user_data G_GNUC_UNUSED)
{
  executor = asyncio_thread_pool_executor_new (2);
  expect_value (submit (work, "a"), "a");
  expect_value (submit (work, "b"), "b");
  end_executor ();
}

/* One piece of work waits for the other. With two workers this must come to an end, even if the first of them has just been, or is
 * just becoming idle: nobody may count on a worker that is busy. */
static void
dependent_work (gpointer user_data G_GNUC_UNUSED)
{
  AsyncioConcurrentFuture *waits;
  AsyncioConcurrentFuture *opens;

  executor = asyncio_thread_pool_executor_new (2);
  expect_value (submit (work, "a"), "a");
  waits = submit (pass_gate, "b");
  opens = submit (open_gate, "c");
  expect_value (waits, "b");
  expect_value (opens, "c");
  end_executor ();
}

/* --- Shutting down --------------------------------------------------------------------------------- */

/* The pool is shut down while its worker starts: what was accepted is done all the same, and before shutdown (wait=True) returns. */
static void
shutdown_at_once (gpointer user_data G_GNUC_UNUSED)
{
  g_autoptr (AsyncioConcurrentFuture) future = NULL;

  executor = asyncio_thread_pool_executor_new (1);
  future = submit (work, "a");
  end_executor ();
  g_assert_cmpint (g_atomic_int_get (&n_done), ==, 1);
  g_assert_true (asyncio_concurrent_future_done (future));
}

/* The same with two pieces of work and one worker. */
static void
shutdown_with_queue (gpointer user_data G_GNUC_UNUSED)
{
  g_autoptr (AsyncioConcurrentFuture) first = NULL;
  g_autoptr (AsyncioConcurrentFuture) second = NULL;

  executor = asyncio_thread_pool_executor_new (1);
  first = submit (work, "a");
  second = submit (work, "b");
  end_executor ();
  g_assert_cmpint (g_atomic_int_get (&n_done), ==, 2);
}

static gpointer
submit_or_be_refused (gpointer user_data G_GNUC_UNUSED)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (AsyncioConcurrentFuture) future = NULL;

  future = asyncio_executor_submit (executor, work_with_token, &token, core_token_free, NULL, &error);
  if (future == NULL)
    g_assert_error (error, ASYNCIO_ERROR, ASYNCIO_ERROR_RUNTIME);
  else
    g_assert_cmpstr (asyncio_concurrent_future_result (future, ASYNCIO_NO_TIMEOUT, NULL), ==, "value");

  return GINT_TO_POINTER (future != NULL);
}

/* The pool is shut down while another thread submits: either that is refused, or done before shutdown (wait=True) returns or soon after. */
static void
shutdown_meanwhile (gpointer user_data G_GNUC_UNUSED)
{
  GThread *other;
  gboolean accepted;

  executor = asyncio_thread_pool_executor_new (1);
  other = g_thread_new ("other", submit_or_be_refused, NULL);
  asyncio_executor_shutdown (executor, TRUE);
  accepted = g_thread_join (other) != NULL;

  g_assert_cmpint (g_atomic_int_get (&n_done), ==, accepted ? 1 : 0);
  g_assert_cmpint (core_token_n_freed (&token), ==, 1);
  explorer_outcome ("%s", accepted ? "accepted" : "refused");
  asyncio_executor_unref (executor);
}

static gpointer
shut_down (gpointer user_data G_GNUC_UNUSED)
{
  asyncio_executor_shutdown (executor, TRUE);

  return NULL;
}

/* Two threads shut down and wait: both come back. */
static void
shutdown_twice (gpointer user_data G_GNUC_UNUSED)
{
  AsyncioConcurrentFuture *future;
  GThread *other;

  executor = asyncio_thread_pool_executor_new (1);
  future = submit (work, "a");
  other = g_thread_new ("other", shut_down, NULL);
  asyncio_executor_shutdown (executor, TRUE);
  g_assert_cmpint (g_atomic_int_get (&n_done), ==, 1);
  g_thread_join (other);
  expect_value (future, "a");
  asyncio_executor_unref (executor);
}

/* Nobody has the pool any more while its thread is at work: it does what is queued, ends, and frees the rest. */
static void
unref_at_work (gpointer user_data G_GNUC_UNUSED)
{
  AsyncioConcurrentFuture *future;

  executor = asyncio_thread_pool_executor_new (1);
  future = submit (work, "a");
  asyncio_executor_unref (executor);
  expect_value (future, "a");
}

static gpointer
give_up_executor (gpointer user_data G_GNUC_UNUSED)
{
  asyncio_executor_unref (executor);

  return NULL;
}

/* Two users give up the pool at the same time, with work in it that nobody waits for. */
static void
unref_twice (gpointer user_data G_GNUC_UNUSED)
{
  GThread *other;

  executor = asyncio_thread_pool_executor_new (1);
  asyncio_executor_ref (executor);
  asyncio_concurrent_future_unref (submit (work, "a"));
  other = g_thread_new ("other", give_up_executor, NULL);
  asyncio_executor_unref (executor);
  g_thread_join (other);
}

/* The process ends while a thread is at work, or is idle: it waits till that has ended, and leaves no thread unjoined. */
static void
exit_at_work (gpointer user_data G_GNUC_UNUSED)
{
  executor = asyncio_thread_pool_executor_new (1);
  asyncio_concurrent_future_unref (submit (work, "a"));
  explorer_run_exit_handlers ();
  g_assert_cmpint (g_atomic_int_get (&n_done), ==, 1);
  asyncio_executor_unref (executor);
}

/* Two pools end by themselves, and the process at the same time. */
static void
exit_with_two_pools (gpointer user_data G_GNUC_UNUSED)
{
  AsyncioExecutor *first = asyncio_thread_pool_executor_new (1);

  executor = first;
  asyncio_concurrent_future_unref (submit (work, "a"));
  executor = asyncio_thread_pool_executor_new (1);
  asyncio_concurrent_future_unref (submit (work, "b"));
  asyncio_executor_unref (first);
  explorer_run_exit_handlers ();
  g_assert_cmpint (g_atomic_int_get (&n_done), ==, 2);
  asyncio_executor_unref (executor);
}

/* --- Cancelling -------------------------------------------------------------------------------------- */

/* Queued work is cancelled while a worker may begin with it: it is done or cancelled, never both, never neither. */
static void
cancel_queued (gpointer user_data G_GNUC_UNUSED)
{
  g_autoptr (AsyncioConcurrentFuture) future = NULL;
  g_autoptr (GError) error = NULL;
  gboolean cancelled;

  executor = asyncio_thread_pool_executor_new (1);
  future = asyncio_executor_submit (executor, work_with_token, &token, core_token_free, NULL, NULL);
  cancelled = asyncio_concurrent_future_cancel (future);
  g_assert_cmpint (asyncio_concurrent_future_result (future, ASYNCIO_NO_TIMEOUT, &error) != NULL, ==, !cancelled);
  g_assert_true (!cancelled || g_error_matches (error, ASYNCIO_ERROR, ASYNCIO_ERROR_CANCELLED));
  end_executor ();

  g_assert_cmpint (g_atomic_int_get (&n_done), ==, cancelled ? 0 : 1);
  g_assert_cmpint (core_token_n_freed (&token), ==, 1);
  explorer_outcome ("%s", cancelled ? "cancelled" : "done");
}

static gpointer
cancel_future (gpointer future)
{
  return GINT_TO_POINTER (asyncio_concurrent_future_cancel (future));
}

/* Two threads cancel what the worker may begin with: they agree. */
static void
cancel_twice (gpointer user_data G_GNUC_UNUSED)
{
  AsyncioConcurrentFuture *future;
  GThread *other;
  gboolean cancelled;
  gboolean cancelled_by_other;

  executor = asyncio_thread_pool_executor_new (1);
  future = submit (work, "a");
  other = g_thread_new ("other", cancel_future, future);
  cancelled = asyncio_concurrent_future_cancel (future);
  cancelled_by_other = g_thread_join (other) != NULL;
  end_executor ();

  g_assert_cmpint (g_atomic_int_get (&n_done), ==, cancelled || cancelled_by_other ? 0 : 1);
  asyncio_concurrent_future_unref (future);
}

/* --- For a loop ----------------------------------------------------------------------------------------- */

static AsyncioLoop *loop;
static AsyncioExecutorFunc func_for_loop;

static gpointer
await_work (gpointer   user_data G_GNUC_UNUSED,
            GError   **error)
{
  g_autoptr (AsyncioFuture) future = asyncio_loop_run_in_executor (loop, NULL, func_for_loop, (gpointer) "a", NULL, NULL, error);

  return future != NULL ? asyncio_await (future, error) : NULL;
}

/* run_in_executor() in the loop's own pool, which is shut down when the loop is closed. */
static void
default_executor (gpointer user_data G_GNUC_UNUSED)
{
  func_for_loop = work;
  loop = asyncio_new_event_loop ();
  g_assert_cmpstr (asyncio_loop_run_until_complete (loop, asyncio_coroutine_new (await_work, NULL, NULL), NULL), ==, "a");
  core_end_loop (loop);
}

/* The same with an error. */
static void
error_for_loop (gpointer user_data G_GNUC_UNUSED)
{
  g_autoptr (GError) error = NULL;

  func_for_loop = fail_at_work;
  loop = asyncio_new_event_loop ();
  g_assert_null (asyncio_loop_run_until_complete (loop, asyncio_coroutine_new (await_work, NULL, NULL), &error));
  g_assert_error (error, ASYNCIO_ERROR, ASYNCIO_ERROR_VALUE);
  core_end_loop (loop);
}

/* Two calls at once in a pool of one. */
static void
two_calls_for_loop (gpointer user_data G_GNUC_UNUSED)
{
  g_autoptr (AsyncioFuture) first = NULL;
  g_autoptr (AsyncioFuture) second = NULL;

  loop = asyncio_new_event_loop ();
  executor = asyncio_thread_pool_executor_new (1);
  first = asyncio_loop_run_in_executor (loop, executor, work, (gpointer) "a", NULL, NULL, NULL);
  second = asyncio_loop_run_in_executor (loop, executor, work, (gpointer) "b", NULL, NULL, NULL);
  g_assert_cmpstr (asyncio_loop_run_until_complete (loop, second, NULL), ==, "b");
  g_assert_cmpstr (asyncio_loop_run_until_complete (loop, first, NULL), ==, "a");
  asyncio_executor_unref (executor);
  core_end_loop (loop);
}

/* The loop's future is cancelled while the worker begins: the work is done or not, the value is freed, and the loop can end. */
static void
cancel_for_loop (gpointer user_data G_GNUC_UNUSED)
{
  g_autoptr (AsyncioFuture) future = NULL;
  g_autoptr (GError) error = NULL;

  loop = asyncio_new_event_loop ();
  executor = asyncio_thread_pool_executor_new (1);
  future = asyncio_loop_run_in_executor (loop, executor, work, &token, NULL, core_token_free, NULL);
  g_assert_true (asyncio_future_cancel (future));
  g_assert_null (asyncio_loop_run_until_complete (loop, future, &error));
  g_assert_error (error, ASYNCIO_ERROR, ASYNCIO_ERROR_CANCELLED);
  end_executor ();
  core_end_loop (loop);

  g_assert_cmpint (core_token_n_freed (&token), ==, (guint) g_atomic_int_get (&n_done));
}

/* The loop is closed while a thread works for it. The value is refused, which is told unless it was taken in before, and is freed. */
static void
closed_at_work (gpointer user_data G_GNUC_UNUSED)
{
  static const char *const refused[] = { "exception calling callback for <Future at * state=finished>: RuntimeError: Event loop is closed", NULL };
  g_autoptr (AsyncioFuture) future = NULL;

  core_expect_warnings (refused);
  loop = asyncio_new_event_loop ();
  executor = asyncio_thread_pool_executor_new (1);
  future = asyncio_loop_run_in_executor (loop, executor, work, &token, NULL, core_token_free, NULL);
  core_end_loop (loop);
  end_executor ();
  g_clear_pointer (&future, asyncio_unref);

  g_assert_cmpint (g_atomic_int_get (&n_done), ==, 1);
  g_assert_cmpint (core_token_n_freed (&token), ==, 1);
  explorer_outcome ("%u", core_count_warnings ());
}

/* The same for a future that was cancelled: nobody needs to hear of the value. */
static void
closed_after_cancel (gpointer user_data G_GNUC_UNUSED)
{
  g_autoptr (AsyncioFuture) future = NULL;

  loop = asyncio_new_event_loop ();
  executor = asyncio_thread_pool_executor_new (1);
  future = asyncio_loop_run_in_executor (loop, executor, work, &token, NULL, core_token_free, NULL);
  g_assert_true (asyncio_future_cancel (future));
  asyncio_loop_stop (loop);
  g_assert_true (asyncio_loop_run_forever (loop, NULL));
  core_end_loop (loop);
  end_executor ();

  g_assert_cmpint (core_token_n_freed (&token), ==, (guint) g_atomic_int_get (&n_done));
}

/* --- Context variables ---------------------------------------------------------------------------------------- */

static AsyncioContextVar *var;

static gpointer
read_var (gpointer   user_data G_GNUC_UNUSED,
          GError   **error)
{
  return asyncio_context_var_get (var, error);
}

/* What asyncio.to_thread() does: func is called in a copy of the caller's context. */
static gpointer
work_in_context (gpointer   context,
                 GError   **error)
{
  return asyncio_context_run (context, read_var, NULL, error);
}

static void
unref_context (gpointer context)
{
  asyncio_context_unref (context);
}

/* The thread reads a variable in the copy while the submitter sets it in its own context. */
static void
context_for_thread (gpointer user_data G_GNUC_UNUSED)
{
  g_autoptr (AsyncioConcurrentFuture) future = NULL;

  var = asyncio_context_var_new ("var");
  asyncio_context_var_set (var, (gpointer) "before", NULL, NULL);
  executor = asyncio_thread_pool_executor_new (1);
  future = asyncio_executor_submit (executor, work_in_context, asyncio_copy_context (), unref_context, NULL, NULL);
  asyncio_context_var_set (var, (gpointer) "after", NULL, NULL);
  g_assert_cmpstr (asyncio_concurrent_future_result (future, ASYNCIO_NO_TIMEOUT, NULL), ==, "before");
  end_executor ();
  asyncio_context_var_unref (var);
}

static const CoreProgram programs[] = {
  { "/core/executor/submit", submit_and_wait, EXPLORER_UNBOUNDED, TRUE, 1 },
  { "/core/executor/error", error_at_work, EXPLORER_UNBOUNDED, TRUE, 0 },
  { "/core/executor/data-is-freed", data_is_freed, EXPLORER_UNBOUNDED, TRUE, 0 },
  { "/core/executor/two-submitters", two_submitters, 3, FALSE, 0 },
  { "/core/executor/reuse", reuse, 3, FALSE, 0 },
  { "/core/executor/dependent-work", dependent_work, 2, FALSE, 0 },
  { "/core/executor/shutdown/at-once", shutdown_at_once, EXPLORER_UNBOUNDED, TRUE, 1 },
  { "/core/executor/shutdown/with-queue", shutdown_with_queue, EXPLORER_UNBOUNDED, TRUE, 1 },
  { "/core/executor/shutdown/meanwhile", shutdown_meanwhile, 3, FALSE, 1 },
  { "/core/executor/shutdown/twice", shutdown_twice, 3, FALSE, 0 },
  { "/core/executor/unref/at-work", unref_at_work, EXPLORER_UNBOUNDED, TRUE, 0 },
  { "/core/executor/unref/twice", unref_twice, 3, FALSE, 0 },
  { "/core/executor/exit/at-work", exit_at_work, EXPLORER_UNBOUNDED, TRUE, 1 },
  { "/core/executor/exit/two-pools", exit_with_two_pools, 2, FALSE, 0 },
  { "/core/executor/cancel/queued", cancel_queued, EXPLORER_UNBOUNDED, TRUE, 1 },
  { "/core/executor/cancel/twice", cancel_twice, 3, FALSE, 0 },
  { "/core/executor/loop/default", default_executor, 3, FALSE, 0 },
  { "/core/executor/loop/error", error_for_loop, 3, FALSE, 0 },
  { "/core/executor/loop/two-calls", two_calls_for_loop, 2, FALSE, 0 },
  { "/core/executor/loop/cancel", cancel_for_loop, 3, FALSE, 0 },
  { "/core/executor/loop/cancel-and-close", closed_after_cancel, 3, FALSE, 0 },
  { "/core/executor/loop/closed", closed_at_work, 3, FALSE, 0 },
  { "/core/executor/context", context_for_thread, EXPLORER_UNBOUNDED, TRUE, 0 },
};

int
main (int    argc,
      char **argv)
{
  return core_main (argc, argv, programs, G_N_ELEMENTS (programs));
}
