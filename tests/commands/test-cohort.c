/* SPDX-License-Identifier: MIT */

/*
 * The sample cohort: good, bad and hostile submissions, each with what it must earn.
 */

#include "run-lab.h"

#include "lab-info.h"
#include "key-file.h"

#include <json-glib/json-glib.h>

#include <string.h>

#define SUBMISSIONS SOURCE_ROOT "/tests/cohort/submissions"
#define EXPECTED SOURCE_ROOT "/tests/cohort/expected.ini"

static char *
read_file (const char *folder,
           const char *student,
           const char *name)
{
  g_autofree char *path = g_build_filename (folder, "students", student, name, NULL);
  g_autoptr (GError) error = NULL;
  char *text = NULL;

  g_file_get_contents (path, &text, NULL, &error);
  g_assert_no_error (error);

  return text;
}

/* One student's result against what is expected: score, status of the build, and how it is named. */
static void
check_student (LabKeyFile *expected,
               const char *student,
               const char *out)
{
  g_autofree char *text = read_file (out, student, "result.json");
  g_autoptr (JsonParser) parser = json_parser_new ();
  g_autoptr (GError) error = NULL;
  g_autofree char *build = lab_key_file_get_string (expected, student, "build", NULL);
  g_autofree char *named = lab_key_file_get_string (expected, student, "named", NULL);
  JsonObject *result, *lab;
  guint score;

  json_parser_load_from_data (parser, text, -1, &error);
  g_assert_no_error (error);
  result = json_node_get_object (json_parser_get_root (parser));
  lab = json_array_get_object_element (json_object_get_array_member (result, "labs"), 0);

  g_test_message ("%s", student);
  g_assert_cmpstr (json_object_get_string_member (result, "schema"), ==, "asyncio-labs/result/v1");
  g_assert_cmpstr (json_object_get_string_member (result, "student"), ==, student);
  g_assert_true (lab_key_file_get_number (expected, student, "score", 100, &score, NULL));
  g_assert_cmpint (json_object_get_int_member (result, "score"), ==, score);
  g_assert_cmpstr (json_object_get_string_member (json_object_get_object_member (lab, "build"), "status"), ==, build);
  if (named != NULL)
    lab_assert_contains (text, named);
}

/* Grades the cohort at a level and compares with what is expected. Two submissions cannot be read, so the exit status is 1. */
static void
grade_cohort (LabRunner  *runner,
              int         level,
              const char *out)
{
  g_autofree char *option = g_strdup_printf ("--level=%d", level);

  lab_runner_run (runner, "grade", SUBMISSIONS, "--output", out, "--seed=42", option, NULL);
  g_assert_cmpint (runner->status, ==, 1);
  lab_assert_contains (runner->err, "2 of 19 submissions could not be graded");
  lab_assert_contains (runner->err, "quin.tar.gz: it has a path that leads out of it");
  lab_assert_contains (runner->err, "rob.zip: it is damaged");
  lab_assert_contains (runner->err, "ignored, neither a folder nor an archive: submissions-close-on-friday.txt");
}

static void
check_cohort (const char *out)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (LabKeyFile) expected = lab_key_file_load (EXPECTED, &error);
  g_auto (GStrv) students = NULL;
  g_autofree char *path = g_build_filename (out, "gradebook.csv", NULL);
  g_autofree char *gradebook = NULL;

  g_assert_no_error (error);
  students = lab_key_file_get_groups (expected);
  g_file_get_contents (path, &gradebook, NULL, &error);
  g_assert_no_error (error);

  for (guint i = 0; students[i] != NULL; i++)
    {
      g_autofree char *row = g_strdup_printf ("\r\n%s,", students[i]);

      check_student (expected, students[i], out);
      lab_assert_contains (gradebook, row);
    }
}

