/* SPDX-License-Identifier: MIT */

/*
 * Tests of tasks that cancel themselves. What is expected was asked of CPython 3.6, 3.7 and 3.8, which agree except where a
 * version rule says so.
 */

#include "common.h"

#include <asyncio/versions.h>

static AsyncioTask *myself;

static gpointer
cancel_and_await (gpointer   user_data,
                  GError   **error)
{
  g_autoptr (AsyncioFuture) done = asyncio_loop_create_future (loop);
  g_autoptr (AsyncioFuture) pending = asyncio_loop_create_future (loop);
  g_autoptr (GError) interruption = NULL;

  (void) user_data;
  asyncio_task_cancel (myself);
  asyncio_future_set_result (done, (gpointer) "value", NULL, NULL);
  note ("%s", outcome (asyncio_await (done, error), NULL));

  asyncio_await (pending, &interruption);
  note ("%s:%d", outcome (NULL, interruption), asyncio_future_cancelled (pending));
  g_propagate_error (error, g_steal_pointer (&interruption));

  return NULL;
}

static gpointer
cancel_and_end (gpointer   message,
                GError   **error)
{
  asyncio_task_cancel (myself);
  if (message != NULL)
    g_propagate_error (error, value_error (message));

  return message == NULL ? value_new ("value") : NULL;
}

static AsyncioCoroutine *
cancelling_itself (const char *message)
{
  return asyncio_coroutine_new_full (cancel_and_end, (gpointer) message, NULL, value_free, "cancel_and_end", "here:1");
}

/* It is told at its next await that suspends; the future there is cancelled. */
static void
test_itself (void)
{
  myself = start (asyncio_coroutine_new (cancel_and_await, NULL, NULL));
  run_turns (2);
  note_task (myself);
  asyncio_unref (myself);
  assert_notes ("value CancelledError:1 cancelled:CancelledError");
}

/* If it returns before that, its value is lost: since 3.8 it ends as cancelled, before as failed. */
static void
test_itself_and_returns (void)
{
  myself = start (cancelling_itself (NULL));
  run_turns (1);
  note_task (myself);
  asyncio_unref (myself);

  assert_notes (asyncio_version_rules.self_cancel_ends_cancelled ? "cancelled:CancelledError"
                                                                 : "finished:CancelledError");
  g_assert_cmpint (n_values, ==, 0);
}

/* If it raises something else, that is its error. */
static void
test_itself_and_raises (void)
{
  myself = start (cancelling_itself ("odd"));
  run_turns (1);
  note_task (myself);
  asyncio_unref (myself);
  assert_notes ("finished:ValueError: odd");
}

/* A misuse of await that it would be told of is overtaken. */
static gpointer
cancel_and_await_myself (gpointer   user_data,
                         GError   **error)
{
  (void) user_data;
  asyncio_task_cancel (myself);

  return asyncio_await (myself, error);
}

static void
test_itself_and_misuse (void)
{
  myself = start (asyncio_coroutine_new (cancel_and_await_myself, NULL, NULL));
  run_turns (2);
  note_task (myself);
  asyncio_unref (myself);
  assert_notes ("cancelled:CancelledError");
}

static const TestCase cases[] = {
  { "/core/cancel/itself", test_itself },
  { "/core/cancel/itself-and-returns", test_itself_and_returns },
  { "/core/cancel/itself-and-raises", test_itself_and_raises },
  { "/core/cancel/itself-and-misuse", test_itself_and_misuse },
};

int
main (int    argc,
      char **argv)
{
  return run_tests (argc, argv, cases, G_N_ELEMENTS (cases));
}
