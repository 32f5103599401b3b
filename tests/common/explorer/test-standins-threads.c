/* SPDX-License-Identifier: MIT */

/*
 * Tests of the stand-ins for threads, what they keep for themselves, once-initialisation, time, thread pools and queues: under every
 * schedule, and against the real functions.
 */

#include "cases.h"

#include <errno.h>
#include <pthread.h>
#include <sched.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

static GMutex mutex;
static int n;

/* --- Threads ------------------------------------------------------------------------------ */

static gpointer
exit_early (gpointer user_data)
{
  if (user_data != NULL)
    pthread_exit (user_data);

  return NULL;
}

static gpointer
leave_by_glib (gpointer user_data)
{
  g_thread_exit (user_data);

  return NULL;
}

/* A thread's value, by return and by both ways to leave from inside. */
static void
thread_values (gpointer user_data G_GNUC_UNUSED)
{
  g_autoptr (GError) error = NULL;
  GThread *first = g_thread_try_new (NULL, leave_by_glib, GINT_TO_POINTER (7), &error);
  pthread_t second;
  void *value;

  g_assert_no_error (error);
  n = GPOINTER_TO_INT (g_thread_join (first));
  pthread_create (&second, NULL, exit_early, GINT_TO_POINTER (8));
  pthread_join (second, &value);
  outcome ("%d %d", n, GPOINTER_TO_INT (value));
}

static gpointer
return_self (gpointer user_data G_GNUC_UNUSED)
{
  return g_thread_ref (g_thread_self ());
}

static void
thread_self (gpointer user_data G_GNUC_UNUSED)
{
  GThread *thread = g_thread_new ("other", return_self, NULL);
  GThread *self = g_thread_join (g_thread_ref (thread));
  pthread_t pself = pthread_self ();

  outcome ("%d %d %d", self == thread, self == g_thread_self (), pthread_equal (pself, pthread_self ()) != 0);
  g_thread_unref (self);
  g_thread_unref (thread);
}

static void *
set_n (void *user_data G_GNUC_UNUSED)
{
  g_atomic_int_set (&n, 1);

  return NULL;
}

/* Nobody joins a thread that is detached, and that is no thread left behind. */
static void
thread_detached (gpointer user_data G_GNUC_UNUSED)
{
  pthread_t thread;

  g_atomic_int_set (&n, 0);
  pthread_create (&thread, NULL, set_n, NULL);
  pthread_detach (thread);
  while (g_atomic_int_get (&n) == 0)
    sched_yield ();
  outcome ("%d", g_atomic_int_get (&n));
}

static void
join_twice (gpointer user_data G_GNUC_UNUSED)
{
  pthread_t thread;

  pthread_create (&thread, NULL, set_n, NULL);
  pthread_join (thread, NULL);
  pthread_join (thread, NULL);
}

static void
join_itself (gpointer user_data G_GNUC_UNUSED)
{
  outcome ("%d", pthread_join (pthread_self (), NULL) == EDEADLK);
}

/* More threads than there is room for is told. */
static void
too_many_threads (gpointer user_data G_GNUC_UNUSED)
{
  for (int i = 0; i < 100; i++)
    g_thread_unref (g_thread_new (NULL, exit_early, NULL));
}

static gpointer
fail_with_errno (gpointer user_data G_GNUC_UNUSED)
{
  errno = ENOENT;
  g_mutex_lock (&mutex);
  g_mutex_unlock (&mutex);
  g_assert_cmpint (errno, ==, ENOENT);

  return NULL;
}

/* Each thread has its own errno, whoever runs in between. */
static void
thread_errno (gpointer user_data G_GNUC_UNUSED)
{
  GThread *other = g_thread_new ("other", fail_with_errno, NULL);

  errno = EBUSY;
  g_mutex_lock (&mutex);
  g_mutex_unlock (&mutex);
  g_assert_cmpint (errno, ==, EBUSY);
  g_thread_join (other);
  outcome ("own");
}

/* --- What a thread keeps for itself ---------------------------------------------------------- */

static int n_destroyed;

static void
note_destroyed (gpointer value)
{
  g_atomic_int_add (&n_destroyed, GPOINTER_TO_INT (value));
}

static GPrivate private = G_PRIVATE_INIT (note_destroyed);
static pthread_key_t key;

