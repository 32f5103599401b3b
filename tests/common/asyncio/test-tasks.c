/* SPDX-License-Identifier: MIT */

/*
 * Tests of tasks.c, except for cancellation (test-cancel.c). What is expected was asked of CPython 3.6, 3.7 and 3.8.
 */

#include "common.h"

#include "sanitizers-private.h"

#include "coroutines-private.h"

#include <asyncio/versions.h>
#include <string.h>

static gpointer
note_and_return (gpointer   text,
                 GError   **error)
{
  (void) error;
  note ("%s", (const char *) text);

  return text;
}

static AsyncioCoroutine *
noting (const char *text)
{
  return asyncio_coroutine_new (note_and_return, (gpointer) text, NULL);
}

static gpointer
give (gpointer   value,
      GError   **error)
{
  (void) error;
  return value;
}

static gpointer
fail (gpointer   message,
      GError   **error)
{
  g_propagate_error (error, value_error (message));

  return NULL;
}

/* --- Steps ---------------------------------------------------------------------------- */

/* The first step is taken in the next turn, those of several tasks in the order in which they were made. */
static void
test_first_step (void)
{
  start_and_forget (noting ("a"));
  asyncio_loop_call_soon (loop, note_text, (gpointer) "callback", NULL, NULL);
  start_and_forget (noting ("b"));
  assert_notes ("");
  run_turns (1);
  assert_notes ("a callback b");
}

/* Tasks that give up their turn take steps in turn. */
static gpointer
two_steps (gpointer   text,
           GError   **error)
{
  note ("%s1", (const char *) text);
  if (!asyncio_sleep (0, error))
    return NULL;
  note ("%s2", (const char *) text);

  return NULL;
}

static void
test_in_turn (void)
{
  start_and_forget (asyncio_coroutine_new (two_steps, (gpointer) "a", NULL));
  start_and_forget (asyncio_coroutine_new (two_steps, (gpointer) "b", NULL));
  run_turns (1);
  assert_notes ("a1 b1");
  run_turns (1);
  assert_notes ("a2 b2");
}

/* A task that awaits a future goes on in the turn after the one that completed it; several in the order in which they came,
 * among the other callbacks of the future. */
static void
test_wake_up (void)
{
  g_autoptr (AsyncioFuture) future = asyncio_loop_create_future (loop);

  start_and_forget (waits_for ("a", future));
  run_turns (1);
  asyncio_future_add_done_callback (future, note_done, (gpointer) "callback", NULL);
  start_and_forget (waits_for ("b", future));
  run_turns (1);
  asyncio_future_set_result (future, (gpointer) "value", NULL, NULL);
  assert_notes ("");
  run_turns (1);
  assert_notes ("a=value callback b=value");
}

/* A task that awaits a future that is done goes on at once. */
static void
test_done_future (void)
{
  g_autoptr (AsyncioFuture) future = asyncio_loop_create_future (loop);

  asyncio_future_set_result (future, (gpointer) "value", NULL, NULL);
  start_and_forget (waits_for ("a", future));
  start_and_forget (noting ("next"));
  run_turns (1);
  assert_notes ("a=value next");
}

/* The loop keeps a task alive until it is done, and not longer. */
static void
test_kept_by_loop (void)
{
  start_and_forget (asyncio_coroutine_new_full (give, value_new ("value"), NULL, value_free, "give", "here:1"));
  g_assert_cmpint (n_values, ==, 1);
  run_turns (1);
  g_assert_cmpint (n_values, ==, 0);
}

/* --- Results ----------------------------------------------------------------------------- */

