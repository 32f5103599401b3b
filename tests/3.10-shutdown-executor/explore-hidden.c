/* SPDX-License-Identifier: MIT */

/*
 * Lab 3.10: the hidden tests that are explored. They need nothing that the handout does not say.
 */

#include "explore-timeout.h"

/*
 * Part A. The loop is stopped while a task waits in the shutdown. Then it is closed and given up, and the helper may report at any
 * moment of that, or afterwards. (What is logged does not matter: a task is destroyed while it is pending.)
 */
static void
stop_loop (gpointer   loop,
           GError   **error)
{
  (void) error;
  asyncio_loop_stop (loop);
}

static void
explore_closed (gpointer user_data)
{
  AsyncioLoop *loop = new_loop_with_executor ();
  AsyncioTask *waiter = asyncio_loop_create_task (loop, asyncio_coroutine_new (waiter_body, NULL, NULL), NULL);

  (void) user_data;

  /* In the turn of the waiter's first step. */
  (void) asyncio_loop_call_soon (loop, stop_loop, loop, NULL, NULL);
  g_assert_true (asyncio_loop_run_forever (loop, NULL));
  explorer_outcome ("the waiter %s", asyncio_task_done (waiter) ? "is over" : "waits");

  asyncio_loop_set_exception_handler (loop, NULL, NULL, NULL);
  asyncio_unref (waiter);
  end_loop (loop);
}

static void
test_closed (void)
{
  explore (explore_closed, NULL, 2);
}

/*
 * Part A. While a task waits in the shutdown, another one sets another default executor, so that the loop lets go of the one
 * that is waited for.
 */
static gpointer
replace_executor (gpointer   user_data,
                  GError   **error)
{
  g_autoptr (AsyncioTask) waiter = start_waiter ();

  (void) user_data;

  if (!asyncio_sleep (0, error))
    return NULL;
  explorer_outcome ("the waiter %s", asyncio_task_done (waiter) ? "is over" : "waits");
  asyncio_loop_set_default_executor (asyncio_get_running_loop (NULL), NULL);
  (void) asyncio_await (waiter, error);

  return NULL;
}

static void
explore_replaced (gpointer user_data)
{
  AsyncioLoop *loop = new_loop_with_executor ();

  (void) user_data;

  run_main (loop, replace_executor);
  end_loop (loop);
  expect_warning (NULL);
}

static void
test_replaced (void)
{
  explore (explore_replaced, NULL, 2);
}

/*
 * Part D. Having given up is not to have waited: the work goes on, and a second shutdown, with all the time there is, waits
 * for its end.
 */
static gpointer
give_up_and_wait (gpointer   user_data,
                  GError   **error)
{
  (void) user_data;

  (void) start_work_that_hangs (error);
  give_up_waiting ();
  g_assert_false (is_done ());
  let_go ();
  shut_down ();
  g_assert_true (is_done ());

  return NULL;
}

static void
explore_again (gpointer user_data)
{
  AsyncioLoop *loop = new_loop_with_executor ();

  (void) user_data;

  run_main (loop, give_up_and_wait);
  end_loop (loop);
  expect_warning (warning);
}

static void
test_again (void)
{
  choose_timeout ();
  explore (explore_again, NULL, 1);
}

int
main (int    argc,
      char **argv)
{
  graded_explore_init (&argc, &argv);

  graded_test_add ("/3.10/explore/closed", test_closed);
  graded_test_add ("/3.10/explore/replaced", test_replaced);
  graded_test_add ("/3.10/timeout/again", test_again);

  return g_test_run ();
}
