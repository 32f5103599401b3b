/* SPDX-License-Identifier: MIT */

/*
 * Lab 3.7: the hidden tests of all parts. They need nothing that the handout does not say.
 */

#include "leftover.h"

/*
 * Part A. The explicit way does nothing about a task that is left over: it never goes on, and when the loop is closed
 * it is reported, which is the very thing that asyncio.run() was made to end.
 *
 *     A: starts
 *     main: returns
 *     handler: Task was destroyed but it is pending! | -
 *     A: interrupted by GeneratorExit     its coroutine is closed
 *     A: cleaned up
 *     explicit way -> WORD
 */
static gpointer
leave_one (gpointer   user_data,
           GError   **error)
{
  trace_exception_handler (asyncio_get_running_loop (NULL));
  start_leftover (0, FALSE, NULL);
  if (!asyncio_sleep (1, error))
    return NULL;

  trace ("main: returns");

  return user_data;
}

static void
test_leftover (void)
{
  g_autoptr (GError) error = NULL;
  gpointer word = (gpointer) seed_word ();
  gpointer value = asyncio_run_explicitly (asyncio_coroutine_new (leave_one, word, NULL), &error);

  trace_outcome ("explicit way", value, error);
}

/*
 * Part B. SystemExit leaves the loop at once and comes out of run(), after the same clean-up as any other end.
 *
 *     A: starts
 *     main: exits
 *     A: interrupted by CancelledError
 *     A: cleaned up
 *     run raised SystemExit: N     or KeyboardInterrupt
 *     loop closed True
 */
static gpointer
leave_one_and_exit (gpointer   user_data,
                    GError   **error)
{
  AsyncioLoop **loop = user_data;
  gboolean interrupt = seed_bool ();
  int status = seed_int (1, 9);

  *loop = keep_running_loop ();
  start_leftover (seed_int (4, 8), FALSE, NULL);
  if (!asyncio_sleep (1, error))
    return NULL;

  trace ("main: exits");
  if (interrupt)
    g_set_error_literal (error, ASYNCIO_ERROR, ASYNCIO_ERROR_KEYBOARD_INTERRUPT, "");
  else
    g_set_error (error, ASYNCIO_ERROR, ASYNCIO_ERROR_SYSTEM_EXIT, "%d", status);

  return NULL;
}

static void
test_system_exit (void)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (AsyncioLoop) loop = NULL;
  gpointer value = asyncio_run (asyncio_coroutine_new (leave_one_and_exit, &loop, NULL), &error);

  trace_outcome ("run", value, error);
  if (loop != NULL)
    trace ("loop closed %s", trace_bool (asyncio_loop_is_closed (loop)));
}

/*
 * Part B. A main that is cancelled by one of its tasks ends run() by CancelledError.
 *
 *     main: interrupted by CancelledError
 *     run raised CancelledError
 */
static gpointer
cancel_the_other (gpointer   user_data,
                  GError   **error)
{
  if (asyncio_sleep (seed_int (1, 5), error))
    trace ("cancel -> %s", trace_bool (asyncio_task_cancel (user_data)));

  return NULL;
}

static gpointer
be_cancelled (gpointer   user_data,
              GError   **error)
{
  (void) user_data;

  start_task (asyncio_coroutine_new (cancel_the_other, asyncio_ref (asyncio_current_task (NULL, NULL)), asyncio_unref));
  asyncio_sleep (100, error);
  trace ("main: interrupted by %s", trace_error (*error));

  return NULL;
}

static void
test_cancelled_main (void)
{
  g_autoptr (GError) error = NULL;
  gpointer value = asyncio_run (asyncio_coroutine_new (be_cancelled, NULL, NULL), &error);

  trace_outcome ("run", value, error);
}

/*
 * Part B. main stops its own loop. run() says what is wrong, and main is now a leftover task as any other.
 *
 *     main: stops the loop
 *     main: interrupted by CancelledError
 *     run raised RuntimeError: Event loop stopped before Future completed.
 *     loop closed True
 */
static gpointer
stop_the_loop (gpointer   user_data,
               GError   **error)
{
  AsyncioLoop **loop = user_data;

  *loop = keep_running_loop ();
  trace ("main: stops the loop");
  asyncio_loop_stop (*loop);
  asyncio_sleep (seed_int (4, 8), error);
  trace ("main: interrupted by %s", trace_error (*error));

  return NULL;
}

static void
test_stopped (void)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (AsyncioLoop) loop = NULL;
  gpointer value = asyncio_run (asyncio_coroutine_new (stop_the_loop, &loop, NULL), &error);

  trace_outcome ("run", value, error);
  if (loop != NULL)
    trace ("loop closed %s", trace_bool (asyncio_loop_is_closed (loop)));
}

/*
 * Part C. A task that main makes just before it returns still takes its first step, because the end of main is noticed one
 * turn later. It is cancelled at its first await.
 *
 *     main: returns
 *     A: starts
 *     A: interrupted by CancelledError
 *     A: cleaned up
 *     run -> WORD
 */
static gpointer
leave_at_the_last_minute (gpointer   user_data,
                          GError   **error)
{
  (void) error;

  start_leftover (0, FALSE, NULL);
  trace ("main: returns");

  return user_data;
}

static void
test_last_minute (void)
{
  g_autoptr (GError) error = NULL;
  gpointer word = (gpointer) seed_word ();
  gpointer value = asyncio_run (asyncio_coroutine_new (leave_at_the_last_minute, word, NULL), &error);

  trace_outcome ("run", value, error);
}

