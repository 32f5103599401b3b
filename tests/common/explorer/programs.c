/* SPDX-License-Identifier: MIT */

/*
 * The programs of test-explorer.c.
 */

#include "programs.h"

#include <explorer.h>

#include <stdlib.h>
#include <sys/eventfd.h>
#include <unistd.h>

static GMutex lock;
static GMutex other_lock;
static GCond cond;
static int shared;
static gboolean is_set;

static gpointer
add_plainly (gpointer number)
{
  int *n = number;

  *n += 1;

  return NULL;
}

/* Two threads add 1 to a variable, and nothing orders them. */
void
race (gpointer user_data G_GNUC_UNUSED)
{
  int n = 0;
  GThread *other = g_thread_new ("other", add_plainly, &n);

  add_plainly (&n);
  g_thread_join (other);
}

/* The same, but neither of them does anything else. */
void
race_of_new_threads (gpointer user_data G_GNUC_UNUSED)
{
  int n = 0;
  GThread *one = g_thread_new ("one", add_plainly, &n);
  GThread *other = g_thread_new ("other", add_plainly, &n);

  g_thread_join (one);
  g_thread_join (other);
}

static gpointer
add_with_lock (gpointer number)
{
  int *n = number;

  for (int i = 0; i < 2; i++)
    {
      g_mutex_lock (&lock);
      *n += 1;
      shared++;
      g_mutex_unlock (&lock);
    }

  return NULL;
}

/* The same under a lock, and with a global variable that must be 0 each time. */
void
no_race (gpointer user_data G_GNUC_UNUSED)
{
  int n = 0;
  GThread *other = g_thread_new ("other", add_with_lock, &n);

  add_with_lock (&n);
  g_thread_join (other);
  g_assert_cmpint (n, ==, 4);
  g_assert_cmpint (shared, ==, 4);
}

static gpointer
add_in_two_steps (gpointer number)
{
  int *n = number;
  int seen = g_atomic_int_get (n);

  g_atomic_int_set (n, seen + 1);

  return NULL;
}

/* Reading and writing are atomic, but not both together: one of two additions may be lost. */
void
lost_update (gpointer user_data G_GNUC_UNUSED)
{
  int n = 0;
  GThread *other = g_thread_new ("other", add_in_two_steps, &n);

  add_in_two_steps (&n);
  g_thread_join (other);
  explorer_outcome ("%d", g_atomic_int_get (&n));
}

void
no_lost_update (gpointer user_data)
{
  lost_update (user_data);
  g_assert_cmpint (2, ==, 1);
}

static gpointer
lock_both (gpointer user_data G_GNUC_UNUSED)
{
  g_mutex_lock (&lock);
  g_mutex_lock (&other_lock);
  g_mutex_unlock (&other_lock);
  g_mutex_unlock (&lock);

  return NULL;
}

/* Two locks, taken in different orders. */
void
deadlock (gpointer user_data G_GNUC_UNUSED)
{
  GThread *other = g_thread_new ("other", lock_both, NULL);

  g_mutex_lock (&other_lock);
  g_mutex_lock (&lock);
  g_mutex_unlock (&lock);
  g_mutex_unlock (&other_lock);
  g_thread_join (other);
}

static gpointer
set_and_signal (gpointer user_data G_GNUC_UNUSED)
{
  g_mutex_lock (&lock);
  is_set = TRUE;
  g_cond_signal (&cond);
  g_mutex_unlock (&lock);

  return NULL;
}

/* Waits without looking whether there is anything to wait for. */
void
lost_wake_up (gpointer user_data G_GNUC_UNUSED)
{
  GThread *other = g_thread_new ("other", set_and_signal, NULL);

  g_mutex_lock (&lock);
  g_cond_wait (&cond, &lock);
  g_mutex_unlock (&lock);
  g_thread_join (other);
}

/* Looks once, and takes any wake-up for the right one. */
void
if_for_while (gpointer user_data G_GNUC_UNUSED)
{
  GThread *other = g_thread_new ("other", set_and_signal, NULL);

  g_mutex_lock (&lock);
  if (!is_set)
    g_cond_wait (&cond, &lock);
  g_assert_true (is_set);
  g_mutex_unlock (&lock);
  g_thread_join (other);
}

void
while_not_set (gpointer user_data G_GNUC_UNUSED)
{
  GThread *other = g_thread_new ("other", set_and_signal, NULL);

  g_mutex_lock (&lock);
  while (!is_set)
    g_cond_wait (&cond, &lock);
  g_mutex_unlock (&lock);
  g_thread_join (other);
}

/* Waits for at most a second of virtual time. */
void
wait_a_second (gpointer user_data G_GNUC_UNUSED)
{
  gint64 deadline = g_get_monotonic_time () + G_TIME_SPAN_SECOND;
  GThread *other = g_thread_new ("other", set_and_signal, NULL);
  gboolean in_time = TRUE;

  g_mutex_lock (&lock);
  while (!is_set && in_time)
    in_time = g_cond_wait_until (&cond, &lock, deadline);
  explorer_outcome ("%s at %" G_GINT64_FORMAT, is_set ? "set" : "not set", g_get_monotonic_time ());
  g_mutex_unlock (&lock);
  g_thread_join (other);
}

