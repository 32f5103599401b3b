/* SPDX-License-Identifier: MIT */

/*
 * Tests of await: of futures and of coroutines, in coroutines that are driven by hand. What is expected was asked of CPython
 * 3.6 and 3.7, which agree except where it is said.
 */

#include "common.h"

/* Drives a coroutine to the next await, and notes what it yields, returns or raises. */
static void
send (AsyncioCoroutine *coroutine)
{
  g_autoptr (GError) error = NULL;
  gpointer out;

  if (asyncio_coroutine_send (coroutine, &out, &error) == ASYNCIO_SEND_NEXT)
    note ("%s", out == NULL ? "next" : "next:future");
  else
    note ("%s", outcome (out, error));
}

static void
note_close (AsyncioCoroutine *coroutine)
{
  g_autoptr (GError) error = NULL;
  gboolean closed = asyncio_coroutine_close (coroutine, &error);

  note ("%s", closed ? "closed" : outcome (NULL, error));
}

static gpointer
yield_once (gpointer   user_data,
            GError   **error)
{
  return asyncio_sleep (0, error) ? user_data : NULL;
}

/* --- Misuse ------------------------------------------------------------------------------ */

/* Outside a coroutine nothing can be awaited. A coroutine object that was given is dropped, and says so. */
static void
test_outside (void)
{
  static const char expected[] = "RuntimeError: await outside a coroutine";
  g_autoptr (AsyncioFuture) future = asyncio_loop_create_future (loop);
  g_autoptr (AsyncioSemaphore) semaphore = NULL;
  g_autoptr (GError) error = NULL;

  asyncio_set_event_loop (loop);
  semaphore = asyncio_semaphore_new (1);
  asyncio_set_event_loop (NULL);

  g_assert_null (asyncio_await (future, &error));
  assert_error (error, expected);
  g_assert_false (asyncio_sleep (0, &error));
  assert_error (error, expected);
  g_assert_false (asyncio_sleep (1, &error));
  assert_error (error, expected);
  g_assert_null (asyncio_wait_for (future, 1, &error));
  assert_error (error, expected);
  g_assert_null (asyncio_wait_for (future, ASYNCIO_NO_TIMEOUT, &error));
  assert_error (error, expected);
  g_assert_false (asyncio_semaphore_acquire (semaphore, &error));
  assert_error (error, expected);

  for (int i = 0; i < 3; i++)
    {
      AsyncioCoroutine *coroutine = asyncio_coroutine_new (yield_once, value_new ("data"), value_free);

      expect_warning ("coroutine 'yield_once' was never awaited*");
      if (i == 0)
        g_assert_null (asyncio_await (coroutine, &error));
      else
        g_assert_null (asyncio_wait_for (coroutine, i == 1 ? 1 : ASYNCIO_NO_TIMEOUT, &error));
      assert_warned ();
      assert_error (error, expected);
    }
  g_assert_cmpint (n_values, ==, 0);
}

/* What is no awaitable cannot be awaited. */
static gpointer
await_nonsense (gpointer   user_data,
                GError   **error)
{
  (void) user_data;
  asyncio_await (GINT_TO_POINTER (42), error);
  note ("%s", take_error (error));
  asyncio_await (NULL, error);
  note ("%s", take_error (error));

  return NULL;
}

static void
test_nonsense (void)
{
  run_and_note (asyncio_coroutine_new (await_nonsense, NULL, NULL));

  assert_notes ("TypeError: object 42 can't be used in 'await' expression "
                "TypeError: object NULL can't be used in 'await' expression None");
}

/* A coroutine can be awaited once: not when it is closed, not while it is suspended elsewhere, and not by itself. */
static gpointer
await_it (gpointer   awaitable,
          GError   **error)
{
  return asyncio_await (awaitable, error);
}

static gpointer
await_myself (gpointer   user_data,
              GError   **error)
{
  return asyncio_await (*(AsyncioCoroutine **) user_data, error);
}

