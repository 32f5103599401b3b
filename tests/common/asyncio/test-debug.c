/* SPDX-License-Identifier: MIT */

/*
 * Tests of debug mode: who takes too long is named, and what is reported says where it was made.
 *
 * A warning that no test expects ends the program, so each of these tests also says that nothing else is warned of.
 */

#include "common.h"

#include "base-events-private.h"

#include <asyncio/versions.h>

/* A text that is never freed, as interned ones are: a pattern, a line to compare with. */
static const char *
text (const char *format,
      ...) G_GNUC_PRINTF (1, 2);

static const char *
text (const char *format,
      ...)
{
  g_autofree char *made = NULL;
  va_list arguments;

  va_start (arguments, format);
  made = g_strdup_vprintf (format, arguments);
  va_end (arguments);

  return g_intern_string (made);
}

static const char *
repr (gpointer object)
{
  g_autofree char *made = asyncio_repr (object);

  return g_intern_string (made);
}

/* Is busy for some hundredths of a second. */
static void
busy (gpointer   hundredths,
      GError   **error)
{
  (void) error;
  asyncio_clock_advance (loop->clock, GPOINTER_TO_INT (hundredths) / 100.0);
}

static void
fail (gpointer   user_data,
      GError   **error)
{
  (void) user_data;
  g_propagate_error (error, value_error ("odd"));
}

/* --- Time ------------------------------------------------------------------------------- */

/* A tenth of a second is too long at first, and that is so from the very time on; half of it is not. Several short ones
 * in a row are none of them too long. */
static void
test_duration (void)
{
  asyncio_loop_set_debug (loop, TRUE);
  g_assert_cmpfloat (asyncio_loop_get_slow_callback_duration (loop), ==, 0.1);
  asyncio_loop_set_slow_callback_duration (loop, 0.5);
  g_assert_cmpfloat (asyncio_loop_get_slow_callback_duration (loop), ==, 0.5);

  for (guint i = 0; i < 5; i++)
    asyncio_loop_call_soon (loop, busy, GINT_TO_POINTER (49), NULL, NULL);
  run_turns (1);

  expect_warning ("Executing <Handle busy created at *> took 0.500 seconds");
  asyncio_loop_call_soon (loop, busy, GINT_TO_POINTER (50), NULL, NULL);
  run_turns (1);
  assert_warned ();
}

/* Without debug mode nobody looks at the clock. Debug mode counts for what begins while it is on. */
static void
set_debug (gpointer   enabled,
           GError   **error)
{
  asyncio_loop_set_debug (loop, enabled != NULL);
  busy (GINT_TO_POINTER (20), error);
}

static void
test_switch (void)
{
  asyncio_loop_call_soon (loop, busy, GINT_TO_POINTER (20), NULL, NULL);
  asyncio_loop_call_soon (loop, set_debug, loop, NULL, NULL);
  asyncio_loop_call_soon (loop, set_debug, NULL, NULL, NULL);
  asyncio_loop_call_soon (loop, busy, GINT_TO_POINTER (20), NULL, NULL);

  expect_warning ("Executing <Handle set_debug> took 0.200 seconds");
  run_turns (1);
  assert_warned ();
}

/* A timer says when it was due. One that cancels itself says so, and is still known. One that fails is reported first. */
static AsyncioHandle *handle;

static void
cancel_itself (gpointer   user_data,
               GError   **error)
{
  asyncio_handle_cancel (handle);
  busy (user_data, error);
}

static void
fail_slowly (gpointer   user_data,
             GError   **error)
{
  busy (user_data, error);
  fail (NULL, error);
}

static void
test_handles (void)
{
  asyncio_loop_set_debug (loop, TRUE);

  asyncio_loop_call_at (loop, 2, busy, GINT_TO_POINTER (30), NULL, NULL);
  asyncio_loop_call_later (loop, 3, stop_loop, NULL, NULL, NULL);
  expect_warning ("Executing <TimerHandle when=2.000 busy created at *> took 0.300 seconds");
  asyncio_loop_run_forever (loop, NULL);
  assert_warned ();

  handle = asyncio_handle_ref (asyncio_loop_call_soon (loop, cancel_itself, GINT_TO_POINTER (30), NULL, NULL));
  expect_warning ("Executing <Handle cancelled cancel_itself created at *> took 0.300 seconds");
  run_turns (1);
  assert_warned ();
  asyncio_handle_unref (handle);

  asyncio_loop_call_soon (loop, fail_slowly, GINT_TO_POINTER (30), NULL, NULL);
  expect_warning ("Executing <Handle fail_slowly created at *> took 0.300 seconds");
  run_turns (1);
  assert_warned ();
  assert_notes ("[Exception in callback: ValueError: odd]");
}