static gpointer
use_privates (gpointer value)
{
  g_assert_null (g_private_get (&private));
  g_private_set (&private, GINT_TO_POINTER (100));
  g_private_replace (&private, value);
  g_assert_true (g_private_get (&private) == value);

  g_assert_null (pthread_getspecific (key));
  pthread_setspecific (key, value);
  g_assert_true (pthread_getspecific (key) == value);

  return NULL;
}

/* Two threads with values of their own; what is replaced is destroyed, and what is there at the end. */
static void
privates (gpointer user_data G_GNUC_UNUSED)
{
  GThread *threads[2];

  g_atomic_int_set (&n_destroyed, 0);
  pthread_key_create (&key, note_destroyed);
  for (int i = 0; i < 2; i++)
    threads[i] = g_thread_new ("other", use_privates, GINT_TO_POINTER (i + 1));
  for (int i = 0; i < 2; i++)
    g_thread_join (threads[i]);
  pthread_key_delete (key);
  outcome ("%d", g_atomic_int_get (&n_destroyed));
}

/* --- Once ---------------------------------------------------------------------------------------- */

static pthread_once_t ponce;
static GOnce once;
static gsize initialised;
static int n_calls;

static void
count_call (void)
{
  n_calls++;
}

static gpointer
count_and_return (gpointer data)
{
  n_calls++;

  return data;
}

static gpointer
do_once (gpointer user_data G_GNUC_UNUSED)
{
  gpointer value = g_once (&once, count_and_return, GINT_TO_POINTER (5));

  g_assert_cmpint (GPOINTER_TO_INT (value), ==, 5);
  pthread_once (&ponce, count_call);
  if (g_once_init_enter (&initialised))
    {
      n_calls++;
      g_once_init_leave (&initialised, 9);
    }
  g_assert_cmpint (initialised, ==, 9);

  return NULL;
}

/* All three forms call once, and whoever comes later sees what was done. */
static void
all_once (gpointer user_data G_GNUC_UNUSED)
{
  static const GOnce fresh_once = G_ONCE_INIT;
  static const pthread_once_t fresh_ponce = PTHREAD_ONCE_INIT;
  GThread *other;

  n_calls = 0;
  initialised = 0;
  once = fresh_once;
  ponce = fresh_ponce;
  other = g_thread_new ("other", do_once, NULL);
  do_once (NULL);
  g_thread_join (other);
  outcome ("%d", n_calls);
}

/* --- Time ------------------------------------------------------------------------------------------ */

static gint64
microseconds (clockid_t clock)
{
  struct timespec time;

  clock_gettime (clock, &time);

  return time.tv_sec * 1000000 + time.tv_nsec / 1000;
}

/* All clocks go on by as much as was slept, at least. */
static void
all_sleep (gpointer user_data G_GNUC_UNUSED)
{
  gint64 begin = g_get_monotonic_time ();
  gint64 real_begin = g_get_real_time ();
  gint64 clock_begin = microseconds (CLOCK_MONOTONIC);
  struct timespec time = { 0, 1000000 };
  struct timespec wrong = { 0, 1000000000 };

  g_usleep (1000);
  usleep (1000);
  nanosleep (&time, NULL);
  clock_nanosleep (CLOCK_MONOTONIC, 0, &time, NULL);
  sleep (0);
  g_assert_cmpint (nanosleep (&wrong, NULL), ==, -1);
  g_assert_cmpint (errno, ==, EINVAL);
  g_assert_cmpint (clock_nanosleep (CLOCK_MONOTONIC, 0, &wrong, NULL), ==, EINVAL);
  outcome ("%d %d %d", g_get_monotonic_time () - begin >= 4000, g_get_real_time () - real_begin >= 4000, microseconds (CLOCK_MONOTONIC) - clock_begin >= 4000);
}

static gpointer
sleep_long (gpointer user_data G_GNUC_UNUSED)
{
  g_usleep (2000);
  g_atomic_int_add (&n, 1);

  return NULL;
}

/* Who sleeps longer may still come first: nothing says when a thread goes on. */
static void
race_of_sleepers (gpointer user_data G_GNUC_UNUSED)
{
  GThread *other;

  g_atomic_int_set (&n, 1);
  other = g_thread_new ("other", sleep_long, NULL);
  g_usleep (1000);
  g_atomic_int_set (&n, g_atomic_int_get (&n) * 10);
  g_thread_join (other);
  outcome ("%s", g_atomic_int_get (&n) == 11 ? "shorter first" : "longer first or between");
}

