/* SPDX-License-Identifier: MIT */

/*
 * Concurrent futures (futures-concurrent.c) and the bridge to a loop (futures-chain.c) under every schedule up to a bound.
 *
 * Two threads give a future its outcome, take it back, wait for it, watch it or let go of it at the same time. Whatever the schedule: there is one
 * outcome, and everybody sees the same one; each callback is called once; who waits comes back; the value is freed once; and a loop that is
 * closed in the middle leaves nobody blocked.
 *
 * Each search is complete within the bound that the table at the end has; where it says TRUE, no schedule needs more preemptions.
 */

#include "core.h"

static AsyncioConcurrentFuture *future;
static CoreToken token;
static int n_calls; /* atomic: of callbacks */

static gpointer
finish (gpointer user_data G_GNUC_UNUSED)
{
  if (asyncio_concurrent_future_set_running_or_notify_cancel (future, NULL))
    g_assert_true (asyncio_concurrent_future_set_result (future, &token, core_token_free, NULL));

  return NULL;
}

/* With a reference of its own. */
static gpointer
finish_and_let_go (gpointer user_data)
{
  finish (user_data);
  asyncio_concurrent_future_unref (future);

  return NULL;
}

static gpointer
fail (gpointer user_data G_GNUC_UNUSED)
{
  g_assert_true (asyncio_concurrent_future_set_exception (future, g_error_new_literal (ASYNCIO_ERROR, ASYNCIO_ERROR_VALUE, "boom"), NULL));

  return NULL;
}

static gpointer
cancel (gpointer user_data G_GNUC_UNUSED)
{
  return GINT_TO_POINTER (asyncio_concurrent_future_cancel (future));
}

static void
count_call (AsyncioConcurrentFuture  *done,
            gpointer                  user_data G_GNUC_UNUSED,
            GError                  **error G_GNUC_UNUSED)
{
  g_assert_true (asyncio_concurrent_future_done (done));
  g_atomic_int_inc (&n_calls);
}

/* --- Concurrent futures ---------------------------------------------------------------------------- */

/* One thread waits, the other finishes and lets go; either may be the last to have the future. */
static void
wait_and_finish (gpointer user_data G_GNUC_UNUSED)
{
  GThread *other;

  future = asyncio_concurrent_future_new ();
  asyncio_concurrent_future_ref (future);
  other = g_thread_new ("other", finish_and_let_go, NULL);
  g_assert_true (asyncio_concurrent_future_result (future, ASYNCIO_NO_TIMEOUT, NULL) == &token);
  asyncio_concurrent_future_unref (future);
  g_thread_join (other);

  g_assert_cmpint (core_token_n_freed (&token), ==, 1);
}

/* The wait ends by its timeout or by the value. */
static void
wait_with_timeout (gpointer user_data G_GNUC_UNUSED)
{
  g_autoptr (GError) error = NULL;
  GThread *other;
  gpointer value;

  future = asyncio_concurrent_future_new ();
  other = g_thread_new ("other", finish, NULL);
  value = asyncio_concurrent_future_result (future, 1.0, &error);
  g_assert_true (value == &token || g_error_matches (error, ASYNCIO_ERROR, ASYNCIO_ERROR_TIMEOUT));
  explorer_outcome ("%s", value != NULL ? "in time" : "late");
  g_thread_join (other);
  asyncio_concurrent_future_unref (future);

  g_assert_cmpint (core_token_n_freed (&token), ==, 1);
}

static gpointer
wait_for_error (gpointer user_data G_GNUC_UNUSED)
{
  const GError *exception = asyncio_concurrent_future_exception (future, ASYNCIO_NO_TIMEOUT, NULL);

  g_assert_error (exception, ASYNCIO_ERROR, ASYNCIO_ERROR_VALUE);

  return NULL;
}

/* Two threads wait for one outcome, an error, and both see it. */
static void
two_waiters (gpointer user_data G_GNUC_UNUSED)
{
  GThread *one;
  GThread *other;

  future = asyncio_concurrent_future_new ();
  one = g_thread_new ("one", wait_for_error, NULL);
  other = g_thread_new ("other", fail, NULL);
  wait_for_error (NULL);
  g_thread_join (one);
  g_thread_join (other);
  asyncio_concurrent_future_unref (future);
}

