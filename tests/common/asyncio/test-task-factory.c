/* SPDX-License-Identifier: MIT */

/*
 * Tests of the task factory of a loop: who calls it, what it may give, and how long it lives.
 *
 * Which functions make their tasks by it, the scenarios core-301 to core-304 show.
 */

#include "common.h"

#include "tasks-private.h"

#include <asyncio/versions.h>

#include <string.h>

static AsyncioCoroutine *
job (const char *name)
{
  return sleeper (name, 0);
}

/* Notes its data and the coroutine's name, and makes a plain task. */
static AsyncioFuture *
factory (AsyncioLoop         *of_loop,
         AsyncioCoroutine    *coroutine,
         AsyncioContextVars  *context,
         gpointer             user_data,
         GError             **error)
{
  note ("%s:%s", (const char *) user_data, asyncio_coroutine_get_name (coroutine));

  return ASYNCIO_FUTURE (asyncio_task_new (of_loop, coroutine, NULL, context, error));
}

static void
set_factory (AsyncioTaskFactory  func,
             const char         *data)
{
  asyncio_loop_set_task_factory (loop, func, value_new (data), value_free);
}

/* --- What it is called with ------------------------------------------------------------- */

/* A loop has no factory at first. One that is set is called with its data, and asked for together with it; NULL is the
 * default one again. */
static void
test_set (void)
{
  gpointer data = loop;

  g_assert_null (asyncio_loop_get_task_factory (loop, &data));
  g_assert_null (data);

  set_factory (factory, "f");
  g_assert_true (asyncio_loop_get_task_factory (loop, &data) == factory);
  g_assert_cmpstr (data, ==, "f");
  run_and_note (job ("a"));
  assert_notes ("f:a a");

  asyncio_loop_set_task_factory (loop, NULL, NULL, NULL);
  g_assert_null (asyncio_loop_get_task_factory (loop, NULL));
  run_and_note (job ("b"));
  assert_notes ("b");
}

/* Each loop has its own factory, and a factory is told the loop that is to have the task, whichever is current. */
static void
test_two_loops (void)
{
  AsyncioLoop *other = new_virtual_loop ();
  g_autoptr (AsyncioTask) ours = NULL;
  g_autoptr (AsyncioTask) theirs = NULL;

  set_factory (factory, "ours");
  asyncio_loop_set_task_factory (other, factory, (gpointer) "theirs", NULL);
  ours = asyncio_loop_create_task (loop, job ("a"), NULL);
  theirs = asyncio_loop_create_task (other, job ("b"), NULL);
  g_assert_true (asyncio_future_get_loop (ASYNCIO_FUTURE (theirs)) == other);
  assert_notes ("ours:a theirs:b");

  g_assert_cmpstr (asyncio_loop_run_until_complete (other, theirs, NULL), ==, "b");
  end_loop (other);
  run_and_note (ours);
  assert_notes ("a");
}

/* The context that is asked for goes to the factory, and with it to the task; without one NULL does. */
static AsyncioFuture *
note_context (AsyncioLoop         *of_loop,
              AsyncioCoroutine    *coroutine,
              AsyncioContextVars  *context,
              gpointer             user_data,
              GError             **error)
{
  note (context == user_data ? "given" : context == NULL ? "none" : "another");

  return ASYNCIO_FUTURE (asyncio_task_new (of_loop, coroutine, NULL, context, error));
}

static void
test_context (void)
{
  g_autoptr (AsyncioContextVars) context = asyncio_context_new ();
  g_autoptr (AsyncioTask) with = NULL;
  g_autoptr (AsyncioTask) without = NULL;

  asyncio_loop_set_task_factory (loop, note_context, context, NULL);
  with = asyncio_loop_create_task_with_context (loop, job ("a"), context, NULL);
  without = asyncio_loop_create_task (loop, job ("b"), NULL);
  g_assert_true (asyncio_task_get_context (with) == context);
  g_assert_true (asyncio_task_get_context (without) != context);
  run_turns (2);

  assert_notes ("given none");
}

