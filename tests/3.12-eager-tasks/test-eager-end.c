/* SPDX-License-Identifier: MIT */

/*
 * Lab 3.12, part B: what becomes of a task whose coroutine is over after its first step, and of one whose is not.
 */

#include "common.h"

#include "base-events-private.h"
#include "coroutines-private.h"

/* --- Values ------------------------------------------------------------------------------- */

static gpointer
return_word (gpointer   user_data,
             GError   **error)
{
  (void) error;

  return user_data;
}

static AsyncioTask *
start_returning (const char *word)
{
  return start_eagerly (asyncio_coroutine_new (return_word, (gpointer) word, NULL));
}

/*
 * A coroutine that never waits is over when its task is given back: that has its value, and to await it does not wait. What
 * was scheduled before has still not been called.
 *
 *     main: made, result basil
 *     main: await gave basil
 *     main: waits
 *     callback amber
 *     main: goes on
 */
static gpointer
await_done (gpointer   user_data,
            GError   **error)
{
  (void) user_data;

  call_soon (seed_word ());
  for (int i = seed_int (1, 4); i > 0; i--)
    {
      g_autoptr (AsyncioTask) task = start_returning (seed_word ());

      trace ("main: made, %s", state_of (task));
      if (task != NULL)
        trace ("main: await gave %s", (const char *) asyncio_await (task, error));
    }
  trace ("main: waits");
  pause_for (1);
  trace ("main: goes on");

  return NULL;
}

static void
test_value (void)
{
  run_main (await_done);
}

static gpointer
await_future (gpointer   future,
              GError   **error)
{
  return asyncio_await (future, error);
}

/*
 * The ready queue is as long after a task that was over at once as it was before, whatever number of them; and so it is
 * after one that waits for a future. Only one that gave up its turn is in the queue.
 *
 *     5 that are over: 0 more
 *     one that awaits: 0 more
 *     one that yields: 1 more
 *     the future is done: 1 more
 */
static guint
queue_length (void)
{
  return running_loop ()->ready.length;
}

static gpointer
count_scheduled (gpointer   user_data,
                 GError   **error)
{
  g_autoptr (AsyncioFuture) future = asyncio_loop_create_future (running_loop ());
  g_autoptr (AsyncioTask) awaiting = NULL;
  g_autoptr (AsyncioTask) yielding = NULL;
  int n = seed_int (2, 9);
  guint before;

  (void) user_data;

  for (int i = seed_int (0, 3); i > 0; i--)
    call_soon (seed_word ());

  before = queue_length ();
  for (int i = 0; i < n; i++)
    {
      AsyncioTask *task = start_returning (seed_word ());

      trace ("%s", state_of (task));
      asyncio_unref (task);
    }
  trace ("%d that are over: %u more", n, queue_length () - before);

  before = queue_length ();
  awaiting = start_eagerly (asyncio_coroutine_new (await_future, future, NULL));
  trace ("one that awaits: %u more", queue_length () - before);

  before = queue_length ();
  yielding = start_eagerly (asyncio_sleep_coroutine (0));
  trace ("one that yields: %u more", queue_length () - before);

  before = queue_length ();
  asyncio_future_set_result (future, (gpointer) seed_word (), NULL, error);
  trace ("the future is done: %u more", queue_length () - before);

  wait_until_done (awaiting);
  wait_until_done (yielding);
  trace ("%s, %s", state_of (awaiting), state_of (yielding));

  return NULL;
}

static void
test_nothing_scheduled (void)
{
  run_main (count_scheduled);
}

static void
on_done (AsyncioFuture  *future,
         gpointer        user_data,
         GError        **error)
{
  (void) error;
  trace ("%s: done callback, %s", (const char *) user_data, trace_state (future));
}

/*
 * A done-callback that is added to a task that was over at once is scheduled, as with every future that is done. Those of
 * several tasks are called in the order in which they were added.
 *
 *     main: added
 *     main: added
 *     callback cedar
 *     amber: done callback, result basil
 *     ...
 */
static gpointer
add_callbacks (gpointer   user_data,
               GError   **error)
{
  (void) user_data;
  (void) error;

  for (int i = seed_int (2, 4); i > 0; i--)
    {
      g_autoptr (AsyncioTask) task = start_returning (seed_word ());

      if (seed_bool ())
        call_soon (seed_word ());
      if (task != NULL)
        asyncio_future_add_done_callback (ASYNCIO_FUTURE (task), on_done, (gpointer) seed_word (), NULL);
      trace ("main: added");
    }
  pause_for (1);
  trace ("main: goes on");

  return NULL;
}