/* A step of a task is the task's: its coroutine and where that was made, what it waits for now, and where it was made. */
static gpointer
slow_body (gpointer   future,
           GError   **error)
{
  busy (GINT_TO_POINTER (20), error);
  (void) asyncio_await (future, error);
  busy (GINT_TO_POINTER (30), error);

  return NULL;
}

static void
test_task (void)
{
  const char *name = asyncio_version_rules.task_has_name ? " name='slow'" : "";
  const char *future_here, *here;
  g_autoptr (AsyncioFuture) future = NULL;
  g_autoptr (AsyncioTask) task = NULL;

  asyncio_loop_set_debug (loop, TRUE);
  future = asyncio_loop_create_future (loop), future_here = G_STRLOC;
  here = G_STRLOC, task = asyncio_loop_create_task_full (loop, asyncio_coroutine_new (slow_body, future, NULL), "slow", NULL, G_STRLOC, NULL);

  expect_warning (text ("Executing <Task pending%s coro=<slow_body() at %s> wait_for=<Future pending created at %s> "
                        "created at %s> took 0.200 seconds", name, here, future_here, here));
  run_turns (1);
  assert_warned ();

  asyncio_future_set_result (future, NULL, NULL, NULL);
  expect_warning (text ("Executing <Task finished%s coro=<slow_body() at %s> created at %s> took 0.300 seconds", name, here, here));
  run_turns (1);
  assert_warned ();
}

/* Tasks that wait for each other are described without an end to be looked for: only the next one is told of. */
static gpointer
await_other (gpointer   other,
             GError   **error)
{
  return asyncio_await (*(AsyncioTask **) other, error);
}

static void
test_cycle (void)
{
  AsyncioTask *a = NULL, *b = NULL;

  a = asyncio_loop_create_task (loop, asyncio_coroutine_new (await_other, &b, NULL), NULL);
  b = asyncio_loop_create_task (loop, asyncio_coroutine_new (await_other, &a, NULL), NULL);
  run_turns (1);
  g_assert_true (g_pattern_match_simple ("<Task pending*coro=<await_other() at *> wait_for=<Task pending*coro=<* at *>>>", repr (a)));
  g_assert_null (g_strstr_len (g_strstr_len (repr (a), -1, "wait_for=") + 1, -1, "wait_for="));

  asyncio_unref (a);
  asyncio_unref (b);
  close_loop ();
  assert_notes ("[Task was destroyed but it is pending!] [Task was destroyed but it is pending!]");
}

/* --- Places ------------------------------------------------------------------------------- */

/* What is made in debug mode knows the line that made it, however it was made; and what is made without does not. */
static void
check_place (gpointer    object,
             const char *location)
{
  if (location != NULL)
    g_assert_true (g_str_has_suffix (repr (object), text (" created at %s>", location)));
  else
    g_assert_null (g_strstr_len (repr (object), -1, " created at "));

  asyncio_unref (object);
}

static gpointer
make_task (gpointer   debug,
           GError   **error)
{
  const char *here = G_STRLOC; AsyncioTask *task = asyncio_create_task (sleeper ("a", 0), error);

  check_place (task, debug != NULL ? here : NULL);

  return NULL;
}

static void
test_places (void)
{
  for (guint i = 0; i < 2; i++)
    {
      g_autoptr (AsyncioContextVars) context = asyncio_context_new ();
      const char *here;
      gpointer made;

      asyncio_loop_set_debug (loop, i != 0);
      here = G_STRLOC, made = asyncio_loop_create_future (loop);
      check_place (made, i != 0 ? here : NULL);
      here = G_STRLOC, made = asyncio_future_new (loop);
      check_place (made, i != 0 ? here : NULL);
      here = G_STRLOC, made = asyncio_loop_create_task (loop, sleeper ("b", 0), NULL);
      check_place (made, i != 0 ? here : NULL);
      here = G_STRLOC, made = asyncio_loop_create_task_with_context (loop, sleeper ("c", 0), context, NULL);
      check_place (made, i != 0 ? here : NULL);

      /* Others make tasks of coroutines, which know where they come from. */
      here = G_STRLOC, made = asyncio_ensure_future_in (loop, asyncio_coroutine_new (make_task, GUINT_TO_POINTER (i), NULL), NULL);
      check_place (made, i != 0 ? here : NULL);
      run_turns (3);
    }
}

