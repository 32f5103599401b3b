/* SPDX-License-Identifier: MIT */

/*
 * Tests of tasks-gather.c. What is expected was asked of CPython 3.6 and 3.7, which agree except where it is said.
 */

#include "common.h"

#include <asyncio/versions.h>

/* A coroutine that notes its name and returns it after some turns. */
typedef struct
{
  const char *name;
  int turns;
  gboolean fails;
} Child;

static gpointer
child_body (gpointer   user_data,
            GError   **error)
{
  Child *self = user_data;

  for (int i = 0; i < self->turns; i++)
    if (!asyncio_sleep (0, error))
      return NULL;

  note ("%s", self->name);
  if (self->fails)
    g_propagate_error (error, value_error (self->name));

  return (gpointer) self->name;
}

static AsyncioCoroutine *
child (const char *name,
       int         turns,
       gboolean    fails)
{
  Child *self = g_new (Child, 1);

  *self = (Child) { name, turns, fails };

  return asyncio_coroutine_new_full (child_body, self, g_free, NULL, name, "here:1");
}

/* Waits to be cancelled and returns a value or raises an error then. */
static gpointer
refuse (gpointer   message,
        GError   **error)
{
  asyncio_sleep (3600, NULL);
  note ("refuses");
  if (message != NULL)
    g_propagate_error (error, value_error (message));

  return (gpointer) "refused";
}

/* gather() of these, as if it were called in a loop that runs. */
static AsyncioFuture *
gather (gpointer first,
        gpointer second,
        gpointer third,
        gboolean return_exceptions)
{
  gpointer all[] = { first, second, third };
  g_autoptr (GError) error = NULL;
  AsyncioFuture *outer;

  asyncio_set_event_loop (loop);
  outer = asyncio_gatherv (all, third != NULL ? 3 : second != NULL ? 2 : 1, return_exceptions, &error);
  asyncio_set_event_loop (NULL);
  g_assert_no_error (error);

  return outer;
}

/* Notes what gather() gave: what came of each child, or its error. */
static void
note_end (AsyncioFuture *outer)
{
  g_autoptr (GError) error = NULL;
  GPtrArray *children;

  if (!asyncio_future_done (outer))
    {
      note ("pending");
      return;
    }

  children = asyncio_future_result (outer, &error);
  if (children == NULL)
    {
      note ("%s:%s", asyncio_future_cancelled (outer) ? "cancelled" : "raised", outcome (NULL, error));
      return;
    }

  for (guint i = 0; i < children->len; i++)
    {
      g_autoptr (GError) child_error = NULL;
      gpointer value = asyncio_future_result (children->pdata[i], &child_error);

      note ("%s%s%s", i == 0 ? "[" : "", outcome (value, child_error), i + 1 == children->len ? "]" : "");
    }
}

/* --- Values --------------------------------------------------------------------------- */

/* The results are in the order of the arguments, whoever ends first; coroutines begin in that order as well. */
static void
test_order (void)
{
  g_autoptr (AsyncioFuture) outer = gather (child ("a", 2, FALSE), child ("b", 0, FALSE), child ("c", 1, FALSE), FALSE);

  run_turns (5);
  note_end (outer);
  assert_notes ("b c a [a b c]");
}

/* Two turns after the last child's last step the callbacks of the outer future are called: one for the child's callbacks,
 * one for its own. */
static void
test_turns (void)
{
  g_autoptr (AsyncioFuture) outer = gather (child ("a", 0, FALSE), child ("b", 0, FALSE), NULL, FALSE);

  asyncio_future_add_done_callback (outer, note_done, (gpointer) "callback", NULL);
  run_turns (1);
  g_assert_false (asyncio_future_done (outer));
  run_turns (1);
  g_assert_true (asyncio_future_done (outer));
  assert_notes ("a b");
  run_turns (1);
  assert_notes ("callback");
}

