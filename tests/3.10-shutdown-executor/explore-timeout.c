/* SPDX-License-Identifier: MIT */

/*
 * Lab 3.10, part D, under every schedule: work that does not end. Nothing can wake the loop then but the end of the time.
 */

#include "explore-timeout.h"

/*
 * The shutdown gives up: no error, one warning, the work has not ended. Afterwards the loop can be closed, with the helper
 * still at it, and when the work is let go all comes to its end.
 */
static gpointer
give_up (gpointer   user_data,
         GError   **error)
{
  (void) user_data;

  (void) start_work_that_hangs (error);
  give_up_waiting ();

  return NULL;
}

static void
explore_gives_up (gpointer user_data)
{
  AsyncioLoop *loop = new_loop_with_executor ();

  (void) user_data;

  run_main (loop, give_up);
  g_assert_false (is_done ());
  end_loop (loop);
  let_go ();
}

static void
test_gives_up (void)
{
  choose_timeout ();
  explore (explore_gives_up, NULL, 2);
}

int
main (int    argc,
      char **argv)
{
  graded_explore_init (&argc, &argv);

  graded_test_add ("/3.10/timeout/gives-up", test_gives_up);

  return g_test_run ();
}
