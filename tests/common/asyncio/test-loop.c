/* SPDX-License-Identifier: MIT */

/*
 * Tests of base-events.c and loop-source.c: turns, running, stopping, and what leaves a loop.
 */

#include "common.h"

/* --- Turns ------------------------------------------------------------------------ */

static void
schedule_text (gpointer   text,
               GError   **error)
{
  note ("schedules");
  asyncio_loop_call_soon (loop, note_text, text, NULL, error);
}

/* Callbacks are called in the order in which they were scheduled, and what they schedule waits for the next turn. */
static void
test_turns (void)
{
  asyncio_loop_call_soon (loop, schedule_text, (gpointer) "a2", NULL, NULL);
  asyncio_loop_call_soon (loop, note_text, (gpointer) "b", NULL, NULL);
  run_turns (1);
  assert_notes ("schedules b");

  run_turns (1);
  assert_notes ("a2");
}

/* A long chain of callbacks takes no time, and the loop gets to each. */
static void
go_on (gpointer   user_data,
       GError   **error)
{
  guint *left = user_data;

  if (--*left > 0)
    asyncio_loop_call_soon (loop, go_on, left, NULL, error);
}

static void
test_long_chain (void)
{
  guint left = 10000;

  asyncio_loop_call_soon (loop, go_on, &left, NULL, NULL);
  run_to_the_end ();

  g_assert_cmpint (left, ==, 0);
}

/* Errors of callbacks are reported, and the others go on. */
static void
fail (gpointer   message,
      GError   **error)
{
  g_propagate_error (error, value_error (message));
}

static void
test_errors_are_reported (void)
{
  asyncio_loop_call_soon (loop, fail, (gpointer) "one", NULL, NULL);
  asyncio_loop_call_soon (loop, note_text, (gpointer) "between", NULL, NULL);
  asyncio_loop_call_soon (loop, fail, (gpointer) "two", NULL, NULL);
  run_turns (1);

  assert_notes ("[Exception in callback: ValueError: one] between [Exception in callback: ValueError: two]");
}

/* --- stop ---------------------------------------------------------------------------- */

/* stop() lets the turn end: what was ready is called, what that schedules stays for the next run. */
static void
stop_and_schedule (gpointer   text,
                   GError   **error)
{
  note ("stops");
  asyncio_loop_stop (loop);
  asyncio_loop_call_soon (loop, note_text, text, NULL, error);
}

static void
test_stop (void)
{
  asyncio_loop_call_soon (loop, stop_and_schedule, (gpointer) "later", NULL, NULL);
  asyncio_loop_call_soon (loop, note_text, (gpointer) "same turn", NULL, NULL);
  g_assert_true (asyncio_loop_run_forever (loop, NULL));
  assert_notes ("stops same turn");

  run_turns (1);
  assert_notes ("later");
}

/* stop() before the run: it takes one turn. Told twice it is stopped once. */
static void
test_stop_before (void)
{
  asyncio_loop_call_soon (loop, schedule_text, (gpointer) "second", NULL, NULL);
  asyncio_loop_stop (loop);
  asyncio_loop_stop (loop);
  g_assert_true (asyncio_loop_run_forever (loop, NULL));
  assert_notes ("schedules");

  run_to_the_end ();
  assert_notes ("second");
}

/* A loop that is stopped while it completes a future says that it did not wait for it. */
static gpointer
stop_early (gpointer   user_data,
            GError   **error)
{
  asyncio_loop_stop (loop);
  if (!asyncio_sleep (1, error))
    return NULL;

  return user_data;
}

static void
test_stop_early (void)
{
  run_and_note (asyncio_coroutine_new (stop_early, NULL, NULL));
  assert_notes ("RuntimeError: Event loop stopped before Future completed.");

  /* The task is still there and ends in the next run. */
  run_to_the_end ();
}

/* --- KeyboardInterrupt and SystemExit --------------------------------------------------- */

static void
interrupt (gpointer   unused,
           GError   **error)
{
  (void) unused;
  g_set_error_literal (error, ASYNCIO_ERROR, ASYNCIO_ERROR_KEYBOARD_INTERRUPT, "");
}

static gpointer
leave (gpointer   user_data,
       GError   **error)
{
  (void) user_data;
  g_set_error_literal (error, ASYNCIO_ERROR, ASYNCIO_ERROR_SYSTEM_EXIT, "3");

  return NULL;
}

