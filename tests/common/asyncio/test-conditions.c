/* SPDX-License-Identifier: MIT */

/*
 * Tests of locks-condition.c.
 */

#include "common.h"

#include <asyncio/versions.h>

static AsyncioCondition *condition;
static guint n_items;

/* Waits, notes what came of it, and releases what it must hold then. */
static gpointer
wait_body (gpointer   name,
           GError   **error)
{
  gboolean notified;

  if (!asyncio_condition_acquire (condition, error))
    return NULL;

  notified = asyncio_condition_wait (condition, error);
  note ("%s%s%s", (const char *) name, notified ? "" : ":", notified ? "" : asyncio_error_get_name (*error));
  g_assert_true (asyncio_condition_locked (condition));
  g_assert_true (asyncio_condition_release (condition, NULL));

  return NULL;
}

static AsyncioTask *
start_waiter (const char *name)
{
  return start (asyncio_coroutine_new (wait_body, (gpointer) name, NULL));
}

/* Takes the lock, which must be free. */
static gpointer
take_body (gpointer   user_data,
           GError   **error)
{
  (void) user_data;
  g_assert_true (asyncio_condition_acquire (condition, error));

  return NULL;
}

static void
take (void)
{
  g_assert_false (asyncio_condition_locked (condition));
  asyncio_loop_run_until_complete (loop, asyncio_coroutine_new (take_body, NULL, NULL), NULL);
}

static void
give_back (void)
{
  g_assert_true (asyncio_condition_release (condition, NULL));
}

static void
notify (guint n)
{
  take ();
  g_assert_true (asyncio_condition_notify (condition, n, NULL));
  give_back ();
}

static void
begin (void)
{
  g_autoptr (GError) error = NULL;

  condition = asyncio_condition_new (NULL, &error);
  g_assert_no_error (error);
}

static void
end (void)
{
  g_assert_false (asyncio_condition_locked (condition));
  asyncio_condition_unref (condition);
}

/* --- Notifications ----------------------------------------------------------------------- */

/* notify() wakes as many as it says, in the order in which they came, and notify_all() the rest. */
static void
test_notify (void)
{
  static const char *const names[] = { "a", "b", "c", "d", "e" };

  begin ();
  for (guint i = 0; i < G_N_ELEMENTS (names); i++)
    asyncio_unref (start_waiter (names[i]));
  run_turns (3);
  assert_notes ("");

  notify (1);
  run_turns (5);
  assert_notes ("a");
  notify (0);
  run_turns (5);
  assert_notes ("");
  notify (2);
  run_turns (5);
  assert_notes ("b c");

  take ();
  g_assert_true (asyncio_condition_notify_all (condition, NULL));
  give_back ();
  run_turns (5);
  assert_notes ("d e");
  notify (3);
  end ();
}

/* Who is notified goes on when the lock is released, and not before. A notification for which nobody waits is gone. */
static void
test_lock_first (void)
{
  begin ();
  notify (1);
  asyncio_unref (start_waiter ("a"));
  run_turns (5);
  assert_notes ("");

  take ();
  g_assert_true (asyncio_condition_notify (condition, 1, NULL));
  run_turns (5);
  assert_notes ("");
  give_back ();
  run_turns (1);
  assert_notes ("a");
  end ();
}

/* Without the lock one can neither wait nor notify nor release; CPython's words. */
static gpointer
wait_without_lock (gpointer   user_data,
                   GError   **error)
{
  (void) user_data;
  g_assert_false (asyncio_condition_wait (condition, error));

  return NULL;
}

static void
test_without_lock (void)
{
  g_autoptr (GError) error = NULL;

  begin ();
  run_and_note (asyncio_coroutine_new (wait_without_lock, NULL, NULL));
  assert_notes ("RuntimeError: cannot wait on un-acquired lock");
  g_assert_false (asyncio_condition_notify (condition, 1, &error));
  assert_error (error, "RuntimeError: cannot notify on un-acquired lock");
  g_assert_false (asyncio_condition_notify_all (condition, &error));
  assert_error (error, "RuntimeError: cannot notify on un-acquired lock");
  g_assert_false (asyncio_condition_release (condition, &error));
  assert_error (error, "RuntimeError: Lock is not acquired.");

  take ();
  g_assert_false (asyncio_condition_wait (condition, &error));
  assert_error (error, "RuntimeError: await outside a coroutine");
  g_assert_true (asyncio_condition_locked (condition));
  give_back ();
  end ();
}

