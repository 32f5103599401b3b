/* SPDX-License-Identifier: MIT */

/*
 * Tests of locks-semaphore.c. The expected notes are what the same programs in Python wrote under CPython 3.7 and
 * 3.10, which agree except where a newcomer could overtake.
 */

#include "common.h"

#include <asyncio/versions.h>

#define KEEPS (-1)

/* Acquires, notes its name, and releases after some turns; or keeps it. */
typedef struct
{
  AsyncioSemaphore *semaphore;
  const char *name;
  int turns;
} User;

static gpointer
user_body (gpointer   user_data,
           GError   **error)
{
  User *self = user_data;

  if (!asyncio_semaphore_acquire (self->semaphore, error))
    {
      note ("%s:%s", self->name, asyncio_error_get_name (*error));
      return NULL;
    }

  note ("%s", self->name);
  for (int i = 0; i < self->turns; i++)
    if (!asyncio_sleep (0, error))
      return NULL;

  if (self->turns != KEEPS)
    asyncio_semaphore_release (self->semaphore);

  return NULL;
}

static AsyncioTask *
start_user (AsyncioSemaphore *semaphore,
            const char       *name,
            int               turns)
{
  User *self = g_new (User, 1);

  *self = (User) { semaphore, name, turns };

  return start (asyncio_coroutine_new_full (user_body, self, g_free, NULL, name, "here:1"));
}

static void
forget_user (AsyncioSemaphore *semaphore,
             const char       *name,
             int               turns)
{
  asyncio_unref (start_user (semaphore, name, turns));
}

/* Takes what is left, to count it. */
static gpointer
take_all (gpointer   semaphore,
          GError   **error)
{
  gsize n = 0;

  while (!asyncio_semaphore_locked (semaphore))
    {
      g_assert_true (asyncio_semaphore_acquire (semaphore, error));
      n++;
    }

  return GSIZE_TO_POINTER (n);
}

static guint
count_free (AsyncioSemaphore *semaphore)
{
  return GPOINTER_TO_UINT (asyncio_loop_run_until_complete (loop, asyncio_coroutine_new (take_all, semaphore, NULL), NULL));
}

/* Who finds it free does not wait; who does not waits for a release. */
static void
test_free (void)
{
  g_autoptr (AsyncioSemaphore) semaphore = asyncio_semaphore_new (2);

  g_assert_false (asyncio_semaphore_locked (semaphore));
  forget_user (semaphore, "a", KEEPS);
  forget_user (semaphore, "b", KEEPS);
  forget_user (semaphore, "c", KEEPS);
  run_turns (2);
  assert_notes ("a b");
  g_assert_true (asyncio_semaphore_locked (semaphore));

  asyncio_semaphore_release (semaphore);
  assert_notes ("");
  run_turns (1);
  assert_notes ("c");
  g_assert_cmpint (count_free (semaphore), ==, 0);
}

/* A release for which nobody waits is kept for later, and may take the counter above where it began. */
static void
test_release_first (void)
{
  g_autoptr (AsyncioSemaphore) semaphore = asyncio_semaphore_new (0);

  g_assert_true (asyncio_semaphore_locked (semaphore));
  asyncio_semaphore_release (semaphore);
  asyncio_semaphore_release (semaphore);
  g_assert_cmpint (count_free (semaphore), ==, 2);
}

/* Who waits is served in the order of arrival. */
static void
test_order_of_arrival (void)
{
  static const char *const names[] = { "a", "b", "c", "d" };
  g_autoptr (AsyncioSemaphore) semaphore = asyncio_semaphore_new (1);

  for (guint i = 0; i < G_N_ELEMENTS (names); i++)
    forget_user (semaphore, names[i], 1);
  run_turns (3);
  assert_notes ("a b");
  run_turns (2);
  assert_notes ("c");
  run_to_the_end ();
  assert_notes ("d");
  g_assert_cmpint (count_free (semaphore), ==, 1);
}

/* Two releases in one turn wake two. */
static void
test_two_releases (void)
{
  g_autoptr (AsyncioSemaphore) semaphore = asyncio_semaphore_new (0);

  forget_user (semaphore, "a", KEEPS);
  forget_user (semaphore, "b", KEEPS);
  forget_user (semaphore, "c", KEEPS);
  run_turns (1);
  asyncio_semaphore_release (semaphore);
  asyncio_semaphore_release (semaphore);
  run_turns (3);
  assert_notes ("a b");
  asyncio_semaphore_release (semaphore);
  run_turns (1);
  assert_notes ("c");
}

