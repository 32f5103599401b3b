/* SPDX-License-Identifier: MIT */

/*
 * What the rules of 3.10 do not show, and so no student is asked for: since 3.12 run() gives the threads of the default executor
 * 300 seconds. This is linked with the rules of 3.12, and explored, as virtual time stands still while threads are at work.
 */

#include "explore-timeout.h"

static gpointer
leave_work_that_hangs (gpointer   user_data,
                       GError   **error)
{
  (void) user_data;
  (void) start_work_that_hangs (error);

  return NULL;
}

static void
clean_up (gpointer user_data)
{
  AsyncioLoop *loop = new_loop_with_executor ();
  double begin;

  (void) user_data;

  run_main (loop, leave_work_that_hangs);
  begin = asyncio_loop_time (loop);
  g_assert_true (asyncio_loop_run_cleanup_steps (loop, NULL));
  g_assert_cmpfloat (asyncio_loop_time (loop) - begin, >=, 300.0);
  g_assert_cmpfloat (asyncio_loop_time (loop) - begin, <, 301.0);
  g_assert_false (is_done ());
  expect_warning ("The executor did not finishing joining its threads within 300 seconds.");

  end_loop (loop);
  let_go ();
}

static void
test_run_gives_up (void)
{
  explorer_assert_correct (clean_up, NULL, &(ExplorerOptions) { .max_preemptions = 1 });
}

int
main (int    argc,
      char **argv)
{
  graded_explore_init (&argc, &argv);
  (void) ASYNCIO_ERROR;
  g_log_set_handler ("asyncio", G_LOG_LEVEL_MASK, note_warning, NULL);
  g_test_add_func ("/3.10/run-gives-up", test_run_gives_up);

  return g_test_run ();
}
