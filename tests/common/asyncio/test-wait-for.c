/* SPDX-License-Identifier: MIT */

/*
 * Tests of tasks-wait-for.c. The expected notes, with the times in them, are what the same programs in Python wrote
 * under CPython 3.6 to 3.12. (An error that nobody asked for is reported later there,
 * as a traceback holds the task for a while.)
 */

#include "common.h"

#include <asyncio/versions.h>

/* What is expected, of the five behaviours there are. NULL: as the one before. */
static const char *
by_version (const char *since_6,
            const char *since_7,
            const char *since_8,
            const char *since_9,
            const char *since_12)
{
  const char *expected = since_6;

  if (asyncio_version_rules.wait_for_awaits_cleanup && since_7 != NULL)
    expected = since_7;
  if (asyncio_version_rules.wait_for_cancelled_awaits_cleanup && since_8 != NULL)
    expected = since_8;
  if (asyncio_version_rules.wait_for_gives_late_result && since_9 != NULL)
    expected = since_9;
  if (asyncio_version_rules.wait_for_is_timeout_block && since_12 != NULL)
    expected = since_12;

  return expected;
}

static void
note_now (const char *what)
{
  note ("%s@%g", what, asyncio_loop_time (loop));
}

/* --- wait_for: what is waited for -------------------------------------------------------------- */

/* Works for some time, and when it is interrupted cleans up for some; then it ends in one of four ways. */
typedef enum
{
  OBEYS,
  SWALLOWS,
  RAISES,
  FAILS, /* at the end of its work */
} How;

typedef struct
{
  double work;
  double cleanup;
  How how;
} Inner;

static gpointer
inner_body (gpointer   user_data,
            GError   **error)
{
  Inner *self = user_data;
  g_autoptr (GError) interruption = NULL;

  note ("begins");
  if (asyncio_sleep (self->work, &interruption))
    {
      if (self->how == FAILS)
        g_propagate_error (error, value_error ("inner"));
      return self->how == FAILS ? NULL : value_new ("value");
    }

  note_now ("interrupted");
  if (self->cleanup > 0)
    {
      if (!asyncio_sleep (self->cleanup, error))
        return NULL;
      note_now ("cleaned");
    }

  if (self->how == SWALLOWS)
    return value_new ("swallowed");

  if (self->how == RAISES)
    g_propagate_error (error, value_error ("cleanup"));
  else
    g_propagate_error (error, g_steal_pointer (&interruption));
  return NULL;
}

static AsyncioCoroutine *
inner (double work,
       double cleanup,
       How    how)
{
  Inner *self = g_new (Inner, 1);

  *self = (Inner) { work, cleanup, how };

  return asyncio_coroutine_new_full (inner_body, self, g_free, value_free, "inner", "here:1");
}

/* await wait_for(awaitable, timeout), noted. A coroutine's value is taken over. */
typedef struct
{
  gpointer awaitable;
  double timeout;
} Outer;

static gpointer
outer_body (gpointer   user_data,
            GError   **error)
{
  Outer *self = user_data;
  gboolean is_coroutine = asyncio_iscoroutine (self->awaitable);
  g_autoptr (GError) local_error = NULL;
  gpointer value = asyncio_wait_for (self->awaitable, self->timeout, &local_error);

  note_now (local_error != NULL ? asyncio_error_get_name (local_error) : outcome (value, NULL));
  if (is_coroutine && value != NULL)
    value_free (value);
  if (local_error != NULL)
    g_propagate_error (error, g_steal_pointer (&local_error));

  return NULL;
}

/* The awaitable of a coroutine that never runs is not taken over. */
static AsyncioCoroutine *
outer (gpointer awaitable,
       double   timeout)
{
  Outer *self = g_new (Outer, 1);

  *self = (Outer) { awaitable, timeout };

  return asyncio_coroutine_new_full (outer_body, self, g_free, NULL, "outer", "here:1");
}

/* Runs a wait_for() to its end, and then what it left running. */
static void
wait_for (gpointer awaitable,
          double   timeout)
{
  (void) asyncio_loop_run_until_complete (loop, outer (awaitable, timeout), NULL);
  run_to_the_end ();
  g_assert_cmpint (n_values, ==, 0);
}

/* The same for a task that somebody else holds, and with it its value. */
static void
wait_for_lent (AsyncioTask *task,
               double       timeout)
{
  (void) asyncio_loop_run_until_complete (loop, outer (task, timeout), NULL);
  run_to_the_end ();
}

