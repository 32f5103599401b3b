/* SPDX-License-Identifier: MIT */

/*
 * Lab 3.11: the hidden tests of all parts. They need nothing that the handout does not say.
 */

#include "eager.h"
#include "parent.h"

/*
 * Part A. A request that was passed on to what the task waits for is on its way, and cannot be stopped by taking it back.
 * What is no task has no requests.
 *
 *     future: 0, taken back 0
 *     taken back: 1                           two to four times
 *     taken back: 0
 *     job: CancelledError
 *     A: starts
 *     taken back: 1
 *     taken back: 0
 *     A: interrupted by CancelledError        the job awaits a task, which swallows it
 *     A: cleaned up
 *     job: got A
 */
static gpointer
wait_for (gpointer   user_data,
          GError   **error)
{
  gpointer value = asyncio_await (user_data, error);

  if (*error != NULL)
    trace ("job: %s", trace_error (*error));
  else
    trace ("job: got %s", (const char *) value);

  return NULL;
}

static void
cancel_and_take_back (gpointer awaitable,
                      int      times)
{
  g_autoptr (AsyncioTask) task = start_task (asyncio_coroutine_new (wait_for, awaitable, NULL));

  pause_for (2);
  for (int i = 0; i < times; i++)
    asyncio_task_cancel (task);
  for (int i = 0; i < times; i++)
    trace ("taken back: %u", asyncio_task_uncancel (task));
  wait_until_done (task);
}

static gpointer
look_at_delivery (gpointer   user_data,
                  GError   **error)
{
  AsyncioLoop *loop = asyncio_get_running_loop (NULL);
  g_autoptr (AsyncioFuture) future = asyncio_loop_create_future (loop);
  g_autoptr (AsyncioTask) inner = start_task (new_worker ((Worker) { .work = 100, .cleanup = 1, .swallows = TRUE }));
  AsyncioTask *no_task = (AsyncioTask *) future;

  (void) user_data;
  (void) error;

  trace ("future: %u, taken back %u", asyncio_task_cancelling (no_task), asyncio_task_uncancel (no_task));
  cancel_and_take_back (future, seed_int (2, 4));
  cancel_and_take_back (inner, seed_int (2, 4));

  return NULL;
}

static void
test_delivered (void)
{
  run_main (look_at_delivery);
}

/*
 * Part B. While the parent waits at the end of the block, tasks may be made as long as there are others. When the last one is
 * done the group is finished, though the parent has not noticed yet.
 *
 *     A: starts
 *     B: starts
 *     block ends
 *     A: is done
 *     after A: made                           C; by a done-callback
 *     C: starts
 *     C: is done
 *     B: is done
 *     after B: is finished
 *     group: left
 */
typedef struct
{
  AsyncioTaskGroup *group;
  const char *label;
} Late;

static void
make_one_more (AsyncioFuture  *task,
               gpointer        user_data,
               GError        **error)
{
  Late *self = user_data;
  g_autoptr (GError) raised = NULL;
  g_autoptr (AsyncioTask) made = asyncio_task_group_create_task (self->group, new_worker ((Worker) { .work = 1 }), &raised);

  (void) task;
  (void) error;
  trace ("%s: %s", self->label, made != NULL ? "made" : trace_misuse (raised));
}

static void
watch (AsyncioTaskGroup *group,
       const char       *label,
       int               work)
{
  g_autoptr (AsyncioTask) task = add (group, new_worker ((Worker) { .work = work }));
  Late late = { group, label };

  if (task != NULL)
    asyncio_future_add_done_callback (ASYNCIO_FUTURE (task), make_one_more, g_memdup2 (&late, sizeof late), g_free);
}

static void
end_late (AsyncioTaskGroup  *group,
          gpointer           user_data,
          GError           **error)
{
  (void) user_data;
  (void) error;

  watch (group, "after the first", seed_int (1, 9));
  watch (group, "after the last", seed_int (20, 29));
  trace ("block ends");
}

