/* SPDX-License-Identifier: MIT */

/*
 * Tests of the stand-ins for locks, conditions, semaphores and barriers: under every schedule, and against the real functions. The
 * programs come in pairs where GLib and POSIX have the same.
 */

#include "cases.h"

#include <errno.h>
#include <pthread.h>
#include <semaphore.h>
#include <time.h>

static GMutex mutex;
static GCond cond;
static pthread_mutex_t pmutex = PTHREAD_MUTEX_INITIALIZER;
static pthread_cond_t pcond = PTHREAD_COND_INITIALIZER;
static int n;
static int seen;

static struct timespec
soon (void)
{
  struct timespec time;

  clock_gettime (CLOCK_REALTIME, &time);
  time.tv_nsec += 5000000;
  time.tv_sec += time.tv_nsec / 1000000000;
  time.tv_nsec %= 1000000000;

  return time;
}

/* --- Mutexes: two threads add and multiply, so the result tells who came first ------------------- */

static gpointer
add_one (gpointer user_data G_GNUC_UNUSED)
{
  g_mutex_lock (&mutex);
  n += 1;
  g_mutex_unlock (&mutex);

  return NULL;
}

static void
mutex_order (gpointer user_data G_GNUC_UNUSED)
{
  GThread *other;

  n = 1;
  other = g_thread_new ("other", add_one, NULL);
  g_mutex_lock (&mutex);
  n *= 10;
  g_mutex_unlock (&mutex);
  g_thread_join (other);
  outcome ("%d", n);
}

static gpointer
hold_mutex (gpointer user_data G_GNUC_UNUSED)
{
  g_mutex_lock (&mutex);
  g_mutex_unlock (&mutex);

  return NULL;
}

static void
mutex_trylock (gpointer user_data G_GNUC_UNUSED)
{
  GThread *other = g_thread_new ("other", hold_mutex, NULL);
  gboolean locked = g_mutex_trylock (&mutex);

  if (locked)
    g_mutex_unlock (&mutex);
  g_thread_join (other);
  outcome ("%d", locked);
}

static gpointer
try_nested (gpointer lock)
{
  seen = g_rec_mutex_trylock (lock);
  if (seen)
    g_rec_mutex_unlock (lock);

  return NULL;
}

/* Locked twice, unlocked once: it is still held. */
static void
rec_mutex (gpointer user_data G_GNUC_UNUSED)
{
  GRecMutex lock;

  g_rec_mutex_init (&lock);
  g_rec_mutex_lock (&lock);
  g_assert_true (g_rec_mutex_trylock (&lock));
  g_rec_mutex_unlock (&lock);
  g_thread_join (g_thread_new ("other", try_nested, &lock));
  n = seen;
  g_rec_mutex_unlock (&lock);
  g_thread_join (g_thread_new ("other", try_nested, &lock));
  g_rec_mutex_clear (&lock);
  outcome ("%d then %d", n, seen);
}

static void *
hold_pmutex (void *user_data G_GNUC_UNUSED)
{
  pthread_mutex_lock (&pmutex);
  pthread_mutex_unlock (&pmutex);

  return NULL;
}

static void
pthread_trylock (gpointer user_data G_GNUC_UNUSED)
{
  pthread_t other;
  int status;

  pthread_create (&other, NULL, hold_pmutex, NULL);
  status = pthread_mutex_trylock (&pmutex);
  if (status == 0)
    pthread_mutex_unlock (&pmutex);
  pthread_join (other, NULL);
  outcome ("%s", status == 0 ? "locked" : status == EBUSY ? "busy" : "?");
}

static void *
lock_in_time (void *recursive)
{
  struct timespec deadline = soon ();
  int status = pthread_mutex_timedlock (recursive, &deadline);

  n = status;
  if (status == 0)
    pthread_mutex_unlock (recursive);

  return NULL;
}

/* A recursive mutex of POSIX, and a lock with a deadline: it may come too late, and must where nobody unlocks. */
static void
pthread_timedlock (gpointer user_data G_GNUC_UNUSED)
{
  pthread_mutexattr_t attributes;
  pthread_mutex_t recursive;
  pthread_t other;
  struct timespec wrong = { 0, 1000000000 };

  pthread_mutexattr_init (&attributes);
  pthread_mutexattr_settype (&attributes, PTHREAD_MUTEX_RECURSIVE);
  pthread_mutex_init (&recursive, &attributes);
  pthread_mutexattr_destroy (&attributes);

  pthread_mutex_lock (&recursive);
  pthread_mutex_lock (&recursive);
  pthread_mutex_unlock (&recursive);
  pthread_create (&other, NULL, lock_in_time, &recursive);
  pthread_join (other, NULL);
  pthread_mutex_unlock (&recursive);
  g_assert_cmpint (n, ==, ETIMEDOUT);

  g_assert_cmpint (pthread_mutex_trylock (&recursive), ==, 0);
  pthread_mutex_unlock (&recursive);
  pthread_mutex_destroy (&recursive);
  pthread_mutex_lock (&pmutex);
  outcome ("%d", pthread_mutex_timedlock (&pmutex, &wrong) == EINVAL);
  pthread_mutex_unlock (&pmutex);
}

