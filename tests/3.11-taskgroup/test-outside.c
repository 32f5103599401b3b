/* SPDX-License-Identifier: MIT */

/*
 * Lab 3.11, part D: the parent is cancelled, by the group or from outside.
 */

#include "parent.h"

/* --- From outside ---------------------------------------------------------------------- */

/*
 * Somebody cancels the parent while its block awaits something. The tasks are cancelled and waited for, and CancelledError
 * comes out of the group; the request is still there, so the parent can tell that it was meant.
 *
 *     A: starts
 *     B: starts
 *     main: cancels
 *     block: interrupted by CancelledError    these three in any order
 *     A: interrupted by CancelledError
 *     B: interrupted by CancelledError
 *     A: cleaned up
 *     B: cleaned up
 *     parent: raised CancelledError
 *     parent: requests 1
 *     parent: next await goes on              it was delivered once
 *     parent: cancelled, requests 1
 */
static gpointer
cancel_in_block (gpointer   user_data,
                 GError   **error)
{
  AsyncioTask *parent = start_parent (two_workers, GINT_TO_POINTER (TRUE));

  (void) user_data;
  (void) error;

  (void) asyncio_sleep (seed_int (1, 9), NULL);
  cancel_crowd (parent);
  trace_end_of (parent);

  return NULL;
}

static void
test_in_block (void)
{
  run_main (cancel_in_block);
}

/*
 * The same while the parent waits at the end of the block.
 *
 *     A: starts
 *     B: starts
 *     main: cancels
 *     A: interrupted by CancelledError        in any order
 *     B: interrupted by CancelledError
 *     A: cleaned up
 *     B: cleaned up
 *     parent: raised CancelledError
 *     parent: requests 1
 *     parent: next await goes on
 *     parent: cancelled, requests 1
 */
static gpointer
cancel_at_the_end (gpointer   user_data,
                   GError   **error)
{
  AsyncioTask *parent = start_parent (two_workers, NULL);

  (void) user_data;
  (void) error;

  (void) asyncio_sleep (seed_int (1, 9), NULL);
  cancel_crowd (parent);
  trace_end_of (parent);

  return NULL;
}

static void
test_at_the_end (void)
{
  run_main (cancel_at_the_end);
}

/*
 * The parent is cancelled several times while it waits for its tasks. It goes on waiting, the tasks are asked only once, and
 * all requests are still counted when the group has raised CancelledError.
 *
 *     A: starts
 *     B: starts
 *     main: cancels
 *     A: interrupted by CancelledError        in any order
 *     B: interrupted by CancelledError
 *     main: cancels again                     once or twice, as A and B clean up
 *     A: cleaned up
 *     B: cleaned up
 *     parent: raised CancelledError
 *     parent: requests 2
 *     parent: next await goes on
 *     parent: cancelled, requests 2
 */
static void
slow_workers (AsyncioTaskGroup  *group,
              gpointer           user_data,
              GError           **error)
{
  (void) user_data;
  (void) error;

  add_and_forget (group, new_worker ((Worker) { .work = 100, .cleanup = seed_int (20, 29) }));
  add_and_forget (group, new_worker ((Worker) { .work = 100, .cleanup = seed_int (30, 39) }));
}

static gpointer
cancel_twice (gpointer   user_data,
              GError   **error)
{
  AsyncioTask *parent = start_parent (slow_workers, NULL);
  int again = seed_int (1, 2);

  (void) user_data;
  (void) error;

  (void) asyncio_sleep (seed_int (1, 9), NULL);
  cancel_crowd (parent);
  for (int i = 0; i < again; i++)
    {
      (void) asyncio_sleep (seed_int (2, 8), NULL);
      trace ("main: cancels again");
      asyncio_task_cancel (parent);
    }
  trace_end_of (parent);

  return NULL;
}

static void
test_twice (void)
{
  run_main (cancel_twice);
}

/* --- By the group ---------------------------------------------------------------------- */

