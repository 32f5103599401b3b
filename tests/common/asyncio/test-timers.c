/* SPDX-License-Identifier: MIT */

/*
 * Tests of timers.c and of the loop's timers: never early, in order, and gone when they are cancelled.
 */

#include "common.h"

#include "timers-private.h"

/* --- The heap --------------------------------------------------------------------- */

static AsyncioHandle *
timer_new (gint64 when_ns)
{
  AsyncioHandle *handle = asyncio_handle_new (note_text, NULL, NULL, "timer");

  handle->when_ns = when_ns;

  return handle;
}

static gint
compare_timers (gconstpointer a,
                gconstpointer b)
{
  const AsyncioHandle *first = *(AsyncioHandle *const *) a;
  const AsyncioHandle *second = *(AsyncioHandle *const *) b;

  if (first->when_ns != second->when_ns)
    return first->when_ns < second->when_ns ? -1 : 1;

  return first->sequence < second->sequence ? -1 : 1;
}

/* Every handle knows where it is, and none is due before the one above it. */
static void
check_heap (const AsyncioTimerHeap *heap)
{
  for (guint i = 1; i <= heap->length; i++)
    {
      g_assert_cmpint (heap->handles[i]->heap_index, ==, i);
      if (i > 1)
        g_assert_cmpint (compare_timers (&heap->handles[i / 2], &heap->handles[i]), <, 0);
    }
}

/* An empty heap has nothing to give. */
static void
test_empty (void)
{
  AsyncioTimerHeap heap = { NULL, 0, 0, 0 };

  g_assert_null (asyncio_timer_heap_peek (&heap));
  g_assert_null (asyncio_timer_heap_pop (&heap));
  asyncio_timer_heap_clear (&heap);
}

/* Equal deadlines come out in the order in which they went in. */
static void
test_first_in_first_out (void)
{
  AsyncioTimerHeap heap = { NULL, 0, 0, 0 };
  AsyncioHandle *handles[100];

  for (guint i = 0; i < G_N_ELEMENTS (handles); i++)
    {
      handles[i] = timer_new (7);
      asyncio_timer_heap_push (&heap, handles[i]);
    }

  for (guint i = 0; i < G_N_ELEMENTS (handles); i++)
    {
      AsyncioHandle *popped = asyncio_timer_heap_pop (&heap);

      g_assert_true (popped == handles[i]);
      g_assert_cmpint (popped->heap_index, ==, 0);
      asyncio_handle_unref (popped);
    }

  asyncio_timer_heap_clear (&heap);
}

/* To remove the only one, the first and the last of the array, and one whose place is taken by a smaller one, which
 * must rise: the last of a heap may belong above where the hole is. */
static void
test_remove_edges (void)
{
  /*            1
   *       10       2
   *     11  12   3   4   */
  static const gint64 times[] = { 1, 10, 2, 11, 12, 3, 4 };
  AsyncioTimerHeap heap = { NULL, 0, 0, 0 };
  AsyncioHandle *handles[G_N_ELEMENTS (times)];

  for (guint i = 0; i < G_N_ELEMENTS (times); i++)
    {
      handles[i] = timer_new (times[i]);
      asyncio_timer_heap_push (&heap, handles[i]);
    }

  asyncio_timer_heap_remove (&heap, handles[3]); /* 11: 4 takes its place and rises above 10 */
  check_heap (&heap);
  asyncio_timer_heap_remove (&heap, handles[0]); /* the first */
  check_heap (&heap);
  asyncio_timer_heap_remove (&heap, heap.handles[heap.length]);
  check_heap (&heap);
  g_assert_cmpint (heap.length, ==, 4);

  while (heap.length > 0)
    asyncio_timer_heap_remove (&heap, heap.handles[1]);
  asyncio_timer_heap_clear (&heap);
}

/*
 * The heap against a sorted list: a thousand times a timer is added or one at a random position
 * removed; after each step the heap is one, and at the end it gives them in the order of the list.
 */
static void
test_against_sorted_list (void)
{
  AsyncioTimerHeap heap = { NULL, 0, 0, 0 };
  g_autoptr (GPtrArray) list = g_ptr_array_new ();

  for (int i = 0; i < 1000; i++)
    {
      if (list->len == 0 || g_test_rand_int_range (0, 3) > 0)
        {
          AsyncioHandle *added = timer_new (g_test_rand_int_range (0, 50));

          asyncio_timer_heap_push (&heap, added);
          g_ptr_array_add (list, added);
        }
      else
        {
          guint position = g_test_rand_int_range (0, list->len);

          asyncio_timer_heap_remove (&heap, g_ptr_array_remove_index_fast (list, position));
        }

      g_assert_cmpint (heap.length, ==, list->len);
      check_heap (&heap);
    }

  g_ptr_array_sort (list, compare_timers);
  for (guint i = 0; i < list->len; i++)
    {
      AsyncioHandle *popped = asyncio_timer_heap_pop (&heap);

      g_assert_true (popped == g_ptr_array_index (list, i));
      asyncio_handle_unref (popped);
    }

  g_assert_null (asyncio_timer_heap_pop (&heap));
  asyncio_timer_heap_clear (&heap);
}

