/* SPDX-License-Identifier: MIT */

/*
 * Tests of the exception handler of a loop: who is told of errors that nobody else can be told of; and of debug mode.
 */

#include "common.h"

static void
fail (gpointer   message,
      GError   **error)
{
  g_propagate_error (error, value_error (message));
}

/* --- The default handler ------------------------------------------------------------- */

/* Without a handler a warning tells of the message, the future or the callback, and the error. */
static void
test_default (void)
{
  g_autoptr (GError) error = value_error ("odd");
  g_autoptr (AsyncioFuture) future = asyncio_loop_create_future (loop);

  asyncio_loop_set_exception_handler (loop, NULL, NULL, NULL);

  expect_warning ("Something happened\nfuture: <Future pending>\nValueError: odd");
  asyncio_loop_call_exception_handler (loop, &(AsyncioExceptionContext) {
                                               .message = "Something happened",
                                               .exception = error,
                                               .future = future,
                                             });

  expect_warning ("Exception in callback fail\nhandle: <Handle fail>\nValueError: in a callback");
  asyncio_loop_call_soon (loop, fail, (gpointer) "in a callback", NULL, NULL);
  run_turns (1);

  expect_warning ("Unhandled exception in event loop");
  asyncio_loop_call_exception_handler (loop, &(AsyncioExceptionContext) { .message = NULL });
  assert_warned ();
}

/* --- A handler of one's own --------------------------------------------------------------- */

static void
note_all (AsyncioLoop                    *reporting,
          const AsyncioExceptionContext  *context,
          gpointer                        user_data,
          GError                        **error)
{
  (void) error;
  note ("%s: %s, loop %d, future %d, handle %d, %s", (const char *) user_data, context->message, reporting == loop,
        context->future != NULL, context->handle != NULL, outcome (NULL, context->exception));
}

/* It is told all that is known. */
static void
test_own_handler (void)
{
  AsyncioFuture *future = asyncio_loop_create_future (loop);

  asyncio_loop_set_exception_handler (loop, note_all, (gpointer) "told", NULL);
  asyncio_loop_call_soon (loop, fail, (gpointer) "a", NULL, NULL);
  run_turns (1);
  assert_notes ("told: Exception in callback fail, loop 1, future 0, handle 1, ValueError: a");

  asyncio_future_set_exception (future, value_error ("b"), NULL);
  asyncio_unref (future);
  assert_notes ("told: Future exception was never retrieved, loop 1, future 1, handle 0, ValueError: b");
}

/* A handler that is replaced is not told any more, and its data freed; the last one's with the loop. */
static void
test_replace (void)
{
  AsyncioLoop *other = new_virtual_loop ();

  asyncio_loop_set_exception_handler (other, note_all, value_new ("first"), value_free);
  asyncio_loop_set_exception_handler (other, note_all, value_new ("second"), value_free);
  g_assert_cmpint (n_values, ==, 1);
  asyncio_loop_call_exception_handler (other, &(AsyncioExceptionContext) { .message = "m" });
  assert_notes ("second: m, loop 0, future 0, handle 0, None");

  end_loop (other);
  g_assert_cmpint (n_values, ==, 0);
}

/* A handler that fails is itself reported, by the default handler; the error that it was told of is lost. */
static void
fail_in_handler (AsyncioLoop                    *reporting,
                 const AsyncioExceptionContext  *context,
                 gpointer                        user_data,
                 GError                        **error)
{
  (void) reporting;
  (void) context;
  (void) user_data;
  g_propagate_error (error, value_error ("in the handler"));
}

static void
test_failing_handler (void)
{
  asyncio_loop_set_exception_handler (loop, fail_in_handler, NULL, NULL);
  asyncio_loop_call_soon (loop, fail, (gpointer) "lost", NULL, NULL);
  asyncio_loop_call_soon (loop, note_text, (gpointer) "goes on", NULL, NULL);

  expect_warning ("Unhandled error in exception handler\nValueError: in the handler");
  run_turns (1);
  assert_warned ();
  assert_notes ("goes on");
}

/* A handler may stop the loop. */
static void
stop_in_handler (AsyncioLoop                    *reporting,
                 const AsyncioExceptionContext  *context,
                 gpointer                        user_data,
                 GError                        **error)
{
  (void) user_data;
  (void) error;
  note ("%s", outcome (NULL, context->exception));
  asyncio_loop_stop (reporting);
}