/* KeyboardInterrupt of a callback comes out at once. What was queued stays queued, and the loop runs again. */
static void
test_interrupt (void)
{
  g_autoptr (GError) error = NULL;

  asyncio_loop_call_soon (loop, note_text, (gpointer) "before", NULL, NULL);
  asyncio_loop_call_soon (loop, interrupt, NULL, NULL, NULL);
  asyncio_loop_call_soon (loop, note_text, (gpointer) "after", NULL, NULL);

  g_assert_false (asyncio_loop_run_forever (loop, &error));
  assert_error (error, "KeyboardInterrupt");
  assert_notes ("before");
  g_assert_false (asyncio_loop_is_running (loop));
  g_assert_null (asyncio_get_running_loop (NULL));

  run_turns (1);
  assert_notes ("after");
}

/* Whoever does not want to know of the error can run the loop all the same. */
static void
test_interrupt_ignored (void)
{
  asyncio_loop_call_soon (loop, interrupt, NULL, NULL, NULL);
  g_assert_false (asyncio_loop_run_forever (loop, NULL));

  run_turns (1);
}

/* A stop() that an interruption overtook is forgotten. (CPython 3.6 and 3.7: the next run goes on as well.) */
static void
test_stop_and_interrupt (void)
{
  g_autoptr (GError) error = NULL;

  asyncio_loop_call_soon (loop, stop_loop, NULL, NULL, NULL);
  asyncio_loop_call_soon (loop, interrupt, NULL, NULL, NULL);
  g_assert_false (asyncio_loop_run_forever (loop, &error));
  assert_error (error, "KeyboardInterrupt");

  asyncio_loop_call_soon (loop, schedule_text, (gpointer) "second turn", NULL, NULL);
  run_to_the_end ();
  assert_notes ("schedules second turn");
}

/* SystemExit of the task that is run comes out, and is not reported: the caller has it. */
static void
test_exit (void)
{
  run_and_note (asyncio_coroutine_new (leave, NULL, NULL));
  assert_notes ("SystemExit: 3");

  run_and_note (sleeper ("runs again", 1));
  assert_notes ("runs again");
}

/* SystemExit of another task ends the run as well. That task keeps it, and it is reported when nobody asks. */
static void
test_exit_elsewhere (void)
{
  AsyncioTask *task = start (asyncio_coroutine_new (leave, NULL, NULL));

  run_and_note (sleeper ("main", 1));
  assert_notes ("SystemExit: 3");
  g_assert_true (asyncio_task_done (task));

  asyncio_unref (task);
  assert_notes ("[Task exception was never retrieved: SystemExit: 3]");
  run_to_the_end ();
}

/* What was run until complete and was interrupted is left as it is: not done, and it goes on in the next run. */
static void
test_interrupted_main (void)
{
  g_autoptr (AsyncioTask) task = start (sleeper ("slept", 5));

  asyncio_loop_call_later (loop, 1, interrupt, NULL, NULL, NULL);
  run_and_note (task);
  assert_notes ("KeyboardInterrupt");
  g_assert_false (asyncio_task_done (task));

  run_and_note (task);
  assert_notes ("slept");
}

/* --- run_until_complete ------------------------------------------------------------------ */

static gpointer
return_data (gpointer   user_data,
             GError   **error)
{
  (void) error;
  return user_data;
}

/* The value of a coroutine is the caller's; that of a future stays with the future. */
static void
test_values (void)
{
  g_autoptr (AsyncioFuture) future = asyncio_loop_create_future (loop);
  AsyncioCoroutine *coroutine = asyncio_coroutine_new_full (return_data, value_new ("of coroutine"), NULL,
                                                            value_free, "return_data", G_STRLOC);
  gpointer value = asyncio_loop_run_until_complete (loop, coroutine, NULL);

  g_assert_cmpstr (value, ==, "of coroutine");
  value_free (value);

  asyncio_future_set_result (future, value_new ("of future"), value_free, NULL);
  for (int i = 0; i < 2; i++)
    g_assert_cmpstr (asyncio_loop_run_until_complete (loop, future, NULL), ==, "of future");
}

/* A task, a future that is completed while the loop runs, one that fails, and one that is cancelled. */
static void
set_result (gpointer   future,
            GError   **error)
{
  asyncio_future_set_result (future, (gpointer) "set", NULL, error);
}