static gpointer
run_end_late (gpointer   user_data,
              GError   **error)
{
  (void) error;
  run_block ("group", end_late, user_data);

  return NULL;
}

static void
test_late (void)
{
  run_main (run_end_late);
}

/*
 * Part C. A task raises KeyboardInterrupt or SystemExit. That leaves the loop at once. When the loop runs again the others are
 * cancelled and waited for, and then it comes out of the group itself, though another task failed as well.
 *
 *     A: starts
 *     B: starts
 *     A: fails
 *     run raised SystemExit: WORD
 *     B: interrupted by CancelledError
 *     B: cleaned up                           and raises
 *     group: raised SystemExit: WORD
 *     run raised SystemExit: WORD
 */
static void
exit_in_task (AsyncioTaskGroup  *group,
              gpointer           user_data,
              GError           **error)
{
  AsyncioError code = seed_bool () ? ASYNCIO_ERROR_SYSTEM_EXIT : ASYNCIO_ERROR_KEYBOARD_INTERRUPT;
  GError *fails = g_error_new_literal (ASYNCIO_ERROR, code, seed_word ());

  (void) user_data;
  (void) error;

  add_and_forget (group, new_worker ((Worker) { .work = seed_int (1, 9), .fails = fails }));
  add_and_forget (group, new_worker ((Worker) { .work = 100, .cleanup = seed_int (1, 9), .fails_too = seed_error () }));
}

static gpointer
run_exit_in_task (gpointer   user_data,
                  GError   **error)
{
  (void) asyncio_task_group_run (exit_in_task, user_data, error);
  trace ("group: raised %s", trace_error (*error));

  return NULL;
}

static void
test_base_of_task (void)
{
  g_autoptr (AsyncioLoop) loop = asyncio_new_event_loop ();
  g_autoptr (AsyncioTask) task = NULL;

  asyncio_set_event_loop (loop);
  task = asyncio_loop_create_task (loop, asyncio_coroutine_new (run_exit_in_task, NULL, NULL), NULL);
  for (int i = 0; i < 2; i++)
    {
      g_autoptr (GError) error = NULL;

      (void) asyncio_loop_run_until_complete (loop, task, &error);
      trace ("run raised %s", trace_error (error));
    }
  if (asyncio_task_done (task))
    (void) asyncio_task_exception (task, NULL);
  asyncio_set_event_loop (NULL);
  asyncio_loop_close (loop, NULL);
}

/*
 * Part C. The loop starts tasks at once. A task of the group makes another one in it before it is itself in the group, and
 * that fails at once. The first is cancelled nevertheless, and not forgotten.
 *
 *     a task: starts
 *     a task: fails                           the one that it makes
 *     a task: interrupted by CancelledError
 *     group: raised ExceptionGroup(unhandled errors in a TaskGroup)[ERROR]
 *     group: next await goes on
 */
static gpointer
make_failure_and_wait (gpointer   user_data,
                       GError   **error)
{
  trace ("a task: starts");
  add_and_forget (user_data, new_failure ());
  trace ("a task: %s", asyncio_sleep (3600, error) ? "has slept" : trace_error (*error));

  return NULL;
}

static void
make_before_it_is_in (AsyncioTaskGroup  *group,
                      gpointer           user_data,
                      GError           **error)
{
  (void) user_data;
  (void) error;
  add_and_forget (group, asyncio_coroutine_new (make_failure_and_wait, group, NULL));
}

static gpointer
run_before_it_is_in (gpointer   user_data,
                     GError   **error)
{
  (void) error;
  start_eagerly ();
  run_block ("group", make_before_it_is_in, user_data);
  trace_next_await ("group");

  return NULL;
}

static void
test_eager_maker (void)
{
  run_main (run_before_it_is_in);
}

