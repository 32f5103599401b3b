/* SPDX-License-Identifier: MIT */

/*
 * The students' archive: what is not in it, and that a student can work from it alone.
 */

#include "run-lab.h"

#include "lab-info.h"
#include "tools.h"

#include <glib/gstdio.h>

#include <string.h>

/* The archive. It is made once, as all labs must be built for it. */
static char *archive;

static void
make_archive (LabRunner *runner)
{
  archive = lab_runner_path (runner, "handout.tar.xz");
  lab_runner_run (runner, "handout", "--output", archive, NULL);
  g_assert_cmpstr (runner->err, ==, "");
  g_assert_cmpint (runner->status, ==, 0);
}

/* Unpacks the archive. Returns the path of the tree. */
static char *
unpack (LabRunner *runner)
{
  const char *const argv[] = { "tar", "-C", runner->folder, "-xf", archive, NULL };
  g_autoptr (GError) error = NULL;

  lab_run_tool (argv, NULL, 0, NULL, &error);
  g_assert_no_error (error);

  return lab_runner_path (runner, "asyncio-labs");
}

/* Calls func for every file of the tree. */
static void
for_each_file (const char *folder,
               const char *path,
               void      (*func) (const char *path, const char *text, gpointer data),
               gpointer    data)
{
  g_autofree char *full = g_build_filename (folder, path, NULL);
  g_autoptr (GDir) dir = g_dir_open (full, 0, NULL);
  const char *name;

  if (dir == NULL)
    {
      g_autofree char *text = NULL;

      g_assert_true (g_file_get_contents (full, &text, NULL, NULL));
      func (path, text, data);
      return;
    }

  while ((name = g_dir_read_name (dir)) != NULL)
    {
      g_autofree char *child = g_build_filename (path, name, NULL);

      for_each_file (folder, child, func, data);
    }
}

static void
check_file (const char *path,
            const char *text,
            gpointer    data)
{
  GPtrArray *labs = data;

  g_test_message ("%s", path);

  /* Folders of the staff. */
  g_assert_null (strstr (path, "wrong/"));
  g_assert_null (strstr (path, "alternative/"));
  g_assert_null (strstr (path, "cheats/"));
  g_assert_null (strstr (path, "cohort"));
  g_assert_null (strstr (path, "conformance"));
  g_assert_null (strstr (path, "bench"));
  g_assert_false (g_str_has_suffix (path, "test-hidden.c"));

  /* The references' own functions, and the switch between them and the starter. */
  if (g_str_has_prefix (path, "labs/"))
    {
      g_assert_null (strstr (text, "#ifdef SOLUTION"));
      g_assert_null (strstr (text, "cancel_all_tasks (AsyncioLoop"));
      g_assert_null (strstr (text, "report_errors"));
      g_assert_null (strstr (text, "peek_error (AsyncioTask"));
    }

  for (guint i = 0; i < labs->len; i++)
    {
      LabInfo *lab = g_ptr_array_index (labs, i);

      for (guint j = 0; j < lab->tests->len; j++)
        {
          LabTest *test = g_ptr_array_index (lab->tests, j);

          if (test->visibility == LAB_PUBLIC)
            continue;
          g_assert_null (strstr (text, test->path));
          g_assert_null (strstr (text, test->rule));
          g_assert_null (strstr (text, test->hints[0]));
        }
    }
}

/* What a student needs to begin with a lab is there, and the first page leads to it. */
static void
check_lab (const char *tree,
           const char *first_page,
           LabInfo    *lab)
{
  g_autofree char *link = g_strdup_printf ("`labs/%s/README.md`", lab->folder);
  g_autofree char *readme = g_build_filename (tree, "labs", lab->folder, "README.md", NULL);
  g_autofree char *header = g_build_filename (tree, "labs", lab->folder, lab->header, NULL);
  g_autofree char *rubric = g_build_filename (tree, "tests", lab->folder, "rubric.ini", NULL);
  g_autofree char *expected = g_build_filename (tree, "tests", lab->folder, "expected", "1.trace", NULL);

  lab_assert_contains (first_page, link);
  g_assert_true (g_file_test (readme, G_FILE_TEST_EXISTS));
  g_assert_true (g_file_test (header, G_FILE_TEST_EXISTS));
  g_assert_true (g_file_test (rubric, G_FILE_TEST_EXISTS));
  g_assert_true (g_file_test (expected, G_FILE_TEST_EXISTS));

  for (guint i = 0; lab->files[i] != NULL; i++)
    {
      g_autofree char *file = g_build_filename (tree, "labs", lab->folder, lab->files[i], NULL);
      g_autofree char *starter = lab_make_starter (lab, lab->files[i], NULL);
      g_autofree char *text = NULL;

      g_assert_true (g_file_get_contents (file, &text, NULL, NULL));
      g_assert_cmpstr (text, ==, starter);
      lab_assert_contains (first_page, lab->files[i]);
    }
}

/* All labs; no solution, no hidden test, nothing else of the staff's. */
static void
test_content (void)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (GPtrArray) labs = lab_info_load_all (SOURCE_ROOT, &error);
  g_autofree char *tree = NULL;
  g_autofree char *first_page = NULL;
  g_autofree char *page = NULL;
  LabRunner runner;

  g_assert_no_error (error);
  lab_runner_init (&runner);
  tree = unpack (&runner);
  page = g_build_filename (tree, "README.md", NULL);
  g_assert_true (g_file_get_contents (page, &first_page, NULL, NULL));
  for (guint i = 0; i < labs->len; i++)
    check_lab (tree, first_page, g_ptr_array_index (labs, i));
  for_each_file (tree, "", check_file, labs);
  lab_runner_clear (&runner);
}

