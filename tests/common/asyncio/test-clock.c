/* SPDX-License-Identifier: MIT */

/*
 * Tests of clock.c: virtual time, and the loops that follow it.
 */

#include "common.h"

#include "clock-private.h"

#define NS_PER_S G_GINT64_CONSTANT (1000000000)

/* A virtual clock starts at 0 and stands still unless it is moved. */
static void
test_stands_still (void)
{
  g_autoptr (AsyncioClock) clock = asyncio_virtual_clock_new ();

  g_assert_cmpint (asyncio_clock_get_ns (clock), ==, 0);
  asyncio_clock_jump_to (clock, 5);
  g_assert_cmpint (asyncio_clock_get_ns (clock), ==, 5);
  g_assert_cmpint (asyncio_clock_get_ns (clock), ==, 5);
}

/* It never goes back: a jump into the past does nothing. */
static void
test_never_goes_back (void)
{
  g_autoptr (AsyncioClock) clock = asyncio_virtual_clock_new ();

  asyncio_clock_jump_to (clock, 7);
  asyncio_clock_jump_to (clock, 3);
  g_assert_cmpint (asyncio_clock_get_ns (clock), ==, 7);
}

/* The system's clock goes on by itself and never back. */
static void
test_system_clock (void)
{
  gint64 previous = asyncio_clock_get_ns (NULL);

  g_assert_cmpint (previous, >, 0);
  for (int i = 0; i < 1000; i++)
    {
      gint64 now = asyncio_clock_get_ns (NULL);

      g_assert_cmpint (now, >=, previous);
      previous = now;
    }
}

/* asyncio_set_clock() is for loops that are made from then on; those that are there keep theirs. */
static void
test_loops_made_later (void)
{
  g_autoptr (AsyncioClock) clock = asyncio_virtual_clock_new ();
  AsyncioLoop *before = new_real_loop ();
  AsyncioLoop *with_clock;
  AsyncioLoop *after;

  asyncio_clock_jump_to (clock, 42 * NS_PER_S);
  asyncio_set_clock (clock);
  with_clock = new_real_loop ();
  asyncio_set_clock (NULL);
  after = new_real_loop ();

  g_assert_cmpfloat (asyncio_loop_time (with_clock), ==, 42.0);
  g_assert_cmpfloat (asyncio_loop_time (before), !=, 42.0);
  g_assert_cmpfloat (asyncio_loop_time (after), !=, 42.0);

  end_loop (before);
  end_loop (with_clock);
  end_loop (after);
}

/* A loop keeps its clock alive, and so does the thread that was given it. */
static void
test_who_owns_it (void)
{
  AsyncioClock *clock = asyncio_virtual_clock_new ();
  AsyncioLoop *with_clock;

  asyncio_set_clock (clock);
  asyncio_clock_unref (clock);
  with_clock = new_real_loop ();
  asyncio_set_clock (NULL);

  g_assert_cmpfloat (asyncio_loop_time (with_clock), ==, 0.0);
  end_loop (with_clock);
}

/* To set the clock that is set already does not free it. */
static void
test_set_again (void)
{
  AsyncioClock *clock = asyncio_virtual_clock_new ();
  AsyncioLoop *with_clock;

  asyncio_set_clock (clock);
  asyncio_clock_unref (clock);
  asyncio_set_clock (clock);
  with_clock = new_real_loop ();
  asyncio_set_clock (NULL);

  g_assert_cmpfloat (asyncio_loop_time (with_clock), ==, 0.0);
  end_loop (with_clock);
}

/* Each thread has a clock of its own to make loops with: another thread's loop is in real time. */
static gpointer
make_loop (gpointer unused)
{
  AsyncioLoop *made = new_real_loop ();
  double now = asyncio_loop_time (made);

  (void) unused;
  end_loop (made);

  return GINT_TO_POINTER (now > 0.0);
}

static void
test_per_thread (void)
{
  g_autoptr (AsyncioClock) clock = asyncio_virtual_clock_new ();
  GThread *thread;

  asyncio_set_clock (clock);
  thread = g_thread_new ("other", make_loop, NULL);
  g_assert_true (GPOINTER_TO_INT (g_thread_join (thread)));
  asyncio_set_clock (NULL);
}

/* A day of sleep takes no time, and afterwards it is exactly a day later. */
static void
test_jumps (void)
{
  double day = 24 * 3600;

  run_and_note (sleeper ("slept", day));
  assert_notes ("slept");
  g_assert_cmpfloat (asyncio_loop_time (loop), ==, day);
}

/* While there is something to do, time stands still: a timer of one second waits until 1000 turns are over. */
static void
count_down (gpointer   user_data,
            GError   **error)
{
  int *left = user_data;

  g_assert_cmpfloat (asyncio_loop_time (loop), ==, 0.0);
  if (--*left > 0)
    asyncio_loop_call_soon (loop, count_down, left, NULL, error);
  else
    note ("counted");
}

static void
test_waits_for_work (void)
{
  int left = 1000;

  asyncio_loop_call_later (loop, 1.0, note_text, (gpointer) "timer", NULL, NULL);
  asyncio_loop_call_soon (loop, count_down, &left, NULL, NULL);
  run_to_the_end ();

  assert_notes ("counted timer");
}

/* stop() does not wait for timers: the turn that it allows is taken now, and time does not jump. */
static void
test_stop_does_not_jump (void)
{
  asyncio_loop_call_later (loop, 1.0, note_text, (gpointer) "timer", NULL, NULL);
  run_turns (3);

  assert_notes ("");
  g_assert_cmpfloat (asyncio_loop_time (loop), ==, 0.0);
}

/* Two loops may share a clock: what one has waited is over for the other too. */
static void
test_shared (void)
{
  g_autoptr (AsyncioClock) clock = asyncio_virtual_clock_new ();
  AsyncioLoop *first;
  AsyncioLoop *second;

  asyncio_set_clock (clock);
  first = new_real_loop ();
  second = new_real_loop ();
  asyncio_set_clock (NULL);

  asyncio_loop_run_until_complete (first, sleeper ("first", 3.0), NULL);
  g_assert_cmpfloat (asyncio_loop_time (second), ==, 3.0);
  asyncio_loop_run_until_complete (second, sleeper ("second", 1.0), NULL);
  g_assert_cmpfloat (asyncio_loop_time (first), ==, 4.0);

  end_loop (first);
  end_loop (second);
}

static const TestCase cases[] = {
  { "/core/clock/stands-still", test_stands_still },
  { "/core/clock/never-goes-back", test_never_goes_back },
  { "/core/clock/system-clock", test_system_clock },
  { "/core/clock/loops-made-later", test_loops_made_later },
  { "/core/clock/who-owns-it", test_who_owns_it },
  { "/core/clock/set-again", test_set_again },
  { "/core/clock/per-thread", test_per_thread },
  { "/core/clock/jumps", test_jumps },
  { "/core/clock/waits-for-work", test_waits_for_work },
  { "/core/clock/stop-does-not-jump", test_stop_does_not_jump },
  { "/core/clock/shared", test_shared },
};

int
main (int    argc,
      char **argv)
{
  return run_tests (argc, argv, cases, G_N_ELEMENTS (cases));
}
