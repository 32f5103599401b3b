/* SPDX-License-Identifier: MIT */

/*
 * Tests of tasks-as-completed.c. The expected notes, with the times in them, are what the same programs in Python wrote
 * under CPython 3.6 to 3.12.
 */

#include "common.h"

static gpointer
fail (gpointer   message,
      GError   **error)
{
  if (asyncio_sleep (1, error))
    g_propagate_error (error, value_error (message));

  return NULL;
}

/* Takes all that an iterator gives, and notes it. */
static gpointer
take_all (gpointer   iterator,
          GError   **error)
{
  AsyncioCoroutine *next_one;

  while ((next_one = asyncio_as_completed_next (iterator, error)) != NULL)
    {
      g_autoptr (GError) raised = NULL;
      gpointer value = asyncio_await (next_one, &raised);

      note ("%s@%g", outcome (value, raised), asyncio_loop_time (loop));
    }

  return NULL;
}

static void
free_iterator (gpointer iterator)
{
  asyncio_as_completed_free (iterator);
}

static AsyncioCoroutine *
taker (AsyncioAsCompleted *iterator)
{
  return asyncio_coroutine_new (take_all, iterator, free_iterator);
}

/* What ends first comes first; an error comes in its turn. */
static void
test_order (void)
{
  gpointer all[] = { sleeper ("a", 3), asyncio_coroutine_new (fail, (gpointer) "b", NULL), sleeper ("c", 2) };

  start_and_forget (taker (asyncio_as_completed (all, 3, ASYNCIO_NO_TIMEOUT)));
  run_to_the_end ();
  assert_notes ("ValueError: b@1 c@2 a@3");
}

/* When the time is over, all turns that are left raise TimeoutError. The others go on. */
static void
test_timeout (void)
{
  g_autoptr (AsyncioTask) slow = start (sleeper ("slow", 3));
  gpointer all[] = { slow, sleeper ("b", 1), sleeper ("c", 4) };

  start_and_forget (taker (asyncio_as_completed (all, 3, 2)));
  run_to_the_end ();
  run_and_note (slow);
  assert_notes ("b@1 TimeoutError@2 TimeoutError@2 slow");
  g_assert_cmpfloat (asyncio_loop_time (loop), ==, 4.0);
}

/* All are done in time: the timer is not waited for. */
static void
test_in_time (void)
{
  gpointer all[] = { sleeper ("a", 1) };

  start_and_forget (taker (asyncio_as_completed (all, 1, 100)));
  run_to_the_end ();
  assert_notes ("a@1");
  g_assert_cmpfloat (asyncio_loop_time (loop), ==, 1.0);
}

/* The same one twice counts once. */
static void
test_twice (void)
{
  g_autoptr (AsyncioFuture) future = asyncio_loop_create_future (loop);
  gpointer all[] = { future, future };

  start_and_forget (taker (asyncio_as_completed (all, 2, ASYNCIO_NO_TIMEOUT)));
  run_turns (1);
  asyncio_future_set_result (future, (gpointer) "once", NULL, NULL);
  run_to_the_end ();
  assert_notes ("once@0");
}

/* Of nothing there is nothing. */
static void
test_nothing (void)
{
  start_and_forget (taker (asyncio_as_completed (NULL, 0, 5)));
  run_to_the_end ();
  assert_notes ("");
  g_assert_cmpfloat (asyncio_loop_time (loop), ==, 0.0);
}

/* Several wait for the coroutines at the same time: they are served in their order, and one that is cancelled hands its
 * turn on, also if an entry was there for it already. */
static gpointer
wait_together (gpointer   user_data,
               GError   **error)
{
  gboolean woken = GPOINTER_TO_INT (user_data);
  AsyncioFuture *futures[] = { asyncio_loop_create_future (loop), asyncio_loop_create_future (loop),
                               asyncio_loop_create_future (loop) };
  g_autoptr (AsyncioAsCompleted) iterator = asyncio_as_completed ((gpointer *) futures, 3, ASYNCIO_NO_TIMEOUT);
  g_autoptr (AsyncioTask) first = start (waits_for ("0", asyncio_as_completed_next (iterator, error)));

  asyncio_unref (start (waits_for ("1", asyncio_as_completed_next (iterator, error))));
  asyncio_unref (start (waits_for ("2", asyncio_as_completed_next (iterator, error))));
  (void) asyncio_sleep (0, error);
  if (woken)
    {
      asyncio_future_set_result (futures[2], (gpointer) "x", NULL, error);
      (void) asyncio_sleep (0, error);
    }
  asyncio_task_cancel (first);
  (void) asyncio_sleep (1, error);
  note ("later");
  for (guint i = 0; i < G_N_ELEMENTS (futures); i++)
    {
      if (!asyncio_future_done (futures[i]))
        asyncio_future_set_result (futures[i], (gpointer) "y", NULL, error);
      (void) asyncio_sleep (1, error);
      asyncio_unref (futures[i]);
    }

  return NULL;
}