/* A task of a factory knows who wanted it, not the line of the factory. */
static AsyncioFuture *
factory (AsyncioLoop         *of_loop,
         AsyncioCoroutine    *coroutine,
         AsyncioContextVars  *context,
         gpointer             user_data,
         GError             **error)
{
  (void) user_data;

  return ASYNCIO_FUTURE (asyncio_task_new (of_loop, coroutine, NULL, context, error));
}

static void
test_factory (void)
{
  const char *here;
  gpointer made;

  asyncio_loop_set_debug (loop, TRUE);
  asyncio_loop_set_task_factory (loop, factory, NULL, NULL);
  here = G_STRLOC, made = asyncio_loop_create_task (loop, sleeper ("a", 0), NULL);
  check_place (made, here);
  run_turns (2);
}

/* --- Reports ------------------------------------------------------------------------------ */

/* Each way to schedule a callback passes its place on, and a report of its error shows it. */
static void
note_place (AsyncioLoop                    *of_loop,
            const AsyncioExceptionContext  *context,
            gpointer                        here,
            GError                        **error)
{
  (void) of_loop;
  (void) error;
  note ("%s", g_strcmp0 (context->source_traceback, *(const char **) here) == 0 ? "here" : "elsewhere");
}

static void
fail_done (AsyncioFuture  *future,
           gpointer        user_data,
           GError        **error)
{
  (void) future;
  fail (user_data, error);
}

static void
test_handle_places (void)
{
  g_autoptr (AsyncioFuture) future = asyncio_loop_create_future (loop);
  const char *here = NULL;

  asyncio_future_set_result (future, NULL, NULL, NULL);
  asyncio_loop_set_exception_handler (loop, note_place, &here, NULL);
  asyncio_loop_call_soon (loop, fail, NULL, NULL, NULL);
  run_turns (1);
  assert_notes ("here"); /* nowhere, without debug mode */

  asyncio_loop_set_debug (loop, TRUE);
  here = G_STRLOC, asyncio_loop_call_soon (loop, fail, NULL, NULL, NULL);
  run_turns (1);
  here = G_STRLOC, asyncio_loop_call_later (loop, 0, fail, NULL, NULL, NULL);
  run_turns (1);
  here = G_STRLOC, asyncio_loop_call_at (loop, 0, fail, NULL, NULL, NULL);
  run_turns (1);
  here = G_STRLOC, asyncio_loop_call_soon_threadsafe (loop, fail, NULL, NULL, NULL);
  run_turns (1);
  here = G_STRLOC, asyncio_future_add_done_callback (future, fail_done, NULL, NULL);
  run_turns (1);
  assert_notes ("here here here here here");
}

/* The default handler tells the place of what is reported; if that has none, of the callback that is being called. */
static void
forget_future (gpointer   future,
               GError   **error)
{
  (void) error;
  asyncio_unref (future);
}

static gpointer
raise_odd (gpointer   user_data,
           GError   **error)
{
  fail (user_data, error);

  return NULL;
}

static void
test_default_handler (void)
{
  g_autoptr (AsyncioHandle) called = NULL;
  const char *here, *callback_here;
  AsyncioFuture *future;
  AsyncioTask *task;

  asyncio_loop_set_exception_handler (loop, NULL, NULL, NULL);
  future = asyncio_loop_create_future (loop);
  asyncio_future_set_exception (future, value_error ("odd"), NULL);
  asyncio_loop_set_debug (loop, TRUE);
  callback_here = G_STRLOC, asyncio_loop_call_soon (loop, forget_future, future, NULL, NULL);
  expect_warning (text ("Future exception was never retrieved\nfuture: <Future finished exception=ValueError: odd>\n"
                        "handle_traceback: Handle created at (most recent call last):\n  %s\nValueError: odd", callback_here));
  run_turns (1);

  here = G_STRLOC, future = asyncio_loop_create_future (loop);
  asyncio_future_set_exception (future, value_error ("odd"), NULL);
  expect_warning (text ("Future exception was never retrieved\nfuture: <Future finished exception=ValueError: odd created at %s>\n"
                        "source_traceback: Object created at (most recent call last):\n  %s\nValueError: odd", here, here));
  asyncio_unref (future);

  here = G_STRLOC, asyncio_loop_call_soon (loop, fail, NULL, NULL, NULL);
  expect_warning (text ("Exception in callback fail\nhandle: <Handle fail created at %s>\n"
                        "source_traceback: Object created at (most recent call last):\n  %s\nValueError: odd", here, here));
  run_turns (1);

  here = G_STRLOC, task = asyncio_loop_create_task (loop, asyncio_coroutine_new (raise_odd, NULL, NULL), NULL);
  run_turns (1);
  expect_warning (text ("Task exception was never retrieved\nfuture: <Task finished*coro=<raise_odd() at %s> created at %s>\n"
                        "source_traceback: Object created at (most recent call last):\n  %s\nValueError: odd", here, here, here));
  asyncio_unref (task);

  called = asyncio_handle_ref (asyncio_loop_call_soon (loop, note_text, (gpointer) "called", NULL, NULL));
  run_turns (1);
  assert_notes ("called");
  expect_warning ("Nothing is being called now");
  asyncio_loop_call_exception_handler (loop, &(AsyncioExceptionContext) { .message = "Nothing is being called now" });
  assert_warned ();
}