/*
 * A task fails while the parent waits at the end of the block. The group has cancelled the parent to interrupt it, and takes
 * that back: no request is left, and none is delivered later. One group after the other, the count does not rise.
 *
 *     A: starts
 *     A: fails
 *     first: raised ExceptionGroup(unhandled errors in a TaskGroup)[ERROR]
 *     first: requests 0
 *     first: next await goes on
 *     ...                                     two to three groups
 */
static void
fail_later (AsyncioTaskGroup  *group,
            gpointer           user_data,
            GError           **error)
{
  (void) user_data;
  (void) error;
  add_and_forget (group, new_worker ((Worker) { .work = seed_int (0, 9), .fails = seed_error () }));
}

static gpointer
fail_while_parent_waits (gpointer   user_data,
                         GError   **error)
{
  static const char *const labels[] = { "first", "second", "third" };
  int n = seed_int (2, 3);

  (void) user_data;
  (void) error;

  for (int i = 0; i < n; i++)
    {
      run_block (labels[i], fail_later, NULL);
      trace ("%s: requests %u", labels[i], requests ());
      trace_next_await (labels[i]);
    }

  return NULL;
}

static void
test_count (void)
{
  run_main (fail_while_parent_waits);
}

/* --- Both at once ------------------------------------------------------------------------ */

/*
 * A task fails and somebody cancels the parent, in the same turn. The error wins: the group is raised. But the request from
 * outside is not lost. It is still counted, once, and the next await of the parent raises CancelledError.
 *
 *     main: cancels                           or the other way round
 *     main: sets off the fuse
 *     block: interrupted by CancelledError    if it has not ended; the fuse comes first if it was set off first
 *     fuse: ERROR
 *     parent: raised ExceptionGroup(unhandled errors in a TaskGroup)[ERROR]
 *     parent: requests 1
 *     parent: next await CancelledError
 *     parent: cancelled, requests 1
 *     ...                                     four times, in the block and at its end, in both orders
 */
typedef struct
{
  AsyncioFuture *future;
  gboolean in_block;
} Place;

static void
wait_with_fuse (AsyncioTaskGroup  *group,
                gpointer           user_data,
                GError           **error)
{
  Place *self = user_data;

  add_and_forget (group, new_fuse (self->future));
  if (self->in_block && !asyncio_sleep (100, error))
    trace ("block: interrupted by %s", trace_error (*error));
}

static void
cancel_and_set_off (gboolean in_block,
                    gboolean cancels_first)
{
  g_autoptr (AsyncioFuture) future = asyncio_loop_create_future (asyncio_get_running_loop (NULL));
  Place place = { future, in_block };
  AsyncioTask *parent = start_parent (wait_with_fuse, &place);

  (void) asyncio_sleep (seed_int (1, 9), NULL);
  for (int i = 0; i < 2; i++)
    if ((i == 0) == cancels_first)
      {
        trace ("main: cancels");
        asyncio_task_cancel (parent);
      }
    else
      {
        trace ("main: sets off the fuse");
        (void) asyncio_future_set_result (future, NULL, NULL, NULL);
      }
  trace_end_of (parent);
}

static gpointer
cancel_and_fail (gpointer   user_data,
                 GError   **error)
{
  int first = seed_int (0, 3);

  (void) user_data;
  (void) error;

  for (int i = first; i < first + 4; i++)
    cancel_and_set_off (i % 2 == 0, i % 4 < 2);

  return NULL;
}

static void
test_with_failure (void)
{
  run_main (cancel_and_fail);
}

int
main (int    argc,
      char **argv)
{
  graded_test_init (&argc, &argv);

  graded_test_add ("/3.11/outside/in-block", test_in_block);
  graded_test_add ("/3.11/outside/at-the-end", test_at_the_end);
  graded_test_add ("/3.11/outside/twice", test_twice);
  graded_test_add ("/3.11/outside/count", test_count);
  graded_test_add ("/3.11/outside/with-failure", test_with_failure);

  return g_test_run ();
}