/* What is no coroutine is for the factory to refuse, and asyncio_task_new() does. On a closed loop nobody is asked. */
static AsyncioFuture *
count_calls (AsyncioLoop         *of_loop,
             AsyncioCoroutine    *coroutine,
             AsyncioContextVars  *context,
             gpointer             user_data,
             GError             **error)
{
  (void) user_data;
  note ("called");

  return (AsyncioFuture *) asyncio_task_new (of_loop, coroutine, NULL, context, error);
}

static void
test_no_coroutine (void)
{
  g_autoptr (GError) error = NULL;

  g_assert_null (asyncio_loop_create_task (loop, GINT_TO_POINTER (42), &error));
  assert_error (error, "TypeError: a coroutine was expected, got 42");
  assert_notes ("");

  asyncio_loop_set_task_factory (loop, count_calls, NULL, NULL);
  g_assert_null (asyncio_loop_create_task (loop, GINT_TO_POINTER (42), &error));
  assert_error (error, "TypeError: a coroutine was expected, got 42");
  assert_notes ("called");

  close_loop ();
  g_assert_null (asyncio_loop_create_task (loop, GINT_TO_POINTER (42), &error));
  assert_error (error, "RuntimeError: Event loop is closed");
  assert_notes ("");
}

/* The name comes after the factory, and the number that it replaces is used up. Up to 3.7 a name is dropped. */
static char *
repr_of (AsyncioTask *task)
{
  g_autofree char *repr = asyncio_repr (task);
  char *end = g_strstr_len (repr, -1, " coro=");

  *end = '\0';

  return g_steal_pointer (&repr);
}

static AsyncioFuture *
note_name (AsyncioLoop         *of_loop,
           AsyncioCoroutine    *coroutine,
           AsyncioContextVars  *context,
           gpointer             user_data,
           GError             **error)
{
  AsyncioTask *task = asyncio_task_new (of_loop, coroutine, NULL, context, error);
  g_autofree char *repr = repr_of (task);

  (void) user_data;
  note ("%s", g_strrstr (repr, "given") != NULL ? "too early" : "made");

  return ASYNCIO_FUTURE (task);
}

static void
test_name (void)
{
  AsyncioTaskFactory factories[] = { NULL, note_name };

  for (guint i = 0; i < G_N_ELEMENTS (factories); i++)
    {
      g_autoptr (AsyncioTask) task = NULL;
      g_autofree char *repr = NULL;

      asyncio_loop_set_task_factory (loop, factories[i], NULL, NULL);
      task = asyncio_loop_create_task_full (loop, job ("a"), "given", NULL, NULL, NULL);
      repr = repr_of (task);
      g_assert_cmpstr (repr, ==, asyncio_version_rules.task_has_name ? "<Task pending name='given'" : "<Task pending");
      run_and_note (task);
    }

  assert_notes ("a made a");
}

/* --- What it gives ----------------------------------------------------------------------- */

/* An error of a factory is create_task()'s. The coroutine is nobody's then, and says that it was never awaited. */
static AsyncioFuture *
fail (AsyncioLoop         *of_loop,
      AsyncioCoroutine    *coroutine,
      AsyncioContextVars  *context,
      gpointer             user_data,
      GError             **error)
{
  (void) of_loop;
  (void) coroutine;
  (void) context;
  g_propagate_error (error, g_error_new_literal (ASYNCIO_ERROR, GPOINTER_TO_INT (user_data), "no task today"));

  return NULL;
}

static void
test_error (void)
{
  g_autoptr (GError) error = NULL;

  asyncio_loop_set_task_factory (loop, fail, GINT_TO_POINTER (ASYNCIO_ERROR_VALUE), NULL);
  expect_warning ("coroutine 'a' was never awaited*");
  g_assert_null (asyncio_loop_create_task (loop, job ("a"), &error));
  assert_warned ();
  assert_error (error, "ValueError: no task today");

  expect_warning ("coroutine 'b' was never awaited*");
  g_assert_null (asyncio_ensure_future_in (loop, job ("b"), &error));
  assert_warned ();
  assert_error (error, "ValueError: no task today");
}

