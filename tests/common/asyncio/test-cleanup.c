/* SPDX-License-Identifier: MIT */

/*
 * Tests of cleanup.c: what is done before a loop is closed.
 */

#include "common.h"

static gpointer
note_step (gpointer   text,
           GError   **error)
{
  note ("%s begins", (const char *) text);
  if (!asyncio_sleep (1, error))
    return NULL;
  note ("%s ends", (const char *) text);

  return NULL;
}

static void
add_step (const char           *name,
          AsyncioCoroutineFunc  func)
{
  asyncio_loop_add_cleanup_step (loop, name, func, value_new (name), value_free);
}

static const char *
run_steps (void)
{
  g_autoptr (GError) error = NULL;
  gboolean done = asyncio_loop_run_cleanup_steps (loop, &error);

  g_assert_cmpint (done, ==, error == NULL);

  return take_error (&error);
}

/* The steps are run one after the other, in the order in which they were added, each to its end; and their data is freed. */
static void
test_order (void)
{
  add_step ("first", note_step);
  add_step ("second", note_step);
  assert_notes ("");
  g_assert_cmpstr (run_steps (), ==, "-");
  assert_notes ("first begins first ends second begins second ends");
  g_assert_cmpint (n_values, ==, 0);
}

/* Each is run once: a second time there is nothing to do. */
static void
test_once (void)
{
  add_step ("step", note_step);
  g_assert_cmpstr (run_steps (), ==, "-");
  assert_notes ("step begins step ends");
  g_assert_cmpstr (run_steps (), ==, "-");
  assert_notes ("");
}

/* A step that fails is reported, with its name, and the others are run. */
static gpointer
fail (gpointer   message,
      GError   **error)
{
  g_propagate_error (error, value_error (message));

  return NULL;
}

static void
test_error (void)
{
  add_step ("first", fail);
  add_step ("second", note_step);
  g_assert_cmpstr (run_steps (), ==, "-");
  assert_notes ("[an error occurred during first: ValueError: first] second begins second ends");
}

/* A step that is cancelled is one that fails. */
static gpointer
cancel_myself (gpointer   user_data,
               GError   **error)
{
  (void) user_data;
  asyncio_task_cancel (asyncio_current_task (NULL, NULL));
  asyncio_sleep (1, error);

  return NULL;
}

static void
test_cancelled (void)
{
  add_step ("first", cancel_myself);
  add_step ("second", note_step);
  g_assert_cmpstr (run_steps (), ==, "-");
  assert_notes ("[an error occurred during first: CancelledError] second begins second ends");
}

/* KeyboardInterrupt and SystemExit come out at once. What was not run yet can be run later. */
static gpointer
interrupt (gpointer   user_data,
           GError   **error)
{
  (void) user_data;
  g_set_error_literal (error, ASYNCIO_ERROR, ASYNCIO_ERROR_KEYBOARD_INTERRUPT, "");

  return NULL;
}

static void
test_interrupted (void)
{
  add_step ("first", interrupt);
  add_step ("second", note_step);
  g_assert_cmpstr (run_steps (), ==, "KeyboardInterrupt");
  g_assert_cmpint (n_values, ==, 1);
  assert_notes ("");
  g_assert_cmpstr (run_steps (), ==, "-");
  assert_notes ("second begins second ends");
}

/* A step may add one, which comes last. */
static gpointer
add_another (gpointer   user_data,
             GError   **error)
{
  (void) user_data;
  (void) error;
  add_step ("added", note_step);

  return NULL;
}

static void
test_adds_another (void)
{
  add_step ("first", add_another);
  add_step ("second", note_step);
  g_assert_cmpstr (run_steps (), ==, "-");
  assert_notes ("second begins second ends added begins added ends");
}

/* A step may wait for tasks that are left. */
static gpointer
await_task (gpointer   task,
            GError   **error)
{
  asyncio_await (task, error);

  return NULL;
}

static void
test_awaits_task (void)
{
  g_autoptr (AsyncioTask) task = start (waits_for ("task", asyncio_sleep_coroutine (5)));

  asyncio_loop_add_cleanup_step (loop, "waits", await_task, asyncio_ref (task), asyncio_unref);
  g_assert_cmpstr (run_steps (), ==, "-");
  assert_notes ("task=None");
}

/* A loop that runs already cannot run them; they stay for later. */
static gpointer
run_steps_inside (gpointer   user_data,
                  GError   **error)
{
  (void) user_data;
  (void) error;
  note ("%s", run_steps ());

  return NULL;
}

static void
test_refused (void)
{
  add_step ("step", note_step);
  run_and_note (asyncio_coroutine_new (run_steps_inside, NULL, NULL));
  assert_notes ("RuntimeError: This event loop is already running None");
  g_assert_cmpstr (run_steps (), ==, "-");
  assert_notes ("step begins step ends");
}

/* Closing drops what was not run, and a closed loop takes none. */

static void
test_closed (void)
{
  add_step ("before", note_step);
  close_loop ();
  g_assert_cmpint (n_values, ==, 0);
  add_step ("after", note_step);
  g_assert_cmpint (n_values, ==, 0);
  g_assert_cmpstr (run_steps (), ==, "RuntimeError: Event loop is closed");
}

static const TestCase cases[] = {
  { "/core/cleanup/order", test_order },
  { "/core/cleanup/once", test_once },
  { "/core/cleanup/error", test_error },
  { "/core/cleanup/cancelled", test_cancelled },
  { "/core/cleanup/interrupted", test_interrupted },
  { "/core/cleanup/adds-another", test_adds_another },
  { "/core/cleanup/awaits-task", test_awaits_task },
  { "/core/cleanup/refused", test_refused },
  { "/core/cleanup/closed", test_closed },
};

int
main (int    argc,
      char **argv)
{
  return run_tests (argc, argv, cases, G_N_ELEMENTS (cases));
}