/* --- wait_for: in time ------------------------------------------------------------------------------ */

/* What ends in time gives its value or its error. No timer is left behind. */
static void
test_in_time (void)
{
  wait_for (inner (1, 0, OBEYS), 5);
  assert_notes ("begins value@1");
  wait_for (inner (1, 0, FAILS), 5);
  assert_notes ("begins ValueError@2");
  g_assert_cmpfloat (asyncio_loop_time (loop), ==, 2.0);
}

/* Without a timeout it is an await. */
static void
test_no_timeout (void)
{
  wait_for (inner (1000, 0, OBEYS), ASYNCIO_NO_TIMEOUT);
  assert_notes ("begins value@1000");
  wait_for (inner (1, 0, FAILS), ASYNCIO_NO_TIMEOUT);
  assert_notes ("begins ValueError@1001");
}

/* A future's value stays with the future. */
static void
test_value_of_future (void)
{
  g_autoptr (AsyncioFuture) future = asyncio_loop_create_future (loop);

  start_and_forget (outer (future, 5));
  start_and_forget (outer (future, 6));
  run_turns (1);
  asyncio_future_set_result (future, value_new ("lent"), value_free, NULL);
  run_to_the_end ();
  assert_notes ("lent@0 lent@0");
  g_assert_cmpstr (asyncio_future_result (future, NULL), ==, "lent");
}

/* Done in the very turn in which the time is over: it was in time. Not since 3.12: the timer was first, and has
 * cancelled the future itself, which takes no result now. */
static void
set_late (gpointer   future,
          GError   **error)
{
  asyncio_future_set_result (future, (gpointer) "late", NULL, error);
}

static void
test_just_in_time (void)
{
  g_autoptr (AsyncioFuture) future = asyncio_loop_create_future (loop);

  start_and_forget (outer (future, 5));
  run_turns (1);
  asyncio_loop_call_later (loop, 5, set_late, future, NULL, NULL);
  run_to_the_end ();
  assert_notes (by_version ("late@5", NULL, NULL, NULL,
                            "[Exception in callback: InvalidStateError: CANCELLED: <Future cancelled>] "
                            "TimeoutError@5 [Task exception was never retrieved: TimeoutError]"));
}

/* --- wait_for: too late -------------------------------------------------------------------------------- */

/* What takes longer is cancelled. Since 3.7 TimeoutError is raised when it has ended, before at once. */
static void
test_too_late (void)
{
  wait_for (inner (10, 0, OBEYS), 5);
  assert_notes (by_version ("begins TimeoutError@5 interrupted@5",
                            "begins interrupted@5 TimeoutError@5", NULL, NULL, NULL));
}

static void
test_cleanup (void)
{
  wait_for (inner (10, 3, OBEYS), 5);
  assert_notes (by_version ("begins TimeoutError@5 interrupted@5 cleaned@8",
                            "begins interrupted@5 cleaned@8 TimeoutError@8", NULL, NULL, NULL));
}

/* What it then returns is lost, and freed; what it raises is reported, since nobody can ask for it. Since 3.9 both
 * come out instead. */
static void
test_cleanup_swallows (void)
{
  wait_for (inner (10, 3, SWALLOWS), 5);
  assert_notes (by_version ("begins TimeoutError@5 interrupted@5 cleaned@8",
                            "begins interrupted@5 cleaned@8 TimeoutError@8",
                            NULL,
                            "begins interrupted@5 cleaned@8 swallowed@8",
                            NULL));
}

static void
test_cleanup_raises (void)
{
  wait_for (inner (10, 3, RAISES), 5);
  assert_notes (by_version ("begins TimeoutError@5 interrupted@5 cleaned@8 "
                            "[Task exception was never retrieved: ValueError: cleanup]",
                            "begins interrupted@5 cleaned@8 "
                            "[Task exception was never retrieved: ValueError: cleanup] TimeoutError@8",
                            NULL,
                            "begins interrupted@5 cleaned@8 ValueError@8",
                            NULL));
}

/* A future that others wait for as well is cancelled under them. */
static void
test_future_too_late (void)
{
  g_autoptr (AsyncioFuture) future = asyncio_loop_create_future (loop);

  start_and_forget (waits_for ("other", future));
  wait_for (future, 1);
  g_assert_true (asyncio_future_cancelled (future));
  assert_notes (by_version ("TimeoutError@1 other=CancelledError",
                            "other=CancelledError TimeoutError@1", NULL, NULL, NULL));
}

