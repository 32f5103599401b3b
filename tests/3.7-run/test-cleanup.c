/* SPDX-License-Identifier: MIT */

/*
 * Lab 3.7, part C: the clean-up.
 *
 * Leftover tasks are cancelled in no particular order, so where several see it in one turn the
 * order of their lines does not count.
 */

#include "leftover.h"

/*
 * When main returns, two to four tasks are asleep. run() cancels them all, and returns the value of main.
 *
 *     A: starts
 *     B: starts
 *     main: returns
 *     A: interrupted by CancelledError    (in any order from here)
 *     A: cleaned up
 *     B: interrupted by CancelledError
 *     B: cleaned up
 *     run -> WORD
 */
static gpointer
leave_some (gpointer   user_data,
            GError   **error)
{
  for (int i = seed_int (2, 4); i > 0; i--)
    start_leftover (0, FALSE, NULL);
  if (!asyncio_sleep (1, error))
    return NULL;

  trace ("main: returns");
  trace_unordered_begin ();

  return user_data;
}

static void
test_cancels_leftovers (void)
{
  g_autoptr (GError) error = NULL;
  gpointer word = (gpointer) seed_word ();
  gpointer value = asyncio_run (asyncio_coroutine_new (leave_some, word, NULL), &error);

  trace_unordered_end ();
  trace_outcome ("run", value, error);
}

/*
 * The clean-up of a task may await. run() waits for the longest, and as all were cancelled at once, they
 * clean up side by side: the shortest is over first, whatever the order in which they were made.
 *
 *     A: starts                          A needs most steps
 *     B: starts                          B needs least
 *     C: starts
 *     main: returns
 *     ... interrupted by CancelledError  (three, in any order)
 *     B: cleaned up
 *     C: cleaned up
 *     A: cleaned up
 *     run -> WORD
 */
static gpointer
leave_three (gpointer   user_data,
             GError   **error)
{
  int shortest = seed_int (1, 5);

  start_leftover (shortest + 20, FALSE, NULL);
  start_leftover (shortest, FALSE, NULL);
  start_leftover (shortest + seed_int (5, 15), FALSE, NULL);
  if (!asyncio_sleep (1, error))
    return NULL;

  trace ("main: returns");
  trace_unordered_for (shortest * 0.5);

  return user_data;
}

static void
test_waits_for_cleanup (void)
{
  g_autoptr (GError) error = NULL;
  gpointer word = (gpointer) seed_word ();
  gpointer value = asyncio_run (asyncio_coroutine_new (leave_three, word, NULL), &error);

  trace_outcome ("run", value, error);
}

/*
 * The same when main raises: first the clean-up, then the error comes out; the loop is closed.
 *
 *     A: starts
 *     main: raises
 *     A: interrupted by CancelledError
 *     A: cleaned up
 *     run raised ERROR
 *     loop closed True
 *     current loop: RuntimeError: There is no current event loop in thread 'MainThread'.
 */
typedef struct
{
  GError *raise;
  AsyncioLoop *loop;
} Raising;

static gpointer
leave_one_and_raise (gpointer   user_data,
                     GError   **error)
{
  Raising *self = user_data;

  self->loop = keep_running_loop ();
  start_leftover (seed_int (1, 5), FALSE, NULL);
  if (!asyncio_sleep (1, error))
    return NULL;

  trace ("main: raises");
  g_propagate_error (error, g_steal_pointer (&self->raise));

  return NULL;
}

static void
test_after_error (void)
{
  g_autoptr (GError) error = NULL;
  Raising raising = { seed_error (), NULL };
  gpointer value = asyncio_run (asyncio_coroutine_new (leave_one_and_raise, &raising, NULL), &error);

  trace_outcome ("run", value, error);
  if (raising.loop != NULL)
    trace ("loop closed %s", trace_bool (asyncio_loop_is_closed (raising.loop)));
  trace_current_loop ();

  g_clear_error (&raising.raise);
  g_clear_pointer (&raising.loop, asyncio_loop_unref);
}

/*
 * A leftover task fails while it cleans up. Nobody will ever ask it, so its error goes to the exception handler
 * when all have ended. What run() returns stays the same.
 *
 *     A: starts
 *     B: starts
 *     main: returns
 *     A: interrupted by CancelledError
 *     B: interrupted by CancelledError   (these two in any order)
 *     A: cleaned up                      and raises
 *     B: cleaned up
 *     handler: unhandled exception during asyncio.run() shutdown | ERROR
 *     run -> WORD
 */
static gpointer
leave_failing (gpointer   user_data,
               GError   **error)
{
  int steps = seed_int (2, 5);

  trace_exception_handler (asyncio_get_running_loop (NULL));
  start_leftover (steps, FALSE, seed_error ());
  start_leftover (steps + 5, FALSE, NULL);
  if (!asyncio_sleep (1, error))
    return NULL;

  trace ("main: returns");
  trace_unordered_for (1);

  return user_data;
}