static void *
spin_other (void *lock)
{
  int status = pthread_spin_trylock (lock);

  if (status == 0)
    pthread_spin_unlock (lock);

  return GINT_TO_POINTER (status);
}

static void
spin_lock (gpointer user_data G_GNUC_UNUSED)
{
  pthread_spinlock_t lock;
  pthread_t other;
  void *status;

  pthread_spin_init (&lock, PTHREAD_PROCESS_PRIVATE);
  pthread_create (&other, NULL, spin_other, (void *) &lock);
  pthread_spin_lock (&lock);
  pthread_spin_unlock (&lock);
  pthread_join (other, &status);
  pthread_spin_destroy (&lock);
  outcome ("%s", GPOINTER_TO_INT (status) == EBUSY ? "busy" : "locked");
}

/* --- Reader-writer locks --------------------------------------------------------------------------- */

typedef struct
{
  GRWLock lock;
  int can_read;
  int can_write;
} Tried;

static gpointer
try_both (gpointer data)
{
  Tried *tried = data;

  tried->can_read = g_rw_lock_reader_trylock (&tried->lock);
  if (tried->can_read)
    g_rw_lock_reader_unlock (&tried->lock);
  tried->can_write = g_rw_lock_writer_trylock (&tried->lock);
  if (tried->can_write)
    g_rw_lock_writer_unlock (&tried->lock);

  return NULL;
}

/* Beside a reader one can read, beside a writer nothing, and beside nobody everything. */
static void
rw_lock (gpointer user_data G_GNUC_UNUSED)
{
  Tried tried;
  GString *result = g_string_new (NULL);

  g_rw_lock_init (&tried.lock);
  for (int i = 0; i < 3; i++)
    {
      if (i == 0)
        g_rw_lock_reader_lock (&tried.lock);
      if (i == 1)
        g_rw_lock_writer_lock (&tried.lock);
      g_thread_join (g_thread_new ("other", try_both, &tried));
      if (i == 0)
        g_rw_lock_reader_unlock (&tried.lock);
      if (i == 1)
        g_rw_lock_writer_unlock (&tried.lock);
      g_string_append_printf (result, "%d%d ", tried.can_read, tried.can_write);
    }
  g_rw_lock_clear (&tried.lock);
  outcome ("%s", result->str);
  g_string_free (result, TRUE);
}

static void *
try_both_of_posix (void *lock)
{
  int result = 0;

  if (pthread_rwlock_tryrdlock (lock) == 0)
    {
      result += 10;
      pthread_rwlock_unlock (lock);
    }
  if (pthread_rwlock_trywrlock (lock) == 0)
    {
      result += 1;
      pthread_rwlock_unlock (lock);
    }

  return GINT_TO_POINTER (result);
}

static void
pthread_rw_lock (gpointer user_data G_GNUC_UNUSED)
{
  pthread_rwlock_t lock;
  void *results[3];

  pthread_rwlock_init (&lock, NULL);
  for (int i = 0; i < 3; i++)
    {
      pthread_t other;

      if (i == 0)
        pthread_rwlock_rdlock (&lock);
      if (i == 1)
        pthread_rwlock_wrlock (&lock);
      pthread_create (&other, NULL, try_both_of_posix, &lock);
      pthread_join (other, &results[i]);
      if (i < 2)
        pthread_rwlock_unlock (&lock);
    }
  pthread_rwlock_destroy (&lock);
  outcome ("%02d %02d %02d", GPOINTER_TO_INT (results[0]), GPOINTER_TO_INT (results[1]), GPOINTER_TO_INT (results[2]));
}

/* --- Conditions ---------------------------------------------------------------------------------------- */

static int n_waiting;
static int n_woken;
static int first_woken;

static gpointer
wait_for_turn (gpointer number)
{
  g_mutex_lock (&mutex);
  n_waiting++;
  g_cond_wait (&cond, &mutex);
  if (n_woken++ == 0)
    first_woken = GPOINTER_TO_INT (number);
  g_mutex_unlock (&mutex);

  return NULL;
}