/* Two conditions of one lock: it is the same lock, but each has a line of its own. */
static void
test_shared_lock (void)
{
  g_autoptr (AsyncioLock) lock = asyncio_lock_new ();
  g_autoptr (AsyncioCondition) other = asyncio_condition_new (lock, NULL);

  condition = asyncio_condition_new (lock, NULL);
  asyncio_unref (start_waiter ("a"));
  run_turns (2);
  take ();
  g_assert_true (asyncio_lock_locked (lock));
  g_assert_true (asyncio_condition_locked (other));
  g_assert_true (asyncio_condition_notify_all (other, NULL));
  give_back ();
  run_turns (5);
  assert_notes ("");
  notify (1);
  run_turns (2);
  assert_notes ("a");
  end ();
}

/* A lock that was made for another loop is refused up to 3.9. */
static void
test_other_loop (void)
{
  AsyncioLoop *other = new_virtual_loop ();
  g_autoptr (AsyncioLock) lock = asyncio_lock_new ();
  g_autoptr (AsyncioCondition) made = NULL;
  g_autoptr (GError) error = NULL;

  asyncio_set_event_loop (other);
  made = asyncio_condition_new (lock, &error);
  if (asyncio_version_rules.get_bound_loop != NULL)
    g_assert_nonnull (made);
  else
    assert_error (error, "ValueError: loop argument must agree with lock");

  end_loop (other);
}

/* --- Predicates -------------------------------------------------------------------------- */

static gboolean
has_two (gpointer   user_data,
         GError   **error)
{
  g_assert_true (user_data == &n_items);
  note ("%u?", n_items);
  if (n_items > 2)
    g_propagate_error (error, value_error ("too many"));

  return n_items == 2;
}

static gpointer
wait_for_two (gpointer   user_data,
              GError   **error)
{
  gboolean done;

  (void) user_data;

  g_assert_true (asyncio_condition_acquire (condition, error));
  done = asyncio_condition_wait_for (condition, has_two, &n_items, error);
  note (done ? "done" : "failed");
  g_assert_true (asyncio_condition_release (condition, NULL));

  return NULL;
}

/* The predicate is asked before the first wait and after each notification. One that fails ends the wait, with the lock
 * held. */
static void
test_wait_for (void)
{
  begin ();
  n_items = 0;
  start_and_forget (asyncio_coroutine_new (wait_for_two, NULL, NULL));
  run_turns (2);
  notify (1);
  run_turns (3);
  n_items = 2;
  notify (1);
  run_turns (3);
  assert_notes ("0? 0? 2? done");

  run_and_note (asyncio_coroutine_new (wait_for_two, NULL, NULL));
  assert_notes ("2? done None");
  n_items = 3;
  run_and_note (asyncio_coroutine_new (wait_for_two, NULL, NULL));
  assert_notes ("3? failed ValueError: too many");
  end ();
}

/* --- Cancelled waiters --------------------------------------------------------------------- */

/* Cancelled while it waits: it waits for the lock before it goes on, and no other waiter is woken by that. */
static void
test_cancelled (void)
{
  g_autoptr (AsyncioTask) first = NULL;

  begin ();
  first = start_waiter ("a");
  asyncio_unref (start_waiter ("b"));
  run_turns (2);
  take ();
  asyncio_task_cancel (first);
  run_turns (5);
  assert_notes ("");
  asyncio_task_cancel (first);
  run_turns (5);
  assert_notes ("");
  give_back ();
  run_turns (3);
  assert_notes ("a:CancelledError");
  g_assert_true (asyncio_task_cancelled (first));

  notify (1);
  run_turns (2);
  assert_notes ("b");
  end ();
}

/* Notified and cancelled in one turn: the notification goes to the next one. (CPython before 3.13 loses it.) */
static void
test_notified_then_cancelled (void)
{
  g_autoptr (AsyncioTask) first = NULL;

  begin ();
  first = start_waiter ("a");
  asyncio_unref (start_waiter ("b"));
  asyncio_unref (start_waiter ("c"));
  run_turns (3);
  notify (1);
  asyncio_task_cancel (first);
  run_turns (5);
  assert_notes ("a:CancelledError b");
  notify (1);
  run_turns (5);
  assert_notes ("c");
  end ();
}

/* The same when it is cancelled in the gap between its notification and the lock. */
static void
test_cancelled_in_the_gap (void)
{
  g_autoptr (AsyncioTask) first = NULL;

  begin ();
  first = start_waiter ("a");
  asyncio_unref (start_waiter ("b"));
  run_turns (3);
  take ();
  g_assert_true (asyncio_condition_notify (condition, 1, NULL));
  run_turns (3);
  asyncio_task_cancel (first);
  run_turns (3);
  assert_notes ("");
  give_back ();
  run_turns (5);
  assert_notes ("a:CancelledError b");
  end ();
}

