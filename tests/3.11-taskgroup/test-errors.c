/* SPDX-License-Identifier: MIT */

/*
 * Lab 3.11, part C: errors of tasks and of the block.
 */

#include "eager.h"

/* --- Tasks that fail ------------------------------------------------------------------- */

/*
 * A task fails while the parent waits for all. The others are cancelled, and the parent waits until each has cleaned up; then
 * it gets a group with the one error. To be cancelled is none.
 *
 *     A: starts
 *     B: starts                             two to four
 *     A: fails
 *     B: interrupted by CancelledError      the others, in any order
 *     B: cleaned up                         each after its own time
 *     group: raised ExceptionGroup(unhandled errors in a TaskGroup)[ERROR]
 */
static void
one_fails (AsyncioTaskGroup  *group,
           gpointer           user_data,
           GError           **error)
{
  int others = seed_int (1, 3);

  (void) user_data;
  (void) error;

  add_and_forget (group, new_worker ((Worker) { .work = seed_int (1, 9), .crowd = TRUE, .fails = seed_error () }));
  for (int i = 0; i < others; i++)
    add_and_forget (group, new_worker ((Worker) { .work = 100 + i, .cleanup = 10 * (others - i) + seed_int (1, 9) }));
}

static gpointer
run_one_fails (gpointer   user_data,
               GError   **error)
{
  (void) error;
  run_block ("group", one_fails, user_data);

  return NULL;
}

static void
test_siblings (void)
{
  run_main (run_one_fails);
}

/*
 * Tasks that are cancelled may fail in their clean-up. No error is lost: the group has all of them, in the order in which the
 * tasks ended. A task that swallows its cancellation keeps its value.
 *
 *     A, B, C, D: start
 *     A: fails
 *     B, C, D: interrupted by CancelledError      in any order
 *     C: cleaned up                               each after its own time; two of them raise then
 *     ...
 *     group: raised ExceptionGroup(unhandled errors in a TaskGroup)[ERROR A; ERROR C; ERROR B]
 *     the one that swallowed: result D
 */
static void
several_fail (AsyncioTaskGroup  *group,
              gpointer           user_data,
              GError           **error)
{
  AsyncioTask **swallower = user_data;
  int order = seed_int (0, 2);

  (void) error;

  for (int i = 0; i < 3; i++)
    {
      Worker worker = { .work = 100, .cleanup = 10 * (1 + (i + order) % 3) + seed_int (1, 9) };

      if (i == 0)
        worker.swallows = TRUE;
      else
        worker.fails_too = seed_error ();

      if (i == 0)
        *swallower = add (group, new_worker (worker));
      else
        add_and_forget (group, new_worker (worker));
    }
  add_and_forget (group, new_worker ((Worker) { .work = seed_int (1, 9), .crowd = TRUE, .fails = seed_error () }));
}

static gpointer
run_several_fail (gpointer   user_data,
                  GError   **error)
{
  AsyncioTask *swallower = NULL;

  (void) user_data;
  (void) error;

  run_block ("group", several_fail, &swallower);
  trace ("the one that swallowed: %s", state_of (swallower));
  asyncio_unref (swallower);

  return NULL;
}

static void
test_order (void)
{
  run_main (run_several_fail);
}

/*
 * Tasks are asked to end only once. One that is slow to clean up is not disturbed when another one fails meanwhile.
 *
 *     A, B, C: start
 *     A: fails
 *     B: interrupted by CancelledError
 *     C: interrupted by CancelledError
 *     C: cleaned up                          and raises
 *     B: cleaned up                          much later
 *     group: raised ExceptionGroup(unhandled errors in a TaskGroup)[ERROR A; ERROR C]
 */
static void
fail_one_after_the_other (AsyncioTaskGroup  *group,
                          gpointer           user_data,
                          GError           **error)
{
  (void) user_data;
  (void) error;

  add_and_forget (group, new_worker ((Worker) { .work = 100, .cleanup = seed_int (40, 50) }));
  add_and_forget (group, new_worker ((Worker) { .work = 110, .cleanup = seed_int (10, 20), .fails_too = seed_error () }));
  add_and_forget (group, new_worker ((Worker) { .work = seed_int (1, 9), .crowd = TRUE, .fails = seed_error () }));
}

static gpointer
run_one_after_the_other (gpointer   user_data,
                         GError   **error)
{
  (void) error;
  run_block ("group", fail_one_after_the_other, user_data);

  return NULL;
}

static void
test_asked_once (void)
{
  run_main (run_one_after_the_other);
}

/* --- The block ------------------------------------------------------------------------- */

/*
 * The block itself fails. That is as if a task had: the tasks are cancelled and waited for. Its error comes last, though it
 * came first.
 *
 *     A: starts
 *     B: starts
 *     block: raises
 *     A: interrupted by CancelledError       in any order
 *     B: interrupted by CancelledError
 *     A: cleaned up                          and raises
 *     B: cleaned up
 *     group: raised ExceptionGroup(unhandled errors in a TaskGroup)[ERROR A; ERROR of the block]
 */
