/* SPDX-License-Identifier: MIT */

/*
 * Bad input to the commands: each says what is wrong, where, and what to do; the exit status means something; nothing is
 * half-written, and no process is left behind.
 */

#include "run-lab.h"

#include "workspace.h"

#include <glib/gstdio.h>

#include <sched.h>
#include <signal.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/wait.h>
#include <unistd.h>

/* Makes a submission of one student with some text as its file. */
static char *
make_submissions (LabRunner  *runner,
                  const char *student,
                  const char *text)
{
  g_autofree char *folder = lab_runner_path (runner, "submissions");
  g_autofree char *student_folder = g_build_filename (folder, student, NULL);
  g_autofree char *file = g_build_filename (student_folder, "runners.c", NULL);
  g_autoptr (GError) error = NULL;

  g_assert_cmpint (g_mkdir_with_parents (student_folder, 0755), ==, 0);
  g_file_set_contents (file, text, -1, &error);
  g_assert_no_error (error);

  return g_steal_pointer (&folder);
}

static gboolean
has_partial (LabRunner *runner)
{
  g_autoptr (GDir) dir = g_dir_open (runner->folder, 0, NULL);
  const char *name;

  while ((name = g_dir_read_name (dir)) != NULL)
    if (strstr (name, ".partial") != NULL)
      return TRUE;

  return FALSE;
}

/* --- The command line ---------------------------------------------------------------------- */

/* What is not a command, a lab, a test, an option or a number is named, with what there is instead; exit status 2. */
static void
test_words (void)
{
  static const struct
  {
    const char *arguments[6];
    const char *says;
  } cases[] = {
    { { "frobnicate" }, "there is no command 'frobnicate'; `lab --help` lists them" },
    { { "check", "4.2" }, "there is no lab '4.2'; there are: 3.7, 3.8, 3.9, 3.10, 3.11, 3.12" },
    { { "check", "3.7", "--test", "/3.7/run/walue" }, "lab 3.7 has no test '/3.7/run/walue'" },
    { { "check", "--test", "/3.7/run/value" }, "--test and --file need a lab" },
    { { "check", "3.7", "--hint", "4" }, "--hint is 1, 2 or 3" },
    { { "check", "--level", "3" }, "--level is 1 or 2" },
    { { "check", "--jobs", "-1" }, "--jobs must be 1 or more" },
    { { "check", "--seed", "tomorrow" }, "a seed is a whole number, not 'tomorrow'" },
    { { "check", "--frobnicate" }, "Unknown option --frobnicate" },
    { { "check", "3.7", "3.8" }, "usage: lab check" },
    { { "grade" }, "usage: lab grade" },
    { { "grade", "/" }, "--output OUT is missing" },
    { { "grade", "/nowhere", "--output", "/nowhere-either" }, "/nowhere" },
    { { "verify", "4.2" }, "there is no lab '4.2'" },
    { { "trace" }, "usage: lab trace" },
    { { "trace", "true" }, "--output FILE.svg is missing" },
    { { "trace", "true", "--output", "picture.png" }, "'picture.png' is not called .svg, .html, .json or .txt" },
    { { "trace", "3.7", "--output", "picture.svg" }, "one test of lab 3.7 is needed" },
    { { "handout" }, "--output FILE.tar.xz is missing" },
    { { "handout", "--output", "handout.zip" }, "not called .tar.xz" },
  };

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      LabRunner runner;
      const char *const *a = cases[i].arguments;

      lab_runner_init (&runner);
      lab_runner_run (&runner, a[0], a[1], a[2], a[3], a[4], a[5], NULL);
      g_assert_cmpint (runner.status, ==, 2);
      lab_assert_contains (runner.err, cases[i].says);
      g_assert_cmpstr (runner.out, ==, "");
      lab_runner_clear (&runner);
    }
}

/* --help is no error, and tells of each command. */
static void
test_help (void)
{
  static const char *const commands[] = { "list", "check", "trace", "grade", "verify", "handout" };
  LabRunner runner;

  lab_runner_init (&runner);
  lab_runner_run (&runner, "--help", NULL);
  g_assert_cmpint (runner.status, ==, 0);
  for (guint i = 0; i < G_N_ELEMENTS (commands); i++)
    lab_assert_contains (runner.out, commands[i]);

  for (guint i = 0; i < G_N_ELEMENTS (commands); i++)
    {
      lab_runner_run (&runner, commands[i], "--help", NULL);
      g_assert_cmpint (runner.status, ==, 0);
      lab_assert_contains (runner.out, "Usage:");
    }
  lab_runner_clear (&runner);
}

/* --- Submissions ------------------------------------------------------------------------------- */