static void
test_done_callback (void)
{
  run_main (add_callbacks);
}

/* --- Errors ---------------------------------------------------------------------------------- */

/*
 * An error stays in the task: create gives the task, and who awaits it gets the error. If nobody does, it is reported when
 * the task goes.
 *
 *     step: raises
 *     main: made, error ValueError: amber
 *     main: await raised ValueError: amber
 *     step: raises
 *     main: made, error OSError: basil
 *     handler: Task exception was never retrieved | OSError: basil
 *     main: goes on
 */
static gpointer
fail_at_once (gpointer   user_data,
              GError   **error)
{
  int asked = seed_int (0, 1);

  (void) user_data;
  (void) error;

  for (int i = 0; i < 2; i++)
    {
      g_autoptr (GError) got = NULL;
      AsyncioTask *task = start_eagerly (raising (seed_error ()));

      trace ("main: made, %s", state_of (task));
      if (i == asked && task != NULL)
        {
          (void) asyncio_await (task, &got);
          trace ("main: await raised %s", trace_error (got));
        }
      asyncio_unref (task);
      trace ("main: goes on");
    }

  return NULL;
}

static void
test_error (void)
{
  run_main (fail_at_once);
}

static AsyncioContextVar *variable;

static gpointer
raise_in_context (gpointer   user_data,
                  GError   **error)
{
  asyncio_context_var_set (variable, (gpointer) seed_word (), NULL, NULL);

  return raise_error (user_data, error);
}

/*
 * KeyboardInterrupt and SystemExit come out of the call that makes the task. Then there is no task to be had, and as nobody
 * can ask it, its error is reported. The creator is the current task again, in its own context. If it lives with the error
 * the loop goes on, else the loop ends.
 *
 *     step: raises
 *     handler: Task exception was never retrieved | SystemExit: amber
 *     main: create raised SystemExit: amber, and gave nothing True
 *     main: current is main, sees basil, all tasks main
 *     main: later, current is main
 *     step: raises
 *     handler: ...
 *     main raised SystemExit: amber
 */
static gpointer
raise_base_exceptions (gpointer   user_data,
                       GError   **error)
{
  static const AsyncioError codes[] = { ASYNCIO_ERROR_KEYBOARD_INTERRUPT, ASYNCIO_ERROR_SYSTEM_EXIT };
  int first = seed_int (0, 1);

  (void) user_data;

  asyncio_context_var_set (variable, (gpointer) seed_word (), NULL, NULL);
  for (int i = 0; i < 3; i++)
    {
      GError *raise = g_error_new (ASYNCIO_ERROR, (int) codes[(first + i) % 2], "%s", seed_word ());
      AsyncioCoroutine *coroutine = asyncio_coroutine_new (raise_in_context, raise, (GDestroyNotify) g_error_free);
      g_autoptr (GError) got = NULL;
      g_autoptr (AsyncioTask) task = NULL;

      task = asyncio_task_new_full (running_loop (), coroutine, NULL, NULL, TRUE, &got);
      trace ("main: create raised %s, and gave nothing %s", trace_error (got), trace_bool (task == NULL));
      trace ("main: current is %s, sees %s, all tasks %s", current (),
             (const char *) asyncio_context_var_get_or (variable, (gpointer) "nothing"), all_tasks ());
      if (i == 2 && got != NULL)
        g_propagate_error (error, g_steal_pointer (&got));
      else if (asyncio_sleep (0, error))
        trace ("main: later, current is %s", current ());
    }

  return NULL;
}

static void
test_base_exception (void)
{
  variable = asyncio_context_var_new ("variable");
  run_main (raise_base_exceptions);
  g_clear_pointer (&variable, asyncio_context_var_unref);
}

/* --- Cancellation ------------------------------------------------------------------------------- */

static gpointer
raise_cancelled (gpointer   user_data,
                 GError   **error)
{
  g_propagate_error (error, asyncio_error_new_cancelled (user_data));

  return NULL;
}

static gpointer
cancel_itself (gpointer   user_data,
               GError   **error)
{
  int turns = GPOINTER_TO_INT (user_data);

  trace ("step: cancel %s", trace_bool (asyncio_task_cancel (asyncio_current_task (NULL, NULL))));
  trace ("step: goes on");
  for (int i = 0; i < turns; i++)
    if (!asyncio_sleep (0, error))
      {
        trace ("step: interrupted by %s", trace_error (*error));
        return NULL;
      }
  trace ("step: returns");

  return NULL;
}