static void
test_twice (void)
{
  g_autoptr (AsyncioCoroutine) closed = asyncio_ref_sink (asyncio_coroutine_new (yield_once, NULL, NULL));
  g_autoptr (AsyncioCoroutine) suspended = asyncio_ref_sink (asyncio_coroutine_new (yield_once, NULL, NULL));
  AsyncioCoroutine *myself;

  send (closed);
  send (closed);
  run_and_note (asyncio_coroutine_new (await_it, closed, NULL));
  assert_notes ("next None RuntimeError: cannot reuse already awaited coroutine");

  send (suspended);
  run_and_note (asyncio_coroutine_new (await_it, suspended, NULL));
  assert_notes ("next RuntimeError: coroutine is being awaited already");
  send (suspended);
  assert_notes ("None");

  myself = asyncio_ref_sink (asyncio_coroutine_new (await_myself, &myself, NULL));
  run_and_note (myself);
  assert_notes ("ValueError: coroutine already executing");
  asyncio_unref (myself);
}

/* --- Futures --------------------------------------------------------------------------------- */

/* A pending future suspends: it comes out of send(), and the next send() brings what it holds by then. */
static void
test_pending_future (void)
{
  g_autoptr (AsyncioFuture) future = asyncio_loop_create_future (loop);
  g_autoptr (AsyncioCoroutine) coroutine = asyncio_ref_sink (waits_for ("f", future));
  gpointer out;

  g_assert_cmpint (asyncio_coroutine_send (coroutine, &out, NULL), ==, ASYNCIO_SEND_NEXT);
  g_assert_true (out == future);
  asyncio_future_set_result (future, value_new ("value"), value_free, NULL);
  send (coroutine);

  assert_notes ("f=value value");
}

/* A future that is done does not suspend: value, error, or cancelled. */
static void
test_done_futures (void)
{
  AsyncioFuture *futures[3];

  for (guint i = 0; i < G_N_ELEMENTS (futures); i++)
    futures[i] = asyncio_loop_create_future (loop);
  asyncio_future_set_result (futures[0], (gpointer) "value", NULL, NULL);
  asyncio_future_set_exception (futures[1], value_error ("odd"), NULL);
  asyncio_future_cancel (futures[2]);

  for (guint i = 0; i < G_N_ELEMENTS (futures); i++)
    {
      g_autoptr (AsyncioCoroutine) coroutine = asyncio_ref_sink (waits_for ("f", futures[i]));

      send (coroutine);
      asyncio_unref (futures[i]);
    }

  assert_notes ("f=value value f=ValueError: odd ValueError: odd f=CancelledError CancelledError");
}

/* Driven on while the future is still pending, the coroutine is told. (In CPython 3.6 by an AssertionError; since 3.7
 * by this.) */
static void
test_driven_on (void)
{
  g_autoptr (AsyncioFuture) future = asyncio_loop_create_future (loop);
  g_autoptr (AsyncioCoroutine) coroutine = asyncio_ref_sink (waits_for ("f", future));

  send (coroutine);
  send (coroutine);

  assert_notes ("next:future f=RuntimeError: await wasn't used with future RuntimeError: await wasn't used with future");
}

/* Who awaits a future holds it. */
static void
test_holds_future (void)
{
  AsyncioFuture *future = asyncio_loop_create_future (loop);
  g_autoptr (AsyncioTask) task = start (asyncio_coroutine_new (await_it, future, NULL));

  run_turns (1);
  asyncio_future_set_result (future, value_new ("value"), value_free, NULL);
  asyncio_unref (future);
  g_assert_cmpint (n_values, ==, 1);
  run_turns (1);

  g_assert_true (asyncio_task_done (task));
  g_assert_cmpint (n_values, ==, 0);
}

/* --- Coroutines ------------------------------------------------------------------------------- */

/* The awaited coroutine runs at once, as a call does. What it yields comes out of the outermost send(), what it returns
 * or raises arrives at the await. */
static gpointer
chatter (gpointer   user_data,
         GError   **error)
{
  note ("inner begins");
  if (!asyncio_sleep (0, error))
    return NULL;
  note ("inner ends");

  return user_data;
}

static void
test_coroutine (void)
{
  g_autoptr (AsyncioCoroutine) outer = NULL;

  outer = asyncio_ref_sink (waits_for ("outer", waits_for ("middle", asyncio_coroutine_new (chatter, (gpointer) "v", NULL))));
  send (outer);
  assert_notes ("inner begins next");
  send (outer);
  assert_notes ("inner ends middle=v outer=v v");
}

