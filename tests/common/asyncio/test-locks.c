/* SPDX-License-Identifier: MIT */

/*
 * Tests of locks.c, waiters.c and mixins.c: locks, events, and which loop they belong to.
 */

#include "common.h"

#include <asyncio/versions.h>

static AsyncioLock *lock;
static AsyncioEvent *event;

/* Acquires, notes its name, and releases after some turns. */
typedef struct
{
  const char *name;
  guint turns;
} Holder;

static gpointer
hold_body (gpointer   user_data,
           GError   **error)
{
  Holder *self = user_data;
  gboolean done = TRUE;

  if (!asyncio_lock_acquire (lock, error))
    {
      note ("%s:%s", self->name, asyncio_error_get_name (*error));
      return NULL;
    }

  note ("%s", self->name);
  for (guint i = 0; i < self->turns && done; i++)
    done = asyncio_sleep (0, error);
  g_assert_true (asyncio_lock_release (lock, NULL));

  return NULL;
}

static AsyncioTask *
start_holder (const char *name,
              guint       turns)
{
  Holder *self = g_new (Holder, 1);

  *self = (Holder) { name, turns };

  return start (asyncio_coroutine_new_full (hold_body, self, g_free, NULL, name, "here:1"));
}

static void
forget_holder (const char *name,
               guint       turns)
{
  asyncio_unref (start_holder (name, turns));
}

static gpointer
wait_body (gpointer   name,
           GError   **error)
{
  if (asyncio_event_wait (event, error))
    note ("%s", (const char *) name);
  else
    note ("%s:%s", (const char *) name, asyncio_error_get_name (*error));

  return NULL;
}

static AsyncioTask *
start_waiter (const char *name)
{
  return start (asyncio_coroutine_new (wait_body, (gpointer) name, NULL));
}

/* --- Locks ------------------------------------------------------------------------------ */

/* The lock is open; who takes it does not wait. Those who come later get it in their order, one turn after the release. */
static void
test_order (void)
{
  lock = asyncio_lock_new ();

  g_assert_false (asyncio_lock_locked (lock));
  forget_holder ("a", 2);
  forget_holder ("b", 0);
  forget_holder ("c", 0);
  run_turns (1);
  assert_notes ("a");
  g_assert_true (asyncio_lock_locked (lock));
  run_turns (2);
  assert_notes ("");
  g_assert_false (asyncio_lock_locked (lock));
  run_turns (1);
  assert_notes ("b");
  run_turns (1);
  assert_notes ("c");
  g_assert_false (asyncio_lock_locked (lock));

  asyncio_lock_unref (lock);
}

/* A lock that nobody has cannot be released. One that somebody has can be by anybody. */
static void
test_release (void)
{
  g_autoptr (GError) error = NULL;

  lock = asyncio_lock_new ();

  g_assert_false (asyncio_lock_release (lock, &error));
  assert_error (error, "RuntimeError: Lock is not acquired.");

  run_and_note (asyncio_lock_acquire_coroutine (lock));
  assert_notes ("None");
  g_assert_true (asyncio_lock_release (lock, &error));
  g_assert_false (asyncio_lock_release (lock, &error));
  assert_error (error, "RuntimeError: Lock is not acquired.");

  asyncio_lock_unref (lock);
}

/* Released, and somebody new comes before the one that was woken has run: the newcomer waits. */
static gpointer
take_twice (gpointer   user_data,
            GError   **error)
{
  (void) user_data;

  g_assert_true (asyncio_lock_acquire (lock, error));
  g_assert_true (asyncio_sleep (0, error) && asyncio_sleep (0, error));
  g_assert_true (asyncio_lock_release (lock, error));
  note ("released");
  g_assert_true (asyncio_lock_acquire (lock, error));
  note ("again");
  g_assert_true (asyncio_lock_release (lock, error));

  return NULL;
}

