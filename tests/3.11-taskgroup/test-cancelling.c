/* SPDX-License-Identifier: MIT */

/*
 * Lab 3.11, part A: requests to cancel a task are counted, and can be taken back.
 */

#include "common.h"

/* Ignores every cancellation until its sleeps are over. */
static gpointer
stubborn (gpointer   user_data,
          GError   **error)
{
  (void) error;

  for (int i = GPOINTER_TO_INT (user_data); i > 0; i--)
    {
      g_autoptr (GError) interruption = NULL;

      trace ("job: %s", asyncio_sleep (3600, &interruption) ? "slept" : trace_error (interruption));
    }

  return NULL;
}

/*
 * Each request to cancel a task counts, whether it is delivered or not, and also if the task swallows it. One that comes
 * when the task is done does not.
 *
 *     new: 0
 *     asked: 1            two to four times
 *     asked: 2
 *     job: CancelledError
 *     delivered: 2
 *     asked: 3
 *     job: CancelledError
 *     done: 3
 *     asked when done False: 3
 */
static gpointer
count_requests (gpointer   user_data,
                GError   **error)
{
  g_autoptr (AsyncioTask) task = start_task (asyncio_coroutine_new (stubborn, GINT_TO_POINTER (2), NULL));
  gboolean asked;

  (void) user_data;
  (void) error;

  trace ("new: %u", asyncio_task_cancelling (task));
  pause_for (1);
  for (int i = seed_int (2, 4); i > 0; i--)
    {
      asyncio_task_cancel (task);
      trace ("asked: %u", asyncio_task_cancelling (task));
    }
  pause_for (2);
  trace ("delivered: %u", asyncio_task_cancelling (task));
  asyncio_task_cancel (task);
  trace ("asked: %u", asyncio_task_cancelling (task));
  wait_until_done (task);
  trace ("done: %u", asyncio_task_cancelling (task));
  asked = asyncio_task_cancel (task);
  trace ("asked when done %s: %u", trace_bool (asked), asyncio_task_cancelling (task));

  return NULL;
}

static void
test_count (void)
{
  run_main (count_requests);
}

/*
 * uncancel() takes one request back and says how many remain, which is never less than none; also when the task is done.
 *
 *     job: CancelledError
 *     taken back: 2
 *     taken back: 1          one after the other
 *     taken back: 0
 *     taken back: 0          two more than there were
 *     taken back: 0
 *     cancelling: 0
 *     asked again: 1
 *     done, taken back: 0
 */
static gpointer
take_back (gpointer   user_data,
           GError   **error)
{
  g_autoptr (AsyncioTask) task = start_task (asyncio_coroutine_new (stubborn, GINT_TO_POINTER (2), NULL));
  int n = seed_int (2, 5);

  (void) user_data;
  (void) error;

  pause_for (1);
  for (int i = 0; i < n; i++)
    asyncio_task_cancel (task);
  pause_for (2);
  for (int i = 0; i < n + 2; i++)
    {
      guint left = asyncio_task_uncancel (task);

      trace ("taken back: %u", left);
    }
  trace ("cancelling: %u", asyncio_task_cancelling (task));
  asyncio_task_cancel (task);
  trace ("asked again: %u", asyncio_task_cancelling (task));
  wait_until_done (task);
  trace ("done, taken back: %u", asyncio_task_uncancel (task));

  return NULL;
}

static void
test_take_back (void)
{
  run_main (take_back);
}

/*
 * A task that is about to take a step finds the request there. If all requests were taken back before, it must not: it goes
 * on as if nothing had been. One that remains is delivered.
 *
 *     asked 1, taken back 1: job starts
 *     asked 1, taken back 1: next await goes on
 *     asked 3, taken back 2: (never starts)
 *     itself: next await goes on
 *     itself: next await CancelledError
 */
static gpointer
starts_and_awaits (gpointer   user_data,
                   GError   **error)
{
  const char *label = user_data;

  trace ("%s: job starts", label);
  trace ("%s: next await %s", label, asyncio_sleep (1, error) ? "goes on" : trace_error (*error));

  return NULL;
}

static void
ask_before_start (int asked,
                  int taken_back)
{
  g_autofree char *label = g_strdup_printf ("asked %d, taken back %d", asked, taken_back);
  g_autoptr (AsyncioTask) task = start_task (asyncio_coroutine_new (starts_and_awaits, label, NULL));

  for (int i = 0; i < asked; i++)
    asyncio_task_cancel (task);
  for (int i = 0; i < taken_back; i++)
    (void) asyncio_task_uncancel (task);

  wait_until_done (task);
  trace ("%s: %s", label, state_of (task));
}

static gpointer
withdraw (gpointer   user_data,
          GError   **error)
{
  AsyncioTask *me = asyncio_current_task (NULL, NULL);
  int n = seed_int (1, 4);

  (void) user_data;
  (void) error;

  ask_before_start (n, n);
  ask_before_start (n, n - 1);
  ask_before_start (n + 1, n);

  /* The same with a task that runs, and asks itself. */
  asyncio_task_cancel (me);
  (void) asyncio_task_uncancel (me);
  trace_next_await ("itself");
  asyncio_task_cancel (me);
  asyncio_task_cancel (me);
  (void) asyncio_task_uncancel (me);
  trace_next_await ("itself");

  return NULL;
}

static void
test_withdraw (void)
{
  run_main (withdraw);
}

int
main (int    argc,
      char **argv)
{
  graded_test_init (&argc, &argv);

  graded_test_add ("/3.11/cancelling/count", test_count);
  graded_test_add ("/3.11/uncancel/count", test_take_back);
  graded_test_add ("/3.11/uncancel/withdraws", test_withdraw);

  return g_test_run ();
}