/* What the coroutine returns is the task's value, and freed with it as the coroutine says. NULL is never freed. */
static void
test_value (void)
{
  AsyncioTask *task = start (asyncio_coroutine_new_full (give, value_new ("value"), NULL, value_free, "give", "here:1"));
  AsyncioTask *none = start (asyncio_coroutine_new_full (give, NULL, NULL, value_free, "give", "here:1"));
  g_autoptr (GError) error = NULL;

  g_assert_false (asyncio_task_done (task));
  run_turns (1);
  g_assert_true (asyncio_task_done (task));
  g_assert_false (asyncio_task_cancelled (task));
  g_assert_cmpstr (asyncio_task_result (task, &error), ==, "value");
  g_assert_null (asyncio_task_exception (task, &error));
  g_assert_null (asyncio_task_result (none, &error));
  g_assert_no_error (error);

  g_assert_cmpint (n_values, ==, 1);
  asyncio_unref (task);
  asyncio_unref (none);
  g_assert_cmpint (n_values, ==, 0);
}

/* What it raises is the task's error, for everybody who awaits it. */
static void
test_error (void)
{
  g_autoptr (AsyncioTask) task = start (asyncio_coroutine_new (fail, (gpointer) "odd", NULL));
  g_autoptr (GError) error = NULL;

  for (int i = 0; i < 2; i++)
    run_and_note (waits_for ("awaits", task));
  assert_notes ("awaits=ValueError: odd ValueError: odd awaits=ValueError: odd ValueError: odd");
  g_assert_error (asyncio_task_exception (task, &error), ASYNCIO_ERROR, ASYNCIO_ERROR_VALUE);
  g_assert_null (asyncio_task_result (task, &error));
  assert_error (error, "ValueError: odd");
}

/* A task that raises CancelledError, for whatever reason, was cancelled. */
static gpointer
raise_cancelled (gpointer   user_data,
                 GError   **error)
{
  (void) user_data;
  g_set_error_literal (error, ASYNCIO_ERROR, ASYNCIO_ERROR_CANCELLED, "for fun");

  return NULL;
}

static void
test_raises_cancelled (void)
{
  g_autoptr (AsyncioTask) task = start (asyncio_coroutine_new (raise_cancelled, NULL, NULL));

  run_turns (1);
  g_assert_true (asyncio_task_cancelled (task));
}

/* What a task is doing can be read. */
static void
test_repr (void)
{
  g_autoptr (AsyncioTask) task = start (noting ("runs"));
  g_autofree char *pending = asyncio_repr (task);
  g_autofree char *finished = NULL;

  g_assert_true (g_str_has_prefix (pending, "<Task pending coro=<note_and_return() at "));
  run_turns (1);
  finished = asyncio_repr (task);
  g_assert_true (g_str_has_prefix (finished, "<Task finished coro=<note_and_return() at "));
  assert_notes ("runs");
}

/* --- Who completes a task --------------------------------------------------------------------- */

/*
 * Since 3.7 only the task itself says how it ended. Before, anybody could: those who wait for it go on, it is no more
 * among all_tasks(), and its next step, which the loop takes nevertheless, is reported.
 */
static void
test_set_result (void)
{
  g_autoptr (AsyncioTask) task = start (asyncio_coroutine_new (two_steps, (gpointer) "t", NULL));
  g_autoptr (GError) error = NULL;
  g_autoptr (GPtrArray) all = NULL;
  gboolean is_set;

  asyncio_unref (start (waits_for ("waiting", task)));
  run_turns (1);
  assert_notes ("t1");
  is_set = asyncio_future_set_result (ASYNCIO_FUTURE (task), value_new ("set"), value_free, &error);

  if (asyncio_version_rules.task_refuses_results)
    {
      g_assert_false (is_set);
      assert_error (error, "RuntimeError: Task does not support set_result operation");
      g_assert_false (asyncio_future_set_exception (ASYNCIO_FUTURE (task), value_error ("x"), &error));
      assert_error (error, "RuntimeError: Task does not support set_exception operation");
      g_assert_cmpint (n_values, ==, 0);
      run_turns (2);
      assert_notes ("t2 waiting=None");
      return;
    }

  g_assert_true (is_set);
  all = asyncio_all_tasks (loop, NULL);
  g_assert_cmpint (all->len, ==, 1);
  asyncio_loop_set_exception_handler (loop, NULL, NULL, NULL);
  expect_warning ("Exception in callback Task.step()*AssertionError: _step(): already done: <Task finished *");
  run_turns (1);
  assert_warned ();
  assert_notes ("waiting=set");
}