/* A folder and an archive of one student: which counts? */
static void
test_two_submissions (void)
{
  LabRunner runner;
  g_autofree char *submissions = NULL;
  g_autofree char *archive = NULL;
  g_autofree char *out = NULL;

  lab_runner_init (&runner);
  submissions = make_submissions (&runner, "ada", "");
  archive = g_build_filename (submissions, "ada.zip", NULL);
  out = lab_runner_path (&runner, "out");
  g_file_set_contents (archive, "", 0, NULL);

  lab_runner_run (&runner, "grade", submissions, "--output", out, NULL);
  g_assert_cmpint (runner.status, ==, 1);
  lab_assert_contains (runner.err, "there are two submissions of 'ada'");
  lab_assert_contains (runner.err, "ada.zip");
  g_assert_false (g_file_test (out, G_FILE_TEST_EXISTS));

  lab_runner_clear (&runner);
}

static void
test_no_submissions (void)
{
  LabRunner runner;
  g_autofree char *empty = NULL;
  g_autofree char *out = NULL;

  lab_runner_init (&runner);
  empty = lab_runner_path (&runner, "empty");
  out = lab_runner_path (&runner, "out");
  g_mkdir (empty, 0755);
  lab_runner_run (&runner, "grade", empty, "--output", out, NULL);
  g_assert_cmpint (runner.status, ==, 2);
  lab_assert_contains (runner.err, "there is no submission in");
  g_assert_false (g_file_test (out, G_FILE_TEST_EXISTS));

  lab_runner_clear (&runner);
}

/* --only names one student, who must be there. */
static void
test_only (void)
{
  LabRunner runner;
  g_autofree char *submissions = NULL;
  g_autofree char *out = NULL;
  g_autofree char *student = NULL;
  g_autofree char *other = NULL;

  lab_runner_init (&runner);
  submissions = make_submissions (&runner, "ada", "int ada;");
  g_free (make_submissions (&runner, "ben", "int ben;"));
  out = lab_runner_path (&runner, "out");
  student = g_build_filename (out, "students", "ada", "result.json", NULL);
  other = g_build_filename (out, "students", "ben", NULL);

  lab_runner_run (&runner, "grade", submissions, "--output", out, "--only", "zoe", NULL);
  g_assert_cmpint (runner.status, ==, 2);
  lab_assert_contains (runner.err, "there is no submission of 'zoe'");

  lab_runner_run (&runner, "grade", submissions, "--output", out, "--only", "ada", NULL);
  g_assert_cmpint (runner.status, ==, 0);
  g_assert_true (g_file_test (student, G_FILE_TEST_EXISTS));
  g_assert_false (g_file_test (other, G_FILE_TEST_EXISTS));

  lab_runner_clear (&runner);
}

/* --- No sandbox ------------------------------------------------------------------------------ */

/* Where no sandbox can be had a student checks his own code without, and is told; nobody grades, unless he says that he wants to, and
 * then the result says so as well. */
static void
test_no_sandbox (void)
{
  LabRunner runner;
  g_autofree char *submissions = NULL;
  g_autofree char *out = NULL;
  g_autofree char *path = NULL;
  g_autofree char *result = NULL;

  lab_runner_init (&runner);
  runner.wrapper = WITHOUT_SANDBOX;
  submissions = make_submissions (&runner, "ada", "int ada;");
  out = lab_runner_path (&runner, "out");

  lab_runner_run (&runner, "check", "3.7", "--test", "/3.7/run/value", NULL);
  g_assert_cmpint (runner.status, ==, 0);
  lab_assert_contains (runner.err, "Going on without a sandbox: this machine offers no sandbox");
  lab_assert_contains (runner.out, "4/4");

  lab_runner_run (&runner, "grade", submissions, "--output", out, NULL);
  g_assert_cmpint (runner.status, ==, 1);
  lab_assert_contains (runner.err, "this machine offers no sandbox: neither bubblewrap nor Landlock");
  g_assert_false (g_file_test (out, G_FILE_TEST_EXISTS));

  lab_runner_run (&runner, "grade", submissions, "--output", out, "--no-sandbox", NULL);
  g_assert_cmpint (runner.status, ==, 0);
  path = g_build_filename (out, "students", "ada", "result.json", NULL);
  g_assert_true (g_file_get_contents (path, &result, NULL, NULL));
  lab_assert_contains (result, "none: limits only");

  lab_runner_clear (&runner);
}

/* --- OUT ------------------------------------------------------------------------------------------ */

/* What is there already is not touched. */
static void
test_existing_output (void)
{
  LabRunner runner;
  g_autofree char *submissions = NULL;
  g_autofree char *out = NULL;
  g_autofree char *precious = NULL;
  g_autofree char *content = NULL;

  lab_runner_init (&runner);
  submissions = make_submissions (&runner, "ada", "int ada;");
  out = lab_runner_path (&runner, "out");
  precious = g_build_filename (out, "gradebook.csv", NULL);
  g_mkdir (out, 0755);
  g_file_set_contents (precious, "last year's", -1, NULL);

  lab_runner_run (&runner, "grade", submissions, "--output", out, NULL);
  g_assert_cmpint (runner.status, ==, 2);
  lab_assert_contains (runner.err, "is there already: choose another folder, or remove it");
  g_assert_true (g_file_get_contents (precious, &content, NULL, NULL));
  g_assert_cmpstr (content, ==, "last year's");
  g_assert_false (has_partial (&runner));

  lab_runner_clear (&runner);
}