/* Coroutines, tasks and futures may be mixed. */
static void
test_mixed (void)
{
  g_autoptr (AsyncioFuture) future = asyncio_loop_create_future (loop);
  g_autoptr (AsyncioTask) task = start (sleeper ("task", 1));
  g_autoptr (AsyncioFuture) outer = gather (future, task, sleeper ("coroutine", 2), FALSE);

  asyncio_future_set_result (future, (gpointer) "future", NULL, NULL);
  (void) asyncio_loop_run_until_complete (loop, outer, NULL);
  note_end (outer);
  assert_notes ("[future task coroutine]");
}

/* The variadic function does the same. */
static void
test_variadic (void)
{
  g_autoptr (AsyncioTask) first = start (child ("a", 0, FALSE));
  g_autoptr (AsyncioTask) second = start (child ("b", 0, FALSE));
  g_autoptr (AsyncioFuture) outer = asyncio_gather (NULL, first, second, NULL);

  run_turns (2);
  note_end (outer);
  assert_notes ("a b [a b]");
}

/* Of children that are done already, it is done a turn later, since their callbacks must run; since 3.12 at once. With
 * one among them that is not done, nothing is earlier. */
static void
test_done_already (void)
{
  g_autoptr (AsyncioFuture) done = asyncio_loop_create_future (loop);
  g_autoptr (AsyncioFuture) failed = asyncio_loop_create_future (loop);
  g_autoptr (AsyncioFuture) all = NULL;
  g_autoptr (AsyncioFuture) error_first = NULL;
  g_autoptr (AsyncioFuture) mixed = NULL;

  asyncio_future_set_result (done, (gpointer) "done", NULL, NULL);
  asyncio_future_set_exception (failed, value_error ("failed"), NULL);
  all = gather (done, failed, done, TRUE);
  error_first = gather (child ("a", 0, FALSE), failed, NULL, FALSE);
  mixed = gather (done, child ("b", 0, FALSE), NULL, FALSE);

  for (int turns = 0; turns < 3; turns++)
    {
      note_end (all);
      note_end (error_first);
      note_end (mixed);
      run_turns (1);
    }

  assert_notes (asyncio_version_rules.gather_sees_done_at_once
                  ? "[done ValueError: failed done] raised:ValueError: failed pending a b "
                    "[done ValueError: failed done] raised:ValueError: failed pending "
                    "[done ValueError: failed done] raised:ValueError: failed [done b]"
                  : "pending pending pending a b "
                    "[done ValueError: failed done] raised:ValueError: failed pending "
                    "[done ValueError: failed done] raised:ValueError: failed [done b]");
}

/* Of nothing it is done at once; that needs a loop nevertheless. */
static void
test_nothing (void)
{
  g_autoptr (AsyncioFuture) outer = NULL;
  g_autoptr (GError) error = NULL;
  GPtrArray *children;

  asyncio_set_event_loop (loop);
  outer = asyncio_gather (&error, NULL);
  asyncio_set_event_loop (NULL);
  g_assert_no_error (error);
  children = asyncio_future_result (outer, NULL);
  g_assert_cmpint (children->len, ==, 0);

  g_assert_null (asyncio_gather (&error, NULL));
  assert_error (error, "RuntimeError: There is no current event loop in thread 'MainThread'.");
}

/* What is there twice runs once, and its result is there twice. */
static void
test_twice (void)
{
  g_autoptr (AsyncioFuture) future = asyncio_loop_create_future (loop);
  AsyncioCoroutine *coroutine = child ("once", 0, FALSE);
  g_autoptr (AsyncioFuture) outer = gather (coroutine, coroutine, coroutine, FALSE);
  g_autoptr (AsyncioFuture) second = gather (future, child ("other", 0, FALSE), future, FALSE);

  asyncio_future_set_result (future, (gpointer) "f", NULL, NULL);
  run_turns (2);
  note_end (outer);
  note_end (second);
  assert_notes ("once other [once once once] [f other f]");
}