/* Before 3.7, too, a task may have completed itself before it returns or raises. That is reported; the first stays. */
static AsyncioTask *myself;

static gpointer
complete_myself (gpointer   message,
                 GError   **error)
{
  g_assert_true (asyncio_future_set_result (ASYNCIO_FUTURE (myself), (gpointer) "first", NULL, error));
  if (message != NULL)
    g_propagate_error (error, value_error (message));

  return message == NULL ? value_new ("second") : NULL;
}

static void
test_completes_itself (void)
{
  asyncio_loop_set_exception_handler (loop, NULL, NULL, NULL);
  for (int i = 0; i < 2; i++)
    {
      myself = start (asyncio_coroutine_new_full (complete_myself, i == 0 ? NULL : (gpointer) "raised", NULL, value_free,
                                                  "coroutine", "here:1"));
      expect_warning ("Exception in callback Task.step()*InvalidStateError: FINISHED: *");
      run_turns (1);
      assert_warned ();
      g_assert_cmpstr (asyncio_task_result (myself, NULL), ==, "first");
      asyncio_unref (myself);
    }
}

/* --- Misuse of await ----------------------------------------------------------------------------- */

static gpointer
await_and_note (gpointer   awaitable,
                GError   **error)
{
  g_autoptr (GError) local_error = NULL;

  (void) error;
  g_assert_null (asyncio_await (awaitable, &local_error));
  note ("%s", g_str_has_prefix (local_error->message, "Task <Task") ? strstr (local_error->message, "got Future")
                                                                    : local_error->message);
  return NULL;
}

/* A task cannot await itself; it is told so, and may go on. */
static gpointer
await_myself (gpointer   user_data,
              GError   **error)
{
  (void) user_data;
  g_assert_null (asyncio_await (myself, error));
  note ("%s", g_str_has_prefix ((*error)->message, "Task cannot await on itself: <Task pending") ? "told" : "?");
  g_clear_error (error);

  return (gpointer) "goes on";
}

static void
test_await_itself (void)
{
  myself = start (asyncio_coroutine_new (await_myself, NULL, NULL));
  run_and_note (myself);
  asyncio_unref (myself);
  assert_notes ("told goes on");
}

/* A future of another loop cannot be awaited. */
static void
test_await_other_loop (void)
{
  AsyncioLoop *other = new_virtual_loop ();
  g_autoptr (AsyncioFuture) future = asyncio_loop_create_future (other);

  run_and_note (asyncio_coroutine_new (await_and_note, future, NULL));
  assert_notes ("got Future <Future pending> attached to a different loop None");
  end_loop (other);
}

/* What a coroutine yields in other ways than by await is refused. */
static gpointer
yield_and_note (gpointer   yielded,
                GError   **error)
{
  g_autoptr (GError) local_error = NULL;

  (void) error;
  g_assert_false (asyncio_coroutine_yield (yielded, &local_error));
  note ("%.28s", local_error->message);

  return NULL;
}

static void
test_bad_yield (void)
{
  g_autoptr (AsyncioFuture) future = asyncio_loop_create_future (loop);

  run_and_note (asyncio_coroutine_new (yield_and_note, GINT_TO_POINTER (42), NULL));
  assert_notes ("Task got bad yield: 42 None");
  run_and_note (asyncio_coroutine_new (yield_and_note, future, NULL));
  assert_notes ("yield was used instead of yi None");
}

/* One coroutine for two tasks: the one that finds it over is told so. */
static void
test_coroutine_twice (void)
{
  g_autoptr (AsyncioCoroutine) coroutine = asyncio_ref_sink (noting ("runs"));
  g_autoptr (AsyncioTask) first = start (coroutine);
  g_autoptr (AsyncioTask) second = start (coroutine);

  run_and_note (first);
  run_and_note (second);
  assert_notes ("runs runs RuntimeError: cannot reuse already awaited coroutine");
}

/* --- create_task and the like ---------------------------------------------------------------------- */

