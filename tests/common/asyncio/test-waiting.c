/* SPDX-License-Identifier: MIT */

/*
 * Tests of tasks-wait.c: sleep() and wait_for(). The expected notes, with the times in them, are what the same programs
 * in Python wrote under CPython 3.6 and 3.7, whose rules differ.
 */

#include "common.h"

#include <asyncio/versions.h>

static gboolean
waits_for_cleanup (void)
{
  return asyncio_version_rules.wait_for_awaits_cleanup;
}

static void
note_now (const char *what)
{
  note ("%s@%g", what, asyncio_loop_time (loop));
}

/* --- sleep ------------------------------------------------------------------------------- */

/* sleep() takes as long as it says: not less, and in virtual time not more. */
static void
test_sleep (void)
{
  run_and_note (sleeper ("slept", 2.5));
  note_now ("now");
  assert_notes ("slept now@2.5");
}

/* sleep(0) gives up one turn and no time, and several in turn. */
static gpointer
sleep_twice (gpointer   text,
             GError   **error)
{
  for (int i = 0; i < 2; i++)
    {
      note ("%s%d", (const char *) text, i);
      if (!asyncio_sleep (0, error))
        return NULL;
    }

  return NULL;
}

static void
test_sleep_zero (void)
{
  start_and_forget (asyncio_coroutine_new (sleep_twice, (gpointer) "a", NULL));
  start_and_forget (asyncio_coroutine_new (sleep_twice, (gpointer) "b", NULL));
  run_turns (1);
  assert_notes ("a0 b0");
  run_turns (1);
  assert_notes ("a1 b1");
  run_to_the_end ();
  g_assert_cmpfloat (asyncio_loop_time (loop), ==, 0.0);
}

/* A negative delay is as zero, since 3.7; before it is a timer that is due at once, which takes a turn longer. */
static void
test_sleep_negative (void)
{
  g_autoptr (AsyncioTask) negative = start (sleeper ("negative", -1));
  g_autoptr (AsyncioTask) zero = start (sleeper ("zero", 0));

  asyncio_future_add_done_callback (ASYNCIO_FUTURE (negative), note_done, (gpointer) "negative", NULL);
  asyncio_future_add_done_callback (ASYNCIO_FUTURE (zero), note_done, (gpointer) "zero", NULL);
  run_to_the_end ();

  assert_notes (asyncio_version_rules.sleep_negative_is_zero ? "negative zero" : "zero negative");
  g_assert_cmpfloat (asyncio_loop_time (loop), ==, 0.0);
}

/* A hundred sleeps end in the order of their delays, those of one delay in the order in which they began. */
static void
test_many_sleeps (void)
{
  int delays[100];
  g_autoptr (GPtrArray) tasks = g_ptr_array_new_with_free_func (asyncio_unref);

  for (guint i = 0; i < G_N_ELEMENTS (delays); i++)
    {
      delays[i] = g_test_rand_int_range (1, 20);
      g_ptr_array_add (tasks, start (sleeper ("slept", delays[i])));
    }

  for (int now = 1; now < 20; now++)
    {
      (void) asyncio_loop_run_until_complete (loop, sleeper ("tick", 1), NULL);
      for (guint i = 0; i < G_N_ELEMENTS (delays); i++)
        g_assert_cmpint (asyncio_task_done (tasks->pdata[i]), ==, delays[i] <= now);
    }
}

/* A coroutine that drives itself has no loop to sleep in. */
static void
test_sleep_without_loop (void)
{
  g_autoptr (AsyncioCoroutine) coroutine = asyncio_ref_sink (sleeper ("slept", 1));
  g_autoptr (GError) error = NULL;

  g_assert_cmpint (asyncio_coroutine_send (coroutine, NULL, &error), ==, ASYNCIO_SEND_ERROR);
  assert_error (error, "RuntimeError: no running event loop");
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

/* Done in the very turn in which the time is over: it was in time. */
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
  assert_notes ("late@5");
}

/* --- wait_for: too late -------------------------------------------------------------------------------- */

/* What takes longer is cancelled. Since 3.7 TimeoutError is raised when it has ended, before at once. */
static void
test_too_late (void)
{
  wait_for (inner (10, 0, OBEYS), 5);
  assert_notes (waits_for_cleanup () ? "begins interrupted@5 TimeoutError@5" : "begins TimeoutError@5 interrupted@5");
}

static void
test_cleanup (void)
{
  wait_for (inner (10, 3, OBEYS), 5);
  assert_notes (waits_for_cleanup () ? "begins interrupted@5 cleaned@8 TimeoutError@8"
                                     : "begins TimeoutError@5 interrupted@5 cleaned@8");
}

/* What it then returns is lost, and freed; what it raises is reported, since nobody can ask for it. (In
 * CPython the report comes later: TimeoutError's traceback holds the task for a while.) */
static void
test_cleanup_swallows (void)
{
  wait_for (inner (10, 3, SWALLOWS), 5);
  assert_notes (waits_for_cleanup () ? "begins interrupted@5 cleaned@8 TimeoutError@8"
                                     : "begins TimeoutError@5 interrupted@5 cleaned@8");
}