/* The values of the children belong to them: they live as long as the outer future does. */
static gpointer
give (gpointer   value,
      GError   **error)
{
  (void) error;
  return value;
}

static void
test_ownership (void)
{
  AsyncioFuture *outer = gather (
    asyncio_coroutine_new_full (give, value_new ("a"), NULL, value_free, "give", "here:1"),
    asyncio_coroutine_new_full (give, value_new ("b"), NULL, value_free, "give", "here:1"), NULL, FALSE);

  run_turns (3);
  note_end (outer);
  assert_notes ("[a b]");
  g_assert_cmpint (n_values, ==, 2);
  asyncio_unref (outer);
  g_assert_cmpint (n_values, ==, 0);
}

/* Dropped by the caller it goes on, and so do the children. */
static void
test_dropped (void)
{
  asyncio_unref (gather (child ("a", 1, FALSE), child ("b", 0, FALSE), NULL, FALSE));
  run_to_the_end ();
  assert_notes ("b a");
}

/* --- Errors ------------------------------------------------------------------------------- */

/* The first error is the outer future's, at once; the other children go on. Errors that come later are never reported. */
static void
test_first_error (void)
{
  g_autoptr (AsyncioFuture) outer = gather (child ("later", 2, TRUE), child ("first", 0, TRUE), child ("c", 3, FALSE), FALSE);

  run_turns (2);
  note_end (outer);
  assert_notes ("first raised:ValueError: first");
  run_to_the_end ();
  assert_notes ("later c");
}

/* With return_exceptions an error stays in its place, also a cancellation. */
static void
test_return_exceptions (void)
{
  g_autoptr (AsyncioFuture) cancelled = asyncio_loop_create_future (loop);
  g_autoptr (AsyncioFuture) outer = gather (child ("a", 0, FALSE), child ("b", 0, TRUE), cancelled, TRUE);

  asyncio_future_cancel (cancelled);
  run_turns (2);
  note_end (outer);
  assert_notes ("a b [a ValueError: b CancelledError]");
}

/* A child that is cancelled alone is an error like any other: the outer future is not cancelled by it. */
static void
test_child_cancelled (void)
{
  g_autoptr (AsyncioFuture) future = asyncio_loop_create_future (loop);
  g_autoptr (AsyncioFuture) outer = gather (future, child ("goes on", 1, FALSE), NULL, FALSE);

  asyncio_future_cancel (future);
  run_turns (1);
  note_end (outer);
  run_turns (1);
  assert_notes ("raised:CancelledError goes on");
}

/* Nobody who was told of the outer error, or asked for it: it is reported under the outer future's name. */
static void
test_unretrieved (void)
{
  asyncio_unref (gather (child ("a", 0, TRUE), child ("b", 1, FALSE), NULL, FALSE));
  run_to_the_end ();
  assert_notes ("a b [_GatheringFuture exception was never retrieved: ValueError: a]");
}

/* What is no awaitable is refused, with all coroutines; those before it are tasks by then and run, those after it are
 * dropped. */
static void
test_refused (void)
{
  AsyncioCoroutine *dropped = child ("dropped", 0, FALSE);
  AsyncioCoroutine *fails = child ("runs", 0, TRUE);
  gpointer all[] = { fails, GINT_TO_POINTER (42), dropped, dropped, fails };
  g_autoptr (GError) error = NULL;

  asyncio_set_event_loop (loop);
  expect_warning ("coroutine 'dropped' was never awaited*");
  g_assert_null (asyncio_gatherv (all, G_N_ELEMENTS (all), FALSE, &error));
  assert_warned ();
  asyncio_set_event_loop (NULL);
  assert_error (error, "TypeError: An asyncio.Future, a coroutine or an awaitable is required");
  run_to_the_end ();

  if (asyncio_version_rules.gather_watches_at_once)
    assert_notes ("runs");
  else
    assert_notes ("runs [Task exception was never retrieved: ValueError: runs]");
}

