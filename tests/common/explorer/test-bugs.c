/* SPDX-License-Identifier: MIT */

/*
 * Tests that the explorer finds ten classic bugs, and that it accepts what is right (bugs.h).
 *
 * "None of them by luck": each is found with the same verdict, by the same schedule, after the same number of schedules, on every run. The numbers
 * are those of docs/explorer.md. The right programs are searched to the end, with one spurious wake-up, and without a bound where that takes no minutes.
 */

#include "bugs.h"

#include <explorer.h>

#include <string.h>

typedef struct
{
  const char *name;
  ExplorerBody wrong;
  ExplorerBody right;
  guint max_preemptions; /* to search the right one with; 0: all there are */

  ExplorerVerdict verdict;
  const char *token;
  guint64 n_schedules;
  guint n_preemptions;
  guint n_rows;
  const char *says;    /* part of the message */
  const char *rows[4]; /* parts of rows of the schedule, in their order */
} Bug;

static const Bug bugs[] = {
  {
    .name = "lost-wake-up",
    .wrong = lost_wake_up_wrong,
    .right = lost_wake_up_right,
    .verdict = EXPLORER_LOST_WAKE_UP,
    .token = "e2.1",
    .n_schedules = 6,
    .n_preemptions = 1,
    .n_rows = 10,
    .says = "sent when nobody waited",
    .rows = { "reads atomic 1", "signals condition 1", "begins to wait for condition 1" },
  },
  {
    .name = "missed-signal",
    .wrong = missed_signal_wrong,
    .right = missed_signal_right,
    .verdict = EXPLORER_DEADLOCK,
    .token = "e1.1-6.1",
    .n_schedules = 42,
    .n_preemptions = 1,
    .n_rows = 16,
    .says = "first waits for condition 1",
    .rows = { "begins to wait for condition 1", "begins to wait for condition 1", "signals condition 1", "wakes up and locks mutex 1" },
  },
  {
    .name = "signal-before-wait",
    .wrong = signal_before_wait_wrong,
    .right = signal_before_wait_right,
    .verdict = EXPLORER_LOST_WAKE_UP,
    .token = "e1.1",
    .n_schedules = 5,
    .n_preemptions = 1,
    .n_rows = 8,
    .says = "worker sent when nobody waited",
    .rows = { "starts", "signals condition 1", "begins to wait for condition 1" },
  },
  {
    .name = "if-for-while",
    .wrong = if_for_while_wrong,
    .right = if_for_while_right,
    .verdict = EXPLORER_ASSERTION,
    .token = "e1.1-4.1-7.2-10.1",
    .n_schedules = 208,
    .n_preemptions = 2,
    .n_rows = 12,
    .says = "n_items > 0",
    .rows = { "begins to wait for condition 1", "signals condition 1", "locks mutex 1", "wakes up and locks mutex 1" },
  },
  {
    .name = "double-check",
    .wrong = double_check_wrong,
    .right = double_check_right,
    .verdict = EXPLORER_RACE,
    .token = "e",
    .n_schedules = 1,
    .n_preemptions = 0,
    .n_rows = 4,
    .says = "nothing orders the two",
    .rows = { "locks mutex 1", "unlocks mutex 1", "starts", "data race  bugs-memory.c:" },
  },
  {
    .name = "aba",
    .wrong = aba_wrong,
    .right = aba_right,
    .verdict = EXPLORER_ASSERTION,
    .token = "e3.1",
    .n_schedules = 10,
    .n_preemptions = 1,
    .n_rows = 29,
    .says = "is_owned",
    .rows = { "reads atomic 3", "writes atomic 3", "compares and exchanges atomic 1", "compares and exchanges atomic 1" },
  },
  {
    .name = "philosophers",
    .wrong = philosophers_wrong,
    .right = philosophers_right,
    .verdict = EXPLORER_DEADLOCK,
    .token = "e2.2-4.1",
    .n_schedules = 39,
    .n_preemptions = 1,
    .n_rows = 8,
    .says = "Plato locks mutex 3, which Socrates has",
    .rows = { "main", "locks mutex 3", "locks mutex 2", "!" },
  },
  {
    .name = "lock-order",
    .wrong = lock_order_wrong,
    .right = lock_order_right,
    .verdict = EXPLORER_DEADLOCK,
    .token = "e2.1",
    .n_schedules = 6,
    .n_preemptions = 1,
    .n_rows = 5,
    .says = "back locks mutex 1, which main has",
    .rows = { "locks mutex 1", "locks mutex 2", "locks mutex 2", "locks mutex 1" },
  },
  {
    .name = "starvation",
    .wrong = starvation_wrong,
    .right = starvation_right,
    .max_preemptions = 4, /* there are 1.3 million schedules in all */
    .verdict = EXPLORER_ASSERTION,
    .token = "e1.1-4.2-6.1",
    .n_schedules = 262,
    .n_preemptions = 2,
    .n_rows = 13,
    .says = "n_overtakings",
    .rows = { "begins to wait for condition 1", "broadcasts condition 1", "assertion failed" },
  },
  {
    .name = "hand-over",
    .wrong = hand_over_wrong,
    .right = hand_over_right,
    .verdict = EXPLORER_USE_AFTER_FREE,
    .token = "e7.1",
    .n_schedules = 10,
    .n_preemptions = 1,
    .n_rows = 10,
    .says = "worker reads memory",
    .rows = { "locks mutex 1", "writes atomic 1", "reads atomic 1", "use after free" },
  },
};

