/* SPDX-License-Identifier: MIT */

/*
 * `lab trace`: of a program (traced.c), of a test, and of what cannot be traced.
 */

#include "run-lab.h"

#include <glib/gstdio.h>
#include <string.h>

typedef struct
{
  LabRunner runner;
  char *output;  /* the path of the picture */
  char *picture; /* (nullable): what is in it */
} Traced;

/* Runs `lab trace` with up to three arguments and --output. */
static void
trace (Traced     *self,
       const char *name,
       const char *a,
       const char *b,
       const char *c)
{
  lab_runner_init (&self->runner);
  self->output = lab_runner_path (&self->runner, name);
  self->picture = NULL;
  lab_runner_run (&self->runner, "trace", "--output", self->output, a, b, c, NULL);
  (void) g_file_get_contents (self->output, &self->picture, NULL, NULL);
}

static void
traced_clear (Traced *self)
{
  lab_runner_clear (&self->runner);
  g_free (self->output);
  g_free (self->picture);
}

/* XML, to its end. */
static void
assert_well_formed (const char *text)
{
  static const GMarkupParser nothing = { NULL, NULL, NULL, NULL, NULL };
  g_autoptr (GMarkupParseContext) context = g_markup_parse_context_new (&nothing, 0, NULL, NULL);
  g_autoptr (GError) error = NULL;

  g_markup_parse_context_parse (context, text, -1, &error);
  g_assert_no_error (error);
  g_markup_parse_context_end_parse (context, &error);
  g_assert_no_error (error);
}

/* --- Pictures ----------------------------------------------------------------------------- */

/* Two tasks sleep side by side in virtual time: table and JSON are, to the letter, what they were when somebody looked at them. */
static void
test_golden (gconstpointer name)
{
  Traced traced;
  g_autofree char *path = g_build_filename (SOURCE_ROOT, "tests", "commands", "trace", name, NULL);
  g_autofree char *expected = NULL;

  trace (&traced, name, TRACED, "gather", NULL);
  g_assert_cmpint (traced.runner.status, ==, 0);
  g_assert_cmpstr (traced.runner.err, ==, "");
  lab_assert_contains (traced.runner.out, "events in 4 lanes");
  g_assert_true (g_file_get_contents (path, &expected, NULL, NULL));
  g_assert_cmpstr (traced.picture, ==, expected);
  traced_clear (&traced);
}

/* The picture is XML and needs nothing from elsewhere; so does the page, which has the picture and a table. */
static void
test_self_contained (gconstpointer name)
{
  static const char *const needed[] = { "Task-1", "Task-3", "fetch_data()", "Data fetched", "class='step'", "class='arrow'" };
  Traced traced;
  char *place;

  trace (&traced, name, TRACED, "gather", NULL);
  g_assert_cmpint (traced.runner.status, ==, 0);
  for (guint i = 0; i < G_N_ELEMENTS (needed); i++)
    lab_assert_contains (traced.picture, needed[i]);

  place = strstr (traced.picture, "http");
  g_assert_nonnull (place);
  g_assert_true (g_str_has_prefix (place, "http://www.w3.org/2000/svg"));
  g_assert_null (strstr (place + 1, "http"));

  if (g_str_has_suffix (name, ".svg"))
    assert_well_formed (traced.picture);
  else
    lab_assert_contains (traced.picture, "<td>Data fetched</td>");
  traced_clear (&traced);
}

/* An error whose message would be markup, and a program that does not end well: it is drawn, and told. */
static void
test_failure (void)
{
  Traced traced;

  trace (&traced, "fail.svg", TRACED, "fail", NULL);
  g_assert_cmpint (traced.runner.status, ==, 0);
  lab_assert_contains (traced.runner.err, "ended with status 3");
  lab_assert_contains (traced.picture, "raised ValueError: &lt;b&gt;&amp;&quot;");
  assert_well_formed (traced.picture);
  traced_clear (&traced);
}

/* A program that is killed: what it did until then is there, and that it is not all. */
static void
test_crash (void)
{
  Traced traced;

  trace (&traced, "crash.txt", TRACED, "crash", NULL);
  g_assert_cmpint (traced.runner.status, ==, 0);
  lab_assert_contains (traced.runner.err, "was ended by signal 9");
  lab_assert_contains (traced.runner.err, "did not come to its end");
  lab_assert_contains (traced.picture, "runs <- loop\n\nThe program did not come to its end");
  traced_clear (&traced);
}

/* Thousands of events: the first part, and a word about the rest; the JSON has all. */
static void
test_long (void)
{
  Traced traced;

  trace (&traced, "long.txt", TRACED, "long", NULL);
  g_assert_cmpint (traced.runner.status, ==, 0);
  lab_assert_contains (traced.runner.err, "more events are too many to draw. A .json has all of them.");
  lab_assert_contains (traced.picture, "This is the first part");
  traced_clear (&traced);

  trace (&traced, "long.json", TRACED, "long", NULL);
  g_assert_cmpint (traced.runner.status, ==, 0);
  g_assert_cmpstr (traced.runner.err, ==, "");
  lab_assert_contains (traced.picture, "\"event\" : \"returned\"");
  traced_clear (&traced);
}