static gpointer
fail_later (gpointer   user_data,
            GError   **error)
{
  if (asyncio_sleep (0, error))
    g_propagate_error (error, value_error (user_data));

  return NULL;
}

static void
test_error_of_coroutine (void)
{
  run_and_note (waits_for ("outer", asyncio_coroutine_new (fail_later, (gpointer) "odd", NULL)));
  assert_notes ("outer=ValueError: odd ValueError: odd");
}

/* The value of a coroutine is handed over: whoever awaits it must free it, and nobody else does. */
static gpointer
give (gpointer   user_data,
      GError   **error)
{
  (void) error;
  return user_data;
}

static gpointer
take (gpointer   user_data,
      GError   **error)
{
  g_autofree char *value = asyncio_await (asyncio_coroutine_new_full (give, g_strdup ("mine"), NULL, g_free, "give",
                                                                      G_STRLOC), error);

  (void) user_data;
  note ("%s", value);

  return NULL;
}

static void
test_value_is_handed_over (void)
{
  run_and_note (asyncio_coroutine_new (take, NULL, NULL));
  assert_notes ("mine None");
}

/* While it runs a coroutine that it awaits, a coroutine is running; suspended, both are. */
static AsyncioCoroutine *outermost;

static gpointer
look_at_outermost (gpointer   user_data,
                   GError   **error)
{
  note ("%s", asyncio_coroutine_get_state (outermost) == ASYNCIO_CORO_RUNNING ? "running" : "?");

  return yield_once (user_data, error);
}

static void
test_states (void)
{
  g_autoptr (AsyncioCoroutine) inner = asyncio_ref_sink (asyncio_coroutine_new (look_at_outermost, NULL, NULL));

  outermost = asyncio_ref_sink (waits_for ("outer", inner));
  send (outermost);
  g_assert_cmpint (asyncio_coroutine_get_state (outermost), ==, ASYNCIO_CORO_SUSPENDED);
  g_assert_cmpint (asyncio_coroutine_get_state (inner), ==, ASYNCIO_CORO_SUSPENDED);
  send (outermost);
  g_assert_cmpint (asyncio_coroutine_get_state (inner), ==, ASYNCIO_CORO_CLOSED);

  assert_notes ("running next outer=None None");
  asyncio_unref (outermost);
}

/* An error that is thrown in from outside arrives at the innermost await first. */
static gpointer
catch_inside (gpointer   user_data,
              GError   **error)
{
  g_autoptr (GError) local_error = NULL;

  (void) error;
  asyncio_sleep (0, &local_error);
  note ("inner caught %s", take_error (&local_error));

  return user_data;
}

static void
test_throw (void)
{
  g_autoptr (AsyncioCoroutine) passes = asyncio_ref_sink (waits_for ("a", asyncio_coroutine_new (chatter, NULL, NULL)));
  g_autoptr (AsyncioCoroutine) catches = NULL;
  g_autoptr (GError) error = NULL;

  send (passes);
  asyncio_coroutine_throw (passes, value_error ("x"), NULL, &error);
  assert_error (error, "ValueError: x");
  assert_notes ("inner begins next a=ValueError: x");

  catches = asyncio_ref_sink (waits_for ("b", asyncio_coroutine_new (catch_inside, (gpointer) "v", NULL)));
  send (catches);
  asyncio_coroutine_throw (catches, value_error ("y"), NULL, &error);
  g_assert_no_error (error);
  assert_notes ("next inner caught ValueError: y b=v");
}

/* --- close() of a coroutine that awaits another -------------------------------------------------- */

/* GeneratorExit closes the inner coroutine, and is raised in the outer one whatever the inner one made of it: also if
 * it caught it and returned. */
static void
test_close_swallowed (void)
{
  g_autoptr (AsyncioCoroutine) outer = asyncio_ref_sink (
    waits_for ("outer", asyncio_coroutine_new (catch_inside, (gpointer) "v", NULL)));

  send (outer);
  note_close (outer);
  assert_notes ("next inner caught GeneratorExit outer=GeneratorExit closed");
}

/* The value that it returned then is freed. */
static gpointer
return_value (gpointer   user_data,
              GError   **error)
{
  (void) error;
  asyncio_sleep (0, NULL);

  return user_data;
}

