/* SPDX-License-Identifier: MIT */

/*
 * Tests of coroutines.c and coroutines-stackful.c: coroutines driven by hand, with send, throw and close. What is expected
 * was asked of CPython 3.6 and 3.7, which agree except where it is said.
 */

#include "common.h"

#include <string.h>

/* Drives a coroutine one step and notes how that ended: "next", the value or the error. */
static void
note_step (AsyncioSendResult result,
           gpointer          out,
           GError           *error)
{
  if (result == ASYNCIO_SEND_NEXT)
    note ("%s", out == NULL ? "next" : "next:future");
  else
    note ("%s", outcome (out, error));

  g_clear_error (&error);
}

static void
send (AsyncioCoroutine *coroutine)
{
  GError *error = NULL;
  gpointer out;
  AsyncioSendResult result = asyncio_coroutine_send (coroutine, &out, &error);

  note_step (result, out, error);
}

static void
throw (AsyncioCoroutine *coroutine,
       GError           *exception)
{
  GError *error = NULL;
  gpointer out;
  AsyncioSendResult result = asyncio_coroutine_throw (coroutine, exception, &out, &error);

  note_step (result, out, error);
}

static void
note_close (AsyncioCoroutine *coroutine)
{
  g_autoptr (GError) error = NULL;
  gboolean closed = asyncio_coroutine_close (coroutine, &error);

  note ("%s", closed ? "closed" : outcome (NULL, error));
}

static AsyncioCoroutine *
make (AsyncioCoroutineFunc func,
      gpointer             user_data)
{
  return asyncio_ref_sink (asyncio_coroutine_new_full (func, user_data, NULL, NULL, "coroutine", "here:1"));
}

/* --- The life of a coroutine ------------------------------------------------------------ */

static gpointer
two_steps (gpointer   user_data,
           GError   **error)
{
  note ("begins");
  if (!asyncio_sleep (0, error))
    return NULL;
  note ("goes on");

  return user_data;
}

/* Nothing runs before the first send(). Each send() runs up to the next await; the last brings the value. Then the
 * coroutine is closed, and cannot be used again. */
static void
test_send (void)
{
  g_autoptr (AsyncioCoroutine) coroutine = make (two_steps, (gpointer) "value");

  assert_notes ("");
  g_assert_cmpint (asyncio_coroutine_get_state (coroutine), ==, ASYNCIO_CORO_CREATED);
  send (coroutine);
  assert_notes ("begins next");
  g_assert_cmpint (asyncio_coroutine_get_state (coroutine), ==, ASYNCIO_CORO_SUSPENDED);
  send (coroutine);
  assert_notes ("goes on value");
  g_assert_cmpint (asyncio_coroutine_get_state (coroutine), ==, ASYNCIO_CORO_CLOSED);

  send (coroutine);
  throw (coroutine, value_error ("late"));
  assert_notes ("RuntimeError: cannot reuse already awaited coroutine "
                "RuntimeError: cannot reuse already awaited coroutine");
}

/* A coroutine has the name of its function, and knows where it was made. */
static void
test_name (void)
{
  g_autoptr (AsyncioCoroutine) coroutine = asyncio_ref_sink (asyncio_coroutine_new (two_steps, NULL, NULL));
  g_autofree char *repr = asyncio_repr (coroutine);

  g_assert_cmpstr (asyncio_coroutine_get_name (coroutine), ==, "two_steps");
  g_assert_true (g_str_has_prefix (repr, "<coroutine object two_steps at "));
  g_assert_nonnull (strstr (repr, "test-coroutines.c:"));
  asyncio_coroutine_close (coroutine, NULL);
}

/* The data of the body is freed when the body is over: by its end, by an error, by close() before and after the start. */
static gpointer
fail_at_once (gpointer   user_data,
              GError   **error)
{
  (void) user_data;
  g_propagate_error (error, value_error ("odd"));

  /* With an error the value is not looked at. */
  return (gpointer) "not looked at";
}

