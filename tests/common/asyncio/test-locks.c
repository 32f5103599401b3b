/* SPDX-License-Identifier: MIT */

/*
 * Tests of locks.c: semaphores. The expected notes are what the same programs in Python wrote under CPython 3.7 and
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
  { "/core/locks/free", test_free },
  { "/core/locks/release-first", test_release_first },
  { "/core/locks/order-of-arrival", test_order_of_arrival },
  { "/core/locks/two-releases", test_two_releases },
  { "/core/locks/limit", test_limit },
  { "/core/locks/cancelled", test_cancelled },
  { "/core/locks/cancelled-then-released", test_cancelled_then_released },
  { "/core/locks/woken-then-cancelled", test_woken_then_cancelled },
  { "/core/locks/woken-then-cancelled-alone", test_woken_then_cancelled_alone },
  { "/core/locks/woken-two", test_woken_two },
  { "/core/locks/locked", test_locked },
  { "/core/locks/greedy", test_greedy },
  { "/core/locks/held-by-waiters", test_held_by_waiters },
};

int
main (int    argc,
      char **argv)
{
  return run_tests_in_current_loop (argc, argv, cases, G_N_ELEMENTS (cases));
}
