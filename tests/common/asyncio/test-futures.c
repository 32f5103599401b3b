/* SPDX-License-Identifier: MIT */

/*
 * Tests of futures.c. What is expected was asked of CPython 3.6 and 3.7, which agree.
 */

#include "common.h"

#include <string.h>

static void
assert_repr (gpointer    future,
             const char *expected)
{
  g_autofree char *repr = asyncio_repr (future);

  g_assert_cmpstr (repr, ==, expected);
}

/* --- States -------------------------------------------------------------------------- */

/* A new future is pending, and can be asked for nothing yet. */
static void
test_pending (void)
{
  g_autoptr (AsyncioFuture) future = asyncio_loop_create_future (loop);
  g_autoptr (GError) error = NULL;

  g_assert_true (asyncio_future_get_loop (future) == loop);
  g_assert_false (asyncio_future_done (future));
  g_assert_false (asyncio_future_cancelled (future));
  assert_repr (future, "<Future pending>");

  g_assert_null (asyncio_future_result (future, &error));
  assert_error (error, "InvalidStateError: Result is not set.");
  g_assert_null (asyncio_future_steal_result (future, &error));
  assert_error (error, "InvalidStateError: Result is not set.");
  g_assert_null (asyncio_future_exception (future, &error));
  assert_error (error, "InvalidStateError: Exception is not set.");

  /* Whoever does not want to know why may pass NULL. */
  g_assert_null (asyncio_future_result (future, NULL));
}

/* A value can be read many times, and is the future's. There is no error then. */
static void
test_value (void)
{
  g_autoptr (AsyncioFuture) future = asyncio_loop_create_future (loop);
  g_autoptr (GError) error = NULL;

  g_assert_true (asyncio_future_set_result (future, value_new ("value"), value_free, &error));
  g_assert_true (asyncio_future_done (future));
  g_assert_false (asyncio_future_cancelled (future));
  assert_repr (future, "<Future finished>");
  for (int i = 0; i < 2; i++)
    g_assert_cmpstr (asyncio_future_result (future, &error), ==, "value");
  g_assert_null (asyncio_future_exception (future, &error));
  g_assert_no_error (error);

  g_clear_pointer (&future, asyncio_unref);
  g_assert_cmpint (n_values, ==, 0);
}

/* An error can be read many times, too: each reader gets a copy. */
static void
test_error (void)
{
  g_autoptr (AsyncioFuture) future = asyncio_loop_create_future (loop);
  g_autoptr (GError) error = NULL;

  g_assert_true (asyncio_future_set_exception (future, value_error ("odd"), &error));
  g_assert_true (asyncio_future_done (future));
  g_assert_false (asyncio_future_cancelled (future));
  assert_repr (future, "<Future finished exception=ValueError: odd>");

  for (int i = 0; i < 2; i++)
    {
      g_assert_null (asyncio_future_result (future, &error));
      assert_error (error, "ValueError: odd");
    }
  g_assert_error (asyncio_future_exception (future, &error), ASYNCIO_ERROR, ASYNCIO_ERROR_VALUE);
  g_assert_no_error (error);
}

/* A cancelled future raises CancelledError whatever it is asked. */
static void
test_cancelled (void)
{
  g_autoptr (AsyncioFuture) future = asyncio_loop_create_future (loop);
  g_autoptr (GError) error = NULL;

  g_assert_true (asyncio_future_cancel (future));
  g_assert_true (asyncio_future_done (future));
  g_assert_true (asyncio_future_cancelled (future));
  assert_repr (future, "<Future cancelled>");

  g_assert_null (asyncio_future_result (future, &error));
  assert_error (error, "CancelledError");
  g_assert_null (asyncio_future_exception (future, &error));
  assert_error (error, "CancelledError");
}

