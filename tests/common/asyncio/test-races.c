/* SPDX-License-Identifier: MIT */

/*
 * Tests of tsan-glib.c: where GLib's functions make an order ThreadSanitizer must be silent, and where there is a race it must say
 * so, once, and with the place.
 */

#include "races.h"

static struct
{
  int total;
  GMutex lock; /* of total */
  GMutex other_lock;
  GCond changed;
} shared;

/* --- Threads ------------------------------------------------------------------------- */

/* Who makes a thread has written before it what it reads, and reads after joining it what it wrote. */
static gpointer
add_one (gpointer unused)
{
  shared.total++;

  return unused;
}

static void
test_join (void)
{
  shared.total = 1;
  g_thread_join (g_thread_new ("adder", add_one, NULL));
  g_assert_cmpint (shared.total, ==, 2);
}

/* Two threads add to a number that nothing guards. */
static void
test_counter (void)
{
  both (add_one, add_one, NULL);
}

/* --- Locks ------------------------------------------------------------------------------ */

/* Both take the lock. */
static gpointer
add_with_lock (gpointer unused)
{
  for (int i = 0; i < 100; i++)
    {
      g_mutex_lock (&shared.lock);
      shared.total++;
      g_mutex_unlock (&shared.lock);
    }

  return unused;
}

static void
test_mutex (void)
{
  both (add_with_lock, add_with_lock, NULL);
  g_assert_cmpint (shared.total, ==, 200);
}

/* One takes the lock, and the other takes it when it is free. */
static gpointer
add_with_trylock (gpointer unused)
{
  for (int i = 0; i < 100; i++)
    {
      while (!g_mutex_trylock (&shared.lock))
        g_thread_yield ();
      shared.total++;
      g_mutex_unlock (&shared.lock);
    }

  return unused;
}

static void
test_trylock (void)
{
  both (add_with_lock, add_with_trylock, NULL);
  g_assert_cmpint (shared.total, ==, 200);
}

/* A lock is made where another was, and taken in another order than that one. It is not the same one. */
static void
test_mutex_made_anew (void)
{
  GMutex lock;

  g_mutex_init (&lock);
  g_mutex_lock (&lock);
  g_mutex_lock (&shared.lock);
  g_mutex_unlock (&shared.lock);
  g_mutex_unlock (&lock);
  g_mutex_clear (&lock);

  g_mutex_init (&lock);
  g_mutex_lock (&shared.lock);
  g_mutex_lock (&lock);
  g_mutex_unlock (&lock);
  g_mutex_unlock (&shared.lock);
  g_mutex_clear (&lock);
}

/* They take the lock, but what they do, they do when they have given it back. */
static gpointer
add_after_unlock (gpointer unused)
{
  g_mutex_lock (&shared.lock);
  g_mutex_unlock (&shared.lock);
  shared.total++;

  return unused;
}

static void
test_unlocked_too_early (void)
{
  both (add_after_unlock, add_after_unlock, NULL);
}

/* What one does with the lock, the other does when it could not get it. */
static gpointer
add_without_luck (gpointer unused)
{
  if (!g_mutex_trylock (&shared.other_lock))
    shared.total++;

  return unused;
}

static void
test_trylock_failed (void)
{
  g_mutex_lock (&shared.other_lock);
  both (add_without_luck, add_with_lock, NULL);
  g_mutex_unlock (&shared.other_lock);
}

/* Each takes a lock, but not the same. The report says where they were made. */
static gpointer
add_with_other_lock (gpointer unused)
{
  g_mutex_lock (&shared.other_lock);
  shared.total++;
  g_mutex_unlock (&shared.other_lock);

  return unused;
}

static void
test_two_locks (void)
{
  g_mutex_init (&shared.lock);
  both (add_with_lock, add_with_other_lock, NULL);
  g_mutex_clear (&shared.lock);
}

/* One thread takes two locks in one order, and when it is gone another takes them in the other. They did not meet this time. */
static gpointer
lock_one_way (gpointer unused)
{
  g_mutex_lock (&shared.lock);
  g_mutex_lock (&shared.other_lock);
  g_mutex_unlock (&shared.other_lock);
  g_mutex_unlock (&shared.lock);

  return unused;
}

