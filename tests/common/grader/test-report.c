/* SPDX-License-Identifier: MIT */

/*
 * Traces side by side, results as JSON, HTML and text, and the gradebook.
 */

#include "gradebook.h"
#include "result.h"
#include "trace-diff.h"

#include <json-glib/json-glib.h>

#include <string.h>

/* --- trace-diff -------------------------------------------------------------------------------- */

/* The rows of two traces as a text: "=" same, "~" differs, "<" only expected, ">" only got. */
static char *
align (const char *expected,
       const char *got)
{
  g_auto (GStrv) left = lab_trace_split (expected);
  g_auto (GStrv) right = lab_trace_split (got);
  g_autoptr (GArray) rows = lab_trace_align ((const char *const *) left, (const char *const *) right);
  GString *text = g_string_new (NULL);

  for (guint i = 0; i < rows->len; i++)
    {
      LabDiffRow *row = &g_array_index (rows, LabDiffRow, i);

      g_string_append_c (text, row->got == NULL        ? '<'
                               : row->expected == NULL ? '>'
                               : strcmp (row->expected, row->got) == 0 ? '='
                                                                        : '~');
    }

  return g_string_free (text, FALSE);
}

static void
test_align (void)
{
  static const struct
  {
    const char *expected, *got, *rows;
  } cases[] = {
    { "", "", "" },
    { "a\nb\nc\n", "a\nb\nc\n", "===" },
    { "a\nb\nc\n", "a\nx\nc\n", "=~=" },
    { "a\nb\nc\n", "a\nc\n", "=<=" },
    { "a\nc\n", "a\nb\nc\n", "=>=" },
    { "a\nb\n", "", "<<" },
    { "", "a\n", ">" },
    { "a\nb\nc\nd\n", "b\nd\n", "<=<=" },
  };

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autofree char *rows = align (cases[i].expected, cases[i].got);

      g_assert_cmpstr (rows, ==, cases[i].rows);
    }
}

/* A trace that has gone wild does not cost gigabytes. */
static void
test_align_long (void)
{
  g_autoptr (GString) wild = g_string_new (NULL);
  g_autofree char *rows = NULL;

  for (guint i = 0; i < 100000; i++)
    g_string_append_printf (wild, "line %u\n", i);

  rows = align ("a\nline 3\nb\n", wild->str);
  g_assert_cmpuint (strlen (rows), <, 2000);
}

/* --- The gradebook -------------------------------------------------------------------------------- */

static void
test_gradebook (void)
{
  g_autoptr (LabGradebook) book = lab_gradebook_new ();

  lab_gradebook_add (book, "plain");
  lab_gradebook_add (book, "a,b");
  lab_gradebook_add (book, "say \"hi\"");
  lab_gradebook_add (book, "two\nlines");
  lab_gradebook_add (book, "");
  lab_gradebook_add_number (book, 42);
  lab_gradebook_end_row (book);

  /* Formulas: a spreadsheet would run them. */
  lab_gradebook_add (book, "=HYPERLINK(\"http://evil\",\"x\")");
  lab_gradebook_add (book, "+1");
  lab_gradebook_add (book, "-1");
  lab_gradebook_add (book, "@SUM(A1)");
  lab_gradebook_add (book, "\tx");
  lab_gradebook_end_row (book);

  g_assert_cmpstr (lab_gradebook_get_text (book), ==,
                   "plain,\"a,b\",\"say \"\"hi\"\"\",\"two\nlines\",,42\r\n"
                   "\"'=HYPERLINK(\"\"http://evil\"\",\"\"x\"\")\",'+1,'-1,'@SUM(A1),'\tx\r\n");
}

/* --- Results ---------------------------------------------------------------------------------------- */

typedef struct
{
  LabInfo *lab;
  LabResult *result;
} Fixture;

