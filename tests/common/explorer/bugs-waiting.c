/* SPDX-License-Identifier: MIT */

/*
 * Mistakes in waiting. A condition variable has no memory: a signal that finds nobody waiting is gone. What lasts is the state that it
 * tells of, and the rule is always the same: look at the state, and begin to wait, under one lock, and look again after each wake-up.
 */

#include "bugs.h"

static GMutex lock;
static GCond cond;

/* --- Lost wake-up ---------------------------------------------------------------------------- */

/*
 * The flag is atomic, so why look at it under the lock? Because between the look and the wait the other thread can set the flag
 * and signal. Nobody waits yet, and the signal is lost.
 */

static int is_ready;

static gpointer
make_ready (gpointer user_data G_GNUC_UNUSED)
{
  g_atomic_int_set (&is_ready, TRUE);
  g_mutex_lock (&lock);
  g_cond_signal (&cond);
  g_mutex_unlock (&lock);

  return NULL;
}

void
lost_wake_up_wrong (gpointer user_data G_GNUC_UNUSED)
{
  GThread *other = g_thread_new ("worker", make_ready, NULL);

  if (!g_atomic_int_get (&is_ready))
    {
      g_mutex_lock (&lock);
      g_cond_wait (&cond, &lock);
      g_mutex_unlock (&lock);
    }
  g_thread_join (other);
}

void
lost_wake_up_right (gpointer user_data G_GNUC_UNUSED)
{
  GThread *other = g_thread_new ("worker", make_ready, NULL);

  g_mutex_lock (&lock);
  while (!g_atomic_int_get (&is_ready))
    g_cond_wait (&cond, &lock);
  g_mutex_unlock (&lock);
  g_thread_join (other);
}

/* --- Missed signal --------------------------------------------------------------------------- */

/*
 * To spare signals, a producer signals only when the queue was empty. But two consumers may be waiting: the second item finds the queue not
 * empty, since the first consumer was woken and has not come to it yet, and the second consumer sleeps on beside an item.
 */

static int n_items;

static gpointer
consume (gpointer user_data G_GNUC_UNUSED)
{
  g_mutex_lock (&lock);
  while (n_items == 0)
    g_cond_wait (&cond, &lock);
  n_items--;
  g_mutex_unlock (&lock);

  return NULL;
}

static void
produce (gboolean always_signals)
{
  g_mutex_lock (&lock);
  n_items++;
  if (always_signals || n_items == 1)
    g_cond_signal (&cond);
  g_mutex_unlock (&lock);
}

static void
produce_for_two (GThreadFunc consumer,
                 gboolean    always_signals)
{
  GThread *first = g_thread_new ("first", consumer, NULL);
  GThread *second = g_thread_new ("second", consumer, NULL);

  produce (always_signals);
  produce (always_signals);
  g_thread_join (first);
  g_thread_join (second);
}

void
missed_signal_wrong (gpointer user_data G_GNUC_UNUSED)
{
  produce_for_two (consume, FALSE);
}

void
missed_signal_right (gpointer user_data G_GNUC_UNUSED)
{
  produce_for_two (consume, TRUE);
}

/* --- Signal before wait ------------------------------------------------------------------------ */

/*
 * "Wait until the worker has started", with a condition and nothing else. On most machines a new thread takes its time, so this goes
 * well for years.
 */

static gboolean has_started;

static gpointer
start (gpointer user_data G_GNUC_UNUSED)
{
  g_mutex_lock (&lock);
  has_started = TRUE;
  g_cond_signal (&cond);
  g_mutex_unlock (&lock);

  return NULL;
}

void
signal_before_wait_wrong (gpointer user_data G_GNUC_UNUSED)
{
  GThread *worker = g_thread_new ("worker", start, NULL);

  g_mutex_lock (&lock);
  g_cond_wait (&cond, &lock);
  g_mutex_unlock (&lock);
  g_thread_join (worker);
}

void
signal_before_wait_right (gpointer user_data G_GNUC_UNUSED)
{
  GThread *worker = g_thread_new ("worker", start, NULL);

  g_mutex_lock (&lock);
  while (!has_started)
    g_cond_wait (&cond, &lock);
  g_mutex_unlock (&lock);
  g_thread_join (worker);
}

/* --- if for while ------------------------------------------------------------------------------ */

/*
 * Who is woken does not have the lock yet. Another consumer that was not even waiting may come first and take what the signal was
 * about. The one that was woken must look again. It takes no spurious wake-up for this.
 */

static gpointer
consume_with_if (gpointer user_data G_GNUC_UNUSED)
{
  g_mutex_lock (&lock);
  if (n_items == 0)
    g_cond_wait (&cond, &lock);
  g_assert_cmpint (n_items, >, 0);
  n_items--;
  g_mutex_unlock (&lock);

  return NULL;
}

void
if_for_while_wrong (gpointer user_data G_GNUC_UNUSED)
{
  produce_for_two (consume_with_if, TRUE);
}

void
if_for_while_right (gpointer user_data G_GNUC_UNUSED)
{
  produce_for_two (consume, TRUE);
}