/* Two archives of one tree are the same, to the byte, whatever ran side by side while they were made. */
static void
test_repeatable (void)
{
  LabRunner runner;
  g_autofree char *second = NULL;
  g_autofree char *first_bytes = NULL, *second_bytes = NULL;
  gsize first_length, second_length;

  lab_runner_init (&runner);
  second = lab_runner_path (&runner, "second.tar.xz");
  lab_runner_run (&runner, "handout", "--output", second, "--jobs=3", NULL);

  g_assert_true (g_file_get_contents (archive, &first_bytes, &first_length, NULL));
  g_assert_true (g_file_get_contents (second, &second_bytes, &second_length, NULL));
  g_assert_cmpmem (first_bytes, first_length, second_bytes, second_length);
  lab_runner_clear (&runner);
}

/* Where it cannot be written, nothing is written. */
static void
test_unwritable (void)
{
  LabRunner runner;
  g_autofree char *path = NULL;

  lab_runner_init (&runner);
  path = lab_runner_path (&runner, "no-such-folder/handout.tar.xz");
  lab_runner_run (&runner, "handout", "--output", path, NULL);
  g_assert_cmpint (runner.status, ==, 1);
  lab_assert_contains (runner.err, "cannot write");
  lab_runner_clear (&runner);
}

/* Runs make for a lab, or with NULL as the README says. */
static char *
make (const char *tree,
      const char *lab)
{
  g_autofree char *which = g_strdup_printf ("LAB=%s", lab);
  const char *const argv[] = { "make", "-C", tree, "-f", "Makefile.grading", lab != NULL ? "lab" : NULL, which, NULL };
  g_autoptr (GError) error = NULL;
  char *out = NULL;

  lab_run_tool (argv, NULL, 0, &out, &error);
  g_assert_no_error (error);

  return out;
}

static void
write_text (const char *path,
            const char *text)
{
  g_autoptr (GError) error = NULL;

  g_file_set_contents (path, text, -1, &error);
  g_assert_no_error (error);
}

/* Writes a lab's reference without the starter, as a student might have done it. */
static void
write_solution (const char *path,
                const char *reference)
{
  const char *const argv[] = { "unifdef", "-DSOLUTION", reference, NULL };
  g_autoptr (GError) error = NULL;
  g_autofree char *text = NULL;

  lab_run_tool (argv, NULL, 1, &text, &error);
  g_assert_no_error (error);
  write_text (path, text);
}

/* The demo of lab 3.8 in a student's tree can be built, and runs. */
static void
run_demo (const char *tree)
{
  g_autofree char *build = g_build_filename (tree, "build", NULL);
  g_autofree char *demo = g_build_filename (build, "labs", "demo-3.8", NULL);
  const char *const make_argv[] = { "ninja", "-C", build, "labs/demo-3.8", NULL };
  const char *const demo_argv[] = { demo, NULL };
  g_autofree char *out = NULL;
  g_autoptr (GError) error = NULL;

  lab_run_tool (make_argv, NULL, 0, NULL, &error);
  g_assert_no_error (error);
  lab_run_tool (demo_argv, NULL, 0, &out, &error);
  g_assert_no_error (error);
  lab_assert_contains (out, "task.get_coro(): <coroutine object foo at ");
}

/* A student unpacks it and runs the README's command: 0 points. Then does all the work of one lab: all its public points. Then makes a
 * mistake that does not even compile: the rest still works, and says so. Another lab, done now, is worth what it is worth beside that,
 * and its demo runs: no lab needs another. */
static void
test_student (void)
{
  LabRunner runner;
  g_autofree char *tree = NULL;
  g_autofree char *runners = NULL;
  g_autofree char *introspection = NULL;
  g_autofree char *before = NULL, *after = NULL, *broken = NULL, *other = NULL;

  lab_runner_init (&runner);
  tree = unpack (&runner);
  runners = g_build_filename (tree, "labs", "3.7-run", "runners.c", NULL);
  introspection = g_build_filename (tree, "labs", "3.8-get-coro", "introspection.c", NULL);

  before = make (tree, NULL);
  lab_assert_contains (before, "Lab 3.7  asyncio.run                                  0/100");
  lab_assert_contains (before, "Lab 3.8  Task.get_coro                                0/100");
  lab_assert_contains (before, "hidden tests give the other 20 points at hand-in");

  write_solution (runners, SOURCE_ROOT "/labs/3.7-run/runners.c");
  after = make (tree, "3.7");
  lab_assert_contains (after, "Lab 3.7  asyncio.run                                 80/100");

  write_text (runners, "int 3.7;\n");
  write_solution (introspection, SOURCE_ROOT "/labs/3.8-get-coro/introspection.c");
  broken = make (tree, "3.7");
  lab_assert_contains (broken, "It does not compile:");
  lab_assert_contains (broken, "runners.c:1:");
  other = make (tree, "3.8");
  lab_assert_contains (other, "Lab 3.8  Task.get_coro                               80/100");
  run_demo (tree);

  lab_runner_clear (&runner);
}

int
main (int    argc,
      char **argv)
{
  LabRunner runner;
  int status;

  g_test_init (&argc, &argv, NULL);
  lab_runner_init (&runner);
  make_archive (&runner);

  g_test_add_func ("/handout/content", test_content);
  g_test_add_func ("/handout/repeatable", test_repeatable);
  g_test_add_func ("/handout/unwritable", test_unwritable);
  g_test_add_func ("/handout/student", test_student);

  status = g_test_run ();
  g_free (archive);
  lab_runner_clear (&runner);

  return status;
}