/* --- The loop's timers ----------------------------------------------------------------- */

static void
at (double      when,
    const char *text)
{
  g_assert_nonnull (asyncio_loop_call_at (loop, when, note_text, (gpointer) text, NULL, NULL));
}

static void
later (double      delay,
       const char *text)
{
  g_assert_nonnull (asyncio_loop_call_later (loop, delay, note_text, (gpointer) text, NULL, NULL));
}

/* Timers fire in the order of their deadlines, those of one deadline in the order in which they were set. */
static void
test_order (void)
{
  later (2, "2a");
  later (1, "1a");
  later (3, "3");
  at (1, "1b");
  later (2, "2b");
  later (1, "1c");
  run_to_the_end ();

  assert_notes ("1a 1b 1c 2a 2b 3");
}

/* What is due comes after what was ready before, in the same turn. (CPython 3.6: the same.) */
static void
test_after_ready (void)
{
  later (0, "timer");
  asyncio_loop_call_soon (loop, note_text, (gpointer) "soon", NULL, NULL);
  run_turns (1);

  assert_notes ("soon timer");
}

/* A delay of zero or less is due in the next turn. There is no time before 0, so these have one deadline. */
static void
test_not_positive (void)
{
  later (0, "zero");
  later (-5, "negative");
  later (-INFINITY, "endless");
  at (-1, "past");
  run_turns (1);

  assert_notes ("zero negative endless past");
  g_assert_cmpfloat (asyncio_loop_time (loop), ==, 0.0);
}

/* A timer that sets a timer for now does not starve the others: the new one is for the next turn. */
static void
set_another (gpointer   user_data,
             GError   **error)
{
  int *left = user_data;

  note ("again");
  if (--*left > 0)
    asyncio_loop_call_later (loop, 0, set_another, left, NULL, error);
}

static void
test_no_starving (void)
{
  int left = 3;

  asyncio_loop_call_later (loop, 0, set_another, &left, NULL, NULL);
  later (0, "other");
  run_turns (1);
  assert_notes ("again other");
  run_turns (2);
  assert_notes ("again again");
}

/*
 * A timer never fires early. Random times of all sizes are rounded to nanoseconds, and a callback that asks
 * the loop for the time must never see one before the time that was asked for.
 */
typedef struct
{
  double when;
  guint n_calls;
} Appointment;

static void
check_appointment (gpointer   user_data,
                   GError   **error)
{
  Appointment *self = user_data;

  (void) error;
  g_assert_cmpfloat (asyncio_loop_time (loop), >=, self->when);
  self->n_calls++;
}

static void
test_never_early (void)
{
  Appointment appointments[5000];

  for (guint i = 0; i < G_N_ELEMENTS (appointments); i++)
    {
      appointments[i] = (Appointment) { g_test_rand_double_range (0, 1) * exp2 (g_test_rand_int_range (-10, 24)), 0 };
      asyncio_loop_call_at (loop, appointments[i].when, check_appointment, &appointments[i], NULL, NULL);
    }
  run_to_the_end ();

  for (guint i = 0; i < G_N_ELEMENTS (appointments); i++)
    g_assert_cmpint (appointments[i].n_calls, ==, 1);
}

/* The same in real time, where the machine may be late but the loop must not be early. */
static void
test_never_early_in_real_time (void)
{
  Appointment appointments[20];
  double now;

  use_real_time ();
  now = asyncio_loop_time (loop);
  for (guint i = 0; i < G_N_ELEMENTS (appointments); i++)
    {
      appointments[i] = (Appointment) { now + i * 0.00037, 0 };
      asyncio_loop_call_at (loop, appointments[i].when, check_appointment, &appointments[i], NULL, NULL);
    }
  asyncio_loop_call_at (loop, now + 0.01, stop_loop, NULL, NULL, NULL);
  asyncio_loop_run_forever (loop, NULL);

  for (guint i = 0; i < G_N_ELEMENTS (appointments); i++)
    g_assert_cmpint (appointments[i].n_calls, ==, 1);
}

/* A delay for ever is a timer that comes after all others, and does not overflow, at whatever time it is set. */
static void
test_endless (void)
{
  AsyncioHandle *handle;

  run_and_note (sleeper ("slept", 1e6));
  handle = asyncio_loop_call_later (loop, INFINITY, note_text, value_new ("never"), value_free, NULL);
  later (1e9, "1e9");
  at (2e8, "2e8");
  g_assert_cmpfloat (asyncio_timer_handle_when (handle), >, 9e9);
  asyncio_loop_call_later (loop, 1e9, stop_loop, NULL, NULL, NULL);
  asyncio_loop_run_forever (loop, NULL);

  assert_notes ("slept 2e8 1e9");
  g_assert_cmpint (n_values, ==, 1);
}

/* --- Cancelling timers ------------------------------------------------------------------ */

