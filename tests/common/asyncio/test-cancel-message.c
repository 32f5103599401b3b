/* SPDX-License-Identifier: MIT */

/*
 * Tests of the messages of cancel(), in futures.c, tasks.c and tasks-gather.c. The expected notes are what the same programs in
 * Python wrote under CPython 3.9 to 3.12; up to 3.8 there are none.
 */

#include "common.h"

#include <asyncio/versions.h>

/* Notes what two who ask one after the other get. */
static void
note_twice (gpointer future)
{
  run_to_the_end ();
  for (int i = 0; i < 2; i++)
    {
      g_autoptr (GError) error = NULL;

      (void) asyncio_future_result (future, &error);
      note ("%s", error->message[0] != '\0' ? error->message : "-");
    }
}

/* What is expected: without messages, with those of 3.9, with those of 3.11. */
static const char *
by_version (const char *since_6,
            const char *since_9,
            const char *since_11)
{
  if (asyncio_version_rules.cancelled_error_is_passed_on)
    return since_11;

  return asyncio_version_rules.cancel_has_message ? since_9 : since_6;
}

/* A future's goes to all who ask. */
static void
test_future (void)
{
  g_autoptr (AsyncioFuture) future = asyncio_loop_create_future (loop);

  g_assert_true (asyncio_future_cancel_msg (future, "why"));
  g_assert_false (asyncio_future_cancel_msg (future, "again"));
  note_twice (future);
  assert_notes (by_version ("- -", "why why", "why why"));
}

/* A task's is in the error that is raised in it, and since 3.11 goes to the first who asks. */
static void
test_task (void)
{
  g_autoptr (AsyncioTask) task = start (waits_for ("task", sleeper ("never", 1)));

  run_turns (1);
  asyncio_task_cancel_msg (task, "why");
  note_twice (task);
  assert_notes (by_version ("task=CancelledError - -", "task=CancelledError: why - -",
                            "task=CancelledError: why why -"));
}

/* Of two cancels the first counts if it has reached the future that the task waits for, else the second. */
static void
test_two_cancels (void)
{
  g_autoptr (AsyncioTask) waiting = start (sleeper ("never", 1));
  g_autoptr (AsyncioTask) starting = NULL;
  g_autoptr (AsyncioTask) unsaid = NULL;

  run_turns (1);
  starting = start (sleeper ("never", 1));
  unsaid = start (sleeper ("never", 1));
  asyncio_task_cancel_msg (waiting, "one");
  asyncio_task_cancel_msg (waiting, "two");
  asyncio_task_cancel_msg (starting, "one");
  asyncio_task_cancel_msg (starting, "two");
  asyncio_task_cancel_msg (unsaid, "one");
  asyncio_task_cancel (unsaid);
  note_twice (waiting);
  note_twice (starting);
  note_twice (unsaid);
  assert_notes (by_version ("- - - - - -", "- - - - - -", "one - two - - -"));
}

/* A task that cancels itself and returns keeps the message: nothing was raised that could have it. */
static gpointer
cancel_self (gpointer   unused,
             GError   **error)
{
  (void) unused;
  asyncio_task_cancel_msg (asyncio_current_task (NULL, error), "self");

  return NULL;
}

static void
test_self (void)
{
  g_autoptr (AsyncioTask) task = start (asyncio_coroutine_new (cancel_self, NULL, NULL));

  note_twice (task);
  assert_notes (by_version ("- -", "self self", "self self"));
}

/* A message of a coroutine's own. */
static gpointer
raise_cancelled (gpointer   unused,
                 GError   **error)
{
  (void) unused;
  g_propagate_error (error, asyncio_error_new_cancelled ("own"));

  return NULL;
}

static void
test_own (void)
{
  g_autoptr (AsyncioTask) task = start (asyncio_coroutine_new (raise_cancelled, NULL, NULL));

  note_twice (task);
  assert_notes (by_version ("- -", "- -", "own -"));
}

/* Through a chain of tasks: it goes down to the future, and as far up as the version lets it. */
static void
test_chain (void)
{
  g_autoptr (AsyncioFuture) future = asyncio_loop_create_future (loop);
  g_autoptr (AsyncioTask) inner = start (waits_for ("inner", future));
  g_autoptr (AsyncioTask) outer = start (waits_for ("outer", inner));

  run_turns (2);
  asyncio_task_cancel_msg (outer, "why");
  note_twice (outer);
  note_twice (inner);
  note_twice (future);
  assert_notes (by_version ("inner=CancelledError outer=CancelledError - - - - - -",
                            "inner=CancelledError: why outer=CancelledError - - - - why why",
                            "inner=CancelledError: why outer=CancelledError: why why - - - why why"));
}

/* gather() hands it to the children. It takes its own from the first that ends, or, if errors are left in their places, from
 * the last child. */
static void
test_gather (void)
{
  for (int return_exceptions = 0; return_exceptions < 2; return_exceptions++)
    {
      g_autoptr (AsyncioTask) first = start (sleeper ("never", 1));
      g_autoptr (AsyncioTask) second = start (sleeper ("never", 1));
      g_autoptr (AsyncioFuture) outer = asyncio_gatherv ((gpointer[]) { first, second }, 2, return_exceptions, NULL);

      run_turns (1);
      asyncio_future_cancel_msg (outer, "why");
      note_twice (outer);
      note_twice (first);
      note_twice (second);
      assert_notes (by_version ("- - - - - -", "- - - - - -",
                                return_exceptions ? "why why why - - -" : "why why - - why -"));
    }
}

/* shield() hands nothing on: its outer future is cancelled anew. */
static void
test_shield (void)
{
  g_autoptr (AsyncioTask) task = start (sleeper ("never", 1));
  g_autoptr (AsyncioFuture) outer = asyncio_shield (task, NULL);

  run_turns (1);
  asyncio_task_cancel_msg (task, "why");
  note_twice (outer);
  note_twice (task);
  assert_notes (by_version ("- - - -", "- - - -", "- - why -"));
}

static const TestCase cases[] = {
  { "/core/cancel-message/future", test_future },
  { "/core/cancel-message/task", test_task },
  { "/core/cancel-message/two-cancels", test_two_cancels },
  { "/core/cancel-message/self", test_self },
  { "/core/cancel-message/own", test_own },
  { "/core/cancel-message/chain", test_chain },
  { "/core/cancel-message/gather", test_gather },
  { "/core/cancel-message/shield", test_shield },
};

int
main (int    argc,
      char **argv)
{
  return run_tests (argc, argv, cases, G_N_ELEMENTS (cases));
}