static gpointer
lock_other_way (gpointer unused)
{
  g_mutex_lock (&shared.other_lock);
  g_mutex_lock (&shared.lock);
  g_mutex_unlock (&shared.lock);
  g_mutex_unlock (&shared.other_lock);

  return unused;
}

static void
test_lock_order (void)
{
  g_thread_join (g_thread_new ("one way", lock_one_way, NULL));
  g_thread_join (g_thread_new ("other way", lock_other_way, NULL));
}

/* --- Conditions --------------------------------------------------------------------------- */

/* One waits until the other has added, and then adds. */
static gpointer
add_and_signal (gpointer unused)
{
  g_mutex_lock (&shared.lock);
  shared.total++;
  g_cond_signal (&shared.changed);
  g_mutex_unlock (&shared.lock);

  return unused;
}

static gpointer
add_when_signalled (gpointer unused)
{
  g_mutex_lock (&shared.lock);
  while (shared.total == 0)
    g_cond_wait (&shared.changed, &shared.lock);
  shared.total++;
  g_mutex_unlock (&shared.lock);

  return unused;
}

static void
test_condition (void)
{
  both (add_when_signalled, add_and_signal, NULL);
  g_assert_cmpint (shared.total, ==, 2);
}

/* The same with a deadline, which is over when the wait begins, or comes a little later, or much. */
static gpointer
add_in_time (gpointer unused)
{
  gint64 wait_us = 0;

  g_mutex_lock (&shared.lock);
  while (shared.total == 0)
    {
      if (!g_cond_wait_until (&shared.changed, &shared.lock, g_get_monotonic_time () + wait_us))
        wait_us = 2 * wait_us + 1;
    }
  shared.total++;
  g_mutex_unlock (&shared.lock);

  return unused;
}

static void
test_condition_until (void)
{
  both (add_in_time, add_and_signal, NULL);
  g_assert_cmpint (shared.total, ==, 2);
}

/* --- References ---------------------------------------------------------------------------- */

typedef struct
{
  gatomicrefcount ref_count;
  int n_uses[2];
  gboolean is_gone;
  gint flag;
} Counted;

/* Each uses it and gives up a reference; with the last one everything is over, so the uses may be read. */
static void
counted_unref (Counted *self)
{
  if (g_atomic_ref_count_dec (&self->ref_count))
    {
      g_assert_cmpint (self->n_uses[0] + self->n_uses[1], ==, 2);
      self->is_gone = TRUE;
    }
}

static gpointer
use_first (gpointer data)
{
  Counted *self = data;

  self->n_uses[0]++;
  counted_unref (self);

  return NULL;
}

static gpointer
use_second (gpointer data)
{
  Counted *self = data;

  self->n_uses[1]++;
  counted_unref (self);

  return NULL;
}

static void
test_reference (void)
{
  static Counted counted = { .ref_count = 2 };

  both (use_first, use_second, &counted);
  g_assert_true (counted.is_gone);
}

/* One gives up its reference and uses the object once more. */
static gpointer
use_after_unref (gpointer data)
{
  Counted *self = data;

  counted_unref (self);
  raise_flag (&self->flag);
  self->n_uses[0]++;

  return NULL;
}

static gpointer
end_after_flag (gpointer data)
{
  Counted *self = data;

  watch_flag (&self->flag);
  if (g_atomic_ref_count_dec (&self->ref_count))
    self->n_uses[0] = 0;

  return NULL;
}

static void
test_use_after_unref (void)
{
  static Counted counted = { .ref_count = 2 };

  both (use_after_unref, end_after_flag, &counted);
}

/* Taking a reference orders nothing, nor does giving up one that is not the last: who wants to show what it wrote must do more. */
static gpointer
write_and_count (gpointer data)
{
  Counted *self = data;

  self->n_uses[0] = 1;
  g_atomic_ref_count_inc (&self->ref_count);
  g_assert_false (g_atomic_ref_count_dec (&self->ref_count));
  raise_flag (&self->flag);

  return NULL;
}

static gpointer
count_and_read (gpointer data)
{
  Counted *self = data;

  watch_flag (&self->flag);
  g_atomic_ref_count_inc (&self->ref_count);
  g_assert_false (g_atomic_ref_count_dec (&self->ref_count));

  return GINT_TO_POINTER (self->n_uses[0]);
}

static void
test_count_orders_nothing (void)
{
  static Counted counted = { .ref_count = 2 };

  both (write_and_count, count_and_read, &counted);
}