/* A callback is added while the outcome is set: it is called once, by the one thread or by the other. */
static void
callback_meanwhile (gpointer user_data G_GNUC_UNUSED)
{
  CoreToken callback_token = { 0 };
  GThread *other;

  future = asyncio_concurrent_future_new ();
  other = g_thread_new ("other", finish, NULL);
  asyncio_concurrent_future_add_done_callback (future, count_call, &callback_token, core_token_free);
  g_thread_join (other);

  g_assert_cmpint (g_atomic_int_get (&n_calls), ==, 1);
  g_assert_cmpint (core_token_n_freed (&callback_token), ==, 1);
  asyncio_concurrent_future_unref (future);
}

static gpointer
add_callback (gpointer user_data G_GNUC_UNUSED)
{
  asyncio_concurrent_future_add_done_callback (future, count_call, NULL, NULL);

  return NULL;
}

/* Two threads add one while a third sets the outcome. */
static void
two_callbacks_meanwhile (gpointer user_data G_GNUC_UNUSED)
{
  GThread *one;
  GThread *other;

  future = asyncio_concurrent_future_new ();
  one = g_thread_new ("one", add_callback, NULL);
  other = g_thread_new ("other", finish, NULL);
  add_callback (NULL);
  g_thread_join (one);
  g_thread_join (other);

  g_assert_cmpint (g_atomic_int_get (&n_calls), ==, 2);
  asyncio_concurrent_future_unref (future);
}

/* Who waits is quicker than the callbacks, and lets go of the future before they are called. */
static void
callback_of_unreferenced (gpointer user_data G_GNUC_UNUSED)
{
  GThread *other;

  future = asyncio_concurrent_future_new ();
  asyncio_concurrent_future_add_done_callback (future, count_call, NULL, NULL);
  other = g_thread_new ("other", finish, NULL);
  (void) asyncio_concurrent_future_result (future, ASYNCIO_NO_TIMEOUT, NULL);
  asyncio_concurrent_future_unref (future);
  g_thread_join (other);

  g_assert_cmpint (g_atomic_int_get (&n_calls), ==, 1);
}

/* One cancels, the other begins and finishes: one of the two wins, and who waits sees which. */
static void
cancel_or_finish (gpointer user_data G_GNUC_UNUSED)
{
  GThread *other;
  gboolean cancelled;
  gpointer value;

  future = asyncio_concurrent_future_new ();
  other = g_thread_new ("other", finish, NULL);
  cancelled = asyncio_concurrent_future_cancel (future);
  value = asyncio_concurrent_future_result (future, ASYNCIO_NO_TIMEOUT, NULL);
  g_thread_join (other);
  asyncio_concurrent_future_unref (future);

  g_assert_cmpint (value == NULL, ==, cancelled);
  g_assert_cmpint (core_token_n_freed (&token), ==, cancelled ? 0 : 1);
  explorer_outcome ("%s", cancelled ? "cancelled" : "finished");
}

/* Two threads give it an outcome: one of them is refused. */
static gpointer
set_result (gpointer user_data G_GNUC_UNUSED)
{
  return GINT_TO_POINTER (asyncio_concurrent_future_set_result (future, &token, core_token_free, NULL));
}

static void
set_twice (gpointer user_data G_GNUC_UNUSED)
{
  GThread *other;
  int n_set;

  future = asyncio_concurrent_future_new ();
  other = g_thread_new ("other", set_result, NULL);
  n_set = set_result (NULL) != NULL ? 1 : 0;
  n_set += g_thread_join (other) != NULL ? 1 : 0;
  asyncio_concurrent_future_unref (future);

  g_assert_cmpint (n_set, ==, 1);
  g_assert_cmpint (core_token_n_freed (&token), ==, 2);
}

/* --- wrap_future ----------------------------------------------------------------------------------------- */

static AsyncioLoop *loop;