/* Both at the same time: the timeout was set first, so it comes first. */
static void
test_same_time (void)
{
  wait_for (inner (5, 0, OBEYS), 5);
  assert_notes (by_version ("begins TimeoutError@5 interrupted@5",
                            "begins interrupted@5 TimeoutError@5", NULL, NULL, NULL));
}

/* --- wait_for: no time at all ------------------------------------------------------------------------------ */

/* With zero or less what is not done yet is too late: since 3.7 it never begins, before it has one step. */
static void
test_zero (void)
{
  gboolean never_starts = asyncio_version_rules.wait_for_zero_never_starts;

  for (int timeout = 0; timeout >= -1; timeout--)
    {
      wait_for (inner (1, 0, OBEYS), timeout);
      assert_notes (never_starts ? "TimeoutError@0" : "begins TimeoutError@0 interrupted@0");
      wait_for (inner (0, 0, OBEYS), timeout);
      assert_notes (never_starts ? "TimeoutError@0" : "begins value@0");
    }
}

/* A task that runs already and has no time: it is cancelled. What becomes of it is lost up to 3.7; then it is waited for, and
 * its error comes out; since 3.9 also its value. */
static void
test_zero_running (void)
{
  static const How hows[] = { OBEYS, SWALLOWS, RAISES };
  static const char *const expected[][4] = {
    { "TimeoutError@0 interrupted@0 cleaned@3", "interrupted@0 cleaned@3 TimeoutError@3" },
    { "TimeoutError@3 interrupted@3 cleaned@6", "interrupted@3 cleaned@6 TimeoutError@6",
      "interrupted@3 cleaned@6 swallowed@6" },
    { "TimeoutError@6 interrupted@6 cleaned@9", "interrupted@6 cleaned@9 ValueError@9" },
  };

  for (guint i = 0; i < G_N_ELEMENTS (hows); i++)
    {
      AsyncioTask *task = start (inner (10, 3, hows[i]));

      run_turns (1);
      assert_notes ("begins");
      wait_for_lent (task, 0);
      asyncio_task_exception (task, NULL);
      asyncio_unref (task);
      assert_notes (by_version (expected[i][0], NULL, expected[i][1], expected[i][2], NULL));
    }
}

/* What is done already has no need of time. */
static void
test_zero_done (void)
{
  g_autoptr (AsyncioFuture) done = asyncio_loop_create_future (loop);
  g_autoptr (AsyncioFuture) failed = asyncio_loop_create_future (loop);
  g_autoptr (AsyncioFuture) pending = asyncio_loop_create_future (loop);

  asyncio_future_set_result (done, (gpointer) "done", NULL, NULL);
  asyncio_future_set_exception (failed, value_error ("odd"), NULL);
  wait_for (done, 0);
  wait_for (failed, 0);
  wait_for (pending, 0);
  assert_notes ("done@0 ValueError@0 TimeoutError@0");
  g_assert_true (asyncio_future_cancelled (pending));
}

/* --- wait_for: interrupted ------------------------------------------------------------------------------------ */

/* Cancelled while it waits: what it waits for is cancelled, and since 3.8 waited for. */
static void
cancel_after (AsyncioTask *task,
              double       delay)
{
  (void) asyncio_loop_run_until_complete (loop, sleeper ("time", delay), NULL);
  note ("cancel:%d", asyncio_task_cancel (task));
  run_to_the_end ();
  note ("%s", asyncio_task_cancelled (task) ? "cancelled" : "not cancelled");
}

static void
test_cancelled (void)
{
  g_autoptr (AsyncioTask) task = start (outer (inner (10, 3, OBEYS), 5));

  cancel_after (task, 1);
  assert_notes (by_version ("begins cancel:1 CancelledError@1 interrupted@1 cleaned@4 cancelled", NULL,
                            "begins cancel:1 interrupted@1 cleaned@4 CancelledError@4 cancelled", NULL, NULL));
}

/* The same when what it waits for refuses. Only since 3.12 can it: it is in the same task. */
static void
test_cancelled_swallows (void)
{
  g_autoptr (AsyncioTask) task = start (outer (inner (10, 3, SWALLOWS), 5));

  cancel_after (task, 1);
  assert_notes (by_version ("begins cancel:1 CancelledError@1 interrupted@1 cleaned@4 cancelled", NULL,
                            "begins cancel:1 interrupted@1 cleaned@4 CancelledError@4 cancelled", NULL,
                            "begins cancel:1 interrupted@1 cleaned@4 swallowed@4 not cancelled"));
}

