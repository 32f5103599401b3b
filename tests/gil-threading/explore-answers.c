/* SPDX-License-Identifier: MIT */

/*
 * GIL lab, part D: what can happen. The explorer finds out itself what the results are, and runs each witness. The trace tells
 * whether the answers are right, but not what they are.
 */

#include "common.h"

#include "questions.h"

#include <string.h>

/* So many preemptions are tried. All results that there are need two at most; see docs/gil.md. */
#define MAX_PREEMPTIONS 3

typedef struct
{
  Question question;
  PyModule *module;
  gboolean shows; /* the schedule is wanted as a table */
} Asked;

static void
run_question (gpointer user_data)
{
  const Asked *asked = user_data;
  int result = question_run (asked->question, asked->module);

  explorer_outcome ("%d", result);
  if (asked->shows)
    explorer_fail ("the result is %d", result);
}

/* --- Witnesses ----------------------------------------------------------------------------------- */

static gboolean
is_token (const char *text)
{
  return text != NULL && text[0] == 'e' && strspn (text + 1, "0123456789.-") == strlen (text + 1);
}

/* For who reads what the program prints: what a witness leads to, with the table of its schedule. */
static void
show_schedule (Asked      *asked,
               const char *witness)
{
  g_autoptr (ExplorerReport) report = NULL;

  asked->shows = TRUE;
  report = explorer_explore (run_question, asked, &(ExplorerOptions) { .replay = witness });
  asked->shows = FALSE;
  g_print ("%s, schedule %s: %s\n%s\n", question_get_name (asked->question), witness, report->message, report->table);
}

static gboolean
leads_to (Asked        *asked,
          const Answer *answer)
{
  g_autoptr (ExplorerReport) report = NULL;
  g_autofree char *result = g_strdup_printf ("%d", answer->result);

  if (!is_token (answer->witness))
    return FALSE;

  report = explorer_explore (run_question, asked, &(ExplorerOptions) { .replay = answer->witness });
  if (report->verdict == EXPLORER_CORRECT && g_hash_table_contains (report->outcomes, result))
    return TRUE;

  if (report->verdict == EXPLORER_CORRECT)
    show_schedule (asked, answer->witness);

  return FALSE;
}

/* --- Questions ------------------------------------------------------------------------------------- */

/* What is in the set of answers, and what comes of each. */
static void
trace_answers (Asked      *asked,
               GHashTable *outcomes)
{
  g_autoptr (GHashTable) given = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
  guint n = 0, n_missing = 0, n_impossible = 0, n_wrong = 0;
  GHashTableIter i_outcome;
  gpointer outcome;
  const Answer *answers = answers_get (asked->question, &n);

  /* More would be another way to guess. */
  for (guint i = 0; i < MIN (n, 20); i++)
    {
      char *result = g_strdup_printf ("%d", answers[i].result);

      if (!g_hash_table_contains (outcomes, result))
        n_impossible++;
      else if (!leads_to (asked, &answers[i]))
        n_wrong++;
      g_hash_table_add (given, result);
    }

  g_hash_table_iter_init (&i_outcome, outcomes);
  while (g_hash_table_iter_next (&i_outcome, &outcome, NULL))
    if (!g_hash_table_contains (given, outcome))
      n_missing++;

  trace ("%s: results that are missing %u, impossible %u, witnesses that do not lead to their result %u",
         question_get_name (asked->question), n_missing, n_impossible, n_wrong);
}

static void
ask (Question question)
{
  Asked asked = { .question = question, .module = question_new_module (question) };
  ExplorerOptions options = { .max_preemptions = MAX_PREEMPTIONS };
  g_autoptr (ExplorerReport) report = explorer_explore (run_question, &asked, &options);

  if (report->verdict == EXPLORER_CORRECT && report->complete)
    trace_answers (&asked, report->outcomes);
  else
    trace ("%s: cannot be explored", question_get_name (question));
  py_module_free (asked.module);
}

/* x += 1 is load, add, store. What can be lost depends on where a thread may lose the GIL. */
static void
test_add (void)
{
  ask (QUESTION_ADD_3_9);
  ask (QUESTION_ADD_3_10);
}

/* A call is a check point in each version, and a lock around all of it helps. */
static void
test_call (void)
{
  ask (QUESTION_CALL);
  ask (QUESTION_LOCK);
}

/* What was true when it was looked at need not be true any more. */
static void
test_check (void)
{
  ask (QUESTION_CHECK);
}

/* To give the GIL up does not mean that somebody else gets it. */
static void
test_convoy (void)
{
  ask (QUESTION_CONVOY);
}

int
main (int    argc,
      char **argv)
{
  graded_explore_init (&argc, &argv);

  graded_test_add ("/gil/answers/add", test_add);
  graded_test_add ("/gil/answers/call", test_call);
  graded_test_add ("/gil/answers/check", test_check);
  graded_test_add ("/gil/answers/convoy", test_convoy);

  return g_test_run ();
}