/* A cancelled timer leaves at once, with its data: nothing of it keeps the loop awake or moves the time. */
static void
test_cancel (void)
{
  g_autoptr (AsyncioHandle) timer = NULL;

  timer = asyncio_handle_ref (asyncio_loop_call_later (loop, 5, note_text, value_new ("timer"), value_free, NULL));
  asyncio_handle_cancel (timer);
  g_assert_cmpint (n_values, ==, 0);
  run_to_the_end ();

  assert_notes ("");
  g_assert_cmpfloat (asyncio_loop_time (loop), ==, 0.0);
}

/* A timer cancels others: one that is due at the same time and so is ready already, and one that is not due yet. */
static void
cancel_both (gpointer   user_data,
             GError   **error)
{
  AsyncioHandle **others = user_data;

  (void) error;
  note ("cancels");
  asyncio_handle_cancel (others[0]);
  asyncio_handle_cancel (others[1]);
}

static void
test_cancel_others (void)
{
  AsyncioHandle *others[2];

  asyncio_loop_call_later (loop, 1, cancel_both, others, NULL, NULL);
  others[0] = asyncio_loop_call_later (loop, 1, note_text, value_new ("same time"), value_free, NULL);
  others[1] = asyncio_loop_call_later (loop, 2, note_text, value_new ("later"), value_free, NULL);
  later (3, "last");
  run_to_the_end ();

  assert_notes ("cancels last");
}

/* A timer that cancels itself while it fires is just a timer that fired. */
static void
cancel_self (gpointer   user_data,
             GError   **error)
{
  AsyncioHandle **self = user_data;

  (void) error;
  asyncio_handle_cancel (*self);
  note ("fired");
}

static void
test_cancel_self (void)
{
  g_autoptr (AsyncioHandle) timer = NULL;

  timer = asyncio_handle_ref (asyncio_loop_call_later (loop, 1, cancel_self, &timer, NULL, NULL));
  later (1, "next");
  run_to_the_end ();

  assert_notes ("fired next");
  g_assert_true (asyncio_handle_cancelled (timer));
}

/* One that fired is out of the heap: to cancel it then does no harm to the others. */
static void
test_cancel_after (void)
{
  g_autoptr (AsyncioHandle) timer = NULL;

  timer = asyncio_handle_ref (asyncio_loop_call_later (loop, 1, stop_loop, NULL, NULL, NULL));
  later (2, "second");
  asyncio_loop_run_forever (loop, NULL);
  asyncio_handle_cancel (timer);
  run_to_the_end ();

  assert_notes ("second");
}

/* Freeing the data of a timer may set, cancel and free others. */
typedef struct
{
  AsyncioHandle *other;
} Meddler;

static void
meddler_free (gpointer data)
{
  Meddler *self = data;

  later (1, "set by the destroy function");
  asyncio_handle_cancel (self->other);
  asyncio_handle_unref (self->other);
}

static void
test_cancel_in_destroy (void)
{
  Meddler meddler = { asyncio_handle_ref (
    asyncio_loop_call_later (loop, 2, note_text, value_new ("other"), value_free, NULL)) };
  AsyncioHandle *timer = asyncio_loop_call_later (loop, 3, note_text, &meddler, meddler_free, NULL);

  asyncio_handle_cancel (timer);
  run_to_the_end ();

  assert_notes ("set by the destroy function");
}

/* Timers that are left when the loop is closed are freed; that may cancel others of them, and not set new ones. */
static void
meddler_free_closed (gpointer data)
{
  Meddler *self = data;
  g_autoptr (GError) error = NULL;

  g_assert_null (asyncio_loop_call_later (loop, 1, note_text, value_new ("new"), value_free, &error));
  assert_error (error, "RuntimeError: Event loop is closed");
  asyncio_handle_cancel (self->other);
  asyncio_handle_unref (self->other);
}

static void
test_close (void)
{
  Meddler meddler = { asyncio_handle_ref (
    asyncio_loop_call_later (loop, 2, note_text, value_new ("other"), value_free, NULL)) };

  asyncio_loop_call_later (loop, 1, note_text, &meddler, meddler_free_closed, NULL);
  later (3, "never");
  close_loop ();

  g_assert_cmpint (n_values, ==, 0);
}

static const TestCase cases[] = {
  { "/core/timers/heap/empty", test_empty },
  { "/core/timers/heap/first-in-first-out", test_first_in_first_out },
  { "/core/timers/heap/remove-edges", test_remove_edges },
  { "/core/timers/heap/against-sorted-list", test_against_sorted_list },
  { "/core/timers/order", test_order },
  { "/core/timers/after-ready", test_after_ready },
  { "/core/timers/not-positive", test_not_positive },
  { "/core/timers/no-starving", test_no_starving },
  { "/core/timers/never-early", test_never_early },
  { "/core/timers/never-early-in-real-time", test_never_early_in_real_time },
  { "/core/timers/endless", test_endless },
  { "/core/timers/cancel", test_cancel },
  { "/core/timers/cancel-others", test_cancel_others },
  { "/core/timers/cancel-self", test_cancel_self },
  { "/core/timers/cancel-after", test_cancel_after },
  { "/core/timers/cancel-in-destroy", test_cancel_in_destroy },
  { "/core/timers/close", test_close },
};

int
main (int    argc,
      char **argv)
{
  return run_tests (argc, argv, cases, G_N_ELEMENTS (cases));
}