/* Since 3.10 ensure_future() closes the coroutine if the error is RuntimeError, and nobody is warned. */
static void
test_runtime_error (void)
{
  g_autoptr (AsyncioCoroutine) kept = asyncio_ref_sink (job ("kept"));
  g_autoptr (GError) error = NULL;

  asyncio_loop_set_task_factory (loop, fail, GINT_TO_POINTER (ASYNCIO_ERROR_RUNTIME), NULL);
  g_assert_null (asyncio_ensure_future_in (loop, kept, &error));
  assert_error (error, "RuntimeError: no task today");
  g_assert_cmpint (asyncio_coroutine_get_state (kept), ==,
                   asyncio_version_rules.ensure_future_closes_refused ? ASYNCIO_CORO_CLOSED : ASYNCIO_CORO_CREATED);
  (void) asyncio_coroutine_close (kept, NULL);
}

/* What is no future is refused, and NULL without an error as well. (Python hands it on, and whoever uses it fails.) */
static AsyncioFuture *
give_data (AsyncioLoop         *of_loop,
           AsyncioCoroutine    *coroutine,
           AsyncioContextVars  *context,
           gpointer             user_data,
           GError             **error)
{
  (void) of_loop;
  (void) context;
  (void) error;
  (void) asyncio_coroutine_close (coroutine, NULL);

  return user_data;
}

static void
test_no_future (void)
{
  g_autoptr (GError) error = NULL;

  asyncio_loop_set_task_factory (loop, give_data, NULL, NULL);
  g_assert_null (asyncio_loop_create_task (loop, job ("a"), &error));
  assert_error (error, "TypeError: a task factory must return a future, not NULL");

  asyncio_loop_set_task_factory (loop, give_data, GINT_TO_POINTER (42), NULL);
  g_assert_null (asyncio_loop_create_task (loop, job ("a"), &error));
  assert_error (error, "TypeError: a task factory must return a future, not 42");
}

/* A plain future in the place of a task: what futures can it can, a name it cannot have, and to ask for its context is a
 * mistake that is told. */
static void
test_plain_future (void)
{
  AsyncioFuture *future = asyncio_loop_create_future (loop);
  g_autoptr (AsyncioTask) task = NULL;

  asyncio_loop_set_task_factory (loop, give_data, future, NULL);
  task = asyncio_loop_create_task_full (loop, job ("a"), "given", NULL, G_STRLOC, NULL);
  g_assert_true (ASYNCIO_FUTURE (task) == future);
  g_assert_false (asyncio_task_done (task));
  g_assert_true (asyncio_task_cancel (task));
  g_assert_true (asyncio_task_cancelled (task));

  expect_critical ("*asyncio_is_task*");
  g_assert_null (asyncio_task_get_context (task));
  assert_warned ();
}

/* run_until_complete() of a coroutine for which the factory gives a plain future, or one that is done with an error. */
static void
test_run_plain_future (void)
{
  AsyncioFuture *future = asyncio_loop_create_future (loop);

  asyncio_future_set_result (future, (gpointer) "value", NULL, NULL);
  asyncio_loop_set_task_factory (loop, give_data, future, NULL);
  run_and_note (job ("a"));

  future = asyncio_loop_create_future (loop);
  asyncio_future_set_exception (future, value_error ("odd"), NULL);
  asyncio_loop_set_task_factory (loop, give_data, future, NULL);
  run_and_note (job ("a"));

  assert_notes ("value ValueError: odd");
}

/* The factory fails in the middle of a gather(): the first coroutine is a task and runs, the last is dropped. */
static AsyncioFuture *
fail_second (AsyncioLoop         *of_loop,
             AsyncioCoroutine    *coroutine,
             AsyncioContextVars  *context,
             gpointer             user_data,
             GError             **error)
{
  guint *n_calls = user_data;

  if (++*n_calls == 2)
    return fail (of_loop, coroutine, context, GINT_TO_POINTER (ASYNCIO_ERROR_VALUE), error);

  return ASYNCIO_FUTURE (asyncio_task_new (of_loop, coroutine, NULL, context, error));
}