static void
test_cleanup_raises (void)
{
  wait_for (inner (10, 3, RAISES), 5);
  assert_notes (waits_for_cleanup ()
                  ? "begins interrupted@5 cleaned@8 "
                    "[Task exception was never retrieved: ValueError: cleanup] TimeoutError@8"
                  : "begins TimeoutError@5 interrupted@5 cleaned@8 "
                    "[Task exception was never retrieved: ValueError: cleanup]");
}

/* A future that others wait for as well is cancelled under them. */
static void
test_future_too_late (void)
{
  g_autoptr (AsyncioFuture) future = asyncio_loop_create_future (loop);

  start_and_forget (waits_for ("other", future));
  wait_for (future, 1);
  g_assert_true (asyncio_future_cancelled (future));
  assert_notes (waits_for_cleanup () ? "other=CancelledError TimeoutError@1" : "TimeoutError@1 other=CancelledError");
}

/* Both at the same time: the timeout was set first, so it comes first. */
static void
test_same_time (void)
{
  wait_for (inner (5, 0, OBEYS), 5);
  assert_notes (waits_for_cleanup () ? "begins interrupted@5 TimeoutError@5" : "begins TimeoutError@5 interrupted@5");
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

/* Cancelled while it waits: what it waits for is cancelled, and not waited for. */
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
  assert_notes ("begins cancel:1 CancelledError@1 interrupted@1 cleaned@4 cancelled");
}

/* Cancelled while it waits for the clean-up, as it does since 3.7: CancelledError comes out instead of TimeoutError. The
 * clean-up goes on. (Before, it has raised TimeoutError by then.) */
static void
test_cancelled_in_cleanup (void)
{
  g_autoptr (AsyncioTask) task = start (outer (inner (10, 3, OBEYS), 5));

  cancel_after (task, 6);
  assert_notes (waits_for_cleanup ()
                  ? "begins interrupted@5 cancel:1 CancelledError@6 cleaned@8 cancelled"
                  : "begins TimeoutError@5 interrupted@5 cancel:0 cleaned@8 not cancelled");
}

/* Cancelled when what it waits for is done, but it has not seen that yet: the value is lost. In the same turn or one later,
 * it makes no difference. */
static void
test_cancelled_when_done (void)
{
  for (guint turns = 0; turns < 2; turns++)
    {
      AsyncioFuture *future = asyncio_loop_create_future (loop);
      g_autoptr (AsyncioTask) task = start (outer (future, 5));

      run_turns (1);
      asyncio_future_set_result (future, value_new ("value"), value_free, NULL);
      run_turns (turns);
      g_assert_true (asyncio_task_cancel (task));
      run_to_the_end ();
      g_assert_true (asyncio_task_cancelled (task));
      asyncio_unref (future);
      assert_notes ("CancelledError@0");
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
  assert_notes (waits_for_cleanup () ? "begins CancelledError@3 interrupted@3 TimeoutError@3 cleaned@4"
                                     : "begins TimeoutError@3 CancelledError@3 interrupted@3 cleaned@4");
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

/* A future of another loop, and what is no awaitable. */
static void
test_refused (void)
{
  AsyncioLoop *other = new_virtual_loop ();
  g_autoptr (AsyncioFuture) theirs = asyncio_loop_create_future (other);

  run_and_note (outer (theirs, 5));
  run_and_note (outer (theirs, 0));
  run_and_note (outer (GINT_TO_POINTER (42), 5));
  assert_notes ("ValueError@0 ValueError: loop argument must agree with Future "
                "ValueError@0 ValueError: loop argument must agree with Future "
                "TypeError@0 TypeError: An asyncio.Future, a coroutine or an awaitable is required");
  g_assert_false (asyncio_future_done (theirs));
  end_loop (other);
}

static const TestCase cases[] = {
  { "/core/waiting/sleep", test_sleep },
  { "/core/waiting/sleep-zero", test_sleep_zero },
  { "/core/waiting/sleep-negative", test_sleep_negative },
  { "/core/waiting/many-sleeps", test_many_sleeps },
  { "/core/waiting/sleep-without-loop", test_sleep_without_loop },
  { "/core/waiting/in-time", test_in_time },
  { "/core/waiting/no-timeout", test_no_timeout },
  { "/core/waiting/value-of-future", test_value_of_future },
  { "/core/waiting/just-in-time", test_just_in_time },
  { "/core/waiting/too-late", test_too_late },
  { "/core/waiting/cleanup", test_cleanup },
  { "/core/waiting/cleanup-swallows", test_cleanup_swallows },
  { "/core/waiting/cleanup-raises", test_cleanup_raises },
  { "/core/waiting/future-too-late", test_future_too_late },
  { "/core/waiting/same-time", test_same_time },
  { "/core/waiting/zero", test_zero },
  { "/core/waiting/zero-done", test_zero_done },
  { "/core/waiting/cancelled", test_cancelled },
  { "/core/waiting/cancelled-in-cleanup", test_cancelled_in_cleanup },
  { "/core/waiting/cancelled-when-done", test_cancelled_when_done },
  { "/core/waiting/inner-cancelled", test_inner_cancelled },
  { "/core/waiting/nested", test_nested },
  { "/core/waiting/closed", test_closed },
  { "/core/waiting/refused", test_refused },
};

int
main (int    argc,
      char **argv)
{
  return run_tests (argc, argv, cases, G_N_ELEMENTS (cases));
}