/*
 * Part C. A task that is only made during the clean-up is not cancelled in turn. Here it ends while run() still waits
 * for another.
 *
 *     A: starts
 *     main: returns
 *     A: interrupted by CancelledError
 *     maker: makes a late task
 *     late: starts
 *     late: ends
 *     A: cleaned up
 *     run -> WORD
 */
static gpointer
late_body (gpointer   user_data,
           GError   **error)
{
  (void) user_data;

  trace ("late: starts");
  asyncio_sleep (1, error);
  trace ("late: ends, %s", trace_error (*error));

  return NULL;
}

static gpointer
maker_body (gpointer   user_data,
            GError   **error)
{
  int delay = seed_int (1, 3);

  (void) user_data;

  if (asyncio_sleep (3600, error))
    return NULL;
  if (!asyncio_sleep (delay, NULL))
    return NULL;

  trace ("maker: makes a late task");
  start_task (asyncio_coroutine_new (late_body, NULL, NULL));

  return NULL;
}

static gpointer
leave_maker (gpointer   user_data,
             GError   **error)
{
  start_leftover (seed_int (10, 20), FALSE, NULL);
  start_task (asyncio_coroutine_new (maker_body, NULL, NULL));
  if (!asyncio_sleep (1, error))
    return NULL;

  trace ("main: returns");

  return user_data;
}

static void
test_late_task (void)
{
  g_autoptr (GError) error = NULL;
  gpointer word = (gpointer) seed_word ();
  gpointer value = asyncio_run (asyncio_coroutine_new (leave_maker, word, NULL), &error);

  trace_outcome ("run", value, error);
}

/*
 * Part C. SystemExit that a leftover task raises while it cleans up ends the clean-up and comes out of run() instead of
 * the value. The loop is closed all the same.
 *
 *     A: starts
 *     main: returns
 *     A: interrupted by CancelledError
 *     A: cleaned up
 *     run raised SystemExit: WORD
 *     loop closed True
 *     current loop: RuntimeError: There is no current event loop in thread 'MainThread'.
 */
static void
ignore (AsyncioLoop                    *loop,
        const AsyncioExceptionContext  *context,
        gpointer                        user_data,
        GError                        **error)
{
  (void) loop;
  (void) context;
  (void) user_data;
  (void) error;
}

static gpointer
leave_exiting (gpointer   user_data,
               GError   **error)
{
  AsyncioLoop **loop = user_data;

  *loop = keep_running_loop ();
  asyncio_loop_set_exception_handler (*loop, ignore, NULL, NULL); /* whether the task is asked for its error is open */
  start_leftover (seed_int (4, 8), FALSE, g_error_new_literal (ASYNCIO_ERROR, ASYNCIO_ERROR_SYSTEM_EXIT, seed_word ()));
  if (!asyncio_sleep (1, error))
    return NULL;

  trace ("main: returns");

  return (gpointer) seed_word ();
}

static void
test_exit_in_cleanup (void)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (AsyncioLoop) loop = NULL;
  gpointer value = asyncio_run (asyncio_coroutine_new (leave_exiting, &loop, NULL), &error);

  trace_outcome ("run", value, error);
  if (loop != NULL)
    trace ("loop closed %s", trace_bool (asyncio_loop_is_closed (loop)));
  trace_current_loop ();
}

/*
 * Part C. Two leftover tasks fail while they clean up, and main failed as well: both are reported, when both have ended,
 * and the error of main comes out.
 *
 *     A: starts
 *     B: starts
 *     main: raises
 *     A: interrupted by CancelledError     (in any order from here)
 *     A: cleaned up
 *     B: interrupted by CancelledError
 *     B: cleaned up
 *     handler: unhandled exception during asyncio.run() shutdown | ERROR
 *     handler: unhandled exception during asyncio.run() shutdown | ERROR
 *     run raised ERROR
 */
static gpointer
leave_two_failing (gpointer   user_data,
                   GError   **error)
{
  int steps = seed_int (1, 3);

  (void) user_data;

  trace_exception_handler (asyncio_get_running_loop (NULL));
  start_leftover (steps, FALSE, seed_error ());
  start_leftover (steps, FALSE, seed_error ());
  if (!asyncio_sleep (1, error))
    return NULL;

  trace ("main: raises");
  trace_unordered_begin ();
  g_propagate_error (error, seed_error ());

  return NULL;
}

static void
test_several_errors (void)
{
  g_autoptr (GError) error = NULL;
  gpointer value = asyncio_run (asyncio_coroutine_new (leave_two_failing, NULL, NULL), &error);

  trace_unordered_end ();
  trace_outcome ("run", value, error);
}

int
main (int    argc,
      char **argv)
{
  graded_test_init (&argc, &argv);

  graded_test_add ("/3.7/explicit/leftover", test_leftover);
  graded_test_add ("/3.7/run/system-exit", test_system_exit);
  graded_test_add ("/3.7/run/cancelled-main", test_cancelled_main);
  graded_test_add ("/3.7/run/stopped", test_stopped);
  graded_test_add ("/3.7/cleanup/last-minute", test_last_minute);
  graded_test_add ("/3.7/cleanup/late-task", test_late_task);
  graded_test_add ("/3.7/cleanup/exit", test_exit_in_cleanup);
  graded_test_add ("/3.7/cleanup/several-errors", test_several_errors);

  return g_test_run ();
}