/*
 * Part D. A task of the outer group and one of the inner one fail in the same turn, and maybe somebody cancels the parent as
 * well. Each group takes back what it has asked for, and nothing else.
 *
 *     main: sets off the fuses
 *     fuse: ERROR
 *     fuse: ERROR
 *     inner: raised ExceptionGroup(unhandled errors in a TaskGroup)[ERROR]
 *     inner: requests 1
 *     parent: raised ExceptionGroup(unhandled errors in a TaskGroup)[ERROR; ExceptionGroup(...)[ERROR]]
 *     parent: requests 0
 *     parent: next await goes on
 *     parent: error ExceptionGroup(...), requests 0
 */
static void
one_fuse (AsyncioTaskGroup  *group,
          gpointer           user_data,
          GError           **error)
{
  (void) error;
  add_and_forget (group, new_fuse (user_data));
}

static void
nested_fuses (AsyncioTaskGroup  *group,
              gpointer           user_data,
              GError           **error)
{
  gboolean left;

  add_and_forget (group, new_fuse (user_data));
  left = asyncio_task_group_run (one_fuse, user_data, error);
  trace_left ("inner", left, *error);
  trace ("inner: requests %u", requests ());
}

static void
set_off_nested (gboolean and_cancel)
{
  g_autoptr (AsyncioFuture) future = asyncio_loop_create_future (asyncio_get_running_loop (NULL));
  AsyncioTask *parent = start_parent (nested_fuses, future);

  (void) asyncio_sleep (seed_int (1, 9), NULL);
  trace ("main: sets off the fuses%s", and_cancel ? " and cancels" : "");
  (void) asyncio_future_set_result (future, NULL, NULL, NULL);
  if (and_cancel)
    asyncio_task_cancel (parent);
  trace_end_of (parent);
}

static gpointer
set_off_both (gpointer   user_data,
              GError   **error)
{
  gboolean first = seed_bool ();

  (void) user_data;
  (void) error;

  set_off_nested (first);
  set_off_nested (!first);

  return NULL;
}

static void
test_nested (void)
{
  run_main (set_off_both);
}

/*
 * Part D. A CancelledError comes out of the block that nobody asked the parent for: it awaited a task that was cancelled. The
 * others are cancelled, and CancelledError comes out of the group. There was no request, and there is none.
 *
 *     A: starts
 *     B: starts
 *     A: interrupted by CancelledError
 *     A: cleaned up
 *     B: interrupted by CancelledError
 *     B: cleaned up
 *     parent: raised CancelledError
 *     parent: requests 0
 *     parent: next await goes on
 *     parent: cancelled, requests 0
 */
static void
await_cancelled (AsyncioTaskGroup  *group,
                 gpointer           user_data,
                 GError           **error)
{
  g_autoptr (AsyncioTask) first = add (group, new_worker ((Worker) { .work = 100, .cleanup = seed_int (0, 5) }));

  (void) user_data;

  add_and_forget (group, new_worker ((Worker) { .work = 100, .cleanup = seed_int (1, 9) }));
  (void) asyncio_sleep (seed_int (1, 9), NULL);
  if (first == NULL)
    return;
  asyncio_task_cancel (first);
  (void) asyncio_await (first, error);
}

static gpointer
run_await_cancelled (gpointer   user_data,
                     GError   **error)
{
  (void) user_data;
  (void) error;
  trace_end_of (start_parent (await_cancelled, NULL));

  return NULL;
}

static void
test_unasked (void)
{
  run_main (run_await_cancelled);
}

int
main (int    argc,
      char **argv)
{
  graded_test_init (&argc, &argv);

  graded_test_add ("/3.11/uncancel/delivered", test_delivered);
  graded_test_add ("/3.11/group/late", test_late);
  graded_test_add ("/3.11/errors/base-of-task", test_base_of_task);
  graded_test_add ("/3.11/errors/eager-maker", test_eager_maker);
  graded_test_add ("/3.11/outside/nested", test_nested);
  graded_test_add ("/3.11/outside/unasked", test_unasked);

  return g_test_run ();
}