static void
test_outcomes (void)
{
  g_autoptr (AsyncioTask) task = start (sleeper ("task", 1));
  g_autoptr (AsyncioFuture) set_later = asyncio_loop_create_future (loop);
  g_autoptr (AsyncioFuture) failed = asyncio_loop_create_future (loop);
  g_autoptr (AsyncioFuture) cancelled = asyncio_loop_create_future (loop);

  run_and_note (task);
  asyncio_loop_call_later (loop, 1, set_result, set_later, NULL, NULL);
  run_and_note (set_later);
  asyncio_future_set_exception (failed, value_error ("odd"), NULL);
  run_and_note (failed);
  asyncio_future_cancel (cancelled);
  run_and_note (cancelled);

  assert_notes ("task set ValueError: odd CancelledError");
}

/* What cannot be awaited is refused, and a future of another loop. */
static void
test_refused (void)
{
  AsyncioLoop *other = new_virtual_loop ();
  g_autoptr (AsyncioFuture) future = asyncio_loop_create_future (other);

  run_and_note (NULL);
  assert_notes ("TypeError: An asyncio.Future, a coroutine or an awaitable is required");
  run_and_note ((gpointer) "some text");
  assert_notes ("TypeError: An asyncio.Future, a coroutine or an awaitable is required");
  run_and_note (future);
  assert_notes ("ValueError: loop argument must agree with Future");

  end_loop (other);
}

/* A run leaves no callback behind at a future that it did not see done. */
static void
test_no_callback_left (void)
{
  g_autoptr (AsyncioFuture) future = asyncio_loop_create_future (loop);

  asyncio_loop_call_soon (loop, stop_loop, NULL, NULL, NULL);
  run_and_note (future);
  assert_notes ("RuntimeError: Event loop stopped before Future completed.");

  /* Were it there still, it would stop the loop before the second note. */
  asyncio_future_set_result (future, NULL, NULL, NULL);
  asyncio_loop_call_soon (loop, schedule_text, (gpointer) "second turn", NULL, NULL);
  run_to_the_end ();
  assert_notes ("schedules second turn");
}

/* --- Nested runs ---------------------------------------------------------------------------- */

static gpointer
run_again (gpointer   user_data,
           GError   **error)
{
  AsyncioLoop *other = user_data;
  g_autoptr (GError) local_error = NULL;

  (void) error;
  g_assert_false (asyncio_loop_run_forever (loop, &local_error));
  note ("%s", take_error (&local_error));

  g_assert_false (asyncio_loop_run_forever (other, &local_error));
  note ("%s", take_error (&local_error));

  asyncio_loop_run_until_complete (loop, asyncio_sleep_coroutine (1), &local_error);
  note ("%s", take_error (&local_error));

  return NULL;
}

/* A loop that runs cannot be run, nor another one meanwhile; a coroutine that was given is dropped. (In CPython 3.6
 * run_until_complete() makes a task of it before it refuses; 3.7 mended that, and we follow it.) */
static void
test_nested (void)
{
  AsyncioLoop *other = new_virtual_loop ();

  expect_warning ("coroutine 'sleep' was never awaited*");
  run_and_note (asyncio_coroutine_new (run_again, other, NULL));
  assert_warned ();
  assert_notes ("RuntimeError: This event loop is already running "
                "RuntimeError: Cannot run the event loop while another loop is running "
                "RuntimeError: This event loop is already running None");

  end_loop (other);
}

/* A coroutine that is driven by hand may run a loop. The loop's callbacks are not part of the coroutine: one that awaits
 * is told so, and does not suspend the coroutine below it. */
static void
await_in_callback (gpointer   unused,
                   GError   **error)
{
  (void) unused;
  (void) error;
  g_autoptr (GError) local_error = NULL;

  g_assert_false (asyncio_sleep (0, &local_error));
  note ("%s", take_error (&local_error));
}

static gpointer
run_loop (gpointer   user_data,
          GError   **error)
{
  asyncio_loop_call_soon (loop, await_in_callback, NULL, NULL, error);
  run_turns (1);
  run_and_note (sleeper ("slept", 1));
  note ("yields: %d", asyncio_sleep (0, error));

  return user_data;
}