/* A graded test, in the sandbox: the lines of its trace are marks. */
static void
test_graded_test (void)
{
  Traced traced;

  trace (&traced, "test.txt", "3.7", "/3.7/run/value", NULL);
  g_assert_cmpint (traced.runner.status, ==, 0);
  g_assert_cmpstr (traced.runner.err, ==, "");
  g_assert_true (g_str_has_prefix (traced.picture, "/3.7/run/value\n"));
  lab_assert_contains (traced.picture, "begin /3.7/run/value");
  lab_assert_contains (traced.picture, "end /3.7/run/value");
  lab_assert_contains (traced.picture, "runs <- loop");
  traced_clear (&traced);
}

/* --- What cannot be ------------------------------------------------------------------------------ */

static const struct
{
  const char *path;
  const char *name;
  const char *arguments[3];
  int status;
  const char *says;
} failures[] = {
  { "extension", "picture.png", { TRACED, "gather" }, 2, "is not called .svg, .html, .json or .txt" },
  { "no-program", "picture.svg", { "/nowhere/program" }, 1, "cannot run /nowhere/program: " },
  { "not-linked", "picture.svg", { "true" }, 1, "true has recorded nothing: is it linked with asyncio, and does it make a loop?" },
  { "not-linked-and-fails", "picture.svg", { "false" }, 1, "false has recorded nothing (false ended with status 1)" },
  { "nothing-happens", "picture.svg", { TRACED }, 1, "nothing was recorded" },
  { "no-test", "picture.svg", { "3.7" }, 2, "one test of lab 3.7 is needed: lab trace 3.7 TEST-PATH" },
  { "wrong-test", "picture.svg", { "3.7", "/3.7/run/walue" }, 2, "lab 3.7 has no test '/3.7/run/walue'" },
  { "no-folder", "nowhere/picture.svg", { TRACED, "gather" }, 1, "cannot write" },
};

/* Each says what is wrong, and makes no picture. */
static void
test_failures (gconstpointer data)
{
  guint i = GPOINTER_TO_UINT (data);
  Traced traced;

  trace (&traced, failures[i].name, failures[i].arguments[0], failures[i].arguments[1], failures[i].arguments[2]);
  g_assert_cmpint (traced.runner.status, ==, failures[i].status);
  lab_assert_contains (traced.runner.err, failures[i].says);
  g_assert_null (traced.picture);
  traced_clear (&traced);
}

/* An option after `--` is the program's own. */
static void
test_options_of_program (void)
{
  Traced traced;

  trace (&traced, "picture.txt", "--", TRACED, "--frobnicate");
  g_assert_cmpint (traced.runner.status, ==, 1);
  lab_assert_contains (traced.runner.err, "nothing was recorded");
  traced_clear (&traced);
}

/* What a program recorded by itself, because its environment says so, is drawn as well; the file is one that is whole. */
static void
test_recording (void)
{
  Traced traced;
  g_autofree char *folder = g_dir_make_tmp ("asyncio-test-XXXXXX", NULL);
  g_autofree char *path = g_build_filename (folder, "recording.jsonl", NULL);
  g_autofree char *missing = g_build_filename (folder, "missing.jsonl", NULL);
  g_auto (GStrv) environment = g_environ_setenv (g_get_environ (), "ASYNCIO_TRACE", path, TRUE);
  const char *const argv[] = { TRACED, "gather", NULL };
  g_autofree char *recording = NULL;
  g_autoptr (GError) error = NULL;

  g_spawn_sync (NULL, (char **) argv, environment, 0, NULL, NULL, NULL, NULL, NULL, &error);
  g_assert_no_error (error);
  g_assert_true (g_file_get_contents (path, &recording, NULL, NULL));
  g_assert_true (g_str_has_prefix (recording, "{\"asyncio_trace\":1,\"program\":\"traced\"}\n"));
  g_assert_true (g_str_has_suffix (recording, "\n{\"end\":true}\n"));

  trace (&traced, "picture.txt", path, NULL, NULL);
  g_assert_cmpint (traced.runner.status, ==, 0);
  lab_assert_contains (traced.picture, "Data fetched");
  traced_clear (&traced);

  trace (&traced, "picture.txt", missing, NULL, NULL);
  g_assert_cmpint (traced.runner.status, ==, 1);
  lab_assert_contains (traced.runner.err, "cannot read ");
  traced_clear (&traced);

  g_unlink (path);
  g_rmdir (folder);
}

int
main (int    argc,
      char **argv)
{
  g_test_init (&argc, &argv, NULL);

  g_test_add_data_func ("/trace/golden-text", "gather.txt", test_golden);
  g_test_add_data_func ("/trace/golden-json", "gather.json", test_golden);
  g_test_add_data_func ("/trace/self-contained-svg", "gather.svg", test_self_contained);
  g_test_add_data_func ("/trace/self-contained-html", "gather.html", test_self_contained);
  g_test_add_func ("/trace/failure", test_failure);
  g_test_add_func ("/trace/crash", test_crash);
  g_test_add_func ("/trace/long", test_long);
  g_test_add_func ("/trace/graded-test", test_graded_test);
  g_test_add_func ("/trace/recording", test_recording);
  g_test_add_func ("/trace/options-of-program", test_options_of_program);
  for (guint i = 0; i < G_N_ELEMENTS (failures); i++)
    {
      g_autofree char *path = g_strconcat ("/trace/", failures[i].path, NULL);

      g_test_add_data_func (path, GUINT_TO_POINTER (i), test_failures);
    }

  return g_test_run ();
}
