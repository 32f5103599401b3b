/* SPDX-License-Identifier: MIT */

/*
 * compare-trace GOLDEN PROGRAM [ARGUMENT...]
 *
 * Runs a program and compares what it writes to standard output, line by line, with what is in a file, and shows
 * where they differ. A program that does not end with status 0 has one line more, "exit STATUS", as record.py has it.
 *
 * Exit status: 0 the same, 1 a difference, 99 there is nothing to compare or the program crashed. (Meson takes 99 for
 * an error also of a test that should fail: a twin may differ for a while, but must never crash.)
 */

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

int
main (int    argc,
      char **argv)
{
  g_autoptr (GError) error = NULL;
  g_autofree char *golden = NULL;
  g_auto (GStrv) expected = NULL;
  g_auto (GStrv) got = NULL;
  gboolean crashed = FALSE;
  gboolean same;

  if (argc < 3)
    {
      fprintf (stderr, "usage: compare-trace GOLDEN PROGRAM [ARGUMENT...]\n");
      return EXIT_ERROR;
    }

  if (g_file_get_contents (argv[1], &golden, NULL, &error))
    got = run (argv + 2, &crashed, &error);
  if (got == NULL)
    {
      fprintf (stderr, "compare-trace: %s\n", error->message);
      return EXIT_ERROR;
    }

  expected = lab_trace_split (golden);
  same = lab_trace_equal ((const char *const *) expected, (const char *const *) got);
  if (!same)
    print_difference (argv[1], argv[2], (const char *const *) expected, (const char *const *) got);

  return crashed ? EXIT_ERROR : same ? EXIT_SUCCESS : EXIT_DIFFERENT;
}