static void
test_gather (void)
{
  guint n_calls = 0;
  g_autoptr (AsyncioFuture) slow = asyncio_loop_create_future (loop);
  g_autoptr (GError) error = NULL;

  asyncio_loop_set_task_factory (loop, fail_second, &n_calls, NULL);
  asyncio_set_event_loop (loop);
  expect_warning ("coroutine 'b' was never awaited*");
  expect_warning ("coroutine 'c' was never awaited*");
  g_assert_null (asyncio_gather (&error, waits_for ("a", slow), job ("b"), job ("c"), NULL));
  assert_warned ();
  asyncio_set_event_loop (NULL);
  assert_error (error, "ValueError: no task today");

  asyncio_future_set_result (slow, NULL, NULL, NULL);
  run_turns (3);
  assert_notes ("a=None");
}

/* --- How long it lives ------------------------------------------------------------------- */

/* Its data is freed when another one is set, when none is, when the loop is closed; and at once if the loop is. */
static void
test_destroy (void)
{
  set_factory (factory, "first");
  set_factory (factory, "second");
  g_assert_cmpint (n_values, ==, 1);
  asyncio_loop_set_task_factory (loop, NULL, NULL, NULL);
  g_assert_cmpint (n_values, ==, 0);

  set_factory (factory, "third");
  close_loop ();
  g_assert_cmpint (n_values, ==, 0);
  g_assert_null (asyncio_loop_get_task_factory (loop, NULL));

  set_factory (factory, "fourth");
  g_assert_cmpint (n_values, ==, 0);
  g_assert_null (asyncio_loop_get_task_factory (loop, NULL));
}

/* A factory that replaces itself has its data until it returns. */
static AsyncioFuture *
replace_itself (AsyncioLoop         *of_loop,
                AsyncioCoroutine    *coroutine,
                AsyncioContextVars  *context,
                gpointer             user_data,
                GError             **error)
{
  set_factory (factory, "next");
  note ("%d values", n_values);

  return factory (of_loop, coroutine, context, user_data, error);
}

static void
test_replace_itself (void)
{
  set_factory (replace_itself, "once");
  run_and_note (job ("a"));
  g_assert_cmpint (n_values, ==, 1);
  run_and_note (job ("b"));

  assert_notes ("2 values once:a a next:b b");
}

/* A factory that closes the loop makes no task any more, and has its data until it returns. */
static AsyncioFuture *
close_first (AsyncioLoop         *of_loop,
             AsyncioCoroutine    *coroutine,
             AsyncioContextVars  *context,
             gpointer             user_data,
             GError             **error)
{
  close_loop ();
  note ("%s", (const char *) user_data);

  return (AsyncioFuture *) asyncio_task_new (of_loop, coroutine, NULL, context, error);
}

static void
test_close_first (void)
{
  g_autoptr (GError) error = NULL;

  set_factory (close_first, "data");
  expect_warning ("coroutine 'a' was never awaited*");
  g_assert_null (asyncio_loop_create_task (loop, job ("a"), &error));
  assert_warned ();
  assert_error (error, "RuntimeError: Event loop is closed");
  g_assert_cmpint (n_values, ==, 0);
  assert_notes ("data");
}

/* Data that refers to the loop does not keep the loop for ever: that it is freed is what each test looks at in the end. */
static void
unref_loop (gpointer data)
{
  note ("freed");
  asyncio_loop_unref (data);
}

static void
test_cycle (void)
{
  asyncio_loop_set_task_factory (loop, count_calls, asyncio_loop_ref (loop), unref_loop);
  run_and_note (job ("a"));
  close_loop ();

  assert_notes ("called a freed");
}

/* A factory that makes a task of its own by the same way is called for that, too; it must know where to end. */
static AsyncioFuture *
make_helper (AsyncioLoop         *of_loop,
             AsyncioCoroutine    *coroutine,
             AsyncioContextVars  *context,
             gpointer             user_data,
             GError             **error)
{
  if (!g_str_equal (asyncio_coroutine_get_name (coroutine), "helper"))
    start_and_forget (job ("helper"));

  return factory (of_loop, coroutine, context, user_data, error);
}

static void
test_nested (void)
{
  set_factory (make_helper, "f");
  run_and_note (job ("a"));

  assert_notes ("f:helper f:a a");
}