static gpointer
set_atomically (gpointer number)
{
  g_atomic_int_set ((int *) number, 1);
  return NULL;
}

/* Waits in a loop, without a word to the scheduler. */
void
spin (gpointer user_data G_GNUC_UNUSED)
{
  int n = 0;
  GThread *other = g_thread_new ("other", set_atomically, &n);

  while (g_atomic_int_get (&n) == 0)
    ;
  g_thread_join (other);
}

void
spin_for_ever (gpointer user_data G_GNUC_UNUSED)
{
  int n = 0;

  while (g_atomic_int_get (&n) == 0)
    g_thread_yield ();
}

void
unlock_of_others (gpointer user_data G_GNUC_UNUSED)
{
  g_mutex_unlock (&lock);
}

void
clear_of_held (gpointer user_data G_GNUC_UNUSED)
{
  GMutex mutex;

  g_mutex_init (&mutex);
  g_mutex_lock (&mutex);
  g_mutex_clear (&mutex);
}

static gpointer
wait_for_ever (gpointer user_data G_GNUC_UNUSED)
{
  g_mutex_lock (&lock);
  while (!is_set)
    g_cond_wait (&cond, &lock);
  g_mutex_unlock (&lock);

  return NULL;
}

void
thread_left (gpointer user_data G_GNUC_UNUSED)
{
  g_thread_unref (g_thread_new ("other", wait_for_ever, NULL));
}

static gpointer
read_number (gpointer number)
{
  g_mutex_lock (&lock);
  shared = *(int *) number;
  g_mutex_unlock (&lock);

  return NULL;
}

void
free_too_early (gpointer user_data G_GNUC_UNUSED)
{
  int *n = g_new0 (int, 1);
  GThread *other = g_thread_new ("other", read_number, n);

  g_mutex_lock (&lock);
  g_free (n);
  g_mutex_unlock (&lock);
  g_thread_join (other);
}

static gpointer
unlock_last (gpointer mutex)
{
  g_mutex_lock (mutex);
  g_mutex_unlock (mutex);

  return NULL;
}

/* Whether the other thread has locked or not: the memory of the lock is freed without waiting for that. */
void
free_lock_too_early (gpointer user_data G_GNUC_UNUSED)
{
  GMutex *mutex = g_new0 (GMutex, 1);
  GThread *other = g_thread_new ("other", unlock_last, mutex);

  g_free (mutex);
  g_thread_join (other);
}

/* One thread uses it atomically, the other does not. */
void
half_atomic (gpointer user_data G_GNUC_UNUSED)
{
  int n = 0;
  GThread *other = g_thread_new ("other", set_atomically, &n);

  n = 2;
  g_thread_join (other);
}

static gpointer
add_atomically (gpointer number)
{
  g_atomic_int_inc ((int *) number);
  g_atomic_int_inc ((int *) number);

  return NULL;
}

/* Both use it atomically while both run, and plainly when there is one only. */
void
atomic_while_shared (gpointer user_data G_GNUC_UNUSED)
{
  int n = 1;
  GThread *other = g_thread_new ("other", add_atomically, &n);

  g_atomic_int_inc (&n);
  g_thread_join (other);
  n += 1;
  g_assert_cmpint (n, ==, 5);
}

/* Waits for itself: its own signal, sent when nobody waited, is not what it lacks. */
void
own_signal (gpointer user_data G_GNUC_UNUSED)
{
  g_mutex_lock (&lock);
  g_cond_signal (&cond);
  g_cond_wait (&cond, &lock);
  g_mutex_unlock (&lock);
}

static void
note_first_exit (void)
{
  g_assert_cmpint (shared, ==, 1);
  shared = 2;
}

static void
note_second_exit (void)
{
  g_assert_cmpint (shared, ==, 0);
  shared = 1;
}

/* What is to be done at exit is done when the program says so, the latest first, and not again. */
void
exit_handlers (gpointer user_data G_GNUC_UNUSED)
{
  atexit (note_first_exit);
  atexit (note_second_exit);
  explorer_run_exit_handlers ();
  explorer_run_exit_handlers ();
  g_assert_cmpint (shared, ==, 2);
}

/* Fails with descriptors open, more of them than a process may have if none were closed. */
void
leave_descriptors (gpointer user_data G_GNUC_UNUSED)
{
  guint n = explorer_choose (20);

  for (guint i = 0; i < 20; i++)
    g_assert_cmpint (eventfd (0, EFD_CLOEXEC), !=, -1);
  g_assert_cmpint (n, ==, 100);
}

/* What it does depends on what it did in the schedule before. */
void
not_repeatable (gpointer number)
{
  int *n_left = number;
  int n = 0;
  GThread *other = g_thread_new ("other", set_atomically, &n);

  for (int i = 0; i < *n_left; i++)
    g_atomic_int_inc (&n);
  *n_left -= 1;
  g_thread_join (other);
}

void
choices (gpointer user_data G_GNUC_UNUSED)
{
  guint first = explorer_choose (3);

  explorer_outcome ("%u%u", first, explorer_choose (2));
}