/* No path and no rule of a hidden test is in what a student gets. */
static void
check_nothing_hidden (const char *out)
{
  static const char *const files[] = { "feedback.json", "feedback.html", "feedback.txt" };
  g_autoptr (GError) error = NULL;
  g_autoptr (LabInfo) lab = lab_info_load (SOURCE_ROOT, "3.7-run", &error);
  g_autoptr (LabKeyFile) expected = lab_key_file_load (EXPECTED, &error);
  g_auto (GStrv) students = NULL;

  g_assert_no_error (error);
  students = lab_key_file_get_groups (expected);

  for (guint i = 0; students[i] != NULL; i++)
    for (guint j = 0; j < G_N_ELEMENTS (files); j++)
      {
        g_autofree char *text = read_file (out, students[i], files[j]);

        for (guint k = 0; k < lab->tests->len; k++)
          {
            LabTest *test = g_ptr_array_index (lab->tests, k);

            if (test->visibility != LAB_HIDDEN)
              continue;
            g_assert_null (strstr (text, test->path));
            g_assert_null (strstr (text, test->rule));
            g_assert_null (strstr (text, test->hints[0]));
          }
      }
}

static void
test_level (gconstpointer data)
{
  int level = GPOINTER_TO_INT (data);
  LabRunner runner;

  lab_runner_init (&runner);
  if (lab_runner_has_level (&runner, level))
    {
      g_autofree char *out = lab_runner_path (&runner, "out");

      grade_cohort (&runner, level, out);
      check_cohort (out);
      check_nothing_hidden (out);
    }
  lab_runner_clear (&runner);
}

static int
compare_names (gconstpointer a,
               gconstpointer b)
{
  return strcmp (*(const char *const *) a, *(const char *const *) b);
}

/* The files of a folder and below, but for timings, with their digests, as one text. */
static void
add_digests (GString    *text,
             const char *folder)
{
  g_autoptr (GPtrArray) names = g_ptr_array_new_with_free_func (g_free);
  g_autoptr (GDir) dir = g_dir_open (folder, 0, NULL);
  const char *name;

  while ((name = g_dir_read_name (dir)) != NULL)
    g_ptr_array_add (names, g_strdup (name));
  g_ptr_array_sort (names, compare_names);

  for (guint i = 0; i < names->len; i++)
    {
      g_autofree char *path = g_build_filename (folder, g_ptr_array_index (names, i), NULL);
      g_autofree char *content = NULL;
      g_autofree char *digest = NULL;
      gsize length;

      if (g_str_equal (g_ptr_array_index (names, i), "timings.json"))
        continue;

      if (g_file_test (path, G_FILE_TEST_IS_DIR))
        {
          add_digests (text, path);
          continue;
        }

      g_file_get_contents (path, &content, &length, NULL);
      digest = g_compute_checksum_for_data (G_CHECKSUM_SHA256, (const guchar *) content, length);
      g_string_append_printf (text, "%s %s\n", (char *) g_ptr_array_index (names, i), digest);
    }
}

/* The same submissions with the same seed give the same files, to the byte, with one job or with four. */
static void
test_repeatable (void)
{
  g_autoptr (GString) first = g_string_new (NULL);
  g_autoptr (GString) second = g_string_new (NULL);
  LabRunner runner;
  g_autofree char *out = NULL;
  g_autofree char *again = NULL;

  lab_runner_init (&runner);
  out = lab_runner_path (&runner, "out");
  again = lab_runner_path (&runner, "again");

  lab_runner_run (&runner, "grade", SUBMISSIONS, "--output", out, "--seed=7", "--jobs=1", NULL);
  g_assert_cmpint (runner.status, ==, 1);
  lab_runner_run (&runner, "grade", SUBMISSIONS, "--output", again, "--seed=7", "--jobs=4", NULL);
  g_assert_cmpint (runner.status, ==, 1);

  add_digests (first, out);
  add_digests (second, again);
  g_assert_cmpstr (first->str, ==, second->str);
  g_assert_cmpuint (first->len, >, 1000);

  lab_runner_clear (&runner);
}

int
main (int    argc,
      char **argv)
{
  g_test_init (&argc, &argv, NULL);

  g_test_add_data_func ("/cohort/level-1", GINT_TO_POINTER (1), test_level);
  g_test_add_data_func ("/cohort/level-2", GINT_TO_POINTER (2), test_level);
  g_test_add_func ("/cohort/repeatable", test_repeatable);

  return g_test_run ();
}
