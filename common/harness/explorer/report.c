/* SPDX-License-Identifier: MIT */

/*
 * How a schedule is told to people: a token to run it again, and a table with a column for each thread.
 *
 * A token holds the choices that were not what happens by itself: `e7.1-12.2` is the schedule whose seventh choice was alternative 1,
 * whose twelfth was alternative 2, and whose others were alternative 0.
 */

#include "explorer-private.h"

#include <elfutils/libdwfl.h>
#include <string.h>
#include <unistd.h>

/* --- Places -------------------------------------------------------------------------------- */

/* Looking up a place takes time, and more stack than a thread of the program has. So texts hold marks, which are looked up when the
 * program has been left. */
#define MARK "@{%p}"
#define MARK_PATTERN "@\\{(0x[0-9a-f]+|\\(nil\\))\\}"

char *
explorer_mark_place (gconstpointer place)
{
  return g_strdup_printf (MARK, place);
}

static Dwfl *
open_debug_information (void)
{
  static const Dwfl_Callbacks callbacks = {
    .find_elf = dwfl_linux_proc_find_elf,
    .find_debuginfo = dwfl_standard_find_debuginfo,
  };
  Dwfl *dwfl = dwfl_begin (&callbacks);

  if (dwfl == NULL)
    return NULL;

  if (dwfl_linux_proc_report (dwfl, getpid ()) != 0 || dwfl_report_end (dwfl, NULL, NULL) != 0)
    {
      dwfl_end (dwfl);
      return NULL;
    }

  return dwfl;
}

/* "FILE:LINE", or the mark as it is if that is not known. */
static gboolean
replace_mark (const GMatchInfo *match,
              GString          *result,
              gpointer          dwfl)
{
  g_autofree char *mark = g_match_info_fetch (match, 0);
  g_autofree char *address = g_match_info_fetch (match, 1);
  g_autofree char *name = NULL;
  const char *file = NULL;
  Dwfl_Line *line = NULL;
  int number = 0;

  /* The address of a call is that of the instruction after it. */
  if (dwfl != NULL)
    line = dwfl_getsrc (dwfl, (Dwarf_Addr) g_ascii_strtoull (address, NULL, 16) - 1);
  if (line != NULL)
    file = dwfl_lineinfo (line, NULL, &number, NULL, NULL, NULL);

  if (file == NULL)
    {
      g_string_append (result, mark);
      return FALSE;
    }

  name = g_path_get_basename (file);
  g_string_append_printf (result, "%s:%d", name, number);

  return FALSE;
}

char *
explorer_look_up_places (const char *text)
{
  /* Raw: else each match begins with a look at all of the text, whether it is UTF-8. */
  g_autoptr (GRegex) marks = g_regex_new (MARK_PATTERN, G_REGEX_RAW, G_REGEX_MATCH_DEFAULT, NULL);
  Dwfl *dwfl = open_debug_information ();
  char *replaced = g_regex_replace_eval (marks, text, -1, 0, G_REGEX_MATCH_DEFAULT, replace_mark, dwfl, NULL);

  if (dwfl != NULL)
    dwfl_end (dwfl);

  return replaced;
}

/* --- Tokens ----------------------------------------------------------------------------------- */

char *
explorer_token_new (const GArray *taken)
{
  GString *token = g_string_new ("e");

  for (guint i = 0; i < taken->len; i++)
    {
      guint picked = g_array_index (taken, guint, i);

      if (picked != 0)
        g_string_append_printf (token, "%s%u.%u", token->len > 1 ? "-" : "", i + 1, picked);
    }

  return g_string_free (token, FALSE);
}