static void
test_stop (void)
{
  asyncio_loop_set_exception_handler (loop, stop_in_handler, NULL, NULL);
  asyncio_loop_call_later (loop, 1, fail, (gpointer) "fatal", NULL, NULL);
  g_assert_true (asyncio_loop_run_forever (loop, NULL));

  assert_notes ("ValueError: fatal");
}

/* --- Errors that nobody asked for -------------------------------------------------------------- */

static gpointer
raise_error (gpointer   message,
             GError   **error)
{
  g_propagate_error (error, value_error (message));

  return NULL;
}

/* A task, a future and a gather() whose error nobody asked for are reported when they are freed, each by its name. */
static void
test_unretrieved (void)
{
  AsyncioTask *task = start (asyncio_coroutine_new (raise_error, (gpointer) "t", NULL));
  AsyncioFuture *future = asyncio_loop_create_future (loop);
  AsyncioFuture *child = asyncio_loop_create_future (loop);
  AsyncioFuture *all = asyncio_gather (NULL, child, NULL);

  asyncio_future_set_exception (future, value_error ("f"), NULL);
  asyncio_future_set_exception (child, value_error ("g"), NULL);
  run_turns (2);
  assert_notes ("");

  asyncio_unref (task);
  assert_notes ("[Task exception was never retrieved: ValueError: t]");
  asyncio_unref (future);
  assert_notes ("[Future exception was never retrieved: ValueError: f]");
  asyncio_unref (all);
  assert_notes ("[_GatheringFuture exception was never retrieved: ValueError: g]");
  asyncio_unref (child);
}

/* Whoever asked, in one of three ways, need not be told: by result(), by exception(), by cancel() even afterwards. */
static void
test_retrieved (void)
{
  AsyncioFuture *futures[3];

  for (guint i = 0; i < G_N_ELEMENTS (futures); i++)
    {
      futures[i] = asyncio_loop_create_future (loop);
      asyncio_future_set_exception (futures[i], value_error ("odd"), NULL);
    }

  (void) asyncio_future_result (futures[0], NULL);
  (void) asyncio_future_exception (futures[1], NULL);
  g_assert_false (asyncio_future_cancel (futures[2]));

  for (guint i = 0; i < G_N_ELEMENTS (futures); i++)
    asyncio_unref (futures[i]);
  assert_notes ("");
}

/* A handler may hold the future as long as it runs. */
static void
hold_future (AsyncioLoop                    *reporting,
             const AsyncioExceptionContext  *context,
             gpointer                        user_data,
             GError                        **error)
{
  g_autoptr (AsyncioFuture) future = asyncio_ref (context->future);
  g_autofree char *repr = asyncio_repr (future);

  (void) reporting;
  (void) user_data;
  (void) error;
  note ("%s", repr);
}

static void
test_held_by_handler (void)
{
  AsyncioFuture *future = asyncio_loop_create_future (loop);

  asyncio_loop_set_exception_handler (loop, hold_future, NULL, NULL);
  asyncio_future_set_exception (future, value_error ("odd"), NULL);
  asyncio_unref (future);

  assert_notes ("<Future finished exception=ValueError: odd>");
}

/* --- Debug mode -------------------------------------------------------------------------------- */

/* The environment switches debug mode on, unless the variable is empty. */
static void
test_debug_by_environment (void)
{
  static const char *const values[] = { "1", "" };

  for (guint i = 0; i < G_N_ELEMENTS (values); i++)
    {
      AsyncioLoop *made;

      g_setenv ("PYTHONASYNCIODEBUG", values[i], TRUE);
      made = new_virtual_loop ();
      g_assert_cmpint (asyncio_loop_get_debug (made), ==, values[i][0] != '\0');
      end_loop (made);
    }

  g_unsetenv ("PYTHONASYNCIODEBUG");
}

static const TestCase cases[] = {
  { "/core/reports/default", test_default },
  { "/core/reports/own-handler", test_own_handler },
  { "/core/reports/replace", test_replace },
  { "/core/reports/failing-handler", test_failing_handler },
  { "/core/reports/stop", test_stop },
  { "/core/reports/unretrieved", test_unretrieved },
  { "/core/reports/retrieved", test_retrieved },
  { "/core/reports/held-by-handler", test_held_by_handler },
  { "/core/reports/debug-by-environment", test_debug_by_environment },
};

int
main (int    argc,
      char **argv)
{
  return run_tests (argc, argv, cases, G_N_ELEMENTS (cases));
}