/* A future gets done once. What comes later is refused and freed, and changes nothing. */
static void
test_done_once (void)
{
  for (int first = 0; first < 3; first++)
    {
      g_autoptr (AsyncioFuture) future = asyncio_loop_create_future (loop);
      g_autoptr (GError) error = NULL;
      static const char *const states[] = { "FINISHED: <Future finished>",
                                            "FINISHED: <Future finished exception=ValueError: first>",
                                            "CANCELLED: <Future cancelled>" };
      g_autofree char *expected = g_strdup_printf ("InvalidStateError: %s", states[first]);

      if (first == 0)
        asyncio_future_set_result (future, value_new ("first"), value_free, NULL);
      else if (first == 1)
        asyncio_future_set_exception (future, value_error ("first"), NULL);
      else
        asyncio_future_cancel (future);

      g_assert_false (asyncio_future_set_result (future, value_new ("second"), value_free, &error));
      assert_error (error, expected);
      g_assert_false (asyncio_future_set_exception (future, value_error ("second"), &error));
      assert_error (error, expected);
      g_assert_false (asyncio_future_cancel (future));
      assert_repr (future, strchr (states[first], '<'));
      g_assert_cmpint (n_values, ==, first == 0);
      (void) asyncio_future_exception (future, NULL);
    }
}

/* StopIteration is not for futures. The future stays pending. */
static void
test_stop_iteration (void)
{
  g_autoptr (AsyncioFuture) future = asyncio_loop_create_future (loop);
  g_autoptr (GError) error = NULL;

  g_assert_false (asyncio_future_set_exception (
    future, g_error_new_literal (ASYNCIO_ERROR, ASYNCIO_ERROR_STOP_ITERATION, ""), &error));
  assert_error (error, "TypeError: StopIteration interacts badly with generators and cannot be raised into a Future");
  g_assert_false (asyncio_future_done (future));
}

/* --- Ownership of values --------------------------------------------------------------- */

/* NULL is Python's None: nothing is freed for it, whatever the destroy function says. */
static void
test_null_value (void)
{
  g_autoptr (AsyncioFuture) future = asyncio_loop_create_future (loop);

  g_assert_true (asyncio_future_set_result (future, NULL, value_free, NULL));
  g_assert_false (asyncio_future_set_result (future, NULL, value_free, NULL));
  g_assert_null (asyncio_future_result (future, NULL));
}

/* A value without a destroy function is left alone. */
static void
test_unowned_value (void)
{
  g_autoptr (AsyncioFuture) future = asyncio_loop_create_future (loop);

  g_assert_true (asyncio_future_set_result (future, (gpointer) "static", NULL, NULL));
  g_assert_false (asyncio_future_set_result (future, (gpointer) "other", NULL, NULL));
  g_assert_cmpstr (asyncio_future_result (future, NULL), ==, "static");
}

/* A value that was taken out is the taker's, and the future has none any more. */
static void
test_steal (void)
{
  g_autoptr (AsyncioFuture) future = asyncio_loop_create_future (loop);
  g_autoptr (AsyncioFuture) failed = asyncio_loop_create_future (loop);
  g_autoptr (GError) error = NULL;
  gpointer value;

  asyncio_future_set_result (future, value_new ("value"), value_free, NULL);
  value = asyncio_future_steal_result (future, &error);
  g_assert_cmpstr (value, ==, "value");
  g_assert_null (asyncio_future_steal_result (future, &error));
  g_assert_null (asyncio_future_result (future, &error));
  g_assert_no_error (error);
  g_clear_pointer (&future, asyncio_unref);
  g_assert_cmpint (n_values, ==, 1);
  value_free (value);

  asyncio_future_set_exception (failed, value_error ("odd"), NULL);
  g_assert_null (asyncio_future_steal_result (failed, &error));
  assert_error (error, "ValueError: odd");
}

/* --- Callbacks --------------------------------------------------------------------------- */

static void
add (AsyncioFuture *future,
     const char    *text)
{
  asyncio_future_add_done_callback (future, note_done, (gpointer) text, NULL);
}

/* Callbacks are called through the loop, never at once, in the order in which they were added, whatever the
 * future got done by. */