static void
test_newcomer (void)
{
  lock = asyncio_lock_new ();

  start_and_forget (asyncio_coroutine_new (take_twice, NULL, NULL));
  forget_holder ("b", 1);
  run_to_the_end ();
  assert_notes ("released b again");

  asyncio_lock_unref (lock);
}

/*
 * The first in line is cancelled, and before it has run the lock is released. The release wakes nobody, as the one at
 * the head will run anyway: it wakes the next when it does. (CPython takes the same turns.)
 */
static void
test_cancelled_then_released (void)
{
  g_autoptr (AsyncioTask) first = NULL;

  lock = asyncio_lock_new ();
  run_and_note (asyncio_lock_acquire_coroutine (lock));
  first = start_holder ("a", 0);
  forget_holder ("b", 0);
  run_turns (1);
  assert_notes ("None");

  asyncio_task_cancel (first);
  g_assert_true (asyncio_lock_release (lock, NULL));
  run_turns (1);
  assert_notes ("a:CancelledError");
  run_turns (1);
  assert_notes ("b");

  asyncio_lock_unref (lock);
}

/* Woken, and cancelled before it has run: it wakes the next one, or the lock would stay open with people in line. */
static void
test_woken_then_cancelled (void)
{
  g_autoptr (AsyncioTask) first = NULL;

  lock = asyncio_lock_new ();
  run_and_note (asyncio_lock_acquire_coroutine (lock));
  first = start_holder ("a", 0);
  forget_holder ("b", 0);
  run_turns (1);

  g_assert_true (asyncio_lock_release (lock, NULL));
  asyncio_task_cancel (first);
  run_turns (2);
  assert_notes ("None a:CancelledError b");
  g_assert_false (asyncio_lock_locked (lock));

  asyncio_lock_unref (lock);
}

/* The last in line is cancelled, then the lock is released; so it runs before the first, which was woken. It finds the lock
 * open and must leave it so: another one that is woken would have the lock as well. */
static void
test_cancelled_behind_woken (void)
{
  g_autoptr (AsyncioTask) last = NULL;

  lock = asyncio_lock_new ();
  run_and_note (asyncio_lock_acquire_coroutine (lock));
  forget_holder ("a", 3);
  forget_holder ("b", 0);
  last = start_holder ("c", 0);
  run_turns (1);

  asyncio_task_cancel (last);
  g_assert_true (asyncio_lock_release (lock, NULL));
  run_turns (3);
  assert_notes ("None c:CancelledError a");
  run_turns (2);
  assert_notes ("b");

  asyncio_lock_unref (lock);
}

/* One in the middle of the line is cancelled: the others keep their order. */
static void
test_cancelled_in_the_middle (void)
{
  g_autoptr (AsyncioTask) middle = NULL;

  lock = asyncio_lock_new ();
  forget_holder ("a", 3);
  forget_holder ("b", 0);
  middle = start_holder ("c", 0);
  forget_holder ("d", 0);
  run_turns (2);
  asyncio_task_cancel (middle);
  run_to_the_end ();
  assert_notes ("a c:CancelledError b d");

  asyncio_lock_unref (lock);
}

/* The loop is closed while somebody waits, and the lock is given up before that: who waits holds it. */
static void
test_closed (void)
{
  lock = asyncio_lock_new ();
  run_and_note (asyncio_lock_acquire_coroutine (lock));
  forget_holder ("a", 0);
  forget_holder ("b", 0);
  run_turns (1);
  asyncio_lock_unref (lock);
  close_loop ();
  assert_notes ("None [Task was destroyed but it is pending!] a:GeneratorExit "
                "[Task was destroyed but it is pending!] b:GeneratorExit");
}

/* Never two inside, and nobody who was not cancelled is left outside. */
static guint n_inside, n_served, n_expected;

static gpointer
count_inside (gpointer   user_data,
              GError   **error)
{
  guint turns = GPOINTER_TO_UINT (user_data);
  gboolean done = TRUE;

  if (!asyncio_lock_acquire (lock, error))
    return NULL;

  g_assert_cmpuint (++n_inside, ==, 1);
  for (guint i = 0; i < turns && done; i++)
    done = asyncio_sleep (0, error);
  n_inside--;
  n_served += done;
  g_assert_true (asyncio_lock_release (lock, NULL));

  return NULL;
}