static void
test_data_is_freed (void)
{
  static const AsyncioCoroutineFunc funcs[] = { two_steps, fail_at_once };

  for (guint i = 0; i < G_N_ELEMENTS (funcs); i++)
    for (guint n_steps = 0; n_steps <= 2; n_steps++)
      {
        g_autoptr (AsyncioCoroutine) coroutine = NULL;

        coroutine = asyncio_ref_sink (asyncio_coroutine_new (funcs[i], value_new ("data"), value_free));
        for (guint step = 0; step < n_steps && asyncio_coroutine_get_state (coroutine) != ASYNCIO_CORO_CLOSED; step++)
          (void) asyncio_coroutine_send (coroutine, NULL, NULL);

        g_assert_cmpint (n_values, ==, asyncio_coroutine_get_state (coroutine) != ASYNCIO_CORO_CLOSED);
        g_assert_true (asyncio_coroutine_close (coroutine, NULL));
        g_assert_cmpint (n_values, ==, 0);
      }

  assert_notes ("begins begins goes on");
}

/* Nobody may run a coroutine that runs: neither itself nor whom it runs. */
static AsyncioCoroutine *myself;

static gpointer
run_myself (gpointer   user_data,
            GError   **error)
{
  (void) error;
  g_assert_cmpint (asyncio_coroutine_get_state (myself), ==, ASYNCIO_CORO_RUNNING);
  send (myself);
  throw (myself, value_error ("x"));
  note_close (myself);

  return user_data;
}

static gpointer
run_inner (gpointer   inner,
           GError   **error)
{
  (void) error;
  send (inner);

  return NULL;
}

static void
test_already_executing (void)
{
  g_autoptr (AsyncioCoroutine) coroutine = make (run_myself, (gpointer) "value");
  g_autoptr (AsyncioCoroutine) inner = make (run_myself, (gpointer) "inner");
  g_autoptr (AsyncioCoroutine) outer = make (run_inner, inner);

  myself = coroutine;
  send (coroutine);
  assert_notes ("ValueError: coroutine already executing ValueError: coroutine already executing "
                "ValueError: coroutine already executing value");

  myself = outer;
  send (outer);
  assert_notes ("ValueError: coroutine already executing ValueError: coroutine already executing "
                "ValueError: coroutine already executing inner None");
}

/* StopIteration is not for coroutines to raise. */
static gpointer
stop_iteration (gpointer   user_data,
                GError   **error)
{
  (void) user_data;
  g_set_error_literal (error, ASYNCIO_ERROR, ASYNCIO_ERROR_STOP_ITERATION, "4");

  return NULL;
}

static void
test_stop_iteration (void)
{
  g_autoptr (AsyncioCoroutine) raised = make (stop_iteration, NULL);
  g_autoptr (AsyncioCoroutine) thrown = make (two_steps, NULL);
  g_autoptr (AsyncioCoroutine) unstarted = make (two_steps, NULL);

  send (raised);
  assert_notes ("RuntimeError: coroutine raised StopIteration");
  send (thrown);
  throw (thrown, g_error_new_literal (ASYNCIO_ERROR, ASYNCIO_ERROR_STOP_ITERATION, "5"));
  assert_notes ("begins next RuntimeError: coroutine raised StopIteration");
  throw (unstarted, g_error_new_literal (ASYNCIO_ERROR, ASYNCIO_ERROR_STOP_ITERATION, "6"));
  assert_notes ("RuntimeError: coroutine raised StopIteration");
}

/* --- throw ----------------------------------------------------------------------------- */

static gpointer
survive (gpointer   user_data,
         GError   **error)
{
  g_autoptr (GError) local_error = NULL;

  asyncio_sleep (0, &local_error);
  note ("caught %s", take_error (&local_error));
  if (!asyncio_sleep (0, error))
    return NULL;

  return user_data;
}

/* What is thrown is raised at the await: it ends the coroutine, or is caught there and the coroutine goes on. */
static void
test_throw (void)
{
  g_autoptr (AsyncioCoroutine) ends = make (two_steps, NULL);
  g_autoptr (AsyncioCoroutine) survives = make (survive, (gpointer) "value");

  send (ends);
  throw (ends, value_error ("a"));
  assert_notes ("begins next ValueError: a");

  send (survives);
  throw (survives, value_error ("b"));
  assert_notes ("next caught ValueError: b next");
  send (survives);
  assert_notes ("value");
}