/* create_task() needs a running loop and a coroutine. A coroutine that it cannot use is dropped. */
static gpointer
create_task_of_nonsense (gpointer   user_data,
                         GError   **error)
{
  (void) user_data;
  g_assert_null (asyncio_create_task (GINT_TO_POINTER (42), error));

  return NULL;
}

static void
test_create_task_refused (void)
{
  g_autoptr (GError) error = NULL;

  g_assert_null (asyncio_create_task (NULL, &error));
  assert_error (error, "RuntimeError: no running event loop");
  expect_warning ("coroutine 'note_and_return' was never awaited*");
  g_assert_null (asyncio_create_task (noting ("never"), &error));
  assert_warned ();
  assert_error (error, "RuntimeError: no running event loop");

  g_assert_null (asyncio_loop_create_task (loop, NULL, &error));
  assert_error (error, "TypeError: a coroutine was expected, got NULL");
  run_and_note (asyncio_coroutine_new (create_task_of_nonsense, NULL, NULL));
  assert_notes ("TypeError: a coroutine was expected, got 42");
}

/* ensure_future() gives back a future, and makes a task for a coroutine: in the running loop, or else in the set one. */
static gpointer
ensure_in_running (gpointer   user_data,
                   GError   **error)
{
  g_autoptr (AsyncioFuture) future = asyncio_ensure_future (noting ("runs"), error);

  g_assert_true (asyncio_future_get_loop (future) == loop);

  return asyncio_await (future, error) != NULL ? user_data : NULL;
}

static void
test_ensure_future (void)
{
  g_autoptr (AsyncioFuture) future = asyncio_loop_create_future (loop);
  g_autoptr (AsyncioFuture) same = asyncio_ensure_future (future, NULL);
  g_autoptr (AsyncioFuture) task = NULL;

  g_assert_true (same == future);
  run_and_note (asyncio_coroutine_new (ensure_in_running, (gpointer) "running", NULL));
  assert_notes ("runs running");

  asyncio_set_event_loop (loop);
  task = asyncio_ensure_future (noting ("set"), NULL);
  asyncio_set_event_loop (NULL);
  g_assert_true (asyncio_future_get_loop (task) == loop);
  run_and_note (task);
  assert_notes ("set set");
}

static void
test_ensure_future_refused (void)
{
  AsyncioLoop *other = new_virtual_loop ();
  g_autoptr (AsyncioFuture) future = asyncio_loop_create_future (other);
  g_autoptr (GError) error = NULL;

  g_assert_null (asyncio_ensure_future (GINT_TO_POINTER (42), &error));
  assert_error (error, "TypeError: An asyncio.Future, a coroutine or an awaitable is required");
  g_assert_null (asyncio_ensure_future_in (loop, future, &error));
  assert_error (error, "ValueError: loop argument must agree with Future");

  asyncio_set_event_loop (NULL);
  expect_warning ("coroutine 'note_and_return' was never awaited*");
  g_assert_null (asyncio_ensure_future (noting ("never"), &error));
  assert_warned ();
  assert_error (error, "RuntimeError: There is no current event loop in thread 'MainThread'.");

  end_loop (other);
}

/* --- Which task runs, and which there are ------------------------------------------------------------- */

/* In a task current_task() is the task, in a callback none, and outside a loop there is nobody to ask. */
static void
note_current (gpointer   unused,
              GError   **error)
{
  (void) unused;
  note ("callback %d", asyncio_current_task (NULL, error) == NULL);
}

static gpointer
look_at_current (gpointer   user_data,
                 GError   **error)
{
  note ("task %d", asyncio_current_task (NULL, error) == myself);
  if (!asyncio_sleep (0, error))
    return NULL;
  note ("task %d", asyncio_current_task (loop, error) == myself);

  return user_data;
}

static void
test_current_task (void)
{
  g_autoptr (GError) error = NULL;

  g_assert_null (asyncio_current_task (NULL, &error));
  assert_error (error, "RuntimeError: no running event loop");
  g_assert_null (asyncio_current_task (loop, &error));
  g_assert_no_error (error);

  myself = start (asyncio_coroutine_new (look_at_current, NULL, NULL));
  asyncio_loop_call_soon (loop, note_current, NULL, NULL, NULL);
  run_turns (2);
  asyncio_unref (myself);
  assert_notes ("task 1 callback 1 task 1");
}