/* --- Pools -------------------------------------------------------------------------------------------- */

static void
work (gpointer item,
      gpointer sum)
{
  g_atomic_int_add ((int *) sum, GPOINTER_TO_INT (item));
}

static void
drop (gpointer item)
{
  g_atomic_int_add (&n, GPOINTER_TO_INT (item));
}

/* All items are worked on before the pool is gone. */
static void
pool_waits (gpointer user_data G_GNUC_UNUSED)
{
  int sum = 0;
  GThreadPool *pool = g_thread_pool_new (work, &sum, 1, FALSE, NULL);

  g_thread_pool_push (pool, GINT_TO_POINTER (1), NULL);
  g_thread_pool_push (pool, GINT_TO_POINTER (2), NULL);
  g_assert_cmpint (g_thread_pool_unprocessed (pool), <=, 2);
  g_assert_cmpint (g_thread_pool_get_max_threads (pool), ==, 1);
  g_assert_cmpint (g_thread_pool_get_num_threads (pool), <=, 1);
  g_assert_true (g_thread_pool_set_max_threads (pool, 2, NULL));
  g_thread_pool_free (pool, FALSE, TRUE);
  outcome ("%d", sum);
}

/* An exclusive pool that is freed at once: what nobody has begun is dropped, and told. */
static void
pool_drops (gpointer user_data G_GNUC_UNUSED)
{
  int sum = 0;
  GThreadPool *pool = g_thread_pool_new_full (work, &sum, drop, 1, TRUE, NULL);

  g_atomic_int_set (&n, 0);
  g_thread_pool_push (pool, GINT_TO_POINTER (1), NULL);
  g_thread_pool_push (pool, GINT_TO_POINTER (2), NULL);
  g_thread_pool_free (pool, TRUE, TRUE);
  outcome ("%d done, %d dropped", sum, g_atomic_int_get (&n));
}

/* --- Queues --------------------------------------------------------------------------------------------- */

static GAsyncQueue *queue;

static gpointer
push_one (gpointer user_data G_GNUC_UNUSED)
{
  g_async_queue_push (queue, GINT_TO_POINTER (1));

  return NULL;
}

static void
queue_pop (gpointer user_data G_GNUC_UNUSED)
{
  GThread *other;
  int tried;
  int timed = 0;

  queue = g_async_queue_new ();
  other = g_thread_new ("other", push_one, NULL);
  tried = GPOINTER_TO_INT (g_async_queue_try_pop (queue));
  if (tried == 0)
    timed = GPOINTER_TO_INT (g_async_queue_timeout_pop (queue, 5000));
  if (tried + timed == 0)
    g_assert_cmpint (GPOINTER_TO_INT (g_async_queue_pop (queue)), ==, 1);
  g_thread_join (other);
  g_assert_cmpint (g_async_queue_length (queue), ==, 0);
  g_async_queue_unref (queue);
  outcome ("%s", tried ? "at once" : timed ? "in time" : "late");
}

static gpointer
push_under_lock (gpointer user_data G_GNUC_UNUSED)
{
  g_async_queue_lock (queue);
  n++;
  g_async_queue_push_unlocked (queue, GINT_TO_POINTER (1));
  g_async_queue_unlock (queue);

  return NULL;
}

/* Who waits with the lock gives it up, and has it again; with a timeout as well. */
static void
queue_pop_unlocked (gpointer user_data G_GNUC_UNUSED)
{
  GThread *other;
  gpointer item;

  n = 0;
  queue = g_async_queue_new ();
  other = g_thread_new ("other", push_under_lock, NULL);
  g_async_queue_lock (queue);
  n++;
  item = g_async_queue_timeout_pop_unlocked (queue, 5000);
  n++;
  if (item == NULL)
    item = g_async_queue_pop_unlocked (queue);
  g_assert_cmpint (n, ==, 3);
  g_async_queue_unlock (queue);
  g_thread_join (other);
  g_async_queue_unref (queue);
  outcome ("%d", GPOINTER_TO_INT (item));
}