/* Two wait, in either order; one signal wakes any of the two. Then a broadcast wakes the other. */
static void
signal_wakes_any (gpointer user_data G_GNUC_UNUSED)
{
  GThread *threads[2];

  n_waiting = n_woken = first_woken = 0;
  threads[0] = g_thread_new ("first", wait_for_turn, GINT_TO_POINTER (1));
  threads[1] = g_thread_new ("second", wait_for_turn, GINT_TO_POINTER (2));

  for (gboolean both_wait = FALSE; !both_wait; g_thread_yield ())
    {
      g_mutex_lock (&mutex);
      both_wait = n_waiting == 2;
      if (both_wait)
        g_cond_signal (&cond);
      g_mutex_unlock (&mutex);
    }
  for (gboolean woken = FALSE; !woken; g_thread_yield ())
    {
      g_mutex_lock (&mutex);
      woken = n_woken > 0;
      if (woken)
        g_cond_broadcast (&cond);
      g_mutex_unlock (&mutex);
    }
  g_thread_join (threads[0]);
  g_thread_join (threads[1]);
  outcome ("%d", first_woken);
}

/* Nobody signals: a wait with a deadline ends by it, with the mutex held again, and errno says so as in GLib. */
static void
wait_until (gpointer user_data G_GNUC_UNUSED)
{
  gboolean woken;

  errno = 0;
  g_mutex_lock (&mutex);
  woken = g_cond_wait_until (&cond, &mutex, g_get_monotonic_time () + 5000);
  g_mutex_unlock (&mutex);
  g_assert_cmpint (errno, ==, ETIMEDOUT);
  outcome ("%d", woken);
}

static gpointer
wait_for_some_time (gpointer milliseconds)
{
  g_mutex_lock (&mutex);
  g_cond_wait_until (&cond, &mutex, g_get_monotonic_time () + 1000 * GPOINTER_TO_INT (milliseconds));
  g_mutex_unlock (&mutex);

  return NULL;
}

/* The first of several waiters goes, and those after it move up. That they do is nothing that the program does. */
static void
wait_until_each (gpointer user_data G_GNUC_UNUSED)
{
  GThread *threads[4];

  for (gint i = 0; i < 4; i++)
    threads[i] = g_thread_new ("waits", wait_for_some_time, GINT_TO_POINTER (i + 1));
  for (gint i = 0; i < 4; i++)
    g_thread_join (threads[i]);
}

/* Preemptions have nothing to do with it, and with four threads there would be millions of schedules. */
static void
test_wait_until_each (void)
{
  explorer_assert_correct (wait_until_each, NULL, &(ExplorerOptions) { .no_preemption = TRUE });
}

static void *
set_with_pthread (void *user_data G_GNUC_UNUSED)
{
  pthread_mutex_lock (&pmutex);
  n = 1;
  pthread_cond_signal (&pcond);
  pthread_cond_broadcast (&pcond);
  pthread_mutex_unlock (&pmutex);

  return NULL;
}

/* All three ways to wait. */
static void
pthread_conditions (gpointer user_data G_GNUC_UNUSED)
{
  struct timespec deadline = soon ();
  struct timespec wrong = { 0, -1 };
  pthread_cond_t unused;
  pthread_t other;
  int timed;
  int clocked;

  n = 0;
  pthread_create (&other, NULL, set_with_pthread, NULL);
  pthread_mutex_lock (&pmutex);
  while (n == 0)
    pthread_cond_wait (&pcond, &pmutex);
  timed = pthread_cond_timedwait (&pcond, &pmutex, &deadline);
  clocked = pthread_cond_clockwait (&pcond, &pmutex, CLOCK_REALTIME, &deadline);
  g_assert_cmpint (pthread_cond_timedwait (&pcond, &pmutex, &wrong), ==, EINVAL);
  pthread_mutex_unlock (&pmutex);
  pthread_join (other, NULL);

  pthread_cond_init (&unused, NULL);
  pthread_cond_destroy (&unused);
  outcome ("%d %d", timed == ETIMEDOUT, clocked == ETIMEDOUT);
}

static void
wait_without_lock (gpointer user_data G_GNUC_UNUSED)
{
  g_cond_wait (&cond, &mutex);
}

static gpointer
unlock_in_other (gpointer user_data G_GNUC_UNUSED)
{
  g_mutex_unlock (&mutex);

  return NULL;
}

static void
unlock_by_other (gpointer user_data G_GNUC_UNUSED)
{
  g_mutex_lock (&mutex);
  g_thread_join (g_thread_new ("other", unlock_in_other, NULL));
}

static void
lock_twice (gpointer user_data G_GNUC_UNUSED)
{
  g_mutex_lock (&mutex);
  g_mutex_lock (&mutex);
}

static gpointer
wait_for_signal (gpointer user_data)
{
  g_mutex_lock (&mutex);
  n_waiting = 1;
  g_cond_wait (user_data, &mutex);
  g_mutex_unlock (&mutex);

  return NULL;
}