static gpointer
cancel_and_await (gpointer   user_data,
                  GError   **error)
{
  (void) asyncio_task_cancel (asyncio_current_task (NULL, NULL));
  trace ("step: awaits a future");
  (void) asyncio_await (user_data, error);
  trace ("step: %s", trace_error (*error));

  return NULL;
}

/*
 * A CancelledError that is raised in the eager step makes a cancelled task. A task that cancels itself in its eager step
 * goes on until it waits, and is interrupted there in a later turn; if it never waits it ends as cancelled. What it awaits
 * is cancelled with it.
 *
 *     raises: cancelled
 *     step: cancel True
 *     step: goes on
 *     step: returns
 *     cancels itself: cancelled
 *     step: cancel True
 *     step: goes on
 *     cancels itself: pending
 *     step: interrupted by CancelledError
 *     cancels itself: cancelled
 *     ...
 */
static gpointer
cancel_inside (gpointer   user_data,
               GError   **error)
{
  g_autoptr (AsyncioFuture) future = asyncio_loop_create_future (running_loop ());
  g_autoptr (AsyncioTask) raises = start_eagerly (asyncio_coroutine_new (raise_cancelled, NULL, NULL));
  g_autoptr (AsyncioTask) awaits = NULL;
  int first = seed_int (0, 1);

  (void) user_data;
  (void) error;

  trace ("raises: %s", state_of (raises));
  for (int i = 0; i < 2; i++)
    {
      int turns = (first + i) % 2 * seed_int (1, 2);
      g_autoptr (AsyncioTask) task = start_eagerly (asyncio_coroutine_new (cancel_itself, GINT_TO_POINTER (turns), NULL));

      trace ("cancels itself: %s", state_of (task));
      wait_until_done (task);
      trace ("cancels itself: %s", state_of (task));
    }

  awaits = start_eagerly (asyncio_coroutine_new (cancel_and_await, future, NULL));
  trace ("awaits: %s, future %s", state_of (awaits), trace_state (future));
  wait_until_done (awaits);
  trace ("awaits: %s", state_of (awaits));

  return NULL;
}

static void
test_cancelled_inside (void)
{
  run_main (cancel_inside);
}

static gpointer
sleep_and_clean_up (gpointer   user_data,
                    GError   **error)
{
  const char *name = user_data;

  trace ("%s: starts", name);
  if (!asyncio_sleep (3600, error))
    trace ("%s: interrupted by %s", name, trace_error (*error));

  return NULL;
}

/*
 * Its body has begun when anybody can cancel it. One that waits is interrupted where it waits, in a later turn; one that is
 * over cannot be cancelled any more.
 *
 *     amber: starts
 *     main: cancel True, pending
 *     amber: interrupted by CancelledError
 *     main: cancelled
 *     main: cancel False, result basil
 */
static gpointer
cancel_from_outside (gpointer   user_data,
                     GError   **error)
{
  (void) user_data;
  (void) error;

  for (int i = seed_int (1, 3); i > 0; i--)
    {
      AsyncioCoroutine *coroutine = asyncio_coroutine_new (sleep_and_clean_up, (gpointer) seed_word (), NULL);
      g_autoptr (AsyncioTask) waiting = start_eagerly (coroutine);
      g_autoptr (AsyncioTask) over = start_returning (seed_word ());

      if (waiting == NULL || over == NULL)
        continue;

      pause_for (i > 1 ? seed_int (0, 2) : 0);
      trace ("main: cancel %s, %s", trace_bool (asyncio_task_cancel (waiting)), state_of (waiting));
      wait_until_done (waiting);
      trace ("main: %s", state_of (waiting));
      trace ("main: cancel %s, %s", trace_bool (asyncio_task_cancel (over)), state_of (over));
    }

  return NULL;
}

static void
test_cancelled_outside (void)
{
  run_main (cancel_from_outside);
}

/* --- The coroutine --------------------------------------------------------------------------------- */

static gpointer
wait_for_turns (gpointer   user_data,
                GError   **error)
{
  for (int i = GPOINTER_TO_INT (user_data); i > 0 && asyncio_sleep (0, error); i--)
    continue;

  return NULL;
}

/*
 * A task that was over at once has given up its coroutine, and so has one that failed at once. One that waited keeps it for
 * good. Somebody else who holds the coroutine sees that it is over.
 *
 *     0 turns: result None, has its coroutine False, another holds it False
 *     2 turns: pending, has its coroutine True, another holds it True
 *     2 turns, later: result None, has its coroutine True, another holds it True
 *     failed: has its coroutine False
 */