static void
test_callbacks (void)
{
  for (int how = 0; how < 3; how++)
    {
      g_autoptr (AsyncioFuture) future = asyncio_loop_create_future (loop);

      add (future, "a");
      add (future, "b");
      add (future, "a");
      if (how == 0)
        asyncio_future_set_result (future, NULL, NULL, NULL);
      else if (how == 1)
        asyncio_future_set_exception (future, value_error ("odd"), NULL);
      else
        asyncio_future_cancel (future);

      assert_notes ("");
      asyncio_loop_call_soon (loop, note_text, (gpointer) "c", NULL, NULL);
      run_turns (1);
      assert_notes ("a b a c");
      (void) asyncio_future_exception (future, NULL);
    }
}

/* Added to a future that is done, a callback is called in the next turn. */
static void
test_added_when_done (void)
{
  g_autoptr (AsyncioFuture) future = asyncio_loop_create_future (loop);

  add (future, "early");
  asyncio_future_set_result (future, NULL, NULL, NULL);
  add (future, "late");
  assert_notes ("");
  run_turns (1);
  assert_notes ("early late");
}

/* A callback that adds one: that is for the turn after. */
static void
add_another (AsyncioFuture  *future,
             gpointer        text,
             GError        **error)
{
  (void) error;
  note ("adds");
  add (future, text);
}

static void
test_added_in_callback (void)
{
  g_autoptr (AsyncioFuture) future = asyncio_loop_create_future (loop);

  asyncio_future_add_done_callback (future, add_another, (gpointer) "added", NULL);
  add (future, "second");
  asyncio_future_set_result (future, NULL, NULL, NULL);
  run_turns (1);
  assert_notes ("adds second");
  run_turns (1);
  assert_notes ("added");
}

/* All entries of a callback with its data are removed at once, and no others. What is scheduled already stays so. */
static void
test_remove (void)
{
  static char a[] = "a", b[] = "b";
  g_autoptr (AsyncioFuture) future = asyncio_loop_create_future (loop);

  add (future, a);
  add (future, b);
  add (future, a);
  asyncio_future_add_done_callback (future, add_another, a, NULL);
  g_assert_cmpint (asyncio_future_remove_done_callback (future, note_done, a), ==, 2);
  g_assert_cmpint (asyncio_future_remove_done_callback (future, note_done, a), ==, 0);
  g_assert_cmpint (asyncio_future_remove_done_callback (future, add_another, b), ==, 0);

  asyncio_future_set_result (future, NULL, NULL, NULL);
  g_assert_cmpint (asyncio_future_remove_done_callback (future, note_done, b), ==, 0);
  run_turns (2);
  assert_notes ("b adds a");
}

/* The last one removed, others can be added. */
static void
test_remove_all (void)
{
  g_autoptr (AsyncioFuture) future = asyncio_loop_create_future (loop);
  static char a[] = "a";

  add (future, a);
  g_assert_cmpint (asyncio_future_remove_done_callback (future, note_done, a), ==, 1);
  add (future, "b");
  asyncio_future_set_result (future, NULL, NULL, NULL);
  run_turns (1);
  assert_notes ("b");
}

/* A callback that fails is reported, and the others are called. */
static void
fail_when_done (AsyncioFuture  *future,
                gpointer        message,
                GError        **error)
{
  (void) future;
  g_propagate_error (error, value_error (message));
}

static void
test_failing_callback (void)
{
  g_autoptr (AsyncioFuture) future = asyncio_loop_create_future (loop);

  asyncio_future_add_done_callback (future, fail_when_done, (gpointer) "odd", NULL);
  add (future, "next");
  asyncio_future_set_result (future, NULL, NULL, NULL);
  run_turns (1);
  assert_notes ("[Exception in callback: ValueError: odd] next");
}

/* The data of a callback is freed once: after the call, when it is removed, and with a future that never got done. */
static void
add_value (AsyncioFuture *future,
           gpointer       value)
{
  asyncio_future_add_done_callback (future, note_done, value, value_free);
}