/* Never more hold it than it counts, and all get it. */
typedef struct
{
  AsyncioSemaphore *semaphore;
  int n_holding;
  int n_most;
  int n_served;
} Counts;

static gpointer
count_holders (gpointer   user_data,
               GError   **error)
{
  Counts *self = user_data;

  if (!asyncio_semaphore_acquire (self->semaphore, error))
    return NULL;

  self->n_holding++;
  self->n_served++;
  self->n_most = MAX (self->n_most, self->n_holding);
  if (!asyncio_sleep (g_test_rand_int_range (0, 3), error))
    return NULL;
  self->n_holding--;
  asyncio_semaphore_release (self->semaphore);

  return NULL;
}

static void
test_limit (void)
{
  g_autoptr (AsyncioSemaphore) semaphore = asyncio_semaphore_new (3);
  Counts counts = { semaphore, 0, 0, 0 };

  for (int i = 0; i < 50; i++)
    start_and_forget (asyncio_coroutine_new (count_holders, &counts, NULL));
  run_to_the_end ();

  g_assert_cmpint (counts.n_most, ==, 3);
  g_assert_cmpint (counts.n_served, ==, 50);
  g_assert_cmpint (count_free (semaphore), ==, 3);
}

/* --- Cancelled waiters ------------------------------------------------------------------ */

/* Cancelled while it waits: it is passed over. */
static void
test_cancelled (void)
{
  g_autoptr (AsyncioSemaphore) semaphore = asyncio_semaphore_new (0);
  g_autoptr (AsyncioTask) first = start_user (semaphore, "a", 0);

  forget_user (semaphore, "b", 0);
  run_turns (1);
  asyncio_task_cancel (first);
  run_turns (1);
  asyncio_semaphore_release (semaphore);
  run_to_the_end ();
  assert_notes ("a:CancelledError b");
  g_assert_cmpint (count_free (semaphore), ==, 1);
}

/* Cancelled and released in one turn: it is passed over as well, though it stands in the queue still. */
static void
test_cancelled_then_released (void)
{
  g_autoptr (AsyncioSemaphore) semaphore = asyncio_semaphore_new (0);
  g_autoptr (AsyncioTask) first = start_user (semaphore, "a", 0);

  forget_user (semaphore, "b", 0);
  run_turns (1);
  asyncio_task_cancel (first);
  asyncio_semaphore_release (semaphore);
  run_to_the_end ();
  assert_notes ("a:CancelledError b");
  g_assert_cmpint (count_free (semaphore), ==, 1);
}

/* Woken and then cancelled before it ran: it hands on what it was woken for, or the next would wait for ever. */
static void
test_woken_then_cancelled (void)
{
  g_autoptr (AsyncioSemaphore) semaphore = asyncio_semaphore_new (0);
  g_autoptr (AsyncioTask) first = start_user (semaphore, "a", 0);

  forget_user (semaphore, "b", 0);
  run_turns (1);
  asyncio_semaphore_release (semaphore);
  asyncio_task_cancel (first);
  run_turns (1);
  assert_notes ("a:CancelledError");
  run_turns (1);
  assert_notes ("b");
  g_assert_cmpint (count_free (semaphore), ==, 1);
}

/* The same when nobody else waits: it is free again. */
static void
test_woken_then_cancelled_alone (void)
{
  g_autoptr (AsyncioSemaphore) semaphore = asyncio_semaphore_new (0);
  g_autoptr (AsyncioTask) only = start_user (semaphore, "a", 0);

  run_turns (1);
  asyncio_semaphore_release (semaphore);
  asyncio_task_cancel (only);
  run_turns (1);
  assert_notes ("a:CancelledError");
  g_assert_false (asyncio_semaphore_locked (semaphore));
  g_assert_cmpint (count_free (semaphore), ==, 1);
}

/* Two are woken and the first is cancelled: its share goes to the third, not to the second once more. */
static void
test_woken_two (void)
{
  g_autoptr (AsyncioSemaphore) semaphore = asyncio_semaphore_new (0);
  g_autoptr (AsyncioTask) first = start_user (semaphore, "a", KEEPS);

  forget_user (semaphore, "b", KEEPS);
  forget_user (semaphore, "c", KEEPS);
  run_turns (1);
  asyncio_semaphore_release (semaphore);
  asyncio_semaphore_release (semaphore);
  asyncio_task_cancel (first);
  run_to_the_end ();
  assert_notes ("a:CancelledError b c");
  g_assert_cmpint (count_free (semaphore), ==, 0);
}

