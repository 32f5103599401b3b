/* SPDX-License-Identifier: MIT */

/*
 * Tests of tasks-wait.c: sleep() and wait(). The expected notes, with the times in them, are what the same
 * programs in Python wrote under CPython 3.6, 3.7 and 3.11, whose rules differ.
 */

#include "common.h"

#include <asyncio/versions.h>

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

/* --- wait ---------------------------------------------------------------------------------- */

/* await wait(awaitables), noted as "name:done/pending@time", with the values of futures that have one, else '!'. */
typedef struct
{
  const char *name;
  gpointer awaitables[3]; /* as many as are not NULL */
  double timeout;
  AsyncioReturnWhen return_when;
} Wait;

static const char *
values_of (GPtrArray *futures)
{
  g_autoptr (GString) text = g_string_new (NULL);

  for (guint i = 0; i < futures->len; i++)
    {
      AsyncioFuture *future = g_ptr_array_index (futures, i);
      gboolean has_value = asyncio_future_done (future) && !asyncio_future_cancelled (future);

      g_string_append (text, has_value ? "v" : asyncio_future_done (future) ? "!" : ".");
    }

  return g_intern_string (text->str);
}

static gpointer
wait_body (gpointer   user_data,
           GError   **error)
{
  Wait *self = user_data;
  g_autoptr (GPtrArray) done = NULL;
  g_autoptr (GPtrArray) pending = NULL;
  guint n = 0;

  while (n < G_N_ELEMENTS (self->awaitables) && self->awaitables[n] != NULL)
    n++;

  if (!asyncio_wait (self->awaitables, n, self->timeout, self->return_when, &done, &pending, error))
    {
      g_assert_null (done);
      g_assert_null (pending);
      note ("%s=%s", self->name, outcome (NULL, *error));
      return NULL;
    }

  note ("%s:%s/%s@%g", self->name, values_of (done), values_of (pending), asyncio_loop_time (loop));

  return NULL;
}

#define wait_coroutine(...) \
  asyncio_coroutine_new (wait_body, g_memdup2 (&(Wait) { __VA_ARGS__ }, sizeof (Wait)), g_free)

static gpointer
fail (gpointer   message,
      GError   **error)
{
  if (asyncio_sleep (2, error))
    g_propagate_error (error, value_error (message));

  return NULL;
}

/* The three conditions, with the times at which they come true. */
static void
test_conditions (void)
{
  g_autoptr (AsyncioTask) a = start (sleeper ("a", 1));
  g_autoptr (AsyncioTask) b = start (asyncio_coroutine_new (fail, (gpointer) "b", NULL));
  g_autoptr (AsyncioTask) c = start (sleeper ("c", 3));

  start_and_forget (wait_coroutine ("first", { a, b, c }, ASYNCIO_NO_TIMEOUT, ASYNCIO_FIRST_COMPLETED));
  start_and_forget (wait_coroutine ("error", { a, b, c }, ASYNCIO_NO_TIMEOUT, ASYNCIO_FIRST_EXCEPTION));
  start_and_forget (wait_coroutine ("all", { a, b, c }, ASYNCIO_NO_TIMEOUT, ASYNCIO_ALL_COMPLETED));
  run_to_the_end ();
  assert_notes ("first:v/..@1 error:vv/.@2 all:vvv/@3");
}

/* A cancelled one is no error. */
static void
test_cancelled_is_no_exception (void)
{
  g_autoptr (AsyncioTask) a = start (sleeper ("a", 1));
  g_autoptr (AsyncioTask) b = start (sleeper ("b", 2));

  start_and_forget (wait_coroutine ("w", { a, b }, ASYNCIO_NO_TIMEOUT, ASYNCIO_FIRST_EXCEPTION));
  run_turns (1);
  asyncio_task_cancel (a);
  run_to_the_end ();
  assert_notes ("w:!v/@2");
}

/* When the time is over, it is told what is there. Nothing is cancelled. */
static void
test_wait_timeout (void)
{
  g_autoptr (AsyncioTask) a = start (sleeper ("a", 1));
  g_autoptr (AsyncioTask) b = start (sleeper ("b", 5));

  start_and_forget (wait_coroutine ("w", { a, b }, 2, ASYNCIO_ALL_COMPLETED));
  run_to_the_end ();
  assert_notes ("w:v/.@2");
  g_assert_false (asyncio_task_cancelled (b));
  g_assert_cmpfloat (asyncio_loop_time (loop), ==, 5.0);
}

/* The same one twice counts once. */
static void
test_wait_twice (void)
{
  g_autoptr (AsyncioTask) a = start (sleeper ("a", 1));

  start_and_forget (wait_coroutine ("w", { a, a }, 7, ASYNCIO_ALL_COMPLETED));
  run_to_the_end ();
  assert_notes ("w:v/@1");
  g_assert_cmpfloat (asyncio_loop_time (loop), ==, 1.0);
}

/* What is done already takes two turns nevertheless: one for its callback, one for the waiter's. */
static void
test_wait_done (void)
{
  g_autoptr (AsyncioFuture) done = asyncio_loop_create_future (loop);

  asyncio_future_set_result (done, NULL, NULL, NULL);
  start_and_forget (wait_coroutine ("w", { done }, 0, ASYNCIO_ALL_COMPLETED));
  run_turns (2);
  assert_notes ("");
  run_turns (1);
  assert_notes ("w:v/@0");
}