/* A thread finishes what the loop awaits. */
static void
wrap (gpointer user_data G_GNUC_UNUSED)
{
  g_autoptr (AsyncioFuture) wrapped = NULL;
  GThread *other;

  future = asyncio_concurrent_future_new ();
  loop = asyncio_new_event_loop ();
  other = g_thread_new ("other", finish, NULL);
  wrapped = asyncio_wrap_future (future, loop, NULL);
  g_assert_true (asyncio_loop_run_until_complete (loop, wrapped, NULL) == &token);
  g_thread_join (other);
  asyncio_concurrent_future_unref (future);
  core_end_loop (loop);
}

/* A thread cancels what the loop awaits. */
static void
wrap_cancelled_by_thread (gpointer user_data G_GNUC_UNUSED)
{
  g_autoptr (AsyncioFuture) wrapped = NULL;
  g_autoptr (GError) error = NULL;
  GThread *other;

  future = asyncio_concurrent_future_new ();
  loop = asyncio_new_event_loop ();
  other = g_thread_new ("other", cancel, NULL);
  wrapped = asyncio_wrap_future (future, loop, NULL);
  (void) asyncio_loop_run_until_complete (loop, wrapped, &error);
  g_assert_error (error, ASYNCIO_ERROR, ASYNCIO_ERROR_CANCELLED);
  g_thread_join (other);
  asyncio_concurrent_future_unref (future);
  core_end_loop (loop);
}

/* The loop cancels while a thread begins: if the thread was first, it finishes, and nobody wants the value. */
static void
wrap_cancelled_by_loop (gpointer user_data G_GNUC_UNUSED)
{
  g_autoptr (AsyncioFuture) wrapped = NULL;
  g_autoptr (GError) error = NULL;
  GThread *other;

  future = asyncio_concurrent_future_new ();
  loop = asyncio_new_event_loop ();
  wrapped = asyncio_wrap_future (future, loop, NULL);
  other = g_thread_new ("other", finish, NULL);
  g_assert_true (asyncio_future_cancel (wrapped));
  (void) asyncio_loop_run_until_complete (loop, wrapped, &error);
  g_assert_error (error, ASYNCIO_ERROR, ASYNCIO_ERROR_CANCELLED);
  g_thread_join (other);
  g_assert_true (asyncio_concurrent_future_done (future));
  explorer_outcome ("%s", asyncio_concurrent_future_cancelled (future) ? "cancelled" : "finished");
  asyncio_concurrent_future_unref (future);
  core_end_loop (loop);
}

/* The loop is closed while a thread posts the result. It is told that nobody takes it, unless the loop had it before. */
static void
wrap_closed (gpointer user_data G_GNUC_UNUSED)
{
  static const char *const refused[] = { "exception calling callback for <Future at * state=finished>: RuntimeError: Event loop is closed", NULL };
  AsyncioFuture *wrapped;
  GThread *other;

  core_expect_warnings (refused);
  future = asyncio_concurrent_future_new ();
  asyncio_concurrent_future_ref (future);
  loop = asyncio_new_event_loop ();
  wrapped = asyncio_wrap_future (future, loop, NULL);
  other = g_thread_new ("other", finish_and_let_go, NULL);
  asyncio_unref (wrapped);
  core_end_loop (loop);
  asyncio_concurrent_future_unref (future);
  g_thread_join (other);

  g_assert_cmpint (core_token_n_freed (&token), ==, 1);
  explorer_outcome ("%u", core_count_warnings ());
}

/* --- run_coroutine_threadsafe -------------------------------------------------------------------------------- */

static gboolean was_cancelled;

static gpointer
give (gpointer   value,
      GError   **error G_GNUC_UNUSED)
{
  return value;
}

static gpointer
wait_for_ever (gpointer   user_data G_GNUC_UNUSED,
               GError   **error)
{
  g_autoptr (AsyncioFuture) never = asyncio_loop_create_future (loop);
  gpointer value = asyncio_await (never, error);

  was_cancelled = value == NULL;

  return value;
}

static void
stop (gpointer   user_data G_GNUC_UNUSED,
      GError   **error G_GNUC_UNUSED)
{
  asyncio_loop_stop (loop);
}