/* The loop is closed with a waiter, while another task has the lock. The waiter is not made to wait once more. */
static gpointer
hold_body (gpointer   user_data,
           GError   **error)
{
  (void) user_data;
  g_assert_true (asyncio_condition_acquire (condition, error));
  asyncio_sleep (10, error);
  note ("holder:%s", asyncio_error_get_name (*error));
  asyncio_condition_release (condition, NULL);

  return NULL;
}

static gpointer
wait_and_leave (gpointer   user_data,
                GError   **error)
{
  (void) user_data;
  g_assert_true (asyncio_condition_acquire (condition, error));
  asyncio_condition_wait (condition, error);
  note ("waiter:%s", asyncio_error_get_name (*error));

  return NULL;
}

static void
test_closed (void)
{
  begin ();
  start_and_forget (asyncio_coroutine_new (wait_and_leave, NULL, NULL));
  start_and_forget (asyncio_coroutine_new (hold_body, NULL, NULL));
  run_turns (2);
  close_loop ();
  assert_notes ("[Task was destroyed but it is pending!] waiter:GeneratorExit "
                "[Task was destroyed but it is pending!] holder:GeneratorExit");
  end ();
}

/* --- Exploring -------------------------------------------------------------------------- */

/* Three consumers and a producer of two items. However they are cancelled, nobody waits for an item that is there. */
static gboolean
has_items (gpointer   user_data,
           GError   **error)
{
  (void) user_data;
  (void) error;

  return n_items > 0;
}

static guint n_produced, n_consumed;

static gpointer
consume (gpointer   user_data,
         GError   **error)
{
  (void) user_data;

  if (!asyncio_condition_acquire (condition, error))
    return NULL;

  if (asyncio_condition_wait_for (condition, has_items, NULL, error))
    {
      n_items--;
      n_consumed++;
    }
  g_assert_true (asyncio_condition_release (condition, NULL));

  return NULL;
}

static gpointer
produce (gpointer   user_data,
         GError   **error)
{
  (void) user_data;

  for (int i = 0; i < 2; i++)
    {
      gboolean done;

      if (!asyncio_sleep (0, error) || !asyncio_condition_acquire (condition, error))
        return NULL;
      n_items++;
      n_produced++;
      g_assert_true (asyncio_condition_notify (condition, 1, NULL));
      done = asyncio_sleep (0, error);
      g_assert_true (asyncio_condition_release (condition, NULL));
      if (!done)
        return NULL;
    }

  return NULL;
}

static GPtrArray *
start_consumers (void)
{
  GPtrArray *tasks = g_ptr_array_new_with_free_func (asyncio_unref);

  n_items = n_produced = n_consumed = 0;
  for (guint i = 0; i < 3; i++)
    g_ptr_array_add (tasks, start (asyncio_coroutine_new (consume, NULL, NULL)));
  g_ptr_array_add (tasks, start (asyncio_coroutine_new (produce, NULL, NULL)));

  return tasks;
}

static const char *
check_nobody_waits (GPtrArray *tasks)
{
  for (guint i = 0; i < tasks->len; i++)
    if (!asyncio_task_done (tasks->pdata[i]) && n_items > 0)
      return "somebody waits for an item that is there";

  if (n_items + n_consumed != n_produced)
    return "an item is lost";

  return asyncio_condition_locked (condition) ? "the lock stayed shut" : NULL;
}

static void
test_explore (void)
{
  begin ();
  explore_cancellations (start_consumers, check_nobody_waits, 10);
  end ();
}

static const TestCase cases[] = {
  { "/core/conditions/notify", test_notify },
  { "/core/conditions/lock-first", test_lock_first },
  { "/core/conditions/without-lock", test_without_lock },
  { "/core/conditions/shared-lock", test_shared_lock },
  { "/core/conditions/other-loop", test_other_loop },
  { "/core/conditions/wait-for", test_wait_for },
  { "/core/conditions/cancelled", test_cancelled },
  { "/core/conditions/notified-then-cancelled", test_notified_then_cancelled },
  { "/core/conditions/cancelled-in-the-gap", test_cancelled_in_the_gap },
  { "/core/conditions/closed", test_closed },
  { "/core/conditions/explore", test_explore },
};

int
main (int    argc,
      char **argv)
{
  return run_tests_in_current_loop (argc, argv, cases, G_N_ELEMENTS (cases));
}