static void
clear_waited_for (gpointer user_data G_GNUC_UNUSED)
{
  GCond own;
  GThread *other;

  n_waiting = 0;
  g_cond_init (&own);
  other = g_thread_new ("other", wait_for_signal, &own);
  g_mutex_lock (&mutex);
  for (; n_waiting == 0; g_mutex_lock (&mutex))
    {
      g_mutex_unlock (&mutex);
      g_thread_yield ();
    }
  g_cond_clear (&own);
  g_thread_join (other);
}

/* --- Semaphores and barriers -------------------------------------------------------------------------- */

static void *
post (void *semaphore)
{
  sem_post (semaphore);

  return NULL;
}

static void
semaphore (gpointer user_data G_GNUC_UNUSED)
{
  struct timespec deadline = soon ();
  sem_t own;
  pthread_t other;
  int value;
  int tried;
  int timed;

  sem_init (&own, 0, 1);
  sem_wait (&own);
  pthread_create (&other, NULL, post, &own);
  tried = sem_trywait (&own) == 0 ? 0 : errno;
  if (tried != 0)
    sem_wait (&own);
  pthread_join (other, NULL);
  sem_getvalue (&own, &value);
  timed = sem_timedwait (&own, &deadline) == 0 ? 0 : errno;
  g_assert_cmpint (sem_clockwait (&own, CLOCK_REALTIME, &deadline), ==, -1);
  sem_destroy (&own);
  outcome ("%s %d %s", tried == EAGAIN ? "empty" : "full", value, timed == ETIMEDOUT ? "late" : "?");
}

static void *
meet (void *barrier)
{
  int result;

  g_atomic_int_inc (&n);
  result = pthread_barrier_wait (barrier);
  g_assert_cmpint (g_atomic_int_get (&n), ==, 2);

  return GINT_TO_POINTER (result == PTHREAD_BARRIER_SERIAL_THREAD);
}

/* Nobody passes before both are there, and one of them is told to be the one. */
static void
barrier (gpointer user_data G_GNUC_UNUSED)
{
  pthread_barrier_t own;
  pthread_t other;
  void *theirs;
  int ours;

  g_assert_cmpint (pthread_barrier_init (&own, NULL, 0), ==, EINVAL);
  g_atomic_int_set (&n, 0);
  pthread_barrier_init (&own, NULL, 2);
  pthread_create (&other, NULL, meet, &own);
  ours = GPOINTER_TO_INT (meet (&own));
  pthread_join (other, &theirs);
  pthread_barrier_destroy (&own);
  outcome ("%d%d", ours, GPOINTER_TO_INT (theirs));
}

static const Case cases[] = {
  { "/standins/mutex", mutex_order, EXPLORER_CORRECT, "11 | 20", FALSE },
  { "/standins/mutex/trylock", mutex_trylock, EXPLORER_CORRECT, "0 | 1", FALSE },
  { "/standins/mutex/twice", lock_twice, EXPLORER_DEADLOCK, "which it has", FALSE },
  { "/standins/mutex/unlock-by-other", unlock_by_other, EXPLORER_MISUSE, "which another thread has locked", FALSE },
  { "/standins/rec-mutex", rec_mutex, EXPLORER_CORRECT, "0 then 1", FALSE },
  { "/standins/pthread-mutex/trylock", pthread_trylock, EXPLORER_CORRECT, "busy | locked", FALSE },
  { "/standins/pthread-mutex/timedlock", pthread_timedlock, EXPLORER_CORRECT, "1", FALSE },
  { "/standins/spin-lock", spin_lock, EXPLORER_CORRECT, "busy | locked", FALSE },
  { "/standins/rw-lock", rw_lock, EXPLORER_CORRECT, "10 00 11 ", FALSE },
  { "/standins/pthread-rw-lock", pthread_rw_lock, EXPLORER_CORRECT, "10 00 11", FALSE },
  { "/standins/condition/any", signal_wakes_any, EXPLORER_CORRECT, "1 | 2", FALSE },
  { "/standins/condition/until", wait_until, EXPLORER_CORRECT, "0", FALSE },
  { "/standins/condition/without-lock", wait_without_lock, EXPLORER_MISUSE, "waits with mutex", FALSE },
  { "/standins/condition/clear", clear_waited_for, EXPLORER_MISUSE, "which other waits for", FALSE },
  { "/standins/pthread-condition", pthread_conditions, EXPLORER_CORRECT, "1 1", FALSE },
  { "/standins/semaphore", semaphore, EXPLORER_CORRECT, "empty 0 late | full 0 late", FALSE },
  { "/standins/barrier", barrier, EXPLORER_CORRECT, "01 | 10", FALSE },
};

int
main (int    argc,
      char **argv)
{
  explorer_init (&argc, &argv);
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/standins/condition/until-each", test_wait_until_each);
  add_cases (cases, G_N_ELEMENTS (cases));

  return g_test_run ();
}
