/* SPDX-License-Identifier: MIT */

/*
 * Comparing two traces line by line.
 */

#include "trace-diff.h"

#include <string.h>

/* Aligning takes time and memory in proportion to the product of the lengths. A trace of a graded test has some ten lines;
 * what is far longer comes from a program that has gone wild, and is not worth aligning. */
#define MAX_LINES_TO_ALIGN 1000

char **
lab_trace_split (const char *text)
{
  char **lines = g_strsplit (text, "\n", -1);
  guint n = g_strv_length (lines);

  /* The last line ends in a newline as well. */
  if (n > 0 && lines[n - 1][0] == '\0')
    g_clear_pointer (&lines[n - 1], g_free);

  return lines;
}

gboolean
lab_trace_equal (const char *const *expected,
                 const char *const *got)
{
  return g_strv_equal (expected, got);
}

static void
add_row (GArray     *rows,
         const char *expected,
         const char *got)
{
  LabDiffRow row = { expected, got };

  g_array_append_val (rows, row);
}

GArray *
lab_trace_align (const char *const *expected,
                 const char *const *got)
{
  gsize n = MIN (g_strv_length ((char **) expected), MAX_LINES_TO_ALIGN);
  gsize m = MIN (g_strv_length ((char **) got), MAX_LINES_TO_ALIGN);
  g_autofree guint *common = g_new0 (guint, (n + 1) * (m + 1));
  GArray *rows = g_array_new (FALSE, FALSE, sizeof (LabDiffRow));
  gsize i = 0, j = 0;

#define COMMON(i, j) common[(i) * (m + 1) + (j)]

  /* COMMON (i, j): how many lines the rests from i and from j have in common, in order. */
  for (i = n; i-- > 0;)
    for (j = m; j-- > 0;)
      COMMON (i, j) = strcmp (expected[i], got[j]) == 0 ? COMMON (i + 1, j + 1) + 1
                                                         : MAX (COMMON (i + 1, j), COMMON (i, j + 1));

  i = j = 0;
  while (i < n && j < m)
    {
      if (strcmp (expected[i], got[j]) == 0)
        add_row (rows, expected[i++], got[j++]);
      else if (COMMON (i + 1, j + 1) == COMMON (i, j))
        add_row (rows, expected[i++], got[j++]); /* neither line has a partner: they stand beside each other */
      else if (COMMON (i + 1, j) >= COMMON (i, j + 1))
        add_row (rows, expected[i++], NULL);
      else
        add_row (rows, NULL, got[j++]);
    }

  while (i < n)
    add_row (rows, expected[i++], NULL);
  while (j < m)
    add_row (rows, NULL, got[j++]);

#undef COMMON

  return rows;
}

int
lab_trace_find_difference (GArray *rows)
{
  for (guint i = 0; i < rows->len; i++)
    {
      LabDiffRow *row = &g_array_index (rows, LabDiffRow, i);

      if (g_strcmp0 (row->expected, row->got) != 0)
        return (int) i;
    }

  return -1;
}
