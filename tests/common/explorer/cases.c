/* SPDX-License-Identifier: MIT */

#include "cases.h"

#include <string.h>

#define N_REAL_RUNS 10

/* Of the run without the explorer. */
static char *last_outcome;

void
outcome (const char *format,
         ...)
{
  g_autofree char *text = NULL;
  va_list args;

  va_start (args, format);
  text = g_strdup_vprintf (format, args);
  va_end (args);

  if (explorer_is_exploring ())
    {
      explorer_outcome ("%s", text);
      return;
    }

  g_free (last_outcome);
  last_outcome = g_steal_pointer (&text);
}

static char *
join_outcomes (ExplorerReport *report)
{
  g_autoptr (GList) keys = g_list_sort (g_hash_table_get_keys (report->outcomes), (GCompareFunc) strcmp);
  GString *joined = g_string_new (NULL);

  for (GList *l = keys; l != NULL; l = l->next)
    g_string_append_printf (joined, "%s%s", joined->len > 0 ? " | " : "", (char *) l->data);

  return g_string_free (joined, FALSE);
}

static void
compare_with_real (const Case     *tested,
                   ExplorerReport *report)
{
  for (int i = 0; i < N_REAL_RUNS && !tested->only_explored; i++)
    {
      tested->body (NULL);
      if (!g_hash_table_contains (report->outcomes, last_outcome))
        g_error ("the real outcome \"%s\" is not one of those of the stand-ins", last_outcome);
      g_clear_pointer (&last_outcome, g_free);
    }
}

static void
test_case (gconstpointer data)
{
  const Case *tested = data;
  ExplorerOptions options = { .max_preemptions = EXPLORER_UNBOUNDED };
  g_autofree char *joined = NULL;
  g_autoptr (ExplorerReport) report = NULL;

  if (tested->verdict != EXPLORER_CORRECT)
    {
      report = explorer_assert_finds (tested->body, NULL, &options, tested->verdict);
      if (strstr (report->message, tested->expected) == NULL)
        g_error ("\"%s\" is not in \"%s\"", tested->expected, report->message);
      return;
    }

  report = explorer_explore (tested->body, NULL, &options);
  if (report->verdict != EXPLORER_CORRECT)
    g_error ("%s: %s\n%s", explorer_verdict_to_string (report->verdict), report->message, report->table);
  g_assert_true (report->exhausted);
  joined = join_outcomes (report);
  g_assert_cmpstr (joined, ==, tested->expected);
  compare_with_real (tested, report);
}

void
add_cases (const Case *cases,
           guint       n_cases)
{
  for (guint i = 0; i < n_cases; i++)
    g_test_add_data_func (cases[i].path, &cases[i], test_case);
}