static void
test_cancelled (void)
{
  start_and_forget (asyncio_coroutine_new (wait_together, GINT_TO_POINTER (FALSE), NULL));
  run_to_the_end ();
  assert_notes ("0=CancelledError later 1=y 2=y");
}

static void
test_cancelled_when_woken (void)
{
  start_and_forget (asyncio_coroutine_new (wait_together, GINT_TO_POINTER (TRUE), NULL));
  run_to_the_end ();
  assert_notes ("0=CancelledError 1=x later 2=y");
}

/* Nothing happens before the first coroutine is asked for. A coroutine that nobody comes to is told of. */
static void
test_lazy (void)
{
  g_autoptr (AsyncioFuture) future = asyncio_loop_create_future (loop);
  gpointer all[] = { sleeper ("never", 1), future };
  AsyncioAsCompleted *iterator = asyncio_as_completed (all, 2, 5);

  run_to_the_end ();
  g_assert_cmpfloat (asyncio_loop_time (loop), ==, 0.0);
  expect_warning ("*was never awaited*");
  asyncio_as_completed_free (iterator);
  assert_warned ();
}

/* The iterator goes before its coroutine is awaited, and before what it waits for is done. The value lives with its future. */
static gpointer
take_one (gpointer   future,
          GError   **error)
{
  AsyncioAsCompleted *iterator = asyncio_as_completed (&future, 1, ASYNCIO_NO_TIMEOUT);
  AsyncioCoroutine *next_one = asyncio_as_completed_next (iterator, error);
  gpointer value;

  g_assert_null (asyncio_as_completed_next (iterator, error));
  asyncio_as_completed_free (iterator);
  value = asyncio_await (next_one, error);
  note ("%s", outcome (value, *error));

  return NULL;
}

static void
test_freed_early (void)
{
  g_autoptr (AsyncioFuture) future = asyncio_loop_create_future (loop);

  start_and_forget (asyncio_coroutine_new (take_one, future, NULL));
  run_turns (2);
  asyncio_future_set_result (future, value_new ("value"), value_free, NULL);
  run_to_the_end ();
  assert_notes ("value");
}

/* The same with a time that gets over: nobody is left to be told, and the future has lost its callback. */
static gpointer
begin_and_leave (gpointer   future,
                 GError   **error)
{
  g_autoptr (AsyncioAsCompleted) iterator = asyncio_as_completed (&future, 1, 5);

  asyncio_unref (asyncio_ref_sink (asyncio_as_completed_next (iterator, error)));

  return NULL;
}

static void
test_left_alone (void)
{
  g_autoptr (AsyncioFuture) future = asyncio_loop_create_future (loop);

  start_and_forget (asyncio_coroutine_new (begin_and_leave, future, NULL));
  expect_warning ("*was never awaited*");
  run_to_the_end ();
  assert_warned ();
  g_assert_cmpfloat (asyncio_loop_time (loop), ==, 5.0);
  asyncio_future_set_result (future, NULL, NULL, NULL);
  run_to_the_end ();
}

/* The loop is closed while all wait: the coroutine, the timer and the callbacks. */
static void
test_closed (void)
{
  g_autoptr (AsyncioFuture) future = asyncio_loop_create_future (loop);
  gpointer all[] = { future };

  start_and_forget (taker (asyncio_as_completed (all, 1, 5)));
  run_turns (2);
  close_loop ();
  assert_notes ("[Task was destroyed but it is pending!] GeneratorExit@0");
}

/* A future of another loop; and what is no awaitable is left out. */
static void
test_refused (void)
{
  AsyncioLoop *other = new_virtual_loop ();
  g_autoptr (AsyncioFuture) theirs = asyncio_loop_create_future (other);
  gpointer all[] = { theirs };
  gpointer odd[] = { GINT_TO_POINTER (42), sleeper ("a", 1) };

  run_and_note (taker (asyncio_as_completed (all, 1, 5)));
  assert_notes ("ValueError: loop argument must agree with Future");

  expect_critical ("*argument 0 is no coroutine, future or task");
  run_and_note (taker (asyncio_as_completed (odd, 2, ASYNCIO_NO_TIMEOUT)));
  assert_warned ();
  assert_notes ("a@1 None");
  end_loop (other);
}

static const TestCase cases[] = {
  { "/core/as-completed/order", test_order },
  { "/core/as-completed/timeout", test_timeout },
  { "/core/as-completed/in-time", test_in_time },
  { "/core/as-completed/twice", test_twice },
  { "/core/as-completed/nothing", test_nothing },
  { "/core/as-completed/cancelled", test_cancelled },
  { "/core/as-completed/cancelled-when-woken", test_cancelled_when_woken },
  { "/core/as-completed/lazy", test_lazy },
  { "/core/as-completed/freed-early", test_freed_early },
  { "/core/as-completed/left-alone", test_left_alone },
  { "/core/as-completed/closed", test_closed },
  { "/core/as-completed/refused", test_refused },
};

int
main (int    argc,
      char **argv)
{
  return run_tests (argc, argv, cases, G_N_ELEMENTS (cases));
}