/* A task that is lost is told of as the task, with its place. */
static void
note_lost (AsyncioLoop                    *of_loop,
           const AsyncioExceptionContext  *context,
           gpointer                        here,
           GError                        **error)
{
  note ("%s task %d, future %d", context->message, context->task != NULL, context->future != NULL);
  note_place (of_loop, context, here, error);
}

static void
test_lost_task (void)
{
  const char *here;

  asyncio_loop_set_exception_handler (loop, note_lost, &here, NULL);
  asyncio_loop_set_debug (loop, TRUE);
  here = G_STRLOC, asyncio_unref (asyncio_loop_create_task (loop, sleeper ("a", 1), NULL));
  run_turns (1);
  close_loop ();

  assert_notes ("Task was destroyed but it is pending! task 1, future 0 here");
}

/* Since 3.12 the handler is told of it in the task's context. */
static void
note_value (AsyncioLoop                    *of_loop,
            const AsyncioExceptionContext  *context,
            gpointer                        var,
            GError                        **error)
{
  (void) of_loop;
  (void) context;
  (void) error;
  note ("%s", (const char *) asyncio_context_var_get (var, NULL));
}

static gpointer
set_value (gpointer   var,
           GError   **error)
{
  (void) error;
  asyncio_context_var_set (var, (gpointer) "task's", NULL, NULL);

  return NULL;
}

static void
test_lost_task_context (void)
{
  g_autoptr (AsyncioContextVar) var = asyncio_context_var_new_with_default ("var", (gpointer) "nobody's", NULL);
  g_autoptr (AsyncioContextVars) context = asyncio_context_new ();

  (void) asyncio_context_run (context, set_value, var, NULL);
  asyncio_loop_set_exception_handler (loop, note_value, var, NULL);
  asyncio_unref (asyncio_loop_create_task_with_context (loop, sleeper ("a", 1), context, NULL));
  run_turns (1);
  close_loop ();

  assert_notes (asyncio_version_rules.exception_handler_has_context ? "task's" : "nobody's");
}

/* --- Threads ------------------------------------------------------------------------------- */

/* In debug mode a loop that runs refuses to make tasks for another thread, with and without a factory. */
static gpointer
create_elsewhere (gpointer unused)
{
  g_autoptr (GError) error = NULL;

  (void) unused;
  g_assert_null (asyncio_loop_create_task (loop, sleeper ("a", 0), &error));
  note ("%s", take_error (&error));

  return NULL;
}

static void
run_thread (gpointer   unused,
            GError   **error)
{
  (void) unused;
  (void) error;
  g_thread_join (g_thread_new ("elsewhere", create_elsewhere, NULL));
}

static void
test_thread (void)
{
  asyncio_loop_set_debug (loop, TRUE);
  asyncio_loop_call_soon (loop, run_thread, NULL, NULL, NULL);
  expect_warning ("coroutine 'a' was never awaited*");
  run_turns (1);
  assert_warned ();

  assert_notes ("RuntimeError: Non-thread-safe operation invoked on an event loop other than the current one");
}

static const TestCase cases[] = {
  { "/core/debug/duration", test_duration },
  { "/core/debug/switch", test_switch },
  { "/core/debug/handles", test_handles },
  { "/core/debug/task", test_task },
  { "/core/debug/cycle", test_cycle },
  { "/core/debug/places", test_places },
  { "/core/debug/factory", test_factory },
  { "/core/debug/handle-places", test_handle_places },
  { "/core/debug/default-handler", test_default_handler },
  { "/core/debug/lost-task", test_lost_task },
  { "/core/debug/lost-task-context", test_lost_task_context },
  { "/core/debug/thread", test_thread },
};

int
main (int    argc,
      char **argv)
{
  return run_tests (argc, argv, cases, G_N_ELEMENTS (cases));
}