/* The same when it fails: up to 3.11 CancelledError comes out, and the error is one that nobody asked for. */
static void
test_cancelled_raises (void)
{
  AsyncioTask *task = start (outer (inner (10, 3, RAISES), 5));

  cancel_after (task, 1);
  asyncio_unref (task);
  assert_notes (by_version ("begins cancel:1 CancelledError@1 interrupted@1 cleaned@4 "
                            "[Task exception was never retrieved: ValueError: cleanup] cancelled",
                            NULL,
                            "begins cancel:1 interrupted@1 cleaned@4 "
                            "[Task exception was never retrieved: ValueError: cleanup] CancelledError@4 cancelled",
                            NULL,
                            "begins cancel:1 interrupted@1 cleaned@4 ValueError@4 not cancelled "
                            "[Task exception was never retrieved: ValueError: cleanup]"));
}

/* Cancelled by a callback in the turn in which the time is over, before the timer or after it: it is a cancellation. */
static void
cancel_task (gpointer   task,
             GError   **error)
{
  (void) error;
  asyncio_task_cancel (task);
}

static void
test_cancelled_at_timeout (void)
{
  for (int before = 0; before < 2; before++)
    {
      AsyncioTask *task = start (outer (inner (10, 3, OBEYS), 5));
      double start_time = asyncio_loop_time (loop);

      if (before)
        asyncio_loop_call_later (loop, 5, cancel_task, task, NULL, NULL);
      run_turns (1);
      if (!before)
        asyncio_loop_call_later (loop, 5, cancel_task, task, NULL, NULL);
      run_to_the_end ();
      g_assert_true (asyncio_task_cancelled (task));
      asyncio_unref (task);
      g_assert_cmpfloat (asyncio_loop_time (loop), ==, start_time + 8);
      assert_notes (start_time > 0 ? by_version ("begins CancelledError@13 interrupted@13 cleaned@16", NULL,
                                                 "begins interrupted@13 cleaned@16 CancelledError@16", NULL, NULL)
                                   : by_version ("begins CancelledError@5 interrupted@5 cleaned@8", NULL,
                                                 "begins interrupted@5 cleaned@8 CancelledError@8", NULL, NULL));
    }
}

/* Cancelled while it waits for the clean-up, as it does since 3.7: CancelledError comes out instead of TimeoutError. The
 * clean-up goes on, but since 3.12, where it is in the same task, it is what is cancelled. (Before 3.7 TimeoutError was
 * raised by then.) */
static void
test_cancelled_in_cleanup (void)
{
  g_autoptr (AsyncioTask) task = start (outer (inner (10, 3, OBEYS), 5));

  cancel_after (task, 6);
  assert_notes (by_version ("begins TimeoutError@5 interrupted@5 cancel:0 cleaned@8 not cancelled",
                            "begins interrupted@5 cancel:1 CancelledError@6 cleaned@8 cancelled", NULL, NULL,
                            "begins interrupted@5 cancel:1 CancelledError@6 cancelled"));
}

/* Cancelled when what it waits for is done, but it has not seen that yet: the value is lost. From 3.8 to 3.11 it is the
 * cancellation that is lost. In the same turn or one later, it makes no difference. */
static void
test_cancelled_when_done (void)
{
  gboolean is_lost = asyncio_version_rules.wait_for_result_beats_cancel &&
                     !asyncio_version_rules.wait_for_is_timeout_block;

  for (guint turns = 0; turns < 2; turns++)
    {
      AsyncioFuture *future = asyncio_loop_create_future (loop);
      g_autoptr (AsyncioTask) task = start (outer (future, 5));

      run_turns (1);
      asyncio_future_set_result (future, value_new ("value"), value_free, NULL);
      run_turns (turns);
      if (asyncio_version_rules.wait_for_is_timeout_block && turns == 1)
        is_lost = TRUE; /* it has seen it: there is no waiter in between, so it was a turn earlier */
      g_assert_cmpint (asyncio_task_cancel (task), ==, !asyncio_version_rules.wait_for_is_timeout_block || turns == 0);
      run_to_the_end ();
      g_assert_cmpint (asyncio_task_cancelled (task), ==, !is_lost);
      asyncio_unref (future);
      assert_notes (is_lost ? "value@0" : "CancelledError@0");
    }
}