static void
test_data_is_freed (void)
{
  AsyncioFuture *future = asyncio_loop_create_future (loop);
  gpointer removed = value_new ("removed");

  add_value (future, value_new ("called"));
  add_value (future, removed);
  g_assert_cmpint (asyncio_future_remove_done_callback (future, note_done, removed), ==, 1);
  g_assert_cmpint (n_values, ==, 1);
  asyncio_future_set_result (future, NULL, NULL, NULL);
  g_assert_cmpint (n_values, ==, 1);
  run_turns (1);
  g_assert_cmpint (n_values, ==, 0);
  asyncio_unref (future);
  assert_notes ("called");

  future = asyncio_loop_create_future (loop);
  add_value (future, value_new ("never called"));
  asyncio_unref (future);
  g_assert_cmpint (n_values, ==, 0);
}

/* A future lives until its callbacks were called, also if nobody else holds it. */
static void
test_held_by_callbacks (void)
{
  AsyncioFuture *future = asyncio_loop_create_future (loop);

  add (future, "called");
  asyncio_future_set_result (future, value_new ("value"), value_free, NULL);
  asyncio_unref (future);
  g_assert_cmpint (n_values, ==, 1);
  run_turns (1);

  assert_notes ("called");
  g_assert_cmpint (n_values, ==, 0);
}

/* Callbacks may hold their own future: they let go of it when they were called. */
static void
stop_when_done (AsyncioFuture  *future,
                gpointer        itself,
                GError        **error)
{
  g_assert_true (itself == future);
  stop_loop (NULL, error);
}

static void
test_holds_itself (void)
{
  AsyncioFuture *future = asyncio_loop_create_future (loop);

  asyncio_future_add_done_callback (future, fail_when_done, asyncio_ref (future), asyncio_unref);
  g_assert_cmpint (asyncio_future_remove_done_callback (future, fail_when_done, future), ==, 1);
  asyncio_future_add_done_callback (future, stop_when_done, asyncio_ref (future), asyncio_unref);
  asyncio_future_set_result (future, NULL, NULL, NULL);
  asyncio_unref (future);
  g_assert_true (asyncio_loop_run_forever (loop, NULL));
}

/* --- Casts ---------------------------------------------------------------------------------- */

/* ASYNCIO_FUTURE() takes futures and tasks, and NULL; anything else is a mistake of the program. */
static void
test_cast (void)
{
  g_autoptr (AsyncioFuture) future = asyncio_loop_create_future (loop);
  g_autoptr (AsyncioTask) task = start (asyncio_sleep_coroutine (0));
  g_autoptr (AsyncioCoroutine) coroutine = asyncio_ref_sink (asyncio_sleep_coroutine (0));

  g_assert_true (ASYNCIO_FUTURE (future) == future);
  g_assert_true ((gpointer) ASYNCIO_FUTURE (task) == task);
  g_assert_null (ASYNCIO_FUTURE (NULL));
  expect_critical ("*assertion 'object == NULL || asyncio_isfuture (object)' failed");
  g_assert_null (ASYNCIO_FUTURE (coroutine));
  assert_warned ();

  asyncio_coroutine_close (coroutine, NULL);
  run_to_the_end ();
}

static const TestCase cases[] = {
  { "/core/futures/pending", test_pending },
  { "/core/futures/value", test_value },
  { "/core/futures/error", test_error },
  { "/core/futures/cancelled", test_cancelled },
  { "/core/futures/done-once", test_done_once },
  { "/core/futures/stop-iteration", test_stop_iteration },
  { "/core/futures/null-value", test_null_value },
  { "/core/futures/unowned-value", test_unowned_value },
  { "/core/futures/steal", test_steal },
  { "/core/futures/callbacks", test_callbacks },
  { "/core/futures/added-when-done", test_added_when_done },
  { "/core/futures/added-in-callback", test_added_in_callback },
  { "/core/futures/remove", test_remove },
  { "/core/futures/remove-all", test_remove_all },
  { "/core/futures/failing-callback", test_failing_callback },
  { "/core/futures/data-is-freed", test_data_is_freed },
  { "/core/futures/held-by-callbacks", test_held_by_callbacks },
  { "/core/futures/holds-itself", test_holds_itself },
  { "/core/futures/cast", test_cast },
};

int
main (int    argc,
      char **argv)
{
  return run_tests (argc, argv, cases, G_N_ELEMENTS (cases));
}
