/* SPDX-License-Identifier: MIT */

/*
 * Lab 3.10, part A, under every schedule: where the loop and the helper meet.
 */

#include "explore.h"

/*
 * Work, the shutdown, and the end of the loop: three threads. Whatever the schedule, the work is done when the shutdown
 * returns, and the loop finds out.
 */
static int n_done; /* atomic */

static gpointer
work (gpointer   user_data,
      GError   **error)
{
  (void) error;
  g_atomic_int_inc (&n_done);

  return user_data;
}

static gpointer
work_and_shut_down (gpointer   user_data,
                    GError   **error)
{
  AsyncioLoop *loop = asyncio_get_running_loop (NULL);
  g_autoptr (AsyncioFuture) future = asyncio_loop_run_in_executor (loop, NULL, work, (gpointer) "value", NULL, NULL, error);

  (void) user_data;

  g_assert_nonnull (future);
  shut_down ();
  g_assert_cmpint (g_atomic_int_get (&n_done), ==, 1);
  g_assert_cmpstr (asyncio_await (future, error), ==, "value");

  return NULL;
}

static void
explore_work (gpointer user_data)
{
  AsyncioLoop *loop = new_loop_with_executor ();

  (void) user_data;

  run_main (loop, work_and_shut_down);
  end_loop (loop);
  expect_warning (NULL);
}

static void
test_work (void)
{
  explore (explore_work, NULL, 2);
}

/*
 * The waiter is cancelled while the helper is at it, which may report before, at the same time, afterwards, or when the loop
 * has gone. Nobody may mind.
 */
static gpointer
cancel_waiter (gpointer   user_data,
               GError   **error)
{
  g_autoptr (AsyncioTask) waiter = start_waiter ();
  gboolean at_once = explorer_choose (2) == 0;

  (void) user_data;

  for (int i = at_once ? 1 : 3; i > 0; i--)
    if (!asyncio_sleep (0, error))
      return NULL;
  asyncio_task_cancel (waiter);
  (void) asyncio_wait ((const gpointer[]) { waiter }, 1, ASYNCIO_NO_TIMEOUT, ASYNCIO_ALL_COMPLETED, NULL, NULL, error);

  /* Later it may have come to its end before, if the helper was quick. */
  if (at_once)
    explorer_outcome ("cancelled at once: %s", asyncio_task_cancelled (waiter) ? "it ends as cancelled" : "it was over");

  return NULL;
}

static void
explore_cancelled (gpointer user_data)
{
  AsyncioLoop *loop = new_loop_with_executor ();

  (void) user_data;

  run_main (loop, cancel_waiter);
  end_loop (loop);
  expect_warning (NULL);
}

static void
test_cancelled (void)
{
  explore (explore_cancelled, NULL, 2);
}

/*
 * In virtual time. However slow the threads are, time stands still while the loop waits for the helper: a task that sleeps
 * does not wake up, and the loop is not taken for one that waits for nothing. When the shutdown is over, time goes on.
 *
 * The work was submitted to the executor itself. So no future of the loop waits for it, only the shutdown does.
 */
static gpointer
sleep_for_an_hour (gpointer   user_data,
                   GError   **error)
{
  (void) user_data;
  (void) asyncio_sleep (3600, error);

  return NULL;
}

static gpointer
shut_down_beside_sleeper (gpointer   user_data,
                          GError   **error)
{
  AsyncioLoop *loop = asyncio_get_running_loop (NULL);
  g_autoptr (AsyncioTask) sleeper = asyncio_create_task (asyncio_coroutine_new (sleep_for_an_hour, NULL, NULL), error);
  g_autoptr (AsyncioConcurrentFuture) future = asyncio_executor_submit (loop->default_executor, work, NULL, NULL, NULL, error);

  (void) user_data;
  g_assert_nonnull (future);

  if (!asyncio_sleep (0, error))
    return NULL;
  shut_down ();
  g_assert_cmpint (g_atomic_int_get (&n_done), ==, 1);
  g_assert_cmpfloat (asyncio_loop_time (loop), ==, 0.0);
  (void) asyncio_await (sleeper, error);
  g_assert_cmpfloat (asyncio_loop_time (loop), ==, 3600.0);

  return NULL;
}

static void
explore_owed (gpointer user_data)
{
  g_autoptr (AsyncioClock) clock = asyncio_virtual_clock_new ();
  AsyncioLoop *loop;

  (void) user_data;

  asyncio_set_clock (clock);
  loop = new_loop_with_executor ();
  run_main (loop, shut_down_beside_sleeper);
  end_loop (loop);
  expect_warning (NULL);
}

static void
test_owed (void)
{
  explore (explore_owed, NULL, 2);
}

int
main (int    argc,
      char **argv)
{
  graded_explore_init (&argc, &argv);

  graded_test_add ("/3.10/explore/work", test_work);
  graded_test_add ("/3.10/explore/cancelled", test_cancelled);
  graded_test_add ("/3.10/explore/owed", test_owed);

  return g_test_run ();
}