/* A thread has the loop run a coroutine, waits for its value, and stops the loop. */
static gpointer
have_it_run (gpointer value)
{
  g_autoptr (AsyncioConcurrentFuture) submitted = asyncio_run_coroutine_threadsafe (asyncio_coroutine_new (give, value, NULL), loop, NULL);

  g_assert_cmpstr (asyncio_concurrent_future_result (submitted, ASYNCIO_NO_TIMEOUT, NULL), ==, value);
  (void) asyncio_loop_call_soon_threadsafe (loop, stop, NULL, NULL, NULL);

  return NULL;
}

static void
coroutine_from_thread (gpointer user_data G_GNUC_UNUSED)
{
  GThread *other;

  loop = asyncio_new_event_loop ();
  other = g_thread_new ("other", have_it_run, (gpointer) "a");
  g_assert_true (asyncio_loop_run_forever (loop, NULL));
  g_thread_join (other);
  core_end_loop (loop);
}

/* The same, and then changes its mind. The task may not be made yet, or not have begun, or wait: it ends cancelled. */
static gpointer
have_it_run_and_cancel (gpointer user_data G_GNUC_UNUSED)
{
  g_autoptr (AsyncioConcurrentFuture) submitted = NULL;
  g_autoptr (GError) error = NULL;

  submitted = asyncio_run_coroutine_threadsafe (asyncio_coroutine_new (wait_for_ever, NULL, NULL), loop, NULL);
  g_assert_true (asyncio_concurrent_future_cancel (submitted));
  (void) asyncio_concurrent_future_result (submitted, ASYNCIO_NO_TIMEOUT, &error);
  g_assert_error (error, ASYNCIO_ERROR, ASYNCIO_ERROR_CANCELLED);
  (void) asyncio_loop_call_soon_threadsafe (loop, stop, NULL, NULL, NULL);

  return NULL;
}

static gpointer
yield_twice (gpointer   user_data G_GNUC_UNUSED,
             GError   **error)
{
  return asyncio_sleep (0, error) && asyncio_sleep (0, error) ? (gpointer) "rest" : NULL;
}

static void
coroutine_cancelled_by_thread (gpointer user_data G_GNUC_UNUSED)
{
  g_autoptr (GPtrArray) left = NULL;
  GThread *other;

  loop = asyncio_new_event_loop ();
  other = g_thread_new ("other", have_it_run_and_cancel, NULL);
  g_assert_true (asyncio_loop_run_forever (loop, NULL));
  g_thread_join (other);

  (void) asyncio_loop_run_until_complete (loop, asyncio_coroutine_new (yield_twice, NULL, NULL), NULL);
  left = asyncio_all_tasks (loop, NULL);
  g_assert_cmpint (left->len, ==, 0);
  core_end_loop (loop);
}

/* In the loop: cancels the task that the thread has made. */
static void
cancel_all (gpointer   user_data G_GNUC_UNUSED,
            GError   **error G_GNUC_UNUSED)
{
  g_autoptr (GPtrArray) tasks = asyncio_all_tasks (loop, NULL);

  for (guint i = 0; i < tasks->len; i++)
    asyncio_task_cancel (g_ptr_array_index (tasks, i));
}

/* The task is cancelled in its loop while the thread waits: the thread is told. */
static gpointer
have_it_cancelled (gpointer user_data G_GNUC_UNUSED)
{
  g_autoptr (AsyncioConcurrentFuture) submitted = NULL;
  g_autoptr (GError) error = NULL;

  submitted = asyncio_run_coroutine_threadsafe (asyncio_coroutine_new (wait_for_ever, NULL, NULL), loop, NULL);
  (void) asyncio_loop_call_soon_threadsafe (loop, cancel_all, NULL, NULL, NULL);
  (void) asyncio_concurrent_future_result (submitted, ASYNCIO_NO_TIMEOUT, &error);
  g_assert_error (error, ASYNCIO_ERROR, ASYNCIO_ERROR_CANCELLED);
  (void) asyncio_loop_call_soon_threadsafe (loop, stop, NULL, NULL, NULL);

  return NULL;
}