static void
test_inside_coroutine (void)
{
  g_autoptr (AsyncioCoroutine) coroutine = asyncio_ref_sink (asyncio_coroutine_new (run_loop, NULL, NULL));

  g_assert_cmpint (asyncio_coroutine_send (coroutine, NULL, NULL), ==, ASYNCIO_SEND_NEXT);
  g_assert_cmpint (asyncio_coroutine_send (coroutine, NULL, NULL), ==, ASYNCIO_SEND_RETURN);

  assert_notes ("RuntimeError: await outside a coroutine slept yields: 1");
}

/* --- Among GLib's sources --------------------------------------------------------------------- */

/* In a callback the loop's main context is the thread's default one, so that GIO comes back there; after the run not. */
static void
note_context (gpointer   unused,
              GError   **error)
{
  (void) unused;
  (void) error;
  note ("ours: %d", g_main_context_get_thread_default () == asyncio_loop_get_main_context (loop));
}

static void
test_main_context (void)
{
  asyncio_loop_call_soon (loop, note_context, NULL, NULL, NULL);
  run_turns (1);

  assert_notes ("ours: 1");
  g_assert_null (g_main_context_get_thread_default ());
}

/* A loop that always has something to do lets other sources of the same priority have their turn. */
static gboolean
note_source (gpointer user_data)
{
  guint *left = user_data;

  note ("work left: %s", *left > 0 ? "yes" : "no");

  return G_SOURCE_REMOVE;
}

static void
test_shares_the_context (void)
{
  g_autoptr (GSource) source = g_idle_source_new ();
  guint left = 10000;

  g_source_set_priority (source, G_PRIORITY_DEFAULT);
  g_source_set_callback (source, note_source, &left, NULL);
  g_source_attach (source, asyncio_loop_get_main_context (loop));
  asyncio_loop_call_soon (loop, go_on, &left, NULL, NULL);
  run_to_the_end ();

  assert_notes ("work left: yes");
}

/* A source of GLib's can wake a loop that sleeps. */
static gboolean
set_result_from_source (gpointer future)
{
  asyncio_future_set_result (future, (gpointer) "from a source", NULL, NULL);

  return G_SOURCE_REMOVE;
}

static void
test_woken_by_source (void)
{
  g_autoptr (AsyncioFuture) future = NULL;
  g_autoptr (GSource) source = g_timeout_source_new (5);

  use_real_time ();
  future = asyncio_loop_create_future (loop);
  g_source_set_callback (source, set_result_from_source, future, NULL);
  g_source_attach (source, asyncio_loop_get_main_context (loop));
  run_and_note (future);

  assert_notes ("from a source");
}

/* In virtual time a loop that nothing can wake says so, and can be used again. */
static void
test_deadlock (void)
{
  g_autoptr (AsyncioFuture) future = asyncio_loop_create_future (loop);

  run_and_note (future);
  assert_notes ("RuntimeError: deadlock: nothing is left that could wake the loop");
  g_assert_false (asyncio_loop_is_running (loop));

  run_and_note (sleeper ("slept", 1));
  assert_notes ("slept");
}

static const TestCase cases[] = {
  { "/core/loop/turns", test_turns },
  { "/core/loop/long-chain", test_long_chain },
  { "/core/loop/errors-are-reported", test_errors_are_reported },
  { "/core/loop/stop", test_stop },
  { "/core/loop/stop-before", test_stop_before },
  { "/core/loop/stop-early", test_stop_early },
  { "/core/loop/interrupt", test_interrupt },
  { "/core/loop/interrupt-ignored", test_interrupt_ignored },
  { "/core/loop/stop-and-interrupt", test_stop_and_interrupt },
  { "/core/loop/exit", test_exit },
  { "/core/loop/exit-elsewhere", test_exit_elsewhere },
  { "/core/loop/interrupted-main", test_interrupted_main },
  { "/core/loop/values", test_values },
  { "/core/loop/outcomes", test_outcomes },
  { "/core/loop/refused", test_refused },
  { "/core/loop/no-callback-left", test_no_callback_left },
  { "/core/loop/nested", test_nested },
  { "/core/loop/inside-coroutine", test_inside_coroutine },
  { "/core/loop/main-context", test_main_context },
  { "/core/loop/shares-the-context", test_shares_the_context },
  { "/core/loop/woken-by-source", test_woken_by_source },
  { "/core/loop/deadlock", test_deadlock },
};

int
main (int    argc,
      char **argv)
{
  return run_tests (argc, argv, cases, G_N_ELEMENTS (cases));
}
