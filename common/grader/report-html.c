/* SPDX-License-Identifier: MIT */

/*
 * A result as a page in HTML that needs nothing else: no script, no font, no picture from anywhere.
 */

#include "result.h"
#include "trace-diff.h"

static const char style_sheet[] =
  ":root{color-scheme:light dark;--bg:#fff;--fg:#1c1e21;--dim:#5b6168;--line:#d9dce0;--good:#116329;--bad:#a40e26;"
  "--mark:#fff1f0;--card:#f6f8fa}"
  "@media(prefers-color-scheme:dark){:root{--bg:#14171a;--fg:#e4e7ea;--dim:#9aa2aa;--line:#343a40;--good:#56d364;"
  "--bad:#ff7b72;--mark:#3c1618;--card:#1c2024}}"
  "body{background:var(--bg);color:var(--fg);font:16px/1.5 system-ui,sans-serif;margin:0 auto;max-width:62rem;"
  "padding:1.5rem 1rem 4rem}"
  "h1{font-size:1.5rem;margin:0}h2{font-size:1.2rem;margin:2.2rem 0 .6rem}h3{font-size:1rem;margin:1.4rem 0 .3rem}"
  "p{margin:.3rem 0}.dim{color:var(--dim)}.score{float:right;font-variant-numeric:tabular-nums}"
  ".passed{color:var(--good)}.other{color:var(--bad)}"
  "table{border-collapse:collapse;width:100%}td,th{border-bottom:1px solid var(--line);padding:.3rem .6rem .3rem 0;"
  "text-align:left;vertical-align:top}td.n,th.n{text-align:right;white-space:nowrap}td.s{white-space:nowrap}td{overflow-wrap:anywhere}"
  "code,pre,.trace td{font:13px/1.5 ui-monospace,monospace}"
  "pre{background:var(--card);overflow-x:auto;padding:.7rem;white-space:pre-wrap}"
  ".scroll{overflow-x:auto}.trace{background:var(--card)}.trace td,.trace th{border:0;padding:.1rem .7rem;width:50%}"
  ".trace tr.differs td{background:var(--mark)}.trace tr.first td:first-child::before{content:'▶ ';color:var(--bad)}"
  "details{border-top:1px solid var(--line);padding:.5rem 0}summary{cursor:pointer}"
  "@media print{details{break-inside:avoid}}";

typedef struct
{
  GString *html;
  LabAudience audience;
} Page;

/* Appends a format whose strings are escaped. */
static void
add (Page       *self,
     const char *format,
     ...) G_GNUC_PRINTF (2, 3);

static void
add (Page       *self,
     const char *format,
     ...)
{
  g_autofree char *text = NULL;
  va_list arguments;

  va_start (arguments, format);
  text = g_markup_vprintf_escaped (format, arguments);
  va_end (arguments);

  g_string_append (self->html, text);
}

static gboolean
is_shown (Page       *self,
          LabVerdict *verdict)
{
  return self->audience == LAB_FOR_STAFF || verdict->test->visibility == LAB_PUBLIC;
}

static void
add_traces (Page       *self,
            LabVerdict *verdict)
{
  g_autoptr (GArray) rows = lab_trace_align ((const char *const *) verdict->expected,
                                             (const char *const *) verdict->got);
  int first = lab_trace_find_difference (rows);

  add (self, "<div class='scroll' tabindex='0'><table class='trace'><thead><tr><th scope='col'>expected</th>"
             "<th scope='col'>got</th></tr></thead><tbody>\n");
  for (guint i = 0; i < rows->len; i++)
    {
      LabDiffRow *row = &g_array_index (rows, LabDiffRow, i);
      gboolean differs = g_strcmp0 (row->expected, row->got) != 0;

      add (self, "<tr class='%s'><td>%s</td><td>%s</td></tr>\n",
           (int) i == first ? "differs first" : differs ? "differs" : "same",
           row->expected != NULL ? row->expected : "", row->got != NULL ? row->got : "");
    }
  add (self, "</tbody></table></div>\n");
}

static void
add_failure (Page       *self,
             LabVerdict *verdict,
             gboolean    is_open)
{
  LabTest *test = verdict->test;

  g_string_append (self->html, is_open ? "<details open>" : "<details>");
  add (self, "<summary><code>%s</code> <span class='other'>%s</span>", test->path, lab_status_get_name (verdict->status));
  add (self, " <span class='score'>%u / %u</span></summary>\n", verdict->points, test->points);
  add (self, "<p>%s</p><p class='dim'>%s</p><p><strong>%s</strong></p>\n", test->rule, test->source, verdict->message);

  if (verdict->expected != NULL && verdict->got != NULL)
    add_traces (self, verdict);
  if (verdict->output[0] != '\0')
    add (self, "<p class='dim'>Output</p><pre>%s</pre>\n", verdict->output);
  add (self, "<p class='dim'>Hint: %s</p></details>\n", test->hints[0]);
}