static void
coroutine_cancelled_by_loop (gpointer user_data G_GNUC_UNUSED)
{
  GThread *other;

  loop = asyncio_new_event_loop ();
  other = g_thread_new ("other", have_it_cancelled, NULL);
  g_assert_true (asyncio_loop_run_forever (loop, NULL));
  g_thread_join (other);
  core_end_loop (loop);
}

/* In a loop that takes one turn and is closed: the coroutine is refused, dropped or run, which is told if it was not, and the thread is never left blocked. */
static gpointer
submit_to_closing_loop (gpointer user_data G_GNUC_UNUSED)
{
  g_autoptr (AsyncioConcurrentFuture) submitted = NULL;
  g_autoptr (GError) error = NULL;
  gpointer value;

  submitted = asyncio_run_coroutine_threadsafe (asyncio_coroutine_new (give, (gpointer) "a", NULL), loop, &error);
  if (submitted == NULL)
    {
      g_assert_error (error, ASYNCIO_ERROR, ASYNCIO_ERROR_RUNTIME);
      explorer_outcome ("refused");
      return NULL;
    }

  value = asyncio_concurrent_future_result (submitted, ASYNCIO_NO_TIMEOUT, &error);
  g_assert_true (value != NULL || g_error_matches (error, ASYNCIO_ERROR, ASYNCIO_ERROR_CANCELLED));
  explorer_outcome ("%s", value != NULL ? "run" : "dropped");

  return NULL;
}

static void
coroutine_for_closing_loop (gpointer user_data G_GNUC_UNUSED)
{
  static const char *const dropped[] = { "coroutine 'give' was never awaited*", "Task was destroyed but it is pending!*", NULL };
  GThread *other;

  core_expect_warnings (dropped);
  loop = asyncio_new_event_loop ();
  other = g_thread_new ("other", submit_to_closing_loop, NULL);
  (void) asyncio_loop_run_until_complete (loop, asyncio_coroutine_new (yield_twice, NULL, NULL), NULL);
  g_assert_true (asyncio_loop_close (loop, NULL));
  g_thread_join (other);
  asyncio_loop_unref (loop);
}

static const CoreProgram programs[] = {
  { "/core/futures/wait", wait_and_finish, EXPLORER_UNBOUNDED, TRUE, 1 },
  { "/core/futures/timeout", wait_with_timeout, EXPLORER_UNBOUNDED, TRUE, 1 },
  { "/core/futures/two-waiters", two_waiters, 3, FALSE, 1 },
  { "/core/futures/callback/two-threads", callback_meanwhile, EXPLORER_UNBOUNDED, TRUE, 0 },
  { "/core/futures/callback/three-threads", two_callbacks_meanwhile, 3, FALSE, 0 },
  { "/core/futures/callback/unreferenced", callback_of_unreferenced, EXPLORER_UNBOUNDED, TRUE, 1 },
  { "/core/futures/cancel", cancel_or_finish, EXPLORER_UNBOUNDED, TRUE, 1 },
  { "/core/futures/set-twice", set_twice, EXPLORER_UNBOUNDED, TRUE, 0 },
  { "/core/futures/wrap", wrap, 3, FALSE, 0 },
  { "/core/futures/wrap/cancelled-by-thread", wrap_cancelled_by_thread, 3, FALSE, 0 },
  { "/core/futures/wrap/cancelled-by-loop", wrap_cancelled_by_loop, 3, FALSE, 0 },
  { "/core/futures/wrap/closed", wrap_closed, 3, FALSE, 0 },
  { "/core/futures/coroutine", coroutine_from_thread, 3, FALSE, 0 },
  { "/core/futures/coroutine/cancelled-by-thread", coroutine_cancelled_by_thread, 3, FALSE, 0 },
  { "/core/futures/coroutine/cancelled-by-loop", coroutine_cancelled_by_loop, 3, FALSE, 0 },
  { "/core/futures/coroutine/closed", coroutine_for_closing_loop, 3, FALSE, 0 },
};

int
main (int    argc,
      char **argv)
{
  return core_main (argc, argv, programs, G_N_ELEMENTS (programs));
}