/* Thrown into a coroutine that has not begun it ends it; nothing of the body runs. */
static void
test_throw_unstarted (void)
{
  g_autoptr (AsyncioCoroutine) coroutine = asyncio_ref_sink (
    asyncio_coroutine_new (two_steps, value_new ("data"), value_free));

  throw (coroutine, value_error ("early"));
  assert_notes ("ValueError: early");
  g_assert_cmpint (asyncio_coroutine_get_state (coroutine), ==, ASYNCIO_CORO_CLOSED);
  g_assert_cmpint (n_values, ==, 0);
}

/* --- close ------------------------------------------------------------------------------ */

static gpointer
return_at_exit (gpointer   user_data,
                GError   **error)
{
  (void) error;
  asyncio_sleep (0, NULL);

  return user_data;
}

static gpointer
raise_at_exit (gpointer   user_data,
               GError   **error)
{
  (void) user_data;
  asyncio_sleep (0, NULL);
  g_propagate_error (error, value_error ("in clean-up"));

  return NULL;
}

/* Ignores that it is to end, as often as its data says. */
static gpointer
ignore_exit (gpointer   user_data,
             GError   **error)
{
  int *times = user_data;

  (void) error;
  while ((*times)-- >= 0)
    {
      g_autoptr (GError) local_error = NULL;

      asyncio_sleep (0, &local_error);
      if (local_error != NULL)
        note ("ignores %s", take_error (&local_error));
    }

  return NULL;
}

/* Closing is silent before the start and after the end, and when the body ends by GeneratorExit or by returning. */
static void
test_close (void)
{
  g_autoptr (AsyncioCoroutine) unstarted = make (two_steps, NULL);
  g_autoptr (AsyncioCoroutine) suspended = make (two_steps, NULL);
  g_autoptr (AsyncioCoroutine) returns = NULL;

  note_close (unstarted);
  note_close (unstarted);
  assert_notes ("closed closed");

  send (suspended);
  note_close (suspended);
  assert_notes ("begins next closed");

  returns = asyncio_ref_sink (
    asyncio_coroutine_new_full (return_at_exit, value_new ("value"), NULL, value_free, "returns", "here:1"));
  send (returns);
  note_close (returns);
  assert_notes ("next closed");
  g_assert_cmpint (n_values, ==, 0);
}

/* What else the body raises comes out; the coroutine is closed all the same. */
static void
test_close_raises (void)
{
  g_autoptr (AsyncioCoroutine) coroutine = make (raise_at_exit, NULL);

  send (coroutine);
  note_close (coroutine);
  note_close (coroutine);
  assert_notes ("next ValueError: in clean-up closed");
}

/* A body that awaits again is not closed, and can be driven on. */
static void
test_close_ignored (void)
{
  int times = 1;
  g_autoptr (AsyncioCoroutine) coroutine = make (ignore_exit, &times);

  send (coroutine);
  note_close (coroutine);
  assert_notes ("next ignores GeneratorExit RuntimeError: coroutine ignored GeneratorExit");
  g_assert_cmpint (asyncio_coroutine_get_state (coroutine), ==, ASYNCIO_CORO_SUSPENDED);
  send (coroutine);
  assert_notes ("None");
}

/* --- The end of the last reference ----------------------------------------------------------- */

/* A coroutine of which nothing ran is told of, with its name and where it was made. */
static void
test_never_awaited (void)
{
  expect_warning ("coroutine 'two_steps' was never awaited (made at *test-coroutines.c:*)");
  asyncio_unref (asyncio_ref_sink (asyncio_coroutine_new (two_steps, value_new ("data"), value_free)));
  assert_warned ();

  g_assert_cmpint (n_values, ==, 0);
}

/* One that is suspended gets GeneratorExit, and may clean up. What it raises then is told of, once. */
static void
test_dropped (void)
{
  AsyncioCoroutine *cleans_up = make (survive, NULL);
  AsyncioCoroutine *raises = make (raise_at_exit, NULL);

  send (cleans_up);
  asyncio_coroutine_close (cleans_up, NULL);
  send (raises);
  assert_notes ("next caught GeneratorExit next");

  expect_warning ("exception ignored in coroutine 'coroutine': in clean-up");
  asyncio_unref (raises);
  assert_warned ();
  asyncio_unref (cleans_up);
}