static void
block_fails (AsyncioTaskGroup  *group,
             gpointer           user_data,
             GError           **error)
{
  (void) user_data;

  add_and_forget (group, new_worker ((Worker) { .work = 100, .cleanup = seed_int (1, 9), .fails_too = seed_error () }));
  add_and_forget (group, new_worker ((Worker) { .work = 100, .cleanup = seed_int (11, 19) }));
  (void) asyncio_sleep (seed_int (1, 9), NULL);
  trace ("block: raises");
  trace_unordered_for (0.5);
  g_propagate_error (error, seed_error ());
}

static gpointer
run_block_fails (gpointer   user_data,
                 GError   **error)
{
  (void) error;
  run_block ("group", block_fails, user_data);

  return NULL;
}

static void
test_block (void)
{
  run_main (run_block_fails);
}

/*
 * A task fails while the block awaits something else, for an hour. The block is interrupted there by CancelledError. Whether
 * it passes that on or swallows it: the group is raised, and the parent is not cancelled afterwards.
 *
 *     A: starts
 *     A: fails
 *     block: interrupted by CancelledError
 *     group: raised ExceptionGroup(unhandled errors in a TaskGroup)[ERROR]
 *     passes on: next await goes on
 *     ...                                    the same, and the block swallows it
 */
static void
await_for_an_hour (AsyncioTaskGroup  *group,
                   gpointer           user_data,
                   GError           **error)
{
  gboolean swallows = GPOINTER_TO_INT (user_data);
  g_autoptr (GError) interruption = NULL;

  add_and_forget (group, new_worker ((Worker) { .work = seed_int (1, 9), .fails = seed_error () }));
  if (asyncio_sleep (3600, &interruption))
    trace ("block: slept");
  else
    trace ("block: interrupted by %s", trace_error (interruption));

  if (!swallows && interruption != NULL)
    g_propagate_error (error, g_steal_pointer (&interruption));
}

static gpointer
run_await_for_an_hour (gpointer   user_data,
                       GError   **error)
{
  (void) user_data;
  (void) error;

  run_block ("group", await_for_an_hour, GINT_TO_POINTER (FALSE));
  trace_next_await ("passes on");
  run_block ("group", await_for_an_hour, GINT_TO_POINTER (TRUE));
  trace_next_await ("swallows");

  return NULL;
}

static void
test_interrupts_block (void)
{
  run_main (run_await_for_an_hour);
}

/*
 * A group within the block of another one. What the inner one raises is an error of the outer block, and comes out as a group
 * in a group. Caught between the two, the outer one never learns of it.
 *
 *     A: starts                              of the outer group
 *     B: starts                              of the inner one
 *     B: fails
 *     inner: raised ExceptionGroup(unhandled errors in a TaskGroup)[ERROR]
 *     A: interrupted by CancelledError
 *     A: cleaned up
 *     outer: raised ExceptionGroup(unhandled errors in a TaskGroup)[ExceptionGroup(...)[ERROR]]
 *     ...                                    the same, caught: A is done, and the outer group is left
 */
static void
inner_block (AsyncioTaskGroup  *group,
             gpointer           user_data,
             GError           **error)
{
  (void) user_data;
  (void) error;
  add_and_forget (group, new_worker ((Worker) { .work = seed_int (1, 9), .fails = seed_error () }));
}

static void
outer_block (AsyncioTaskGroup  *group,
             gpointer           user_data,
             GError           **error)
{
  gboolean catches = GPOINTER_TO_INT (user_data);
  g_autoptr (GError) raised = NULL;
  gboolean left;

  add_and_forget (group, new_worker ((Worker) { .work = 100, .cleanup = seed_int (1, 9) }));
  left = asyncio_task_group_run (inner_block, NULL, &raised);
  trace_left ("inner", left, raised);
  if (!catches && raised != NULL)
    g_propagate_error (error, g_steal_pointer (&raised));
}

static gpointer
run_nested (gpointer   user_data,
            GError   **error)
{
  gboolean catches_first = seed_bool ();

  (void) user_data;
  (void) error;

  run_block ("outer", outer_block, GINT_TO_POINTER (catches_first));
  run_block ("outer", outer_block, GINT_TO_POINTER (!catches_first));

  return NULL;
}

static void
test_nested (void)
{
  run_main (run_nested);
}

/*
 * KeyboardInterrupt and SystemExit of the block still have the tasks cancelled and waited for. Then they come out themselves,
 * and not in a group, also if a task failed.
 *
 *     A: starts
 *     B: starts
 *     block: raises
 *     A: interrupted by CancelledError       in any order
 *     B: interrupted by CancelledError
 *     A: cleaned up                          and raises
 *     B: cleaned up
 *     group: raised SystemExit
 *
 * A coroutine that is closed in the block ends with the GeneratorExit that was thrown in, and not with a group around it.
 *
 *     closed: raised GeneratorExit
 *     close: well
 */