GArray *
explorer_token_parse (const char *token)
{
  g_autoptr (GArray) taken = g_array_new (FALSE, TRUE, sizeof (guint));
  const char *at = token + 1;

  if (token[0] != 'e')
    return NULL;

  while (*at != '\0')
    {
      char *end;
      guint64 position = g_ascii_strtoull (at, &end, 10);
      guint64 picked;

      if (end == at || *end != '.' || position <= taken->len || position > 1000000)
        return NULL;
      at = end + 1;
      picked = g_ascii_strtoull (at, &end, 10);
      if (end == at || picked == 0 || picked > MAX_ALTERNATIVES || (*end != '-' && *end != '\0'))
        return NULL;
      if (*end == '-' && end[1] == '\0')
        return NULL;
      at = *end == '-' ? end + 1 : end;

      g_array_set_size (taken, (guint) position);
      g_array_index (taken, guint, position - 1) = (guint) picked;
    }

  return g_steal_pointer (&taken);
}

/* --- The table ---------------------------------------------------------------------------------- */

static char *
step_to_string (const ExplorerStep *step)
{
  GString *text = g_string_new (step->verb);

  if (step->kind != NULL && strcmp (step->kind, "thread") != 0)
    g_string_append_printf (text, " %s %u", step->kind, step->number);
  if (step->variant == EXPLORER_TIMEOUT)
    g_string_append (text, ", times out");
  if (step->variant == EXPLORER_SPURIOUS)
    g_string_append (text, ", wakes up for no reason");
  if (step->place != NULL)
    g_string_append_printf (text, "  " MARK, step->place);

  return g_string_free (text, FALSE);
}

/* A schedule that is longer than this is shown by its beginning and its end. */
#define MAX_ROWS 120

/* Whether a row is left out. Of a thread that goes round in a loop, a few rounds say all. */
static gboolean
is_left_out (const GArray *steps,
             guint         i)
{
  return steps->len > MAX_ROWS && i >= MAX_ROWS / 2 && i < steps->len - MAX_ROWS / 2;
}

/* A text for each step. All places are looked up at once. */
char **
explorer_steps_to_strings (const GArray *steps)
{
  g_autoptr (GString) lines = g_string_new (NULL);
  g_autofree char *text = NULL;

  for (guint i = 0; i < steps->len; i++)
    {
      g_autofree char *line = is_left_out (steps, i) ? NULL : step_to_string (&g_array_index (steps, ExplorerStep, i));

      g_string_append_printf (lines, "%s\n", line != NULL ? line : "");
    }
  text = explorer_look_up_places (lines->str);

  return g_strsplit (text, "\n", -1);
}

char *
explorer_steps_to_table (Explorer *self)
{
  GString *table = g_string_new (NULL);
  g_auto (GStrv) cells = explorer_steps_to_strings (self->steps);
  guint width[MAX_THREADS] = { 0 };

  for (guint i = 0; i < self->n_threads; i++)
    width[i] = (guint) strlen (self->threads[i].name);
  for (guint i = 0; i < self->steps->len; i++)
    {
      const ExplorerStep *step = &g_array_index (self->steps, ExplorerStep, i);

      width[step->thread] = MAX (width[step->thread], (guint) strlen (cells[i]));
    }

  g_string_append (table, "  step  ");
  for (guint i = 0; i < self->n_threads; i++)
    g_string_append_printf (table, "%-*s  ", i + 1 < self->n_threads ? (int) width[i] : 0, self->threads[i].name);
  g_string_append_c (table, '\n');

  for (guint i = 0; i < self->steps->len; i++)
    {
      const ExplorerStep *step = &g_array_index (self->steps, ExplorerStep, i);

      if (is_left_out (self->steps, i))
        {
          if (i == MAX_ROWS / 2)
            g_string_append_printf (table, "   ...  %u more steps\n", self->steps->len - MAX_ROWS);
          continue;
        }
      g_string_append_printf (table, "%c %4u  ", step->mark, i + 1);
      for (guint j = 0; j < step->thread; j++)
        g_string_append_printf (table, "%*s  ", (int) width[j], "");
      g_string_append_printf (table, "%s\n", cells[i]);
    }

  return g_string_free (table, FALSE);
}