static void
trace_coroutine (const char       *label,
                 AsyncioTask      *task,
                 AsyncioCoroutine *coroutine)
{
  if (task == NULL)
    {
      trace ("%s: no task", label);
      return;
    }

  trace ("%s: %s, has its coroutine %s, another holds it %s", label, state_of (task), trace_bool (task->coro == coroutine),
         trace_bool (coroutine->parent.ref_count > 1));
}

static gpointer
look_at_coroutines (gpointer   user_data,
                    GError   **error)
{
  g_autoptr (AsyncioTask) failed = NULL;
  int first = seed_int (0, 1);

  (void) user_data;
  (void) error;

  for (int i = 0; i < 2; i++)
    {
      int turns = (first + i) % 2 * seed_int (1, 3);
      AsyncioCoroutine *coroutine = asyncio_ref_sink (asyncio_coroutine_new (wait_for_turns, GINT_TO_POINTER (turns), NULL));
      g_autoptr (AsyncioTask) task = start_eagerly (coroutine);
      g_autofree char *label = g_strdup_printf ("%d turns", turns);
      g_autofree char *later = g_strdup_printf ("%d turns, later", turns);

      trace_coroutine (label, task, coroutine);
      wait_until_done (task);
      trace_coroutine (later, task, coroutine);
      asyncio_unref (coroutine);
    }

  failed = start_eagerly (raising (seed_error ()));
  if (failed != NULL)
    trace ("failed: has its coroutine %s", trace_bool (failed->coro != NULL));
  (void) (failed != NULL && asyncio_task_exception (failed, NULL));

  return NULL;
}

static void
test_coroutine (void)
{
  run_main (look_at_coroutines);
}

/* --- gather() and wait() ------------------------------------------------------------------------------ */

static void
trace_gathered (const char    *label,
                AsyncioFuture *gathered,
                GError       **error)
{
  GPtrArray *children;
  g_autoptr (GString) text = g_string_new (NULL);

  trace ("%s: gather done %s", label, trace_bool (asyncio_future_done (gathered)));
  children = asyncio_await (gathered, error);
  for (guint i = 0; children != NULL && i < children->len; i++)
    g_string_append_printf (text, "%s%s", i > 0 ? ", " : "", trace_state (children->pdata[i]));
  trace ("%s: gathered %s", label, text->str);
}

/*
 * gather() of tasks that are all done is done when it is made. With one that is not, it waits for that. wait() suspends in
 * any case, as it has one turn to give.
 *
 *     all done: gather done True
 *     all done: gathered result amber, result basil
 *     one waits: gather done False
 *     one waits: gathered result amber, result None
 */
static gpointer
gather_done (gpointer   user_data,
             GError   **error)
{
  g_autoptr (AsyncioTask) first = start_returning (seed_word ());
  g_autoptr (AsyncioTask) second = start_returning (seed_word ());
  gpointer turns = GINT_TO_POINTER (seed_int (1, 3));
  g_autoptr (AsyncioTask) third = start_eagerly (asyncio_coroutine_new (wait_for_turns, turns, NULL));
  g_autoptr (AsyncioFuture) all = NULL;
  g_autoptr (AsyncioFuture) some = NULL;

  (void) user_data;

  if (first == NULL || second == NULL || third == NULL)
    return NULL;

  call_soon (seed_word ());
  all = asyncio_gather (error, first, second, NULL);
  trace_gathered ("all done", all, error);
  some = asyncio_gather (error, second, third, first, NULL);
  trace_gathered ("one waits", some, error);

  call_soon (seed_word ());
  wait_until_done (first);
  trace ("waited");

  return NULL;
}

static void
test_gather (void)
{
  run_main (gather_done);
}

int
main (int    argc,
      char **argv)
{
  graded_test_init (&argc, &argv);

  graded_test_add ("/3.12/end/value", test_value);
  graded_test_add ("/3.12/end/nothing-scheduled", test_nothing_scheduled);
  graded_test_add ("/3.12/end/done-callback", test_done_callback);
  graded_test_add ("/3.12/end/error", test_error);
  graded_test_add ("/3.12/end/base-exception", test_base_exception);
  graded_test_add ("/3.12/end/cancelled-inside", test_cancelled_inside);
  graded_test_add ("/3.12/end/cancelled-outside", test_cancelled_outside);
  graded_test_add ("/3.12/end/coroutine", test_coroutine);
  graded_test_add ("/3.12/end/gather", test_gather);

  return g_test_run ();
}