/* The lines of the table, without its heading. */
static guint
count_rows (const char *table)
{
  guint n = 0;

  for (const char *at = strchr (table, '\n') + 1; *at != '\0'; at = strchr (at, '\n') + 1)
    n++;

  return n;
}

static void
check_rows (const Bug  *bug,
            const char *table)
{
  const char *at = table;

  for (guint i = 0; i < G_N_ELEMENTS (bug->rows) && bug->rows[i] != NULL; i++)
    {
      at = strstr (at, bug->rows[i]);
      if (at == NULL)
        g_error ("\"%s\" is not where it should be in\n%s", bug->rows[i], table);
      at = strchr (at, '\n');
    }
}

/* The schedule that is shown is the shortest of those with the fewest preemptions, and says what went wrong; and again, the same. */
static void
test_wrong (gconstpointer data)
{
  const Bug *bug = data;

  for (int i = 0; i < 2; i++)
    {
      g_autoptr (ExplorerReport) report = explorer_assert_finds (bug->wrong, NULL, NULL, bug->verdict);

      g_test_message ("%s: %s, %" G_GUINT64_FORMAT " schedules, %u preemptions, %u steps", bug->name, report->token, report->n_schedules,
                      report->preemptions, count_rows (report->table));
      g_assert_cmpstr (report->token, ==, bug->token);
      g_assert_cmpint (report->n_schedules, ==, bug->n_schedules);
      g_assert_cmpint (report->preemptions, ==, bug->n_preemptions);
      g_assert_cmpint (count_rows (report->table), ==, bug->n_rows);
      g_assert_nonnull (strstr (report->message, bug->says));
      check_rows (bug, report->table);
    }
}

/* Nothing is reported, and there is nothing more to search. */
static void
test_right (gconstpointer data)
{
  const Bug *bug = data;
  ExplorerOptions options = { .max_preemptions = bug->max_preemptions != 0 ? bug->max_preemptions : EXPLORER_UNBOUNDED, .max_spurious = 1 };
  g_autoptr (ExplorerReport) report = explorer_explore (bug->right, NULL, &options);

  if (report->verdict != EXPLORER_CORRECT)
    g_error ("%s: %s\n%s", bug->name, report->message, report->table);
  g_assert_true (report->complete);
  g_assert_true (report->exhausted || bug->max_preemptions != 0);
  g_test_message ("%s, corrected: all %" G_GUINT64_FORMAT " schedules %s %u preemptions", bug->name, report->n_schedules,
                  report->exhausted ? "there are, with up to" : "within a bound of", report->preemptions);
}

int
main (int    argc,
      char **argv)
{
  explorer_init (&argc, &argv);
  g_test_init (&argc, &argv, NULL);

  for (guint i = 0; i < G_N_ELEMENTS (bugs); i++)
    {
      g_autofree char *wrong = g_strdup_printf ("/explorer/bugs/%s/wrong", bugs[i].name);
      g_autofree char *right = g_strdup_printf ("/explorer/bugs/%s/right", bugs[i].name);

      g_test_add_data_func (wrong, &bugs[i], test_wrong);
      g_test_add_data_func (right, &bugs[i], test_right);
    }

  return g_test_run ();
}