static LabTest *
add_test (LabInfo       *lab,
          const char    *path,
          guint          points,
          LabVisibility  visibility)
{
  LabTest *test = g_new0 (LabTest, 1);

  test->path = g_strdup (path);
  test->program = g_strdup ("program");
  test->part = g_strdup ("A");
  test->points = points;
  test->visibility = visibility;
  test->rule = g_strdup_printf ("The rule of %s.", path);
  test->source = g_strdup ("Lib/source.py");
  for (guint i = 0; i < 3; i++)
    test->hints[i] = g_strdup_printf ("Hint %u of %s.", i + 1, path);
  g_ptr_array_add (lab->tests, test);

  return test;
}

static void
add_verdict (LabLabResult *result,
             LabTest      *test,
             LabStatus     status,
             const char   *message)
{
  LabVerdict *verdict = g_new0 (LabVerdict, 1);

  verdict->test = test;
  verdict->status = status;
  verdict->points = status == LAB_PASSED ? test->points : 0;
  verdict->message = g_strdup (message);
  verdict->output = g_strdup ("<script>alert('output')</script>\n");
  if (status == LAB_FAILED)
    {
      verdict->expected = g_strsplit ("begin,<b>one</b>,end", ",", -1);
      verdict->got = g_strsplit ("begin,two & three,end", ",", -1);
    }
  g_ptr_array_add (result->verdicts, verdict);
}

static void
add_part (LabInfo    *lab,
          const char *name,
          guint       points,
          gboolean    bonus)
{
  LabPart *part = g_new0 (LabPart, 1);

  part->name = g_strdup (name);
  part->title = g_strdup_printf ("The part %s", name);
  part->points = points;
  part->bonus = bonus;
  g_ptr_array_add (lab->parts, part);
}

/* A lab with a public test that passed, one that failed, and a hidden one that failed. */
static void
fixture_init (Fixture *self)
{
  LabLabResult *lab_result = g_new0 (LabLabResult, 1);

  self->lab = g_new0 (LabInfo, 1);
  self->lab->id = g_strdup ("9.9");
  self->lab->title = g_strdup ("A lab");
  self->lab->points = 10;
  self->lab->parts = g_ptr_array_new ();
  self->lab->tests = g_ptr_array_new ();
  add_part (self->lab, "A", 10, FALSE);

  lab_result->lab = self->lab;
  lab_result->build_messages = g_strdup ("");
  lab_result->verdicts = g_ptr_array_new_with_free_func ((GDestroyNotify) lab_verdict_free);
  add_verdict (lab_result, add_test (self->lab, "/9.9/good", 5, LAB_PUBLIC), LAB_PASSED, "");
  add_verdict (lab_result, add_test (self->lab, "/9.9/bad", 3, LAB_PUBLIC), LAB_FAILED, "it did <something> else");
  add_verdict (lab_result, add_test (self->lab, "/9.9/concealed", 2, LAB_HIDDEN), LAB_FAILED, "a concealed message");

  self->result = g_new0 (LabResult, 1);
  self->result->student = g_strdup ("ada <ada@example.org>");
  self->result->seed = G_MAXUINT64;
  self->result->sandbox = g_strdup ("level 1");
  self->result->toolchain = g_strdup ("cc 1.0");
  self->result->labs = g_ptr_array_new_with_free_func ((GDestroyNotify) lab_lab_result_free);
  g_ptr_array_add (self->result->labs, lab_result);
}

static JsonObject *
parse (JsonParser *parser,
       const char *text)
{
  g_autoptr (GError) error = NULL;

  json_parser_load_from_data (parser, text, -1, &error);
  g_assert_no_error (error);

  return json_node_get_object (json_parser_get_root (parser));
}

