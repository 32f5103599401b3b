/* SPDX-License-Identifier: MIT */

/*
 * A result as text, for a terminal or a file: the scorecard, then what went wrong.
 */

#include "result.h"
#include "trace-diff.h"

#include <string.h>

#define DEFAULT_WIDTH 100

typedef struct
{
  GString *text;
  const LabTextStyle *style;
  LabAudience audience;
  guint width;
  guint64 seed;
} Printer;

/* --- Pieces ------------------------------------------------------------------------------- */

static const char *
color (Printer    *self,
       const char *code)
{
  return self->style->color ? code : "";
}

#define BOLD "\033[1m"
#define RED "\033[31m"
#define GREEN "\033[32m"
#define DIM "\033[2m"
#define PLAIN "\033[0m"

static void
line (Printer    *self,
      const char *format,
      ...) G_GNUC_PRINTF (2, 3);

static void
line (Printer    *self,
      const char *format,
      ...)
{
  va_list arguments;

  va_start (arguments, format);
  g_string_append_vprintf (self->text, format, arguments);
  va_end (arguments);
  g_string_append_c (self->text, '\n');
}

/* A text of exactly this many columns. (transfer full) */
static char *
fit (const char *text,
     guint       width)
{
  glong length = g_utf8_strlen (text, -1);
  g_autofree char *cut = NULL;

  if (length <= (glong) width)
    return g_strdup_printf ("%s%*s", text, (int) (width - length), "");

  cut = g_utf8_substring (text, 0, width - 1);

  return g_strconcat (cut, "…", NULL);
}

/* A labelled text, wrapped at the width of the terminal. */
static void
paragraph (Printer    *self,
           const char *label,
           const char *text)
{
  g_auto (GStrv) words = g_strsplit_set (text, " \n", -1);
  guint indent = 11, column = indent;

  g_string_append_printf (self->text, "  %s%-8s%s ", color (self, DIM), label, color (self, PLAIN));
  for (guint i = 0; words[i] != NULL; i++)
    {
      guint length = (guint) g_utf8_strlen (words[i], -1);

      if (length == 0)
        continue;
      if (column > indent && column + 1 + length > self->width)
        {
          g_string_append_printf (self->text, "\n%*s", (int) indent, "");
          column = indent;
        }
      else if (column > indent)
        {
          g_string_append_c (self->text, ' ');
          column++;
        }
      g_string_append (self->text, words[i]);
      column += length;
    }
  g_string_append_c (self->text, '\n');
}

/* --- The scorecard ---------------------------------------------------------------------------- */

static gboolean
is_shown (Printer    *self,
          LabVerdict *verdict)
{
  return self->audience == LAB_FOR_STAFF || verdict->test->visibility == LAB_PUBLIC;
}

static void
print_verdict_line (Printer    *self,
                    LabVerdict *verdict)
{
  gboolean passed = verdict->status == LAB_PASSED;
  g_autofree char *path = fit (verdict->test->path, 38);

  line (self, "    %s%s%s %s %-8s %2u/%u%s", color (self, passed ? GREEN : RED), passed ? "✓" : "✗", color (self, PLAIN),
        path, lab_status_get_name (verdict->status), verdict->points, verdict->test->points,
        verdict->test->visibility == LAB_HIDDEN ? "  (hidden)" : "");
}

static void
print_part (Printer      *self,
            LabLabResult *result,
            LabPart      *part)
{
  guint points = 0, max_points = 0;
  g_autofree char *title = g_strdup_printf ("Part %s  %s%s", part->name, part->title, part->bonus ? " (bonus)" : "");

  for (guint i = 0; i < result->verdicts->len; i++)
    {
      LabVerdict *verdict = g_ptr_array_index (result->verdicts, i);

      if (is_shown (self, verdict) && g_str_equal (verdict->test->part, part->name))
        {
          points += verdict->points;
          max_points += verdict->test->points;
        }
    }

  if (max_points == 0)
    return;

  line (self, "  %s%-50s%s %3u/%u", color (self, BOLD), title, color (self, PLAIN), points, max_points);
  for (guint i = 0; i < result->verdicts->len; i++)
    {
      LabVerdict *verdict = g_ptr_array_index (result->verdicts, i);

      if (is_shown (self, verdict) && g_str_equal (verdict->test->part, part->name))
        print_verdict_line (self, verdict);
    }
}

/* In a handout there are no hidden tests, and lab.ini knows what they are worth. */
static void
print_hidden (Printer      *self,
              LabLabResult *result)
{
  LabInfo *lab = result->lab;
  guint n = lab_info_count_tests (lab, LAB_HIDDEN);
  guint unknown = lab->points - lab_info_sum_points (lab, LAB_PUBLIC) - lab_info_sum_points (lab, LAB_HIDDEN);

  if (result->verdicts->len < lab->tests->len)
    return;

  if (unknown > 0)
    line (self, "  Public tests only: hidden tests give the other %u points at hand-in.", unknown);
  else if (self->audience == LAB_FOR_STUDENT && n > 0)
    line (self, "  %u hidden tests                                    %3u/%u", n, lab_lab_result_sum (result, LAB_HIDDEN),
          lab_info_sum_points (lab, LAB_HIDDEN));
}