/* Futures of two loops are refused, and a coroutine where there is no loop for it, or a closed one. */
static void
test_no_loop (void)
{
  AsyncioLoop *other = new_virtual_loop ();
  g_autoptr (AsyncioFuture) ours = asyncio_loop_create_future (loop);
  g_autoptr (AsyncioFuture) theirs = asyncio_loop_create_future (other);
  g_autoptr (GError) error = NULL;

  asyncio_set_event_loop (NULL);
  g_assert_null (asyncio_gather (&error, ours, theirs, NULL));
  assert_error (error, "ValueError: loop argument must agree with Future");

  expect_warning ("coroutine 'a' was never awaited*");
  expect_warning ("coroutine 'b' was never awaited*");
  g_assert_null (asyncio_gather (&error, child ("a", 0, FALSE), child ("b", 0, FALSE), NULL));
  assert_warned ();
  assert_error (error, "RuntimeError: There is no current event loop in thread 'MainThread'.");

  asyncio_loop_close (other, NULL);
  if (!asyncio_version_rules.ensure_future_closes_refused)
    expect_warning ("coroutine 'a' was never awaited*");
  expect_warning ("coroutine 'b' was never awaited*");
  g_assert_null (asyncio_gather (&error, theirs, child ("a", 0, FALSE), child ("b", 0, FALSE), NULL));
  assert_warned ();
  assert_error (error, "RuntimeError: Event loop is closed");

  end_loop (other);
}

/* --- Cancellation ------------------------------------------------------------------------------ */

/* To cancel the outer future cancels all children that are not done. It ends when they have, by CancelledError,
 * which it has as an error: it is not itself cancelled. */
static void
test_cancel (void)
{
  g_autoptr (AsyncioFuture) done = asyncio_loop_create_future (loop);
  g_autoptr (AsyncioTask) task = start (sleeper ("slept", 10));
  g_autoptr (AsyncioFuture) pending = asyncio_loop_create_future (loop);
  g_autoptr (AsyncioFuture) outer = gather (done, task, pending, TRUE);

  asyncio_future_set_result (done, NULL, NULL, NULL);
  run_turns (1);
  g_assert_true (asyncio_future_cancel (outer));
  g_assert_true (asyncio_future_cancelled (pending));
  g_assert_false (asyncio_future_done (outer));
  run_turns (3);
  note_end (outer);
  g_assert_true (asyncio_task_cancelled (task));
  g_assert_false (asyncio_future_cancel (outer));
  assert_notes ("raised:CancelledError");
}

/* Children that swallow it do not help: whoever cancelled gets CancelledError. One that raises something else does,
 * unless errors stay in their places. */
static void
test_cancel_refused (void)
{
  static const char *const messages[] = { NULL, "odd" };
  static const char *const expected[] = { "raised:CancelledError", "raised:ValueError: odd" };

  for (int return_exceptions = FALSE; return_exceptions <= TRUE; return_exceptions++)
    for (guint i = 0; i < G_N_ELEMENTS (messages); i++)
      {
        g_autoptr (AsyncioFuture) outer = gather (asyncio_coroutine_new (refuse, NULL, NULL),
                                                  asyncio_coroutine_new (refuse, (gpointer) messages[i], NULL), NULL,
                                                  return_exceptions);

        run_turns (1);
        g_assert_true (asyncio_future_cancel (outer));
        run_turns (3);
        assert_notes ("refuses refuses");
        note_end (outer);
        assert_notes (expected[return_exceptions ? 0 : i]);
      }
}

/* When all children are done, there is nothing to cancel, though the outer future does not know it yet. */
static void
test_cancel_too_late (void)
{
  g_autoptr (AsyncioFuture) future = asyncio_loop_create_future (loop);
  g_autoptr (AsyncioFuture) outer = gather (future, NULL, NULL, FALSE);

  asyncio_future_set_result (future, (gpointer) "f", NULL, NULL);
  g_assert_false (asyncio_future_cancel (outer));
  run_turns (1);
  note_end (outer);
  assert_notes ("[f]");
}