/* The documented fields are there, with the documented names. */
static void
test_json (void)
{
  Fixture fixture;
  g_autoptr (JsonParser) parser = json_parser_new ();
  g_autofree char *text = NULL;
  JsonObject *root, *lab, *test;

  fixture_init (&fixture);
  text = lab_result_to_json (fixture.result, LAB_FOR_STAFF);
  root = parse (parser, text);

  g_assert_cmpstr (json_object_get_string_member (root, "schema"), ==, "asyncio-labs/result/v1");
  g_assert_cmpstr (json_object_get_string_member (root, "student"), ==, "ada <ada@example.org>");
  g_assert_cmpstr (json_object_get_string_member (root, "seed"), ==, "18446744073709551615");
  g_assert_cmpint (json_object_get_int_member (root, "score"), ==, 5);
  g_assert_cmpint (json_object_get_int_member (root, "max_score"), ==, 10);

  lab = json_array_get_object_element (json_object_get_array_member (root, "labs"), 0);
  g_assert_cmpstr (json_object_get_string_member (lab, "lab"), ==, "9.9");
  g_assert_cmpint (json_object_get_int_member (lab, "score"), ==, 5);
  g_assert_cmpint (json_object_get_int_member (lab, "max_score"), ==, 10);
  g_assert_true (json_object_has_member (lab, "build"));
  g_assert_cmpuint (json_array_get_length (json_object_get_array_member (lab, "tests")), ==, 3);

  test = json_array_get_object_element (json_object_get_array_member (lab, "tests"), 1);
  g_assert_cmpstr (json_object_get_string_member (test, "path"), ==, "/9.9/bad");
  g_assert_cmpstr (json_object_get_string_member (test, "status"), ==, "failed");
  g_assert_cmpint (json_object_get_int_member (test, "points"), ==, 0);
  g_assert_cmpint (json_object_get_int_member (test, "max_points"), ==, 3);
  g_assert_cmpstr (json_object_get_string_member (test, "rule"), ==, "The rule of /9.9/bad.");
  g_assert_cmpstr (json_object_get_string_member (test, "message"), ==, "it did <something> else");
  g_assert_cmpstr (json_object_get_string_member (test, "hint"), ==, "Hint 1 of /9.9/bad.");
  g_assert_cmpstr (json_object_get_string_member (test, "visibility"), ==, "public");
  g_assert_cmpuint (json_array_get_length (json_object_get_array_member (test, "expected")), ==, 3);
  g_assert_cmpuint (json_array_get_length (json_object_get_array_member (test, "got")), ==, 3);

  g_clear_pointer (&fixture.result, lab_result_free);
}

/* What a student gets has the sum of the hidden tests and nothing else of them. */
static void
test_hidden (void)
{
  static const LabTextStyle style = { .hints = 3, .failures = G_MAXUINT };
  Fixture fixture;
  char *texts[3];

  fixture_init (&fixture);
  texts[0] = lab_result_to_json (fixture.result, LAB_FOR_STUDENT);
  texts[1] = lab_result_to_html (fixture.result, LAB_FOR_STUDENT);
  texts[2] = lab_result_to_text (fixture.result, LAB_FOR_STUDENT, &style);

  for (guint i = 0; i < 3; i++)
    {
      g_assert_null (strstr (texts[i], "concealed"));
      g_assert_nonnull (strstr (texts[i], "/9.9/bad"));
      g_free (texts[i]);
    }

  g_clear_pointer (&fixture.result, lab_result_free);
}

/* Nothing that a student wrote is markup in the page. */
static void
test_html (void)
{
  Fixture fixture;
  g_autofree char *html = NULL;

  fixture_init (&fixture);
  html = lab_result_to_html (fixture.result, LAB_FOR_STAFF);

  g_assert_null (strstr (html, "<script>"));
  g_assert_null (strstr (html, "<b>one</b>"));
  g_assert_null (strstr (html, "<something>"));
  g_assert_null (strstr (html, "<ada@example.org>"));
  g_assert_nonnull (strstr (html, "&lt;b&gt;one&lt;/b&gt;"));
  g_assert_nonnull (strstr (html, "two &amp; three"));
  g_assert_nonnull (strstr (html, "concealed"));

  /* It needs nothing from anywhere. */
  g_assert_null (strstr (html, "src="));
  g_assert_null (strstr (html, "href="));
  g_assert_null (strstr (html, "@import"));

  g_clear_pointer (&fixture.result, lab_result_free);
}