/* all_tasks() has those that are not done, in the order in which they were made, and keeps them. */
static void
test_all_tasks (void)
{
  g_autoptr (AsyncioTask) first = start (sleeper ("first", 2));
  g_autoptr (AsyncioTask) second = start (sleeper ("second", 1));
  g_autoptr (AsyncioTask) third = start (sleeper ("third", 3));
  g_autoptr (GPtrArray) all = asyncio_all_tasks (loop, NULL);
  g_autoptr (GPtrArray) some = NULL;
  g_autoptr (GError) error = NULL;

  g_assert_cmpint (all->len, ==, 3);
  g_assert_true (all->pdata[0] == first && all->pdata[1] == second && all->pdata[2] == third);

  run_and_note (second);
  some = asyncio_all_tasks (loop, NULL);
  g_assert_cmpint (some->len, ==, 2);
  g_assert_true (some->pdata[0] == first && some->pdata[1] == third);

  g_assert_null (asyncio_all_tasks (NULL, &error));
  assert_error (error, "RuntimeError: no running event loop");
  run_to_the_end ();
  assert_notes ("second");
}

/* Ten thousand tasks, each waiting for the one before it, end one after the other. ThreadSanitizer takes coroutines for threads,
 * and knows 8128 of those at most. */
#ifdef ASYNCIO_TSAN
#define MANY 1000
#else
#define MANY 10000
#endif

static gpointer
pass_on (gpointer   awaitable,
         GError   **error)
{
  return asyncio_await (awaitable, error);
}

static void
test_many (void)
{
  AsyncioFuture *first = asyncio_loop_create_future (loop);
  gpointer last = first;
  g_autoptr (GPtrArray) tasks = g_ptr_array_new_with_free_func (asyncio_unref);
  g_autoptr (GPtrArray) left = NULL;

  for (int i = 0; i < MANY; i++)
    {
      last = start (asyncio_coroutine_new (pass_on, last, NULL));
      g_ptr_array_add (tasks, last);
    }
  run_turns (1);
  asyncio_future_set_result (first, (gpointer) "value", NULL, NULL);
  asyncio_unref (first);
  g_assert_cmpstr (asyncio_loop_run_until_complete (loop, last, NULL), ==, "value");

  left = asyncio_all_tasks (loop, NULL);
  g_assert_cmpint (left->len, ==, 0);
}

static const TestCase cases[] = {
  { "/core/tasks/first-step", test_first_step },
  { "/core/tasks/in-turn", test_in_turn },
  { "/core/tasks/wake-up", test_wake_up },
  { "/core/tasks/done-future", test_done_future },
  { "/core/tasks/kept-by-loop", test_kept_by_loop },
  { "/core/tasks/value", test_value },
  { "/core/tasks/error", test_error },
  { "/core/tasks/raises-cancelled", test_raises_cancelled },
  { "/core/tasks/repr", test_repr },
  { "/core/tasks/set-result", test_set_result },
  { "/core/tasks/await-itself", test_await_itself },
  { "/core/tasks/await-other-loop", test_await_other_loop },
  { "/core/tasks/bad-yield", test_bad_yield },
  { "/core/tasks/coroutine-twice", test_coroutine_twice },
  { "/core/tasks/create-task-refused", test_create_task_refused },
  { "/core/tasks/ensure-future", test_ensure_future },
  { "/core/tasks/ensure-future-refused", test_ensure_future_refused },
  { "/core/tasks/current-task", test_current_task },
  { "/core/tasks/all-tasks", test_all_tasks },
  { "/core/tasks/many", test_many },
  /* The last one is about what a task refuses since 3.7. */
  { "/core/tasks/completes-itself", test_completes_itself },
};

int
main (int    argc,
      char **argv)
{
  gsize n_cases = G_N_ELEMENTS (cases) - (asyncio_version_rules.task_refuses_results ? 1 : 0);

  return run_tests (argc, argv, cases, n_cases);
}
