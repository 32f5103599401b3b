/* SPDX-License-Identifier: MIT */

/*
 * Tests of tasks-wait.c: sleep(). The expected notes, with the times in them, are what the same programs in
 * Python wrote under CPython 3.6 and 3.7, whose rules differ.
 */

#include "common.h"

#include <asyncio/versions.h>

static void
note_now (const char *what)
{
  note ("%s@%g", what, asyncio_loop_time (loop));
}

/* --- sleep ------------------------------------------------------------------------------- */

/* sleep() takes as long as it says: not less, and in virtual time not more. */
static void
test_sleep (void)
{
  run_and_note (sleeper ("slept", 2.5));
  note_now ("now");
  assert_notes ("slept now@2.5");
}

/* sleep(0) gives up one turn and no time, and several in turn. */
static gpointer
sleep_twice (gpointer   text,
             GError   **error)
{
  for (int i = 0; i < 2; i++)
    {
      note ("%s%d", (const char *) text, i);
      if (!asyncio_sleep (0, error))
        return NULL;
    }

  return NULL;
}

static void
test_sleep_zero (void)
{
  start_and_forget (asyncio_coroutine_new (sleep_twice, (gpointer) "a", NULL));
  start_and_forget (asyncio_coroutine_new (sleep_twice, (gpointer) "b", NULL));
  run_turns (1);
  assert_notes ("a0 b0");
  run_turns (1);
  assert_notes ("a1 b1");
  run_to_the_end ();
  g_assert_cmpfloat (asyncio_loop_time (loop), ==, 0.0);
}

/* A negative delay is as zero, since 3.7; before it is a timer that is due at once, which takes a turn longer. */
static void
test_sleep_negative (void)
{
  g_autoptr (AsyncioTask) negative = start (sleeper ("negative", -1));
  g_autoptr (AsyncioTask) zero = start (sleeper ("zero", 0));

  asyncio_future_add_done_callback (ASYNCIO_FUTURE (negative), note_done, (gpointer) "negative", NULL);
  asyncio_future_add_done_callback (ASYNCIO_FUTURE (zero), note_done, (gpointer) "zero", NULL);
  run_to_the_end ();

  assert_notes (asyncio_version_rules.sleep_negative_is_zero ? "negative zero" : "zero negative");
  g_assert_cmpfloat (asyncio_loop_time (loop), ==, 0.0);
}

/* A hundred sleeps end in the order of their delays, those of one delay in the order in which they began. */
static void
test_many_sleeps (void)
{
  int delays[100];
  g_autoptr (GPtrArray) tasks = g_ptr_array_new_with_free_func (asyncio_unref);

  for (guint i = 0; i < G_N_ELEMENTS (delays); i++)
    {
      delays[i] = g_test_rand_int_range (1, 20);
      g_ptr_array_add (tasks, start (sleeper ("slept", delays[i])));
    }

  for (int now = 1; now < 20; now++)
    {
      (void) asyncio_loop_run_until_complete (loop, sleeper ("tick", 1), NULL);
      for (guint i = 0; i < G_N_ELEMENTS (delays); i++)
        g_assert_cmpint (asyncio_task_done (tasks->pdata[i]), ==, delays[i] <= now);
    }
}

/* A coroutine that drives itself has no loop to sleep in. */
static void
test_sleep_without_loop (void)
{
  g_autoptr (AsyncioCoroutine) coroutine = asyncio_ref_sink (sleeper ("slept", 1));
  g_autoptr (GError) error = NULL;

  g_assert_cmpint (asyncio_coroutine_send (coroutine, NULL, &error), ==, ASYNCIO_SEND_ERROR);
  assert_error (error, "RuntimeError: no running event loop");
}

static const TestCase cases[] = {
  { "/core/waiting/sleep", test_sleep },
  { "/core/waiting/sleep-zero", test_sleep_zero },
  { "/core/waiting/sleep-negative", test_sleep_negative },
  { "/core/waiting/many-sleeps", test_many_sleeps },
  { "/core/waiting/sleep-without-loop", test_sleep_without_loop },
};

int
main (int    argc,
      char **argv)
{
  return run_tests (argc, argv, cases, G_N_ELEMENTS (cases));
}
