/* SPDX-License-Identifier: MIT */

/*
 * Tests of the explorer itself: what it finds in programs of a few lines, and what it tells.
 */

#include <explorer.h>

#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>
#include <sys/resource.h>
#include <unistd.h>

/* --- Programs ---------------------------------------------------------------------------- */

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
static void
race (gpointer user_data G_GNUC_UNUSED)
{
  int n = 0;
  GThread *other = g_thread_new ("other", add_plainly, &n);

  add_plainly (&n);
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
static void
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
static void
lost_update (gpointer user_data G_GNUC_UNUSED)
{
  int n = 0;
  GThread *other = g_thread_new ("other", add_in_two_steps, &n);

  add_in_two_steps (&n);
  g_thread_join (other);
  explorer_outcome ("%d", g_atomic_int_get (&n));
}

static void
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
static void
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
static void
lost_wake_up (gpointer user_data G_GNUC_UNUSED)
{
  GThread *other = g_thread_new ("other", set_and_signal, NULL);

  g_mutex_lock (&lock);
  g_cond_wait (&cond, &lock);
  g_mutex_unlock (&lock);
  g_thread_join (other);
}

/* Looks once, and takes any wake-up for the right one. */
static void
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

static void
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
static void
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
static void
spin (gpointer user_data G_GNUC_UNUSED)
{
  int n = 0;
  GThread *other = g_thread_new ("other", set_atomically, &n);

  while (g_atomic_int_get (&n) == 0)
    ;
  g_thread_join (other);
}

static void
spin_for_ever (gpointer user_data G_GNUC_UNUSED)
{
  int n = 0;

  while (g_atomic_int_get (&n) == 0)
    g_thread_yield ();
}

static void
unlock_of_others (gpointer user_data G_GNUC_UNUSED)
{
  g_mutex_unlock (&lock);
}

static void
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

static void
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

static void
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
static void
free_lock_too_early (gpointer user_data G_GNUC_UNUSED)
{
  GMutex *mutex = g_new0 (GMutex, 1);
  GThread *other = g_thread_new ("other", unlock_last, mutex);

  g_free (mutex);
  g_thread_join (other);
}

/* One thread uses it atomically, the other does not. */
static void
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
static void
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
static void
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
static void
exit_handlers (gpointer user_data G_GNUC_UNUSED)
{
  atexit (note_first_exit);
  atexit (note_second_exit);
  explorer_run_exit_handlers ();
  explorer_run_exit_handlers ();
  g_assert_cmpint (shared, ==, 2);
}

/* Fails with descriptors open, more of them than a process may have if none were closed. */
static void
leave_descriptors (gpointer user_data G_GNUC_UNUSED)
{
  guint n = explorer_choose (20);

  for (guint i = 0; i < 20; i++)
    g_assert_cmpint (eventfd (0, EFD_CLOEXEC), !=, -1);
  g_assert_cmpint (n, ==, 100);
}

/* What it does depends on what it did in the schedule before. */
static void
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

static void
choices (gpointer user_data G_GNUC_UNUSED)
{
  guint first = explorer_choose (3);

  explorer_outcome ("%u%u", first, explorer_choose (2));
}

/* --- Tests ---------------------------------------------------------------------------------- */

typedef struct
{
  const char *path;
  ExplorerBody body;
  ExplorerVerdict verdict;
  const char *says; /* part of the message */
} Finding;

static const Finding findings[] = {
  { "/explorer/finds/race", race, EXPLORER_RACE, "nothing orders the two" },
  { "/explorer/finds/deadlock", deadlock, EXPLORER_DEADLOCK, "which other has" },
  { "/explorer/finds/lost-wake-up", lost_wake_up, EXPLORER_LOST_WAKE_UP, "sent when nobody waited" },
  { "/explorer/finds/livelock", spin_for_ever, EXPLORER_LIVELOCK, "has not ended" },
  { "/explorer/finds/unlock", unlock_of_others, EXPLORER_MISUSE, "is not locked" },
  { "/explorer/finds/clear", clear_of_held, EXPLORER_MISUSE, "destroys mutex" },
  { "/explorer/finds/thread-left", thread_left, EXPLORER_THREAD_LEFT, "other waits for condition" },
  { "/explorer/finds/use-after-free", free_too_early, EXPLORER_USE_AFTER_FREE, "has freed at" },
  { "/explorer/finds/half-atomic", half_atomic, EXPLORER_RACE, "nothing orders the two" },
  { "/explorer/finds/lock-freed", free_lock_too_early, EXPLORER_USE_AFTER_FREE, "has freed at" },
  { "/explorer/finds/own-signal", own_signal, EXPLORER_DEADLOCK, "main waits for condition" },
  { "/explorer/finds/assertion", no_lost_update, EXPLORER_ASSERTION, "2 == 1" },
};

/* The verdict is right, the message names what it must and the line where that is, and the token runs the same schedule again. */
static void
test_finding (gconstpointer data)
{
  const Finding *finding = data;
  g_autoptr (ExplorerReport) report = explorer_assert_finds (finding->body, NULL, NULL, finding->verdict);
  g_autoptr (ExplorerReport) again = NULL;

  g_assert_nonnull (strstr (report->message, finding->says));
  if (finding->verdict != EXPLORER_LIVELOCK)
    g_assert_nonnull (strstr (report->message, "test-explorer.c:"));
  g_assert_false (report->complete);

  again = explorer_explore (finding->body, NULL, &(ExplorerOptions) { .replay = report->token });
  g_assert_cmpint (again->verdict, ==, report->verdict);
  g_assert_cmpstr (again->message, ==, report->message);
  g_assert_cmpstr (again->table, ==, report->table);
  g_assert_cmpint (again->n_schedules, ==, 1);
}

typedef struct
{
  const char *path;
  ExplorerBody body;
} Correct;

static const Correct corrects[] = {
  { "/explorer/accepts/lock", no_race },
  { "/explorer/accepts/while", while_not_set },
  { "/explorer/accepts/spin", spin },
  { "/explorer/accepts/atomic-while-shared", atomic_while_shared },
  { "/explorer/accepts/exit-handlers", exit_handlers },
};

static void
test_correct (gconstpointer data)
{
  const Correct *correct = data;

  explorer_assert_correct (correct->body, NULL, &(ExplorerOptions) { .max_preemptions = EXPLORER_UNBOUNDED, .max_spurious = 1 });
}

/* Both sums come out, each with a schedule that leads to it; without a preemption only one. */
static void
test_outcomes (void)
{
  g_autoptr (ExplorerReport) all = explorer_explore (lost_update, NULL, NULL);
  g_autoptr (ExplorerReport) unpreempted = explorer_explore (lost_update, NULL, &(ExplorerOptions) { .no_preemption = TRUE });
  g_autoptr (ExplorerReport) one = NULL;

  g_assert_cmpint (all->verdict, ==, EXPLORER_CORRECT);
  g_assert_cmpint (g_hash_table_size (all->outcomes), ==, 2);
  g_assert_cmpint (g_hash_table_size (unpreempted->outcomes), ==, 1);
  g_assert_true (g_hash_table_contains (unpreempted->outcomes, "2"));

  one = explorer_explore (lost_update, NULL, &(ExplorerOptions) { .replay = g_hash_table_lookup (all->outcomes, "1") });
  g_assert_cmpint (g_hash_table_size (one->outcomes), ==, 1);
  g_assert_true (g_hash_table_contains (one->outcomes, "1"));
}

/* A wait with a deadline ends by it in some schedules, and time goes on then, and only then. */
static void
test_timeout (void)
{
  g_autoptr (ExplorerReport) report = explorer_explore (wait_a_second, NULL, NULL);

  g_assert_cmpint (report->verdict, ==, EXPLORER_CORRECT);
  g_assert_true (g_hash_table_contains (report->outcomes, "set at 0"));
  g_assert_true (g_hash_table_contains (report->outcomes, "not set at 1000000"));
  g_assert_true (g_hash_table_contains (report->outcomes, "set at 1000000"));
  g_assert_cmpint (g_hash_table_size (report->outcomes), ==, 3);
}

/* A wait may end for no reason, if that is asked for. */
static void
test_spurious (void)
{
  g_autoptr (ExplorerReport) report = NULL;

  explorer_assert_correct (if_for_while, NULL, NULL);
  report = explorer_assert_finds (if_for_while, NULL, &(ExplorerOptions) { .max_spurious = 1 }, EXPLORER_ASSERTION);
  g_assert_nonnull (strstr (report->table, "wakes up for no reason"));
}

/* Each possibility of the program's own choices is tried. */
static void
test_choose (void)
{
  g_autoptr (ExplorerReport) report = explorer_explore (choices, NULL, NULL);

  g_assert_cmpint (g_hash_table_size (report->outcomes), ==, 6);
  g_assert_cmpint (report->n_schedules, ==, 6);
  g_assert_true (report->exhausted);
}

/* Random schedules find a deadlock that takes one preemption, and with the same seed the same one. */
static void
test_random (void)
{
  ExplorerOptions options = { .random_schedules = 10000, .seed = 1 };
  g_autoptr (ExplorerReport) first = explorer_assert_finds (deadlock, NULL, &options, EXPLORER_DEADLOCK);
  g_autoptr (ExplorerReport) second = explorer_assert_finds (deadlock, NULL, &options, EXPLORER_DEADLOCK);

  g_assert_cmpstr (first->token, ==, second->token);
  g_assert_cmpint (first->n_schedules, ==, second->n_schedules);
}

static void
test_not_repeatable (void)
{
  int n_left = 5;
  g_autoptr (ExplorerReport) report = explorer_assert_finds (not_repeatable, &n_left, NULL, EXPLORER_NOT_REPEATABLE);

  g_assert_nonnull (strstr (report->message, "does not do the same each time"));
}

/* What is no token is refused, and a token of another program's schedule as well. */
static void
test_bad_tokens (void)
{
  static const char *const tokens[] = { "", "x", "e1", "e1.", "e.1", "e1.0", "e2.1-1.1", "e1.1-", "e1.1 ", "e1.99", "e99999999999.1", "e1.5", "e500.1" };

  for (guint i = 0; i < G_N_ELEMENTS (tokens); i++)
    {
      g_autoptr (ExplorerReport) report = explorer_explore (deadlock, NULL, &(ExplorerOptions) { .replay = tokens[i] });

      g_assert_cmpint (report->verdict, ==, EXPLORER_NOT_REPEATABLE);
      g_assert_nonnull (report->message);
    }
}

/* KiB. */
static guint64
resident_size (void)
{
  g_autofree char *text = NULL;
  char *rest = NULL;

  g_assert_true (g_file_get_contents ("/proc/self/statm", &text, NULL, NULL));
  g_ascii_strtoull (text, &rest, 10);

  return g_ascii_strtoull (rest, NULL, 10) * (guint64) sysconf (_SC_PAGESIZE) / 1024;
}

/* What a schedule needed is there for the next one: memory is the same after many as after few. */
static void
test_memory_flat (void)
{
  guint64 before = 0;

  if (!explorer_sees_all_of_free ())
    {
      g_test_skip ("AddressSanitizer keeps what is freed for a while");
      return;
    }

  for (int i = 0; i < 2; i++)
    {
      g_autoptr (ExplorerReport) report = explorer_explore (no_race, NULL, &(ExplorerOptions) { .random_schedules = i == 0 ? 1000 : 30000, .seed = 1 });

      g_assert_cmpint (report->verdict, ==, EXPLORER_CORRECT);
      if (i == 0)
        before = resident_size ();
    }
  g_assert_cmpint (resident_size (), <=, before + 200);
}

/* Schedules that fail leave descriptors, and the search goes on all the same: 400 of them, where a process may have 200. */
static void
test_descriptors (void)
{
  struct rlimit before;
  struct rlimit limit;
  g_autoptr (ExplorerReport) report = NULL;

  g_assert_cmpint (getrlimit (RLIMIT_NOFILE, &before), ==, 0);
  limit = before;
  limit.rlim_cur = 200;
  g_assert_cmpint (setrlimit (RLIMIT_NOFILE, &limit), ==, 0);
  report = explorer_assert_finds (leave_descriptors, NULL, NULL, EXPLORER_ASSERTION);
  g_assert_cmpint (setrlimit (RLIMIT_NOFILE, &before), ==, 0);

  g_assert_nonnull (strstr (report->message, "n == 100"));
  g_assert_cmpint (report->n_schedules, >=, 20);
}

/* A limit on schedules is told: the search is not complete. */
static void
test_max_schedules (void)
{
  g_autoptr (ExplorerReport) report = explorer_explore (no_race, NULL, &(ExplorerOptions) { .max_schedules = 3 });

  g_assert_cmpint (report->n_schedules, ==, 3);
  g_assert_false (report->complete);
  g_assert_cmpint (report->verdict, ==, EXPLORER_CORRECT);
}

/* The same search, the same number of schedules. */
static void
test_deterministic (void)
{
  g_autoptr (ExplorerReport) first = explorer_explore (no_race, NULL, NULL);

  for (int i = 0; i < 10; i++)
    {
      g_autoptr (ExplorerReport) again = explorer_explore (no_race, NULL, NULL);

      g_assert_cmpint (again->n_schedules, ==, first->n_schedules);
      g_assert_cmpint (again->n_steps, ==, first->n_steps);
    }
}

int
main (int    argc,
      char **argv)
{
  explorer_init (&argc, &argv);
  g_test_init (&argc, &argv, NULL);

  for (guint i = 0; i < G_N_ELEMENTS (findings); i++)
    g_test_add_data_func (findings[i].path, &findings[i], test_finding);
  for (guint i = 0; i < G_N_ELEMENTS (corrects); i++)
    g_test_add_data_func (corrects[i].path, &corrects[i], test_correct);
  g_test_add_func ("/explorer/outcomes", test_outcomes);
  g_test_add_func ("/explorer/timeout", test_timeout);
  g_test_add_func ("/explorer/spurious", test_spurious);
  g_test_add_func ("/explorer/choose", test_choose);
  g_test_add_func ("/explorer/random", test_random);
  g_test_add_func ("/explorer/not-repeatable", test_not_repeatable);
  g_test_add_func ("/explorer/bad-tokens", test_bad_tokens);
  g_test_add_func ("/explorer/descriptors", test_descriptors);
  g_test_add_func ("/explorer/max-schedules", test_max_schedules);
  g_test_add_func ("/explorer/deterministic", test_deterministic);

  g_test_add_func ("/explorer/memory-flat", test_memory_flat);

  return g_test_run ();
}
