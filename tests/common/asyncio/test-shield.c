/* SPDX-License-Identifier: MIT */

/*
 * Tests of tasks-shield.c. The expected notes are what the same programs in Python wrote under CPython 3.6 to 3.12.
 */

#include "common.h"

#include <asyncio/versions.h>

/* shield() as if it were called in a loop that runs. */
static AsyncioFuture *
shield (gpointer awaitable)
{
  g_autoptr (GError) error = NULL;
  AsyncioFuture *outer;

  asyncio_set_event_loop (loop);
  outer = asyncio_shield (awaitable, &error);
  asyncio_set_event_loop (NULL);
  g_assert_no_error (error);

  return outer;
}

static gpointer
fail (gpointer   message,
      GError   **error)
{
  if (asyncio_sleep (1, error))
    g_propagate_error (error, value_error (message));

  return NULL;
}

/* A value comes through, and so does an error; an inner future that is cancelled cancels the outer one. */
static void
test_through (void)
{
  g_autoptr (AsyncioTask) value = start (sleeper ("value", 1));
  g_autoptr (AsyncioFuture) of_value = shield (value);
  g_autoptr (AsyncioFuture) of_error = shield (asyncio_coroutine_new (fail, (gpointer) "odd", NULL));
  g_autoptr (AsyncioTask) cancelled = start (sleeper ("never", 1));
  g_autoptr (AsyncioFuture) of_cancelled = shield (cancelled);

  run_turns (1);
  asyncio_task_cancel (cancelled);
  run_to_the_end ();
  run_and_note (of_value);
  run_and_note (of_error);
  run_and_note (of_cancelled);
  assert_notes ("value ValueError: odd CancelledError");
  g_assert_true (asyncio_future_cancelled (of_cancelled));
}

/* The outer future's callbacks run a turn after the inner one's. */
static void
test_turns (void)
{
  g_autoptr (AsyncioFuture) inner = asyncio_loop_create_future (loop);
  g_autoptr (AsyncioFuture) outer = shield (inner);

  asyncio_future_add_done_callback (outer, note_done, (gpointer) "outer", NULL);
  asyncio_future_add_done_callback (inner, note_done, (gpointer) "inner", NULL);
  asyncio_future_set_result (inner, NULL, NULL, NULL);
  run_turns (1);
  assert_notes ("inner");
  run_turns (1);
  assert_notes ("outer");
}

/* The waiter is cancelled, and nobody else. */
static void
test_cancelled (void)
{
  g_autoptr (AsyncioTask) inner = start (sleeper ("inner", 2));
  g_autoptr (AsyncioFuture) outer = shield (inner);
  g_autoptr (AsyncioTask) waiter = start (waits_for ("waiter", outer));

  run_turns (1);
  asyncio_task_cancel (waiter);
  run_to_the_end ();
  run_and_note (inner);
  assert_notes ("waiter=CancelledError inner");
  g_assert_true (asyncio_task_cancelled (waiter));
  g_assert_true (asyncio_future_cancelled (outer));
}

/* A future that is done needs no shield. */
static void
test_done (void)
{
  g_autoptr (AsyncioFuture) inner = asyncio_loop_create_future (loop);
  g_autoptr (AsyncioFuture) outer = NULL;

  asyncio_future_set_result (inner, NULL, NULL, NULL);
  outer = shield (inner);
  g_assert_true (outer == inner);
}

/* The waiter is gone, and then the inner future fails: since 3.7 that is reported. Not in the turn of the cancel, when the
 * outer future has not told yet that it is done. */
static void
lose_an_error (guint turns)
{
  AsyncioFuture *inner = asyncio_loop_create_future (loop);
  AsyncioFuture *outer = shield (inner);

  asyncio_future_cancel (outer);
  asyncio_unref (outer);
  run_turns (turns);
  asyncio_future_set_exception (inner, value_error ("lost"), NULL);
  run_to_the_end ();
  asyncio_unref (inner);
}

static void
test_lost_error (void)
{
  const char *reported = asyncio_version_rules.shield_reports_lost_errors
                           ? "[Future exception was never retrieved: ValueError: lost]"
                           : "";

  lose_an_error (0);
  assert_notes ("");
  lose_an_error (1);
  assert_notes (reported);
  lose_an_error (2);
  assert_notes (reported);
}

/* Nobody awaits the outer future: it is the one whose error was not asked for. */
static void
test_outer_dropped (void)
{
  g_autoptr (AsyncioFuture) inner = asyncio_loop_create_future (loop);

  asyncio_unref (shield (inner));
  asyncio_future_set_exception (inner, value_error ("x"), NULL);
  run_to_the_end ();
  assert_notes ("[Future exception was never retrieved: ValueError: x]");
}

/* The value is lent by the inner future, which the outer one keeps; it is freed once. */
static void
test_ownership (void)
{
  AsyncioFuture *inner = asyncio_loop_create_future (loop);
  g_autoptr (AsyncioFuture) outer = shield (inner);

  asyncio_future_set_result (inner, value_new ("lent"), value_free, NULL);
  asyncio_unref (inner);
  run_to_the_end ();
  g_assert_cmpstr (asyncio_future_result (outer, NULL), ==, "lent");
  g_assert_cmpint (n_values, ==, 1);
  g_clear_pointer (&outer, asyncio_unref);
  g_assert_cmpint (n_values, ==, 0);
}

/* The loop is closed while both wait. */
static void
test_closed (void)
{
  g_autoptr (AsyncioFuture) inner = asyncio_loop_create_future (loop);
  g_autoptr (AsyncioFuture) outer = shield (inner);

  run_turns (1);
  close_loop ();
  g_assert_false (asyncio_future_done (outer));
}

/* What is no awaitable. */
static void
test_refused (void)
{
  g_autoptr (GError) error = NULL;

  g_assert_null (asyncio_shield (GINT_TO_POINTER (42), &error));
  assert_error (error, "TypeError: An asyncio.Future, a coroutine or an awaitable is required");
}

static const TestCase cases[] = {
  { "/core/shield/through", test_through },
  { "/core/shield/turns", test_turns },
  { "/core/shield/cancelled", test_cancelled },
  { "/core/shield/done", test_done },
  { "/core/shield/lost-error", test_lost_error },
  { "/core/shield/outer-dropped", test_outer_dropped },
  { "/core/shield/ownership", test_ownership },
  { "/core/shield/closed", test_closed },
  { "/core/shield/refused", test_refused },
};

int
main (int    argc,
      char **argv)
{
  return run_tests (argc, argv, cases, G_N_ELEMENTS (cases));
}