/* The first difference is marked, and the debugger's command is whole. */
static void
test_text (void)
{
  static const LabTextStyle style = { .hints = 1, .failures = G_MAXUINT, .debug_folder = "build/check" };
  Fixture fixture;
  g_autofree char *text = NULL;

  fixture_init (&fixture);
  fixture.lab->test_dir = g_strdup ("/nowhere");
  text = lab_result_to_text (fixture.result, LAB_FOR_STAFF, &style);

  g_assert_nonnull (strstr (text, "\n  > <b>one</b>"));
  g_assert_nonnull (strstr (text, "│ two & three\n"));
  g_assert_nonnull (strstr (text, "Hint 1 of /9.9/bad."));
  g_assert_null (strstr (text, "Hint 2 of /9.9/bad."));
  g_assert_nonnull (strstr (text, "gdb --args build/check/program --lab-seed=18446744073709551615 -p /9.9/bad\n"));
  g_assert_null (strstr (text, "\033["));

  g_clear_pointer (&fixture.result, lab_result_free);
}

/* Adds a bonus to the lab: one test of it passed, one did not. */
static void
fixture_add_bonus (Fixture *self)
{
  LabLabResult *lab_result = g_ptr_array_index (self->result->labs, 0);
  const LabStatus statuses[] = { LAB_PASSED, LAB_FAILED };

  add_part (self->lab, "B", 7, TRUE);
  for (guint i = 0; i < G_N_ELEMENTS (statuses); i++)
    {
      LabTest *test = add_test (self->lab, i == 0 ? "/9.9/extra" : "/9.9/missed", i == 0 ? 4 : 3, LAB_PUBLIC);

      g_free (test->part);
      test->part = g_strdup ("B");
      test->bonus = TRUE;
      add_verdict (lab_result, test, statuses[i], "");
    }
}

/* A bonus is in what was reached and not in what could be reached, and each report says how much it was. */
static void
test_bonus (void)
{
  static const LabTextStyle style = { .width = 100 };
  Fixture fixture;
  g_autoptr (JsonParser) parser = json_parser_new ();
  g_autofree char *json = NULL, *text = NULL, *html = NULL;
  JsonObject *lab, *bonus;

  fixture_init (&fixture);
  fixture_add_bonus (&fixture);
  json = lab_result_to_json (fixture.result, LAB_FOR_STUDENT);
  text = lab_result_to_text (fixture.result, LAB_FOR_STUDENT, &style);
  html = lab_result_to_html (fixture.result, LAB_FOR_STUDENT);

  g_assert_cmpuint (lab_result_get_score (fixture.result), ==, 9);
  g_assert_cmpuint (lab_result_get_max_score (fixture.result), ==, 10);
  lab = json_array_get_object_element (json_object_get_array_member (parse (parser, json), "labs"), 0);
  g_assert_cmpint (json_object_get_int_member (lab, "score"), ==, 9);
  g_assert_cmpint (json_object_get_int_member (lab, "max_score"), ==, 10);
  bonus = json_object_get_object_member (lab, "bonus");
  g_assert_cmpint (json_object_get_int_member (bonus, "points"), ==, 4);
  g_assert_cmpint (json_object_get_int_member (bonus, "max_points"), ==, 7);

  g_assert_nonnull (strstr (text, "  9/10\n"));
  g_assert_nonnull (strstr (text, "Part B  The part B (bonus)"));
  g_assert_nonnull (strstr (text, "  4/7\n"));
  g_assert_nonnull (strstr (text, "1 hidden tests                                      0/2\n"));
  g_assert_nonnull (strstr (html, "9 / 10"));
  g_assert_nonnull (strstr (html, "4 of 7 bonus points"));
  g_assert_nonnull (strstr (html, "/9.9/missed</code> (bonus)"));

  g_clear_pointer (&fixture.result, lab_result_free);
}

int
main (int    argc,
      char **argv)
{
  g_test_init (&argc, &argv, NULL);

  g_test_add_func ("/report/align", test_align);
  g_test_add_func ("/report/align-long", test_align_long);
  g_test_add_func ("/report/gradebook", test_gradebook);
  g_test_add_func ("/report/json", test_json);
  g_test_add_func ("/report/hidden", test_hidden);
  g_test_add_func ("/report/bonus", test_bonus);
  g_test_add_func ("/report/html", test_html);
  g_test_add_func ("/report/text", test_text);

  return g_test_run ();
}
