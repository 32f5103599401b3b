/* SPDX-License-Identifier: MIT */

/*
 * Graded tests that try every schedule of their threads.
 */

#include "graded-explore.h"

#include <string.h>

/* What the core says in a thread of the program is no line of the trace: the program is run again and again, and what the trace has counted
 * is put back each time. That the core was used wrongly is a failure, all else is something that can happen. */
static void
on_log_message (const char     *domain,
                GLogLevelFlags  level,
                const char     *message,
                gpointer        user_data)
{
  g_autofree char *start = g_strndup (message, strcspn (message, "<\n"));

  (void) domain;
  (void) user_data;

  if (!explorer_is_exploring ())
    trace ("log: %s", g_strchomp (start));
  else if (level & G_LOG_LEVEL_CRITICAL)
    explorer_fail ("the core was used wrongly: %s", g_strchomp (start));
  else
    explorer_outcome ("log: %s", g_strchomp (start));
}

void
graded_explore_init (int    *argc,
                     char ***argv)
{
  const char *slash = strrchr ((*argv)[0], '/');

  /* The judge runs the program in a folder that has another name each time, and a report must not. */
  if (slash != NULL)
    (*argv)[0] += slash + 1 - (*argv)[0];

  /* GLib remembers that there is this domain, and is not put back with the program's variables. */
  (void) asyncio_error_quark ();

  explorer_init (argc, argv);
  graded_test_init (argc, argv);
  g_log_set_handler ("asyncio", G_LOG_LEVEL_MASK | G_LOG_FLAG_RECURSION, on_log_message, NULL);
}

static int
compare_texts (gconstpointer a,
               gconstpointer b)
{
  return strcmp (a, b);
}

static void
trace_outcomes (GHashTable *outcomes)
{
  GList *texts = g_list_sort (g_hash_table_get_keys (outcomes), compare_texts);

  for (GList *l = texts; l != NULL; l = l->next)
    trace ("outcome: %s", (const char *) l->data);
  g_list_free (texts);
}

void
graded_explore (ExplorerBody           body,
                gpointer               user_data,
                const ExplorerOptions *options)
{
  g_autoptr (ExplorerReport) report = explorer_explore_as_told (body, user_data, options);

  if (report->verdict == EXPLORER_CORRECT)
    {
      trace ("every schedule is correct");
    }
  else
    {
      g_autofree char *explanation = explorer_report_explain (report);

      trace ("a schedule fails: %s", report->message != NULL ? report->message : explorer_verdict_to_string (report->verdict));
      if (report->token != NULL)
        g_printerr ("to run this schedule again: --replay %s\n", report->token);
      g_printerr ("%s", explanation);
    }

  trace_outcomes (report->outcomes);
}