/* --- Newcomers ------------------------------------------------------------------------------ */

/* Released with somebody waiting, it is free for who comes before that one runs. Since 3.10 it is not. */
static void
test_locked (void)
{
  g_autoptr (AsyncioSemaphore) semaphore = asyncio_semaphore_new (0);

  forget_user (semaphore, "b", 0);
  run_turns (1);
  asyncio_semaphore_release (semaphore);
  g_assert_cmpint (asyncio_semaphore_locked (semaphore), ==, asyncio_version_rules.semaphore_waiters_lock);
  run_to_the_end ();
  assert_notes ("b");
}

/* A greedy task releases and acquires again at once. Before 3.10 it overtakes those who wait; the one that was woken
 * for nothing goes to the end of the queue. */
static gpointer
be_greedy (gpointer   semaphore,
           GError   **error)
{
  g_assert_true (asyncio_semaphore_acquire (semaphore, error));
  note ("greedy");
  g_assert_true (asyncio_sleep (0, error) && asyncio_sleep (0, error));
  asyncio_semaphore_release (semaphore);

  g_assert_true (asyncio_semaphore_acquire (semaphore, error));
  note ("greedy again");
  g_assert_true (asyncio_sleep (0, error));
  asyncio_semaphore_release (semaphore);

  return NULL;
}

static void
test_greedy (void)
{
  g_autoptr (AsyncioSemaphore) semaphore = asyncio_semaphore_new (1);

  start_and_forget (asyncio_coroutine_new (be_greedy, semaphore, NULL));
  forget_user (semaphore, "b", 0);
  forget_user (semaphore, "c", 0);
  run_to_the_end ();

  assert_notes (asyncio_version_rules.semaphore_is_fair ? "greedy b c greedy again" : "greedy greedy again c b");
  g_assert_cmpint (count_free (semaphore), ==, 1);
}

/* Three are released while two wait. The first one wants the third share as well: the second, which was woken and has not
 * run yet, comes before it since 3.9. What was released without waking anybody is not forgotten. */
static gpointer
take_two (gpointer   semaphore,
          GError   **error)
{
  g_assert_true (asyncio_semaphore_acquire (semaphore, error));
  note ("a");
  g_assert_true (asyncio_semaphore_acquire (semaphore, error));
  note ("a again");

  return NULL;
}

static void
test_three_releases (void)
{
  g_autoptr (AsyncioSemaphore) semaphore = asyncio_semaphore_new (0);

  start_and_forget (asyncio_coroutine_new (take_two, semaphore, NULL));
  forget_user (semaphore, "b", KEEPS);
  run_turns (1);
  for (int i = 0; i < 3; i++)
    asyncio_semaphore_release (semaphore);
  run_turns (3);
  assert_notes (asyncio_version_rules.semaphore_is_fair ? "a b a again" : "a a again b");
  g_assert_cmpint (count_free (semaphore), ==, 0);
}

/* --- Bounded semaphores ------------------------------------------------------------------------ */

/* A release too many is an error, and changes nothing. release() cannot say so otherwise than by a warning. */
static void
test_bounded (void)
{
  g_autoptr (AsyncioSemaphore) semaphore = asyncio_bounded_semaphore_new (2);
  g_autoptr (GError) error = NULL;

  g_assert_false (asyncio_bounded_semaphore_release (semaphore, &error));
  assert_error (error, "ValueError: BoundedSemaphore released too many times");

  forget_user (semaphore, "a", 1);
  forget_user (semaphore, "b", KEEPS);
  forget_user (semaphore, "c", 0);
  run_to_the_end ();
  assert_notes ("a b c");
  g_assert_true (asyncio_bounded_semaphore_release (semaphore, &error));
  expect_critical ("BoundedSemaphore released too many times");
  asyncio_semaphore_release (semaphore);
  assert_warned ();
  g_assert_cmpint (count_free (semaphore), ==, 2);
}

/* Two releases in one turn with one who waits and one share out: since 3.10 the second is not seen as one too many, as the
 * first is off the counter already. */