static GPtrArray *
start_counting (void)
{
  GPtrArray *tasks = g_ptr_array_new_with_free_func (asyncio_unref);

  n_served = 0;
  for (guint i = 0; i < 5; i++)
    g_ptr_array_add (tasks, start (asyncio_coroutine_new (count_inside, GUINT_TO_POINTER ((i + 1) % 3), NULL)));

  return tasks;
}

static const char *
check_all_served (GPtrArray *tasks)
{
  n_expected = 0;
  for (guint i = 0; i < tasks->len; i++)
    {
      if (!asyncio_task_done (tasks->pdata[i]))
        return "somebody waits for a lock that nobody has";
      n_expected += !asyncio_task_cancelled (tasks->pdata[i]);
    }

  if (n_served != n_expected)
    return "somebody went on without the lock";

  return asyncio_lock_locked (lock) ? "the lock stayed shut" : NULL;
}

static void
test_explore (void)
{
  lock = asyncio_lock_new ();
  explore_cancellations (start_counting, check_all_served, 10);
  asyncio_lock_unref (lock);
}

/* --- Events ------------------------------------------------------------------------------ */

/* set() wakes all in their order; a second one does nothing. Who comes then does not give up its turn. */
static void
test_event (void)
{
  event = asyncio_event_new ();

  g_assert_false (asyncio_event_is_set (event));
  asyncio_unref (start_waiter ("a"));
  asyncio_unref (start_waiter ("b"));
  run_turns (2);
  asyncio_event_set (event);
  asyncio_event_set (event);
  g_assert_true (asyncio_event_is_set (event));
  assert_notes ("");
  run_turns (1);
  assert_notes ("a b");

  asyncio_unref (start_waiter ("c"));
  run_turns (1);
  assert_notes ("c");

  asyncio_event_unref (event);
}

/* Cleared before those it woke have run: they go on, and who comes later waits for the next time. */
static void
test_event_cleared (void)
{
  event = asyncio_event_new ();

  asyncio_unref (start_waiter ("a"));
  run_turns (1);
  asyncio_event_set (event);
  asyncio_event_clear (event);
  asyncio_unref (start_waiter ("b"));
  run_turns (2);
  assert_notes ("a");
  g_assert_false (asyncio_event_is_set (event));
  asyncio_event_set (event);
  run_turns (1);
  assert_notes ("b");

  asyncio_event_unref (event);
}

/* Cancelled before and after it was woken: neither keeps the others from going on. */
static void
test_event_cancelled (void)
{
  g_autoptr (AsyncioTask) first = NULL;
  g_autoptr (AsyncioTask) second = NULL;

  event = asyncio_event_new ();
  first = start_waiter ("a");
  second = start_waiter ("b");
  asyncio_unref (start_waiter ("c"));
  run_turns (1);
  asyncio_task_cancel (first);
  asyncio_event_set (event);
  asyncio_task_cancel (second);
  run_turns (1);
  assert_notes ("a:CancelledError b:CancelledError c");

  asyncio_event_unref (event);
}

/* The usual way to wait for something but not for ever. In virtual time the five seconds take none. */
static gpointer
wait_five_seconds (gpointer   user_data,
                   GError   **error)
{
  (void) user_data;
  asyncio_wait_for (asyncio_event_wait_coroutine (event), 5, error);

  return NULL;
}

static void
test_event_timeout (void)
{
  event = asyncio_event_new ();

  run_and_note (asyncio_coroutine_new (wait_five_seconds, NULL, NULL));
  assert_notes ("TimeoutError");

  asyncio_event_unref (event);
}

/* --- Loops ------------------------------------------------------------------------------- */

static gpointer
acquire_body (gpointer   held,
              GError   **error)
{
  (void) asyncio_lock_acquire (held, error);

  return NULL;
}