/* A task that awaits it and is cancelled: its children are cancelled, and then it is told. */
static gpointer
await_both (gpointer   user_data,
            GError   **error)
{
  g_autoptr (AsyncioFuture) outer = gather (sleeper ("a", 10), waits_for ("b", asyncio_sleep_coroutine (20)), NULL, FALSE);
  g_autoptr (GError) local_error = NULL;

  (void) user_data;
  asyncio_await (outer, &local_error);
  note ("told:%s", outcome (NULL, local_error));
  g_propagate_error (error, g_steal_pointer (&local_error));

  return NULL;
}

static void
test_cancel_awaiting_task (void)
{
  g_autoptr (AsyncioTask) task = start (asyncio_coroutine_new (await_both, NULL, NULL));

  run_turns (2);
  asyncio_task_cancel (task);
  run_turns (4);
  g_assert_true (asyncio_task_cancelled (task));
  assert_notes ("b=CancelledError told:CancelledError");
  g_assert_cmpfloat (asyncio_loop_time (loop), ==, 0.0);
}

/* --- Order ------------------------------------------------------------------------------------------ */

/* The callback at a future that is done is scheduled before the first step of a task that is made after it, since 3.7;
 * before, gather() made all tasks first. */
static void
schedule (gpointer   text,
          GError   **error)
{
  note ("%s", (const char *) text);
  asyncio_loop_call_soon (loop, note_text, (gpointer) "scheduled by it", NULL, error);
}

static gpointer
schedule_in_task (gpointer   text,
                  GError   **error)
{
  schedule (text, error);

  return NULL;
}

static void
test_callbacks_and_steps (void)
{
  g_autoptr (AsyncioFuture) failed = asyncio_loop_create_future (loop);
  g_autoptr (AsyncioFuture) outer = NULL;

  asyncio_future_set_exception (failed, value_error ("odd"), NULL);
  outer = gather (failed, asyncio_coroutine_new (schedule_in_task, (gpointer) "step", NULL), NULL, FALSE);
  asyncio_future_add_done_callback (outer, note_done, (gpointer) "outer", NULL);
  run_turns (3);

  (void) asyncio_future_exception (outer, NULL);
  assert_notes (asyncio_version_rules.gather_watches_at_once ? "step outer scheduled by it"
                                                             : "step scheduled by it outer");
}

static const TestCase cases[] = {
  { "/core/gather/order", test_order },
  { "/core/gather/turns", test_turns },
  { "/core/gather/mixed", test_mixed },
  { "/core/gather/variadic", test_variadic },
  { "/core/gather/done-already", test_done_already },
  { "/core/gather/nothing", test_nothing },
  { "/core/gather/twice", test_twice },
  { "/core/gather/ownership", test_ownership },
  { "/core/gather/dropped", test_dropped },
  { "/core/gather/first-error", test_first_error },
  { "/core/gather/return-exceptions", test_return_exceptions },
  { "/core/gather/child-cancelled", test_child_cancelled },
  { "/core/gather/unretrieved", test_unretrieved },
  { "/core/gather/refused", test_refused },
  { "/core/gather/no-loop", test_no_loop },
  { "/core/gather/cancel", test_cancel },
  { "/core/gather/cancel-refused", test_cancel_refused },
  { "/core/gather/cancel-too-late", test_cancel_too_late },
  { "/core/gather/cancel-awaiting-task", test_cancel_awaiting_task },
  { "/core/gather/callbacks-and-steps", test_callbacks_and_steps },
};

int
main (int    argc,
      char **argv)
{
  return run_tests (argc, argv, cases, G_N_ELEMENTS (cases));
}