static void
print_build (Printer      *self,
             LabLabResult *result)
{
  static const char *const headings[] = {
    [LAB_BUILD_OK] = "The compiler has something to say:",
    [LAB_BUILD_UNREADABLE] = "The submission cannot be read:",
    [LAB_BUILD_MISSING] = "There is nothing to grade:",
    [LAB_BUILD_FAILED] = "It does not compile:",
    [LAB_BUILD_REFUSED] = "It was not run:",
  };

  if (result->build_messages[0] == '\0')
    return;

  line (self, "  %s%s%s", color (self, result->build == LAB_BUILD_OK ? BOLD : RED), headings[result->build],
        color (self, PLAIN));
  line (self, "%s", result->build_messages);
}

/* --- Failures ------------------------------------------------------------------------------------ */

static void
print_traces (Printer    *self,
              LabVerdict *verdict)
{
  g_autoptr (GArray) rows = lab_trace_align ((const char *const *) verdict->expected,
                                             (const char *const *) verdict->got);
  int first = lab_trace_find_difference (rows);
  guint half = (self->width - 7) / 2;
  g_autofree char *heading = fit ("expected", half);

  line (self, "\n    %s%s │ got%s", color (self, DIM), heading, color (self, PLAIN));
  for (guint i = 0; i < rows->len; i++)
    {
      LabDiffRow *row = &g_array_index (rows, LabDiffRow, i);
      gboolean differs = g_strcmp0 (row->expected, row->got) != 0;
      g_autofree char *left = fit (row->expected != NULL ? row->expected : "", half);

      line (self, "  %s%s %s │ %s%s", color (self, differs ? RED : ""),
            (int) i == first ? ">" : differs ? "~" : " ", left, row->got != NULL ? row->got : "",
            color (self, differs ? PLAIN : ""));
    }
  line (self, "%s", "");
}

static void
print_failure (Printer    *self,
               LabInfo    *lab,
               LabVerdict *verdict)
{
  LabTest *test = verdict->test;
  g_autofree char *scenario = self->style->debug_folder != NULL ? lab_info_find_source (lab, test) : NULL;
  g_autofree char *seed = g_strdup_printf ("seed %" G_GUINT64_FORMAT, self->seed);

  line (self, "\n%s✗ %s%s  %s, %u of %u points", color (self, RED), test->path, color (self, PLAIN),
        lab_status_get_name (verdict->status), verdict->points, test->points);
  paragraph (self, "Rule", test->rule);
  paragraph (self, "Python", test->source);
  paragraph (self, "Problem", verdict->message);
  if (scenario != NULL)
    paragraph (self, "Scenario", scenario);
  paragraph (self, "Input", seed);

  if (verdict->expected != NULL && verdict->got != NULL)
    print_traces (self, verdict);

  if (verdict->output[0] != '\0')
    {
      line (self, "  %sOutput%s", color (self, DIM), color (self, PLAIN));
      line (self, "%s", verdict->output);
    }

  for (guint i = 0; i < MIN (self->style->hints, G_N_ELEMENTS (test->hints)); i++)
    {
      g_autofree char *label = g_strdup_printf ("Hint %u", i + 1);

      paragraph (self, label, test->hints[i]);
    }

  /* Not wrapped: it is there to be copied. */
  if (self->style->debug_folder != NULL && verdict->status != LAB_SKIPPED && verdict->status != LAB_MISSING)
    line (self, "  %s%-8s%s gdb --args %s/%s --lab-seed=%" G_GUINT64_FORMAT " -p %s", color (self, DIM), "Debug",
          color (self, PLAIN), self->style->debug_folder, test->program, self->seed, test->path);
}

static void
print_failures (Printer      *self,
                LabLabResult *result)
{
  guint n = 0;

  for (guint i = 0; i < result->verdicts->len; i++)
    {
      LabVerdict *verdict = g_ptr_array_index (result->verdicts, i);

      if (!is_shown (self, verdict) || verdict->status == LAB_PASSED)
        continue;

      if (n++ < self->style->failures)
        print_failure (self, result->lab, verdict);
    }

  if (self->style->failures > 0 && n > self->style->failures)
    line (self, "\n%u more did not pass: --verbose tells of all, --test PATH of one.", n - self->style->failures);
}

static void
print_lab (Printer      *self,
           LabLabResult *result)
{
  LabInfo *lab = result->lab;
  g_autofree char *title = g_strdup_printf ("Lab %s  %s", lab->id, lab->title);

  line (self, "%s%-52s%3u/%u%s", color (self, BOLD), title, lab_lab_result_get_score (result),
        lab_lab_result_get_max_score (result),
        color (self, PLAIN));
  print_build (self, result);

  for (guint i = 0; i < lab->parts->len; i++)
    print_part (self, result, g_ptr_array_index (lab->parts, i));
  print_hidden (self, result);

  if (result->build == LAB_BUILD_OK)
    print_failures (self, result);
}

char *
lab_result_to_text (LabResult          *self,
                    LabAudience         audience,
                    const LabTextStyle *style)
{
  Printer printer = {
    .text = g_string_new (NULL),
    .style = style,
    .audience = audience,
    .width = style->width > 40 ? style->width : DEFAULT_WIDTH,
    .seed = self->seed,
  };

  for (guint i = 0; i < self->labs->len; i++)
    {
      if (i > 0)
        line (&printer, "%s", "");
      print_lab (&printer, g_ptr_array_index (self->labs, i));
    }

  return g_string_free (printer.text, FALSE);
}