static void
test_close_frees_value (void)
{
  AsyncioCoroutine *inner = asyncio_coroutine_new_full (return_value, value_new ("v"), NULL, value_free, "inner", "here:1");
  g_autoptr (AsyncioCoroutine) outer = asyncio_ref_sink (waits_for ("outer", inner));

  send (outer);
  note_close (outer);
  assert_notes ("next outer=GeneratorExit closed");
  g_assert_cmpint (n_values, ==, 0);
}

/* If the inner one does not end, or raises something else, that is raised in the outer one instead. */
static gpointer
ignore_once (gpointer   user_data,
             GError   **error)
{
  asyncio_sleep (0, NULL);

  return yield_once (user_data, error);
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

static void
test_close_fails (void)
{
  g_autoptr (AsyncioCoroutine) ignored = asyncio_ref_sink (
    waits_for ("outer", asyncio_coroutine_new (ignore_once, NULL, NULL)));
  g_autoptr (AsyncioCoroutine) raised = asyncio_ref_sink (
    waits_for ("outer", asyncio_coroutine_new (raise_at_exit, NULL, NULL)));

  send (ignored);
  note_close (ignored);
  assert_notes ("next outer=RuntimeError: coroutine ignored GeneratorExit RuntimeError: coroutine ignored GeneratorExit");

  send (raised);
  note_close (raised);
  assert_notes ("next outer=ValueError: in clean-up ValueError: in clean-up");
}

/* throw() of GeneratorExit does the same. */
static void
test_throw_exit (void)
{
  g_autoptr (AsyncioCoroutine) outer = asyncio_ref_sink (
    waits_for ("outer", asyncio_coroutine_new (catch_inside, (gpointer) "v", NULL)));
  g_autoptr (GError) error = NULL;

  send (outer);
  asyncio_coroutine_throw (outer, g_error_new_literal (ASYNCIO_ERROR, ASYNCIO_ERROR_GENERATOR_EXIT, ""), NULL, &error);
  assert_error (error, "GeneratorExit");
  assert_notes ("next inner caught GeneratorExit outer=GeneratorExit");
}

/* --- Depth ------------------------------------------------------------------------------------------ */

/* A chain of a hundred coroutines, each awaiting the next: one send() reaches its end, one throw() too. */
static AsyncioCoroutine *
chain (int length)
{
  AsyncioCoroutine *coroutine = asyncio_coroutine_new (yield_once, (gpointer) "end", NULL);

  for (int i = 0; i < length; i++)
    coroutine = asyncio_coroutine_new (await_it, coroutine, NULL);

  return coroutine;
}

static void
test_chain (void)
{
  g_autoptr (AsyncioCoroutine) whole = asyncio_ref_sink (chain (100));
  g_autoptr (AsyncioCoroutine) thrown = asyncio_ref_sink (chain (100));
  g_autoptr (GError) error = NULL;

  send (whole);
  send (whole);
  assert_notes ("next end");

  send (thrown);
  asyncio_coroutine_throw (thrown, value_error ("x"), NULL, &error);
  assert_error (error, "ValueError: x");
  assert_notes ("next");
}

static const TestCase cases[] = {
  { "/core/await/outside", test_outside },
  { "/core/await/nonsense", test_nonsense },
  { "/core/await/twice", test_twice },
  { "/core/await/pending-future", test_pending_future },
  { "/core/await/done-futures", test_done_futures },
  { "/core/await/driven-on", test_driven_on },
  { "/core/await/holds-future", test_holds_future },
  { "/core/await/coroutine", test_coroutine },
  { "/core/await/error-of-coroutine", test_error_of_coroutine },
  { "/core/await/value-is-handed-over", test_value_is_handed_over },
  { "/core/await/states", test_states },
  { "/core/await/throw", test_throw },
  { "/core/await/close-swallowed", test_close_swallowed },
  { "/core/await/close-frees-value", test_close_frees_value },
  { "/core/await/close-fails", test_close_fails },
  { "/core/await/throw-exit", test_throw_exit },
  { "/core/await/chain", test_chain },
};

int
main (int    argc,
      char **argv)
{
  return run_tests (argc, argv, cases, G_N_ELEMENTS (cases));
}