static const char *
acquire_in (AsyncioLoop *other,
            AsyncioLock *held)
{
  g_autoptr (GError) error = NULL;

  asyncio_loop_run_until_complete (other, asyncio_coroutine_new (acquire_body, held, NULL), &error);

  return take_error (&error);
}

/* Made while one loop is the current one, and used in another. Up to 3.9 that fails for who has to wait, and only then. */
static void
test_made_before (void)
{
  g_autoptr (AsyncioLock) made = asyncio_lock_new ();
  AsyncioLoop *other = new_virtual_loop ();

  g_assert_cmpstr (acquire_in (other, made), ==, "-");
  if (asyncio_version_rules.get_bound_loop != NULL)
    g_assert_cmpstr (acquire_in (other, made), ==, "RuntimeError: deadlock: nothing is left that could wake the loop");
  else
    g_assert_true (g_str_has_suffix (acquire_in (other, made), "attached to a different loop"));

  end_loop (other);
}

/* Since 3.10 the first wait decides, and a wait in another loop is told so. */
static void
test_first_use (void)
{
  AsyncioLoop *other = new_virtual_loop ();

  lock = asyncio_lock_new ();
  forget_holder ("a", 2);
  forget_holder ("b", 1);
  run_turns (2);
  assert_notes ("a");
  if (asyncio_version_rules.get_bound_loop != NULL)
    g_assert_cmpstr (acquire_in (other, lock), ==,
                     "RuntimeError: <Lock [locked, waiters:1]> is bound to a different event loop");
  else
    g_assert_true (g_str_has_suffix (acquire_in (other, lock), "attached to a different loop"));
  run_to_the_end ();
  assert_notes ("b");

  asyncio_lock_unref (lock);
  end_loop (other);
}

/* Made where no loop is the current one. Python refuses that up to 3.9; here the first wait decides. */
static void
test_no_loop (void)
{
  asyncio_set_event_loop (NULL);
  event = asyncio_event_new ();
  asyncio_unref (start_waiter ("a"));
  run_turns (1);
  asyncio_event_set (event);
  run_turns (1);
  assert_notes ("a");

  asyncio_event_unref (event);
}

/* Outside a coroutine nothing waits, also where it would not have to. */
static void
test_outside (void)
{
  static const char expected[] = "RuntimeError: await outside a coroutine";
  g_autoptr (GError) error = NULL;

  lock = asyncio_lock_new ();
  event = asyncio_event_new ();

  g_assert_false (asyncio_lock_acquire (lock, &error));
  assert_error (error, expected);
  g_assert_false (asyncio_event_wait (event, &error));
  assert_error (error, expected);
  asyncio_event_set (event);
  g_assert_false (asyncio_event_wait (event, &error));
  assert_error (error, expected);

  asyncio_lock_unref (lock);
  asyncio_event_unref (event);
}

static const TestCase cases[] = {
  { "/core/locks/order", test_order },
  { "/core/locks/release", test_release },
  { "/core/locks/newcomer", test_newcomer },
  { "/core/locks/cancelled-then-released", test_cancelled_then_released },
  { "/core/locks/woken-then-cancelled", test_woken_then_cancelled },
  { "/core/locks/cancelled-behind-woken", test_cancelled_behind_woken },
  { "/core/locks/cancelled-in-the-middle", test_cancelled_in_the_middle },
  { "/core/locks/closed", test_closed },
  { "/core/locks/explore", test_explore },
  { "/core/locks/event", test_event },
  { "/core/locks/event-cleared", test_event_cleared },
  { "/core/locks/event-cancelled", test_event_cancelled },
  { "/core/locks/event-timeout", test_event_timeout },
  { "/core/locks/made-before", test_made_before },
  { "/core/locks/first-use", test_first_use },
  { "/core/locks/no-loop", test_no_loop },
  { "/core/locks/outside", test_outside },
};

int
main (int    argc,
      char **argv)
{
  return run_tests_in_current_loop (argc, argv, cases, G_N_ELEMENTS (cases));
}