static void
test_bounded_twice (void)
{
  g_autoptr (AsyncioSemaphore) semaphore = asyncio_bounded_semaphore_new (1);
  g_autoptr (GError) error = NULL;

  forget_user (semaphore, "a", KEEPS);
  forget_user (semaphore, "b", KEEPS);
  run_turns (2);
  g_assert_true (asyncio_bounded_semaphore_release (semaphore, &error));
  g_assert_cmpint (asyncio_bounded_semaphore_release (semaphore, NULL), ==, asyncio_version_rules.semaphore_waiters_lock);
  run_turns (2);
  assert_notes ("a b");
  g_assert_cmpint (count_free (semaphore), ==, asyncio_version_rules.semaphore_waiters_lock ? 1 : 0);
}

/* --- Exploring -------------------------------------------------------------------------------- */

/* However two of four users are cancelled, all that are not get in, and afterwards as many are free as at the beginning. */
static AsyncioSemaphore *explored;

static gpointer
use (gpointer   turns,
     GError   **error)
{
  gboolean done = TRUE;

  if (!asyncio_semaphore_acquire (explored, error))
    return NULL;
  for (guint i = 0; i < GPOINTER_TO_UINT (turns) && done; i++)
    done = asyncio_sleep (0, error);
  asyncio_semaphore_release (explored);

  /* It comes again at once, which is where a newcomer may overtake. */
  if (done && asyncio_semaphore_acquire (explored, error))
    asyncio_semaphore_release (explored);

  return NULL;
}

static GPtrArray *
start_all (void)
{
  GPtrArray *tasks = g_ptr_array_new_with_free_func (asyncio_unref);

  for (guint i = 0; i < 4; i++)
    g_ptr_array_add (tasks, start (asyncio_coroutine_new (use, GUINT_TO_POINTER (1 + i % 2), NULL)));

  return tasks;
}

static const char *
check_permits (GPtrArray *tasks)
{
  guint n_free;

  for (guint i = 0; i < tasks->len; i++)
    if (!asyncio_task_done (tasks->pdata[i]))
      return "somebody waits though all have released";

  n_free = count_free (explored);
  for (guint i = 0; i < n_free; i++)
    asyncio_semaphore_release (explored);

  return n_free == 2 ? NULL : n_free < 2 ? "a permit is lost" : "there is a permit too many";
}

static void
test_explore (void)
{
  explored = asyncio_bounded_semaphore_new (2);
  explore_cancellations (start_all, check_permits, 10);
  asyncio_semaphore_unref (explored);
}

/* --- References ------------------------------------------------------------------------------- */

/* Who waits holds the semaphore. */
static void
test_held_by_waiters (void)
{
  AsyncioSemaphore *semaphore = asyncio_semaphore_new (0);
  g_autoptr (AsyncioTask) task = start_user (semaphore, "a", KEEPS);

  g_assert_true (asyncio_semaphore_ref (semaphore) == semaphore);
  asyncio_semaphore_unref (semaphore);
  run_turns (1);
  asyncio_semaphore_unref (semaphore);
  asyncio_task_cancel (task);
  run_turns (1);
  assert_notes ("a:CancelledError");
}

static const TestCase cases[] = {
  { "/core/semaphores/free", test_free },
  { "/core/semaphores/release-first", test_release_first },
  { "/core/semaphores/order-of-arrival", test_order_of_arrival },
  { "/core/semaphores/two-releases", test_two_releases },
  { "/core/semaphores/limit", test_limit },
  { "/core/semaphores/cancelled", test_cancelled },
  { "/core/semaphores/cancelled-then-released", test_cancelled_then_released },
  { "/core/semaphores/woken-then-cancelled", test_woken_then_cancelled },
  { "/core/semaphores/woken-then-cancelled-alone", test_woken_then_cancelled_alone },
  { "/core/semaphores/woken-two", test_woken_two },
  { "/core/semaphores/locked", test_locked },
  { "/core/semaphores/greedy", test_greedy },
  { "/core/semaphores/three-releases", test_three_releases },
  { "/core/semaphores/bounded", test_bounded },
  { "/core/semaphores/bounded-twice", test_bounded_twice },
  { "/core/semaphores/explore", test_explore },
  { "/core/semaphores/held-by-waiters", test_held_by_waiters },
};

int
main (int    argc,
      char **argv)
{
  return run_tests_in_current_loop (argc, argv, cases, G_N_ELEMENTS (cases));
}
