/* SPDX-License-Identifier: MIT */

/*
 * Lab 3.9: the hidden tests of part B that are explored. They need nothing that the handout does not say.
 */

#include "explore.h"

/*
 * The future is cancelled, and then the loop is closed, at once or a turn later, while the thread is anywhere. If the loop had
 * its turn nobody misses what comes of the function, whether or not it was called: nothing is told.
 */
static void
cancel_and_close (gpointer user_data)
{
  gboolean has_turn = explorer_choose (2) == 0;
  g_autoptr (AsyncioFuture) future = NULL;

  (void) user_data;
  begin ();
  future = start_work ();
  if (asyncio_future_cancel (future))
    explorer_outcome ("cancelled");
  if (has_turn)
    {
      asyncio_loop_stop (loop);
      g_assert_true (asyncio_loop_run_forever (loop, NULL));
    }
  close_loop ();
  end_pool ();
  g_assert_true (asyncio_future_cancelled (future));
  if (has_turn)
    {
      g_assert_cmpint (count_refused (), ==, 0);
      explorer_outcome ("%s", g_atomic_int_get (&n_calls) > 0 ? "called" : "not called");
    }
  g_clear_pointer (&future, asyncio_unref);
  check_end ();
}

static void
test_cancel_and_close (void)
{
  explore (cancel_and_close, 3);
}

/*
 * Two functions are given to a pool of one thread. Each future gets its own value, whichever is awaited first.
 */
static Token tokens[2];

static gpointer
give (gpointer   user_data,
      GError   **error)
{
  (void) error;

  return user_data;
}

static gpointer
await_value (gpointer   future,
             GError   **error)
{
  return asyncio_await (future, error);
}

static void
two_at_once (gpointer user_data)
{
  AsyncioFuture *futures[2];

  (void) user_data;
  begin ();
  for (int i = 0; i < 2; i++)
    {
      futures[i] = asyncio_loop_run_in_default_executor (loop, give, &tokens[i], NULL, token_free, NULL);
      g_assert_nonnull (futures[i]);
    }
  for (int i = 1; i >= 0; i--)
    {
      gpointer got = asyncio_loop_run_until_complete (loop, asyncio_coroutine_new (await_value, futures[i], NULL), NULL);

      g_assert_true (got == &tokens[i]);
      asyncio_unref (futures[i]);
    }
  explorer_outcome ("both arrived");
  close_loop ();
  end_pool ();
  asyncio_loop_unref (loop);
  g_assert_cmpint (token_count (&tokens[0]), ==, 1);
  g_assert_cmpint (token_count (&tokens[1]), ==, 1);
  check_log ();
}

static void
test_two_at_once (void)
{
  explore (two_at_once, 2);
}

int
main (int    argc,
      char **argv)
{
  graded_explore_init (&argc, &argv);

  graded_test_add ("/3.9/handover/cancel-and-close", test_cancel_and_close);
  graded_test_add ("/3.9/handover/two-at-once", test_two_at_once);

  return g_test_run ();
}