/* Copies of an exception group share what is in it; two threads read it and free a copy each. */
static gpointer
read_group (gpointer group)
{
  GPtrArray *exceptions = asyncio_exception_group_get_exceptions (group);

  g_assert_cmpstr (((GError *) exceptions->pdata[0])->message, ==, "inner");
  g_error_free (group);

  return NULL;
}

static void
test_group (void)
{
  g_autoptr (GPtrArray) exceptions = g_ptr_array_new_with_free_func ((GDestroyNotify) g_error_free);
  GError *group;
  GThread *one;
  GThread *other;

  g_ptr_array_add (exceptions, value_error ("inner"));
  group = asyncio_exception_group_new ("group", exceptions);
  one = g_thread_new ("one", read_group, g_error_copy (group));
  other = g_thread_new ("other", read_group, g_error_copy (group));
  g_error_free (group);
  g_thread_join (one);
  g_thread_join (other);
}

/* --- What is made once --------------------------------------------------------------------- */

/* Two threads ask for something that the first who asks makes; so are GLib's error domains made. It takes its time, so that the
 * other one comes meanwhile. */
static gpointer
add_once (gpointer data)
{
  static gsize is_made;
  gint *n_askers = data;

  __atomic_add_fetch (n_askers, 1, __ATOMIC_RELAXED);
  if (g_once_init_enter (&is_made))
    {
      while (__atomic_load_n (n_askers, __ATOMIC_RELAXED) < 2)
        g_thread_yield ();
      for (int i = 0; i < 100; i++)
        g_thread_yield ();
      shared.total++;
      g_once_init_leave (&is_made, 1);
    }
  g_assert_cmpint (shared.total, ==, 1);

  return NULL;
}

static void
test_once (void)
{
  gint n_askers = 0;

  both (add_once, add_once, &n_askers);
}

/* Two threads intern the same text, and one of them has it copied into GLib's table. */
static gpointer
intern_text (gpointer unused)
{
  for (int i = 0; i < 100; i++)
    {
      char text[16];

      g_snprintf (text, sizeof text, "text %d", i);
      g_assert_cmpstr (g_intern_string (text), ==, text);
    }

  return unused;
}

static void
test_interned (void)
{
  both (intern_text, intern_text, NULL);
}

static const RaceCase cases[] = {
  { "/core/races/none/join", test_join, NULL, { NULL } },
  { "/core/races/none/mutex", test_mutex, NULL, { NULL } },
  { "/core/races/none/trylock", test_trylock, NULL, { NULL } },
  { "/core/races/none/mutex-made-anew", test_mutex_made_anew, NULL, { NULL } },
  { "/core/races/none/condition", test_condition, NULL, { NULL } },
  { "/core/races/none/condition-until", test_condition_until, NULL, { NULL } },
  { "/core/races/none/reference", test_reference, NULL, { NULL } },
  { "/core/races/none/group", test_group, NULL, { NULL } },
  { "/core/races/none/once", test_once, NULL, { NULL } },
  { "/core/races/none/interned", test_interned, NULL, { NULL } },
  { "/core/races/one/counter", test_counter, DATA_RACE, { AT ("add_one") } },
  { "/core/races/one/unlocked-too-early", test_unlocked_too_early, DATA_RACE, { AT ("add_after_unlock") } },
  { "/core/races/one/trylock-failed", test_trylock_failed, DATA_RACE, { AT ("add_without_luck"), AT ("add_with_lock") } },
  { "/core/races/one/two-locks", test_two_locks, DATA_RACE,
    { AT ("add_with_lock"), AT ("add_with_other_lock"), "*Mutex * created at:*__wrap_g_mutex_init *test_two_locks *" } },
  { "/core/races/one/lock-order", test_lock_order, LOCK_ORDER,
    { "* lock_one_way *test-races.c:*", "* lock_other_way *test-races.c:*" } },
  { "/core/races/one/use-after-unref", test_use_after_unref, DATA_RACE, { AT ("use_after_unref"), AT ("end_after_flag") } },
  { "/core/races/one/count-orders-nothing", test_count_orders_nothing, DATA_RACE,
    { AT ("count_and_read"), AT ("write_and_count") } },
};

int
main (int    argc,
      char **argv)
{
  return run_race_tests (argc, argv, cases, G_N_ELEMENTS (cases));
}