static int
compare_items (gconstpointer a,
               gconstpointer b,
               gpointer      user_data G_GNUC_UNUSED)
{
  return GPOINTER_TO_INT (a) - GPOINTER_TO_INT (b);
}

/* What does not wait is GLib's own, also in a queue that is referred to twice. */
static void
queue_order (gpointer user_data G_GNUC_UNUSED)
{
  GAsyncQueue *same;
  GString *result = g_string_new (NULL);

  queue = g_async_queue_new ();
  same = g_async_queue_ref (queue);
  for (int i = 4; i > 0; i--)
    g_async_queue_push_sorted (queue, GINT_TO_POINTER (i), compare_items, NULL);
  g_async_queue_push_front (queue, GINT_TO_POINTER (9));
  g_assert_true (g_async_queue_remove (queue, GINT_TO_POINTER (3)));
  g_async_queue_sort (queue, compare_items, NULL);
  g_async_queue_unref (queue);
  while (g_async_queue_length (same) > 0)
    g_string_append_printf (result, "%d", GPOINTER_TO_INT (g_async_queue_pop (same)));
  g_async_queue_unref (same);
  outcome ("%s", result->str);
  g_string_free (result, TRUE);
}

static gpointer
pop_data (gpointer user_data G_GNUC_UNUSED)
{
  int *data = g_async_queue_pop (queue);

  return GINT_TO_POINTER (*data);
}

/* What is handed over by a queue is no race. */
static void
queue_orders (gpointer user_data G_GNUC_UNUSED)
{
  int data;
  GThread *other;

  queue = g_async_queue_new ();
  other = g_thread_new ("other", pop_data, NULL);
  data = 3;
  g_async_queue_push (queue, &data);
  outcome ("%d", GPOINTER_TO_INT (g_thread_join (other)));
  g_async_queue_unref (queue);
}

static void
pop_from_empty (gpointer user_data G_GNUC_UNUSED)
{
  queue = g_async_queue_new ();
  g_async_queue_pop (queue);
}

static const Case cases[] = {
  { "/standins/thread/values", thread_values, EXPLORER_CORRECT, "7 8", FALSE },
  { "/standins/thread/self", thread_self, EXPLORER_CORRECT, "1 0 1", FALSE },
  { "/standins/thread/detached", thread_detached, EXPLORER_CORRECT, "1", FALSE },
  { "/standins/thread/join-twice", join_twice, EXPLORER_MISUSE, "which was joined before", FALSE },
  { "/standins/thread/join-itself", join_itself, EXPLORER_CORRECT, "1", FALSE },
  { "/standins/thread/too-many", too_many_threads, EXPLORER_LIMIT, "more than", FALSE },
  { "/standins/thread/errno", thread_errno, EXPLORER_CORRECT, "own", FALSE },
  { "/standins/private", privates, EXPLORER_CORRECT, "206", FALSE },
  { "/standins/once", all_once, EXPLORER_CORRECT, "3", FALSE },
  { "/standins/time", all_sleep, EXPLORER_CORRECT, "1 1 1", FALSE },
  { "/standins/time/race", race_of_sleepers, EXPLORER_CORRECT, "longer first or between | shorter first", FALSE },
  { "/standins/pool/waits", pool_waits, EXPLORER_CORRECT, "3", FALSE },
  { "/standins/pool/drops", pool_drops, EXPLORER_CORRECT,
    "0 done, 2 dropped | 0 done, 3 dropped | 1 done, 0 dropped | 1 done, 2 dropped | 3 done, 0 dropped", FALSE },
  { "/standins/queue/pop", queue_pop, EXPLORER_CORRECT, "at once | in time | late", FALSE },
  { "/standins/queue/pop-unlocked", queue_pop_unlocked, EXPLORER_CORRECT, "1", FALSE },
  { "/standins/queue/order", queue_order, EXPLORER_CORRECT, "1249", FALSE },
  { "/standins/queue/hand-over", queue_orders, EXPLORER_CORRECT, "3", FALSE },
  { "/standins/queue/empty", pop_from_empty, EXPLORER_DEADLOCK, "pops from queue 1", FALSE },
};

int
main (int    argc,
      char **argv)
{
  explorer_init (&argc, &argv);
  g_test_init (&argc, &argv, NULL);
  add_cases (cases, G_N_ELEMENTS (cases));

  return g_test_run ();
}