static void
add_table (Page         *self,
           LabLabResult *result)
{
  add (self, "<h3>All tests</h3><table><thead><tr><th scope='col'>Test</th><th scope='col'>Status</th>"
             "<th scope='col' class='n'>Points</th></tr></thead><tbody>\n");

  for (guint i = 0; i < result->verdicts->len; i++)
    {
      LabVerdict *verdict = g_ptr_array_index (result->verdicts, i);
      gboolean passed = verdict->status == LAB_PASSED;

      if (!is_shown (self, verdict))
        continue;

      add (self, "<tr><td><code>%s</code>%s<div class='dim'>%s</div></td>", verdict->test->path,
           verdict->test->visibility == LAB_HIDDEN ? " (hidden)" : verdict->test->bonus ? " (bonus)" : "", verdict->test->rule);
      add (self, "<td class='s %s'>%s %s</td><td class='n'>%u / %u</td></tr>\n", passed ? "passed" : "other",
           passed ? "✓" : "✗", lab_status_get_name (verdict->status), verdict->points, verdict->test->points);
    }

  if (self->audience == LAB_FOR_STUDENT && lab_info_count_tests (result->lab, LAB_HIDDEN) > 0)
    add (self, "<tr><td>%u hidden tests</td><td></td><td class='n'>%u / %u</td></tr>\n",
         lab_info_count_tests (result->lab, LAB_HIDDEN), lab_lab_result_sum (result, LAB_HIDDEN),
         lab_info_sum_points (result->lab, LAB_HIDDEN));

  add (self, "</tbody></table>\n");
}

static void
add_failures (Page         *self,
              LabLabResult *result)
{
  gboolean is_first = TRUE;

  for (guint i = 0; i < result->verdicts->len; i++)
    {
      LabVerdict *verdict = g_ptr_array_index (result->verdicts, i);

      if (!is_shown (self, verdict) || verdict->status == LAB_PASSED)
        continue;

      if (is_first)
        add (self, "<h3>What went wrong</h3>\n");
      add_failure (self, verdict, is_first);
      is_first = FALSE;
    }
}

static void
add_lab (Page         *self,
         LabLabResult *result)
{
  static const char *const headings[] = {
    [LAB_BUILD_OK] = "Compiler warnings",
    [LAB_BUILD_UNREADABLE] = "The submission cannot be read",
    [LAB_BUILD_MISSING] = "Nothing to grade",
    [LAB_BUILD_FAILED] = "It does not compile",
    [LAB_BUILD_REFUSED] = "It was not run",
  };

  add (self, "<h2>Lab %s: %s <span class='score'>%u / %u</span></h2>\n", result->lab->id, result->lab->title,
       lab_lab_result_get_score (result), lab_lab_result_get_max_score (result));

  if (lab_info_sum_bonus (result->lab) > 0)
    add (self, "<p class='dim'>%u of %u bonus points are among them.</p>\n", lab_lab_result_get_bonus (result),
         lab_info_sum_bonus (result->lab));
  if (result->build_messages[0] != '\0')
    add (self, "<h3>%s</h3><pre>%s</pre>\n", headings[result->build], result->build_messages);
  if (result->build == LAB_BUILD_OK)
    add_failures (self, result);
  add_table (self, result);
}

char *
lab_result_to_html (LabResult   *self,
                    LabAudience  audience)
{
  Page page = { g_string_new (NULL), audience };

  add (&page, "<!DOCTYPE html>\n<html lang='en'><head><meta charset='utf-8'>"
              "<meta name='viewport' content='width=device-width,initial-scale=1'><title>%s</title>\n<style>",
       self->student);
  g_string_append (page.html, style_sheet);
  add (&page, "</style></head><body><main>\n<h1>%s <span class='score'>%u / %u</span></h1>\n", self->student,
       lab_result_get_score (self), lab_result_get_max_score (self));
  add (&page, "<p class='dim'>Seed %" G_GUINT64_FORMAT ". Sandbox: %s. Compiler: %s.</p>\n", self->seed, self->sandbox,
       self->toolchain);

  for (guint i = 0; i < self->labs->len; i++)
    add_lab (&page, g_ptr_array_index (self->labs, i));

  add (&page, "</main></body></html>\n");

  return g_string_free (page.html, FALSE);
}
