/* SPDX-License-Identifier: MIT */

/*
 * Lab 3.9, part B: the hand-over under every schedule.
 *
 * The thread may be through before the call has returned, or long after its future was cancelled and its loop closed. Whatever
 * the order: who waits is woken, there is one outcome, and what was given and returned is freed once.
 */

#include "explore.h"

/* The body of a coroutine that awaits the future that it is given, and checks what comes. */
static gpointer
await_work (gpointer   future,
            GError   **error)
{
  gpointer got = asyncio_await (future, error);

  if (*error == NULL)
    {
      g_assert_true (got == &value);
      g_assert_cmpint (token_count (&data), ==, 1);
      g_assert_cmpint (token_count (&value), ==, 0);
    }

  return NULL;
}

/* --- It arrives ---------------------------------------------------------------------------- */

/*
 * A task awaits the function. The loop may not have begun, may look for work, or sleep when the outcome comes: it takes it.
 */
static void
no_lost_wake_up (gpointer user_data)
{
  g_autoptr (AsyncioFuture) future = NULL;
  g_autoptr (GError) error = NULL;

  (void) user_data;
  begin ();
  future = start_work ();
  (void) asyncio_loop_run_until_complete (loop, asyncio_coroutine_new (await_work, future, NULL), &error);
  g_assert_no_error (error);
  explorer_outcome ("arrived");

  g_clear_pointer (&future, asyncio_unref);
  close_loop ();
  end_pool ();
  check_end ();
}

static void
test_no_lost_wake_up (void)
{
  explore (no_lost_wake_up, 3);
}

/*
 * Somebody takes the value out of the future, or gives the future up before or after the outcome is there: the value has one
 * owner.
 */
static void
one_owner (gpointer user_data)
{
  AsyncioFuture *future;
  guint choice = explorer_choose (3);

  (void) user_data;
  begin ();
  future = start_work ();

  if (choice == 0)
    g_clear_pointer (&future, asyncio_unref);
  asyncio_loop_stop (loop);
  g_assert_true (asyncio_loop_run_forever (loop, NULL));
  if (choice == 1 && asyncio_future_done (future))
    {
      g_assert_true (asyncio_future_steal_result (future, NULL) == &value);
      token_free (&value);
    }
  if (future != NULL)
    explorer_outcome ("%s", asyncio_future_done (future) ? "there already" : "not there yet");
  g_clear_pointer (&future, asyncio_unref);

  close_loop ();
  end_pool ();
  check_end ();
}

static void
test_one_owner (void)
{
  explore (one_owner, 3);
}

/* --- Cancelled ------------------------------------------------------------------------------- */

static gpointer
cancel_after_a_turn (gpointer   future,
                     GError   **error)
{
  if (asyncio_sleep (0, error))
    explorer_outcome ("cancel() %s", asyncio_future_cancel (future) ? "cancels" : "is too late");

  return NULL;
}

/*
 * A task awaits the function, another one cancels the future. The outcome may be on its way at that moment: then it is
 * cancelled all the same, and nobody complains. The function is called, or is not.
 */
static void
cancel_races (gpointer user_data)
{
  g_autoptr (AsyncioFuture) future = NULL;
  g_autoptr (GError) error = NULL;

  (void) user_data;
  begin ();
  future = start_work ();
  (void) asyncio_loop_run_until_complete (loop, asyncio_coroutine_new (cancel_after_a_turn, future, NULL), &error);
  g_assert_no_error (error);
  (void) asyncio_loop_run_until_complete (loop, asyncio_coroutine_new (await_work, future, NULL), &error);
  g_assert_true (error == NULL || asyncio_error_is_cancelled (error));

  /* The function may still be running. The loop goes on with what comes of it. */
  end_pool ();
  asyncio_loop_stop (loop);
  g_assert_true (asyncio_loop_run_forever (loop, NULL));
  explorer_outcome ("%s, %s", error == NULL ? "got the value" : "cancelled",
                    g_atomic_int_get (&n_calls) > 0 ? "called" : "not called");

  g_clear_pointer (&future, asyncio_unref);
  close_loop ();
  check_end ();
}

static void
test_cancel_races (void)
{
  explore (cancel_races, 3);
}

/* --- Closed ----------------------------------------------------------------------------------- */

/*
 * The loop is closed, and nobody has it any more, while the thread is anywhere. If it has something to tell then, it is told
 * that nobody takes it, and its value is freed; if the loop had it already, it is freed with the loop. The caller may have kept
 * the future, which stays as it is.
 */
static void
close_while_running (gpointer user_data)
{
  gboolean is_kept = explorer_choose (2) == 0;
  AsyncioFuture *future;

  (void) user_data;
  begin ();
  future = start_work ();
  if (!is_kept)
    g_clear_pointer (&future, asyncio_unref);

  close_loop ();
  g_clear_pointer (&loop, asyncio_loop_unref);
  end_pool ();
  explorer_outcome ("%s", count_refused () == 0 ? "it was posted before" : "it was refused, which is told");

  if (future != NULL)
    {
      g_assert_false (asyncio_future_done (future));
      asyncio_unref (future);
    }
  check_end ();
}

static void
test_close_while_running (void)
{
  explore (close_while_running, 3);
}

int
main (int    argc,
      char **argv)
{
  graded_explore_init (&argc, &argv);

  graded_test_add ("/3.9/handover/no-lost-wake-up", test_no_lost_wake_up);
  graded_test_add ("/3.9/handover/one-owner", test_one_owner);
  graded_test_add ("/3.9/handover/cancel-races", test_cancel_races);
  graded_test_add ("/3.9/handover/close-while-running", test_close_while_running);

  return g_test_run ();
}