static void
block_exits (AsyncioTaskGroup  *group,
             gpointer           user_data,
             GError           **error)
{
  AsyncioError code = seed_bool () ? ASYNCIO_ERROR_SYSTEM_EXIT : ASYNCIO_ERROR_KEYBOARD_INTERRUPT;

  block_fails (group, user_data, error);
  g_clear_error (error);
  g_set_error_literal (error, ASYNCIO_ERROR, code, seed_word ());
}

static void
give_up_turn (AsyncioTaskGroup  *group,
              gpointer           user_data,
              GError           **error)
{
  (void) group;
  (void) user_data;
  (void) asyncio_sleep (0, error);
}

static gpointer
run_give_up_turn (gpointer   user_data,
                  GError   **error)
{
  gboolean left = asyncio_task_group_run (give_up_turn, user_data, error);

  trace_left ("closed", left, *error);

  return NULL;
}

static gpointer
run_block_exits (gpointer   user_data,
                 GError   **error)
{
  g_autoptr (AsyncioCoroutine) coroutine = asyncio_ref_sink (asyncio_coroutine_new (run_give_up_turn, NULL, NULL));
  g_autoptr (GError) raised = NULL;
  gpointer out;

  run_block ("group", block_exits, user_data);
  (void) asyncio_coroutine_send (coroutine, &out, error);
  trace ("close: %s", asyncio_coroutine_close (coroutine, &raised) ? "well" : trace_error (raised));

  return NULL;
}

static void
test_base (void)
{
  run_main (run_block_exits);
}

/* --- Tasks that are done when they come ------------------------------------------------ */

/*
 * The loop starts tasks at once, so one may have failed when create_task() gives it. The block goes on all the same; it is
 * interrupted at its next await, if there is one. Afterwards the parent is not cancelled.
 *
 *     a task: fails
 *     block: goes on, requests 0
 *     ends at once: raised ExceptionGroup(unhandled errors in a TaskGroup)[ERROR]
 *     ends at once: next await goes on
 *     a task: fails
 *     block: goes on, requests 0
 *     block: interrupted by CancelledError
 *     awaits: raised ExceptionGroup(unhandled errors in a TaskGroup)[ERROR]
 *     awaits: next await goes on
 */
static void
make_failed_task (AsyncioTaskGroup  *group,
                  gpointer           user_data,
                  GError           **error)
{
  add_and_forget (group, new_failure ());
  trace ("block: goes on, requests %u", requests ());

  if (GPOINTER_TO_INT (user_data) && !asyncio_sleep (3600, error))
    trace ("block: interrupted by %s", trace_error (*error));
}

static gpointer
run_failed_tasks (gpointer   user_data,
                  GError   **error)
{
  (void) user_data;
  (void) error;

  start_eagerly ();
  run_block ("ends at once", make_failed_task, GINT_TO_POINTER (FALSE));
  trace_next_await ("ends at once");
  run_block ("awaits", make_failed_task, GINT_TO_POINTER (TRUE));
  trace_next_await ("awaits");

  return NULL;
}

static void
test_eager (void)
{
  run_main (run_failed_tasks);
}

/*
 * A parent enters a group and ends without leaving it, which `async with` does not let happen. When a task fails later there
 * is nobody left to raise it, so it goes to the exception handler.
 *
 *     parent: ends
 *     A: starts
 *     A: fails
 *     handler: Task has errored out but its parent task is already completed | ERROR
 *     log: a TaskGroup was entered and never left
 */
static gpointer
forget_to_leave (gpointer   user_data,
                 GError   **error)
{
  g_autoptr (AsyncioTaskGroup) group = asyncio_task_group_new ();

  (void) user_data;
  (void) error;

  (void) asyncio_task_group_enter (group, NULL);
  add_and_forget (group, new_worker ((Worker) { .work = seed_int (1, 9), .fails = seed_error () }));
  trace ("parent: ends");

  return NULL;
}

static gpointer
start_forgetful_parent (gpointer   user_data,
                        GError   **error)
{
  g_autoptr (AsyncioTask) parent = NULL;

  (void) user_data;
  (void) error;

  trace_exception_handler (asyncio_get_running_loop (NULL));
  parent = start_task (asyncio_coroutine_new (forget_to_leave, NULL, NULL));
  (void) asyncio_sleep (10, NULL);

  return NULL;
}

static void
test_orphan (void)
{
  run_main (start_forgetful_parent);
}

int
main (int    argc,
      char **argv)
{
  graded_test_init (&argc, &argv);

  graded_test_add ("/3.11/errors/siblings", test_siblings);
  graded_test_add ("/3.11/errors/order", test_order);
  graded_test_add ("/3.11/errors/asked-once", test_asked_once);
  graded_test_add ("/3.11/errors/block", test_block);
  graded_test_add ("/3.11/errors/interrupts-block", test_interrupts_block);
  graded_test_add ("/3.11/errors/nested", test_nested);
  graded_test_add ("/3.11/errors/base", test_base);
  graded_test_add ("/3.11/errors/eager", test_eager);
  graded_test_add ("/3.11/errors/orphan", test_orphan);

  return g_test_run ();
}