static void
test_reports_errors (void)
{
  g_autoptr (GError) error = NULL;
  gpointer word = (gpointer) seed_word ();
  gpointer value = asyncio_run (asyncio_coroutine_new (leave_failing, word, NULL), &error);

  trace_outcome ("run", value, error);
}

/*
 * Only errors are reported: not that a task was cancelled, and not that one returned a value instead.
 *
 *     A: starts
 *     B: starts
 *     main: returns
 *     A: interrupted by CancelledError   (in any order from here)
 *     A: cleaned up
 *     B: interrupted by CancelledError
 *     B: cleaned up                      and returns
 *     run -> WORD
 */
static gpointer
leave_harmless (gpointer   user_data,
                GError   **error)
{
  gboolean first = seed_bool ();

  trace_exception_handler (asyncio_get_running_loop (NULL));
  start_leftover (0, first, NULL);
  start_leftover (0, !first, NULL);
  if (!asyncio_sleep (1, error))
    return NULL;

  trace ("main: returns");
  trace_unordered_begin ();

  return user_data;
}

static void
test_silent (void)
{
  g_autoptr (GError) error = NULL;
  gpointer word = (gpointer) seed_word ();
  gpointer value = asyncio_run (asyncio_coroutine_new (leave_harmless, word, NULL), &error);

  trace_unordered_end ();
  trace_outcome ("run", value, error);
}

/*
 * A task that swallows its cancellation and works on is waited for until it ends by itself, and is not
 * cancelled a second time.
 *
 *     A: starts
 *     main: returns
 *     A: interrupted by CancelledError
 *     A: works on 1
 *     A: works on 2 ...
 *     A: ends
 *     run -> WORD
 */
static gpointer
stubborn (gpointer   user_data,
          GError   **error)
{
  const char *name = user_data;
  g_autoptr (GError) local_error = NULL;
  int turns = seed_int (2, 5);

  trace ("%s: starts", name);
  asyncio_sleep (3600, &local_error);
  trace ("%s: interrupted by %s", name, trace_error (local_error));

  for (int i = 1; i <= turns; i++)
    {
      if (!asyncio_sleep (i % 2, error))
        return NULL;
      trace ("%s: works on %d", name, i);
    }
  trace ("%s: ends", name);

  return NULL;
}

static gpointer
leave_stubborn (gpointer   user_data,
                GError   **error)
{
  start_task (asyncio_coroutine_new (stubborn, (gpointer) seed_word (), NULL));
  if (!asyncio_sleep (1, error))
    return NULL;

  trace ("main: returns");

  return user_data;
}

static void
test_stubborn (void)
{
  g_autoptr (GError) error = NULL;
  gpointer word = (gpointer) seed_word ();
  gpointer value = asyncio_run (asyncio_coroutine_new (leave_stubborn, word, NULL), &error);

  trace_outcome ("run", value, error);
}

/*
 * The clean-up steps of the loop are run when the leftover tasks have ended, and before the loop is closed: a step
 * can await. (In Python this is how async generators are closed.)
 *
 *     A: starts
 *     main: returns
 *     A: interrupted by CancelledError
 *     A: cleaned up
 *     step: loop closed False
 *     step: after an await
 *     run -> WORD
 */
static gpointer
cleanup_step (gpointer   user_data,
              GError   **error)
{
  AsyncioLoop *loop = user_data;

  trace ("step: loop closed %s", trace_bool (asyncio_loop_is_closed (loop)));
  if (!asyncio_sleep (seed_int (0, 3), error))
    return NULL;
  trace ("step: after an await");

  return NULL;
}

static gpointer
add_step (gpointer   user_data,
          GError   **error)
{
  AsyncioLoop *loop = asyncio_get_running_loop (error);

  asyncio_loop_add_cleanup_step (loop, "the step", cleanup_step, loop, NULL);
  start_leftover (seed_int (1, 5), FALSE, NULL);
  if (!asyncio_sleep (1, error))
    return NULL;

  trace ("main: returns");

  return user_data;
}

static void
test_steps (void)
{
  g_autoptr (GError) error = NULL;
  gpointer word = (gpointer) seed_word ();
  gpointer value = asyncio_run (asyncio_coroutine_new (add_step, word, NULL), &error);

  trace_outcome ("run", value, error);
}

int
main (int    argc,
      char **argv)
{
  graded_test_init (&argc, &argv);

  graded_test_add ("/3.7/cleanup/cancels-leftovers", test_cancels_leftovers);
  graded_test_add ("/3.7/cleanup/waits-for-cleanup", test_waits_for_cleanup);
  graded_test_add ("/3.7/cleanup/after-error", test_after_error);
  graded_test_add ("/3.7/cleanup/reports-errors", test_reports_errors);
  graded_test_add ("/3.7/cleanup/silent", test_silent);
  graded_test_add ("/3.7/cleanup/stubborn", test_stubborn);
  graded_test_add ("/3.7/cleanup/steps", test_steps);

  return g_test_run ();
}