/* The wait is cancelled, and nothing that it waits for. Its callbacks are gone. */
static void
test_wait_cancelled (void)
{
  g_autoptr (AsyncioFuture) future = asyncio_loop_create_future (loop);
  g_autoptr (AsyncioTask) b = start (sleeper ("b", 1));
  g_autoptr (AsyncioTask) task = start (wait_coroutine ("w", { future, b }, ASYNCIO_NO_TIMEOUT,
                                                        ASYNCIO_ALL_COMPLETED));

  run_turns (1);
  asyncio_task_cancel (task);
  run_to_the_end ();
  assert_notes ("w=CancelledError");
  g_assert_false (asyncio_future_done (future));
  run_and_note (b);
  assert_notes ("b");
}

/* To wait is not to ask for the error, unless it is FIRST_EXCEPTION that looks for it, and it is not the last. */
static void
wait_for_failure (AsyncioReturnWhen return_when,
                  gpointer          other)
{
  AsyncioTask *task = start (asyncio_coroutine_new (fail, (gpointer) "x", NULL));

  start_and_forget (wait_coroutine ("w", { task, other }, ASYNCIO_NO_TIMEOUT, return_when));
  run_to_the_end ();
  asyncio_unref (task);
}

static void
test_error_not_asked_for (void)
{
  g_autoptr (AsyncioFuture) other = asyncio_loop_create_future (loop);

  wait_for_failure (ASYNCIO_ALL_COMPLETED, NULL);
  assert_notes ("w:v/@2 [Task exception was never retrieved: ValueError: x]");
  wait_for_failure (ASYNCIO_FIRST_EXCEPTION, NULL);
  assert_notes ("w:v/@4 [Task exception was never retrieved: ValueError: x]");
  wait_for_failure (ASYNCIO_FIRST_EXCEPTION, other);
  assert_notes ("w:v/.@6");
}

/* Coroutines get a task each, in the order of the arguments; since 3.11 they are refused, and closed. */
static void
test_wait_coroutines (void)
{
  gboolean refuses = asyncio_version_rules.wait_refuses_coroutines;

  start_and_forget (wait_coroutine ("w", { sleeper ("a", 1), sleeper ("b", 2) }, ASYNCIO_NO_TIMEOUT,
                                    ASYNCIO_ALL_COMPLETED));
  if (refuses)
    {
      expect_warning ("*was never awaited*");
      expect_warning ("*was never awaited*");
    }
  run_to_the_end ();
  assert_warned ();
  assert_notes (refuses ? "w=TypeError: Passing coroutines is forbidden, use tasks explicitly. "
                          "[Task exception was never retrieved: "
                          "TypeError: Passing coroutines is forbidden, use tasks explicitly.]"
                        : "w:vv/@2");
}

/* Nothing to wait for, no such condition, a future of another loop, and what is no awaitable. */
static void
test_wait_refused (void)
{
  AsyncioLoop *other = new_virtual_loop ();
  g_autoptr (AsyncioFuture) theirs = asyncio_loop_create_future (other);
  g_autoptr (AsyncioFuture) ours = asyncio_loop_create_future (loop);

  run_and_note (wait_coroutine ("w", { NULL }, 1, ASYNCIO_ALL_COMPLETED));
  assert_notes (asyncio_version_rules.wait_refuses_coroutines
                  ? "w=ValueError: Set of Tasks/Futures is empty. ValueError: Set of Tasks/Futures is empty."
                  : "w=ValueError: Set of coroutines/Futures is empty. ValueError: Set of coroutines/Futures is empty.");
  run_and_note (wait_coroutine ("w", { ours }, 1, (AsyncioReturnWhen) 7));
  assert_notes ("w=ValueError: Invalid return_when value: 7 ValueError: Invalid return_when value: 7");
  run_and_note (wait_coroutine ("w", { ours, theirs }, 1, ASYNCIO_ALL_COMPLETED));
  assert_notes ("w=ValueError: loop argument must agree with Future ValueError: loop argument must agree with Future");
  run_and_note (wait_coroutine ("w", { ours, GINT_TO_POINTER (42) }, 1, ASYNCIO_ALL_COMPLETED));
  assert_notes ("w=TypeError: An asyncio.Future, a coroutine or an awaitable is required "
                "TypeError: An asyncio.Future, a coroutine or an awaitable is required");
  end_loop (other);
}

static const TestCase cases[] = {
  { "/core/waiting/sleep", test_sleep },
  { "/core/waiting/sleep-zero", test_sleep_zero },
  { "/core/waiting/sleep-negative", test_sleep_negative },
  { "/core/waiting/many-sleeps", test_many_sleeps },
  { "/core/waiting/sleep-without-loop", test_sleep_without_loop },
  { "/core/waiting/conditions", test_conditions },
  { "/core/waiting/cancelled-is-no-exception", test_cancelled_is_no_exception },
  { "/core/waiting/wait-timeout", test_wait_timeout },
  { "/core/waiting/wait-twice", test_wait_twice },
  { "/core/waiting/wait-done", test_wait_done },
  { "/core/waiting/wait-cancelled", test_wait_cancelled },
  { "/core/waiting/error-not-asked-for", test_error_not_asked_for },
  { "/core/waiting/wait-coroutines", test_wait_coroutines },
  { "/core/waiting/wait-refused", test_wait_refused },
};

int
main (int    argc,
      char **argv)
{
  return run_tests (argc, argv, cases, G_N_ELEMENTS (cases));
}
