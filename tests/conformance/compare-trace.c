/* SPDX-License-Identifier: MIT */

/*
 * compare-trace [--departures FILE]... TEST GOLDEN PROGRAM
 * compare-trace [--departures FILE]... --check TEST...
 *
 * Runs a twin and compares what it writes to standard output, line by line, with what is in a file, and shows
 * where they differ. A program that does not end with status 0 has one line more, "exit STATUS", as record.py has it.
 *
 * If an entry in the files of departures names the test, scenario@version, the trace that the entry names is expected
 * instead, and it must not be the recorded one. With --check, only the entries are looked at; given are all tests that there are.
 *
 * Exit status: 0 as expected, 1 a difference, 99 there is nothing to compare or the program crashed.
 */

#include "departures.h"
#include "trace-diff.h"

#include <stdio.h>
#include <stdlib.h>
#include <sys/wait.h>

#define EXIT_DIFFERENT 1
#define EXIT_ERROR 99

static void
print_difference (const char        *golden,
                  const char        *program,
                  const char *const *expected,
                  const char *const *got)
{
  g_autoptr (GArray) rows = lab_trace_align (expected, got);
  int first = lab_trace_find_difference (rows);
  glong width = 0;

  for (guint i = 0; i < rows->len; i++)
    {
      LabDiffRow *row = &g_array_index (rows, LabDiffRow, i);

      width = MAX (width, row->expected != NULL ? g_utf8_strlen (row->expected, -1) : 0);
    }

  printf ("expected, on the left: %s\ngot, on the right: %s\n\n", golden, program);
  for (guint i = 0; i < rows->len; i++)
    {
      LabDiffRow *row = &g_array_index (rows, LabDiffRow, i);
      const char *left = row->expected != NULL ? row->expected : "";
      const char *right = row->got != NULL ? row->got : "";
      gboolean differs = g_strcmp0 (row->expected, row->got) != 0;

      printf ("%s %s%*s │ %s\n", (int) i == first ? ">" : differs ? "~" : " ", left,
              (int) (width - g_utf8_strlen (left, -1)), "", right);
    }
}

/* Runs a program. What it writes to standard error goes where ours goes. (transfer full) (nullable): its lines */
static char **
run (char     **argv,
     gboolean  *crashed,
     GError   **error)
{
  g_autofree char *output = NULL;
  g_autoptr (GString) text = NULL;
  g_autofree char *valid = NULL;
  int status;

  if (!g_spawn_sync (NULL, argv, NULL, G_SPAWN_SEARCH_PATH, NULL, NULL, &output, NULL, &status, error))
    return NULL;

  text = g_string_new (output);
  *crashed = WIFSIGNALED (status);
  if (status != 0)
    g_string_append_printf (text, "exit %d\n", *crashed ? -WTERMSIG (status) : WEXITSTATUS (status));

  valid = g_utf8_make_valid (text->str, -1);

  return lab_trace_split (valid);
}

/* The trace that is expected. departure: (nullable). Returns NULL with an error */
static char **
read_expected (const char       *golden,
               const Departure  *departure,
               GError          **error)
{
  g_autofree char *recorded = NULL;
  g_autofree char *departing = NULL;

  if (!g_file_get_contents (golden, &recorded, NULL, error))
    return NULL;
  if (departure == NULL)
    return lab_trace_split (recorded);

  if (!g_file_get_contents (departure->trace, &departing, NULL, error))
    return NULL;
  if (g_str_equal (departing, recorded))
    {
      g_set_error (error, G_FILE_ERROR, G_FILE_ERROR_INVAL, "%s is what CPython printed: no departure any more",
                   departure->trace);
      return NULL;
    }

  printf ("This departs from CPython, see %s. %s\n", departure->issue, departure->reason);

  return lab_trace_split (departing);
}

static int
compare (const char *const *departures,
         const char        *test,
         const char        *golden,
         char              *program,
         GError           **error)
{
  g_autoptr (Departure) departure = NULL;
  g_auto (GStrv) expected = NULL;
  g_auto (GStrv) got = NULL;
  char *argv[] = { program, NULL };
  gboolean crashed = FALSE;
  gboolean same;

  if (departures_find (departures, test, &departure, error))
    expected = read_expected (golden, departure, error);
  if (expected != NULL)
    got = run (argv, &crashed, error);
  if (got == NULL)
    return EXIT_ERROR;

  same = lab_trace_equal ((const char *const *) expected, (const char *const *) got);
  if (!same)
    print_difference (departure != NULL ? departure->trace : golden, program, (const char *const *) expected,
                      (const char *const *) got);

  return crashed ? EXIT_ERROR : same ? EXIT_SUCCESS : EXIT_DIFFERENT;
}

int
main (int    argc,
      char **argv)
{
  g_auto (GStrv) departures = NULL;
  gboolean check = FALSE;
  const GOptionEntry options[] = {
    { "departures", 0, 0, G_OPTION_ARG_FILENAME_ARRAY, &departures, "Where we depart from CPython", "FILE" },
    { "check", 0, 0, G_OPTION_ARG_NONE, &check, "Look at these files only", NULL },
    { NULL, 0, 0, 0, NULL, NULL, NULL },
  };
  g_autoptr (GOptionContext) context = g_option_context_new ("TEST GOLDEN PROGRAM | TEST...");
  g_autoptr (GError) error = NULL;
  int status = EXIT_ERROR;

  g_option_context_add_main_entries (context, options, NULL);
  if (!g_option_context_parse (context, &argc, &argv, &error))
    {
      fprintf (stderr, "compare-trace: %s\n", error->message);
      return EXIT_ERROR;
    }

  if (departures == NULL)
    departures = g_new0 (char *, 1);

  if (check)
    status = departures_check ((const char *const *) departures, (const char *const *) argv + 1, &error)
               ? EXIT_SUCCESS : EXIT_DIFFERENT;
  else if (argc == 4)
    status = compare ((const char *const *) departures, argv[1], argv[2], argv[3], &error);
  else
    fprintf (stderr, "usage: compare-trace [--departures FILE]... TEST GOLDEN PROGRAM\n");

  if (error != NULL)
    fprintf (stderr, "compare-trace: %s\n", error->message);

  return status;
}