/* What it waits for is cancelled by somebody else: that is not a timeout. */
static void
test_inner_cancelled (void)
{
  g_autoptr (AsyncioTask) task = start (inner (10, 0, OBEYS));

  start_and_forget (outer (task, 5));
  run_turns (2);
  asyncio_task_cancel (task);
  run_to_the_end ();
  assert_notes ("begins interrupted@0 CancelledError@0");
}

/* One in another: when the outer time is over, the inner wait is interrupted, and with it what that waits for. */
static void
test_nested (void)
{
  wait_for (outer (inner (10, 1, OBEYS), 5), 3);
  assert_notes (by_version ("begins TimeoutError@3 CancelledError@3 interrupted@3 cleaned@4",
                            "begins CancelledError@3 interrupted@3 TimeoutError@3 cleaned@4",
                            "begins interrupted@3 cleaned@4 CancelledError@4 TimeoutError@4", NULL, NULL));
}

/* Closed by hand, which is no cancellation: what it waits for goes on undisturbed. */
static gpointer
close_outer (gpointer   future,
             GError   **error)
{
  g_autoptr (AsyncioCoroutine) coroutine = asyncio_ref_sink (outer (future, 5));

  (void) asyncio_coroutine_send (coroutine, NULL, error);
  g_assert_true (asyncio_coroutine_close (coroutine, error));

  return NULL;
}

static void
test_closed (void)
{
  g_autoptr (AsyncioFuture) future = asyncio_loop_create_future (loop);

  run_and_note (asyncio_coroutine_new (close_outer, future, NULL));
  g_assert_false (asyncio_future_done (future));
  run_to_the_end ();
  g_assert_cmpfloat (asyncio_loop_time (loop), ==, 0.0);
  assert_notes ("GeneratorExit@0 None");
}

/* --- wait_for: misuse --------------------------------------------------------------------------------------------- */

/* A future of another loop, and what is no awaitable. Since 3.12 it is the await that complains. */
static void
test_refused (void)
{
  AsyncioLoop *other = new_virtual_loop ();
  g_autoptr (AsyncioFuture) theirs = asyncio_loop_create_future (other);

  wait_for (theirs, 5);
  wait_for (theirs, 0);
  wait_for (GINT_TO_POINTER (42), 5);
  assert_notes (by_version ("ValueError@0 ValueError@0 TypeError@0", NULL, NULL, NULL,
                            "RuntimeError@0 ValueError@0 TypeError@0"));
  g_assert_false (asyncio_future_done (theirs));
  end_loop (other);
}

static const TestCase cases[] = {
  { "/core/wait-for/in-time", test_in_time },
  { "/core/wait-for/no-timeout", test_no_timeout },
  { "/core/wait-for/value-of-future", test_value_of_future },
  { "/core/wait-for/just-in-time", test_just_in_time },
  { "/core/wait-for/too-late", test_too_late },
  { "/core/wait-for/cleanup", test_cleanup },
  { "/core/wait-for/cleanup-swallows", test_cleanup_swallows },
  { "/core/wait-for/cleanup-raises", test_cleanup_raises },
  { "/core/wait-for/future-too-late", test_future_too_late },
  { "/core/wait-for/same-time", test_same_time },
  { "/core/wait-for/zero", test_zero },
  { "/core/wait-for/zero-running", test_zero_running },
  { "/core/wait-for/zero-done", test_zero_done },
  { "/core/wait-for/cancelled", test_cancelled },
  { "/core/wait-for/cancelled-swallows", test_cancelled_swallows },
  { "/core/wait-for/cancelled-raises", test_cancelled_raises },
  { "/core/wait-for/cancelled-at-timeout", test_cancelled_at_timeout },
  { "/core/wait-for/cancelled-in-cleanup", test_cancelled_in_cleanup },
  { "/core/wait-for/cancelled-when-done", test_cancelled_when_done },
  { "/core/wait-for/inner-cancelled", test_inner_cancelled },
  { "/core/wait-for/nested", test_nested },
  { "/core/wait-for/closed", test_closed },
  { "/core/wait-for/refused", test_refused },
};

int
main (int    argc,
      char **argv)
{
  return run_tests (argc, argv, cases, G_N_ELEMENTS (cases));
}
