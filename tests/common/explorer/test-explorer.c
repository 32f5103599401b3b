/* SPDX-License-Identifier: MIT */

/*
 * Tests of the explorer itself: what it finds in programs of a few lines, and what it tells.
 */

#include "programs.h"

#include <explorer.h>

#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <unistd.h>

typedef struct
{
  const char *path;
  ExplorerBody body;
  ExplorerVerdict verdict;
  const char *says; /* part of the message */
} Finding;

static const Finding findings[] = {
  { "/explorer/finds/race", race, EXPLORER_RACE, "nothing orders the two" },
  { "/explorer/finds/race-of-new-threads", race_of_new_threads, EXPLORER_RACE, "nothing orders the two" },
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
    g_assert_nonnull (strstr (report->message, "programs.c:"));
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

  /* AddressSanitizer keeps what is freed for a while. */
  if (explorer_sees_all_of_free ())
    g_test_add_func ("/explorer/memory-flat", test_memory_flat);

  return g_test_run ();
}