/* --- The pieces of which a factory may make a task ------------------------------------------ */

static const char *
is_known (AsyncioTask *task)
{
  g_autoptr (GPtrArray) tasks = asyncio_all_tasks (loop, NULL);

  return g_ptr_array_find (tasks, task, NULL) ? "known" : "unknown";
}

/* Nobody knows of a task before it is registered; when it is started, it takes its first step in the next turn. */
static void
test_unstarted (void)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (AsyncioTask) task = asyncio_task_new_unstarted (loop, job ("a"), NULL, NULL, &error);

  g_assert_no_error (error);
  run_turns (2);
  note ("%s", is_known (task));
  asyncio_task_start (task);
  note ("%s", is_known (task));
  run_turns (2);
  note ("%s", is_known (task));

  assert_notes ("unknown known unknown");
}

/* One that never is started is destroyed while it is pending, and its coroutine was never awaited. */
static void
test_never_started (void)
{
  g_autoptr (GError) error = NULL;
  AsyncioTask *task = asyncio_task_new_unstarted (loop, job ("a"), NULL, NULL, &error);

  g_assert_no_error (error);
  g_test_expect_message ("asyncio", G_LOG_LEVEL_WARNING, "coroutine 'a' was never awaited*");
  asyncio_unref (task);
  g_test_assert_expected_messages ();

  assert_notes ("[Task was destroyed but it is pending!]");
}

/* A step that is taken by hand, within that of another task, ends as any step does: here the coroutine waits, and the task
 * with it. */
static gpointer
take_a_step (gpointer   user_data,
             GError   **error)
{
  g_autoptr (AsyncioTask) task = asyncio_task_new_unstarted (loop, sleeper ("b", 1), NULL, NULL, error);
  AsyncioTask *previous = asyncio_swap_current_task (loop, task);

  asyncio_register_task (task);
  asyncio_task_step_run_and_handle_result (task, NULL, error);
  note ("current: %s", asyncio_swap_current_task (loop, previous) == task ? "b" : "another");
  note ("%s", previous == asyncio_current_task (loop, NULL) ? "back" : "lost");
  note ("%s", is_known (task));
  asyncio_await (task, error);
  note ("%s", is_known (task));

  return user_data;
}

static void
test_step (void)
{
  run_and_note (asyncio_coroutine_new (take_a_step, NULL, NULL));

  assert_notes ("current: b back known unknown None");
}

/* What has no coroutine any more is described without one. */
static void
test_without_coroutine (void)
{
  AsyncioTask *task = start (job ("a"));
  g_autofree char *repr = NULL;

  run_turns (2);
  g_clear_pointer (&task->coro, asyncio_unref);
  repr = asyncio_repr (task);
  g_assert_true (g_str_has_prefix (repr, "<Task finished"));
  g_assert_null (strstr (repr, "coro="));
  asyncio_unref (task);
}

static const TestCase cases[] = {
  { "/core/task-factory/set", test_set },
  { "/core/task-factory/two-loops", test_two_loops },
  { "/core/task-factory/context", test_context },
  { "/core/task-factory/no-coroutine", test_no_coroutine },
  { "/core/task-factory/name", test_name },
  { "/core/task-factory/error", test_error },
  { "/core/task-factory/runtime-error", test_runtime_error },
  { "/core/task-factory/no-future", test_no_future },
  { "/core/task-factory/plain-future", test_plain_future },
  { "/core/task-factory/run-plain-future", test_run_plain_future },
  { "/core/task-factory/gather", test_gather },
  { "/core/task-factory/destroy", test_destroy },
  { "/core/task-factory/replace-itself", test_replace_itself },
  { "/core/task-factory/close-first", test_close_first },
  { "/core/task-factory/cycle", test_cycle },
  { "/core/task-factory/nested", test_nested },
  { "/core/task-factory/unstarted", test_unstarted },
  { "/core/task-factory/never-started", test_never_started },
  { "/core/task-factory/step", test_step },
  { "/core/task-factory/without-coroutine", test_without_coroutine },
};

int
main (int    argc,
      char **argv)
{
  return run_tests (argc, argv, cases, G_N_ELEMENTS (cases));
}