/* One that ignores it is told of, and asked again. */
static void
test_dropped_stubborn (void)
{
  int times = 2;
  AsyncioCoroutine *coroutine = make (ignore_exit, &times);

  send (coroutine);
  expect_warning ("exception ignored in coroutine 'coroutine': coroutine ignored GeneratorExit");
  expect_warning ("exception ignored in coroutine 'coroutine': coroutine ignored GeneratorExit");
  asyncio_unref (coroutine);
  assert_warned ();

  assert_notes ("next ignores GeneratorExit ignores GeneratorExit ignores GeneratorExit");
}

/* One that never ends is given up, with its stack: better lost than pulled away. (In a process of its own, for the
 * sake of leak checkers.) */
static void
subprocess_never_ends (void)
{
  int times = 1000;
  AsyncioCoroutine *coroutine = make (ignore_exit, &times);

  g_log_set_always_fatal (G_LOG_FATAL_MASK);
  g_log_set_fatal_mask ("asyncio", G_LOG_FATAL_MASK);
  send (coroutine);
  asyncio_unref (coroutine);
  g_printerr ("still here\n");
  _exit (0);
}

static void
test_never_ends (void)
{
  g_test_trap_subprocess ("/core/coroutines/subprocess/never-ends", 0, 0);
  g_test_trap_assert_passed ();
  g_test_trap_assert_stderr ("*coroutine ignored GeneratorExit*was given up but does not end*still here*");
}

/* A coroutine may drop the last reference to itself that others hold: it lives until its step is over. */
static gpointer
drop_myself (gpointer   user_data,
             GError   **error)
{
  (void) error;
  asyncio_unref (g_steal_pointer (&myself));

  return user_data;
}

static void
test_drops_itself (void)
{
  myself = asyncio_ref_sink (asyncio_coroutine_new (drop_myself, value_new ("data"), value_free));
  g_assert_cmpint (asyncio_coroutine_send (myself, NULL, NULL), ==, ASYNCIO_SEND_RETURN);
  g_assert_cmpint (n_values, ==, 0);
}

/* --- Threads ----------------------------------------------------------------------------------- */

/* A suspended coroutine must go on in the thread that it began in; one that has not begun may begin in any. */
static gpointer
send_elsewhere (gpointer coroutine)
{
  GError *error = NULL;

  (void) asyncio_coroutine_send (coroutine, NULL, &error);

  return error;
}

static void
test_threads (void)
{
  g_autoptr (AsyncioCoroutine) suspended = make (two_steps, NULL);
  g_autoptr (AsyncioCoroutine) unstarted = make (return_at_exit, NULL);
  g_autoptr (GError) error = NULL;

  send (suspended);
  error = g_thread_join (g_thread_new ("elsewhere", send_elsewhere, suspended));
  assert_error (error, "RuntimeError: coroutine 'coroutine' (here:1) was started in another thread and must go on there");
  send (suspended);
  assert_notes ("begins next goes on None");

  throw (unstarted, value_error ("x"));
  error = g_thread_join (g_thread_new ("elsewhere", send_elsewhere, unstarted));
  assert_error (error, "RuntimeError: cannot reuse already awaited coroutine");
  assert_notes ("ValueError: x");
}

static const TestCase cases[] = {
  { "/core/coroutines/send", test_send },
  { "/core/coroutines/name", test_name },
  { "/core/coroutines/data-is-freed", test_data_is_freed },
  { "/core/coroutines/already-executing", test_already_executing },
  { "/core/coroutines/stop-iteration", test_stop_iteration },
  { "/core/coroutines/throw", test_throw },
  { "/core/coroutines/throw-unstarted", test_throw_unstarted },
  { "/core/coroutines/close", test_close },
  { "/core/coroutines/close-raises", test_close_raises },
  { "/core/coroutines/close-ignored", test_close_ignored },
  { "/core/coroutines/never-awaited", test_never_awaited },
  { "/core/coroutines/dropped", test_dropped },
  { "/core/coroutines/dropped-stubborn", test_dropped_stubborn },
  { "/core/coroutines/never-ends", test_never_ends },
  { "/core/coroutines/subprocess/never-ends", subprocess_never_ends },
  { "/core/coroutines/drops-itself", test_drops_itself },
  { "/core/coroutines/threads", test_threads },
};

int
main (int    argc,
      char **argv)
{
  return run_tests (argc, argv, cases, G_N_ELEMENTS (cases));
}