/* A disk that is too small for the results. */
static void
test_full_disk (void)
{
  LabRunner runner;
  g_autofree char *submissions = NULL;
  g_autofree char *disk = NULL;
  g_autofree char *out = NULL;
  g_autoptr (GDir) dir = NULL;

  lab_runner_init (&runner);
  submissions = make_submissions (&runner, "ada", "int ada;");
  disk = lab_runner_path (&runner, "disk");
  out = g_build_filename (disk, "out", NULL);
  g_mkdir (disk, 0755);

  /* Our own mount namespace, so that nobody else sees the disk. */
  if (unshare (CLONE_NEWNS) != 0 || mount (NULL, "/", NULL, MS_REC | MS_PRIVATE, NULL) != 0 ||
      mount ("tmpfs", disk, "tmpfs", 0, "size=12k") != 0)
    {
      g_test_skip ("a small disk can only be made by root with namespaces");
      lab_runner_clear (&runner);
      return;
    }

  lab_runner_run (&runner, "grade", submissions, "--output", out, NULL);
  g_assert_cmpint (runner.status, ==, 1);
  lab_assert_contains (runner.err, "cannot write");
  lab_assert_contains (runner.err, "No space left on device");

  dir = g_dir_open (disk, 0, NULL);
  g_assert_null (g_dir_read_name (dir));
  g_clear_pointer (&dir, g_dir_close);
  umount (disk);

  lab_runner_clear (&runner);
}

/* --- Interruption --------------------------------------------------------------------------------------- */

/* A test program of this run is at work. */
static gboolean
test_is_running (gpointer data)
{
  LabRunner *runner = data;
  g_autofree char *out = g_build_filename (runner->tmpdir, "asyncio-labs-", NULL);

  return lab_count_processes ("--lab-seed=-") > 0 && lab_count_processes (out) > 0;
}

/* Ctrl-C while a submission that never ends is being judged: exit status 130, and nothing is left, neither files nor processes. */
static void
test_interrupt (gconstpointer data)
{
  int signum = GPOINTER_TO_INT (data);
  LabRunner runner;
  GPid pid;
  g_autofree char *submissions = NULL;
  g_autofree char *out = NULL;
  g_auto (GStrv) environment = NULL;
  g_autoptr (GError) error = NULL;
  int wait_status;

  lab_runner_init (&runner);
  submissions = make_submissions (&runner, "jun",
                                  "#include \"runners.h\"\n"
                                  "gpointer asyncio_run_explicitly (gpointer m, GError **e) { for (;;) ; }\n"
                                  "gpointer asyncio_run_with_debug (gpointer m, AsyncioDebug d, GError **e) { for (;;) ; }\n"
                                  "gpointer asyncio_run (gpointer m, GError **e) { for (;;) ; }\n");
  out = lab_runner_path (&runner, "out");
  environment = g_environ_setenv (g_get_environ (), "TMPDIR", runner.tmpdir, TRUE);

  {
    const char *const argv[] = { LAB_PROGRAM, "grade", submissions, "--output", out, NULL };

    g_spawn_async (NULL, (char **) argv, environment,
                   G_SPAWN_DO_NOT_REAP_CHILD | G_SPAWN_STDERR_TO_DEV_NULL | G_SPAWN_STDOUT_TO_DEV_NULL, NULL, NULL,
                   &pid, &error);
    g_assert_no_error (error);
  }

  lab_runner_wait_until (test_is_running, &runner);
  kill (pid, signum);
  g_assert_cmpint (waitpid (pid, &wait_status, 0), ==, pid);

  g_assert_true (WIFEXITED (wait_status));
  g_assert_cmpint (WEXITSTATUS (wait_status), ==, 130);
  g_assert_false (g_file_test (out, G_FILE_TEST_EXISTS));
  g_assert_false (has_partial (&runner));
  lab_runner_clear (&runner);
}

int
main (int    argc,
      char **argv)
{
  g_test_init (&argc, &argv, NULL);

  g_test_add_func ("/usage/words", test_words);
  g_test_add_func ("/usage/help", test_help);
  g_test_add_func ("/usage/two-submissions", test_two_submissions);
  g_test_add_func ("/usage/no-submissions", test_no_submissions);
  g_test_add_func ("/usage/only", test_only);
  g_test_add_func ("/usage/no-sandbox", test_no_sandbox);
  g_test_add_func ("/usage/existing-output", test_existing_output);
  g_test_add_data_func ("/usage/ctrl-c", GINT_TO_POINTER (SIGINT), test_interrupt);
  g_test_add_data_func ("/usage/terminated", GINT_TO_POINTER (SIGTERM), test_interrupt);
  g_test_add_func ("/usage/full-disk", test_full_disk); /* last: it changes this process's namespace */

  return g_test_run ();
}
