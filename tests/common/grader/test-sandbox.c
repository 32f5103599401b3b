/* SPDX-License-Identifier: MIT */

/*
 * The sandbox against programs that want out of it (hostile.c), used as the grader uses it.
 *
 * Each test says what a program tries and how that must end. After each, nothing of it may run any more. All of it is
 * done at each level that the machine has. The limits are small: none of the programs is given the time that a test gets.
 */

#include "run-hostile.h"

#include "error.h"

#include <glib/gstdio.h>

#include <signal.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

/* --- Ends -------------------------------------------------------------------------------- */

/* How a program ends by itself is told as it is, also if it ends like lab-sandbox does when that fails. */
static void
test_ends (int level)
{
  static const Case cases[] = {
    { .arguments = { "exit", "0" }, .end = LAB_RUN_EXITED, .value = 0 },
    { .arguments = { "exit", "7" }, .end = LAB_RUN_EXITED, .value = 7 },
    { .arguments = { "exit", "125" }, .end = LAB_RUN_EXITED, .value = 125 },
    { .arguments = { "exit", "137" }, .end = LAB_RUN_EXITED, .value = 137 },
    { .arguments = { "abort" }, .end = LAB_RUN_SIGNALLED, .value = SIGABRT },
    { .arguments = { "segv" }, .end = LAB_RUN_SIGNALLED, .value = SIGSEGV },
  };

  run_cases (level, cases, G_N_ELEMENTS (cases));
}

/* Standard input goes in, and what comes out of the three pipes is not mixed up. */
static void
test_streams (int level)
{
  Run self = { .has_trace = TRUE };

  run (&self, level, (const char *const[]) { "echo", LAB_TRACE_FD_ARGUMENT, NULL });
  g_assert_cmpstr (self.result.out, ==, "out hello\n");
  g_assert_cmpstr (self.result.err, ==, "err");
  g_assert_cmpstr (self.result.trace, ==, "trace");
  lab_run_result_clear (&self.result);
}

/* --- Limits --------------------------------------------------------------------------------- */

/* Time: who uses it, who ignores the signal that says so, who lets children use it; and who uses none. */
static void
test_time (int level)
{
  static const Case cases[] = {
    { .arguments = { "spin" }, .end = LAB_RUN_CPU },
    { .arguments = { "ignore-and-spin" }, .end = LAB_RUN_CPU },
    { .arguments = { "spin-in-turns" }, .end = LAB_RUN_CPU },
    { .arguments = { "sleep" }, .end = LAB_RUN_IDLE },
  };
  Run waiting = { .limits = small_limits };

  run_cases (level, cases, G_N_ELEMENTS (cases));

  waiting.limits.idle_s = 0;
  waiting.limits.wall_s = 1;
  run (&waiting, level, (const char *const[]) { "sleep", NULL });
  g_assert_cmpint (waiting.result.end, ==, LAB_RUN_WALL);
  lab_run_result_clear (&waiting.result);
}

/* Memory: of one, of all together; but what is shared is counted once. */
static void
test_memory (int level)
{
  static const Case cases[] = {
    { .arguments = { "memory" }, .end = LAB_RUN_MEMORY },
    { .arguments = { "memory-in-children" }, .end = LAB_RUN_MEMORY },
    { .arguments = { "shared-memory" }, .end = LAB_RUN_EXITED, .value = 0 },
  };

  run_cases (level, cases, G_N_ELEMENTS (cases));
}

static void
test_output (int level)
{
  static const Case cases[] = {
    { .arguments = { "flood" }, .end = LAB_RUN_OUTPUT },
    { .arguments = { "flood-errors" }, .end = LAB_RUN_OUTPUT },
  };

  run_cases (level, cases, G_N_ELEMENTS (cases));
}

static void
test_large_file (int level)
{
  g_autofree char *folder = lab_workspace_make_folder (workspace, 0777, NULL);
  g_autofree char *path = g_build_filename (folder, "large", NULL);
  Run self = { .writable = folder };
  GStatBuf info;

  run (&self, level, (const char *const[]) { "large-file", NULL });
  g_assert_cmpint (self.result.end, ==, LAB_RUN_SIGNALLED);
  g_assert_cmpint (self.result.value, ==, SIGXFSZ);
  g_assert_cmpint (g_stat (path, &info), ==, 0);
  g_assert_cmpint (info.st_size, ==, 1024 * 1024);
  lab_run_result_clear (&self.result);
}

/* Processes and threads: some are to be had, but not more than the limit says. What is left is killed. */
static void
test_processes (int level)
{
  static const char *const names[] = { "bomb", "threads" };

  for (guint i = 0; i < G_N_ELEMENTS (names); i++)
    {
      Run self = { 0 };
      int n;

      run (&self, level, (const char *const[]) { names[i], NULL });
      n = atoi (self.result.out);
      g_assert_cmpint (self.result.end, ==, LAB_RUN_EXITED);
      g_assert_cmpint (n, >, 0);

      /* Those of a user that is not the sandbox's alone come and go meanwhile. */
      g_assert_cmpint (n, <=, lab_sandbox_has_own_uid (sandboxes[level]) ? (int) small_limits.processes : 250);
      lab_run_result_clear (&self.result);
    }
}

/* It forks as fast as it can, and those who are killed are replaced by others at once. */
static void
test_bomb (int level)
{
  static const Case cases[] = { { .arguments = { "real-bomb" }, .end = LAB_RUN_CPU } };

  run_cases (level, cases, G_N_ELEMENTS (cases));
}

/* --- Other processes ------------------------------------------------------------------------- */

/* Whoever outlives the program is counted and killed, whatever it did to get lost. */
static void
test_survivors (int level)
{
  static const Case cases[] = {
    { .arguments = { "survive" }, .end = LAB_RUN_EXITED, .value = 0, .n_survivors = 1 },
    { .arguments = { "survive-in-session" }, .end = LAB_RUN_EXITED, .value = 0, .n_survivors = 1 },
  };

  run_cases (level, cases, G_N_ELEMENTS (cases));
}

/* Who sends signals to others is killed for it; other ways to get at the supervisor just do not work. */
static void
test_attacks (int level)
{
  static const Case cases[] = {
    { .arguments = { "kill-everybody" }, .end = LAB_RUN_SIGNALLED, .value = SIGSYS },
    { .arguments = { "kill-parent" }, .end = LAB_RUN_SIGNALLED, .value = SIGSYS },
    { .arguments = { "kill-group" }, .end = LAB_RUN_SIGNALLED, .value = SIGSYS },
    { .arguments = { "namespace" }, .end = LAB_RUN_SIGNALLED, .value = SIGSYS },
    { .arguments = { "trace-parent" }, .end = LAB_RUN_EXITED, .value = 1 },
    { .arguments = { "read-parent" }, .end = LAB_RUN_EXITED, .value = 1 },
    { .arguments = { "limit-parent" }, .end = LAB_RUN_EXITED, .value = 1 },
    { .arguments = { "executable-memory" }, .end = LAB_RUN_EXITED, .value = 1 },
    { .arguments = { "sockets" }, .end = LAB_RUN_EXITED, .value = 1 },
  };

  run_cases (level, cases, G_N_ELEMENTS (cases));

  if (geteuid () == 0)
    run_cases (level, &(Case) { .arguments = { "root" }, .end = LAB_RUN_EXITED, .value = 1 }, 1);
}

/* A program that is about processes may end its children, and they may look at themselves. It still reaches nobody else: if the kernel cannot
 * keep it from its supervisor, that is dead, and there is no report. Others may not do either. */
static void
test_children (int level)
{
  static const struct
  {
    const char *what;
    gboolean has_children;
    LabRunEnd end;
    int value;
  } cases[] = {
    { "kill-child", TRUE, LAB_RUN_EXITED, 0 },
    { "kill-child", FALSE, LAB_RUN_SIGNALLED, SIGSYS },
    { "read-own-maps-in-child", TRUE, LAB_RUN_EXITED, 0 },
    { "kill-group", TRUE, LAB_RUN_SIGNALLED, SIGKILL },
    { "kill-everybody", TRUE, LAB_RUN_SIGNALLED, SIGSYS },
    { "stop-parent", TRUE, LAB_RUN_EXITED, 1 },
    { "kill-parent", TRUE, LAB_RUN_EXITED, 1 },
    { "read-parent", TRUE, LAB_RUN_EXITED, 1 },
  };

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      Run self = { .has_children = cases[i].has_children };

      run (&self, level, (const char *const[]) { cases[i].what, NULL });
      if (g_str_equal (cases[i].what, "kill-parent") && self.result.end == LAB_RUN_NO_REPORT)
        g_test_message ("its parent is dead");
      else
        {
          g_assert_cmpint (self.result.end, ==, cases[i].end);
          g_assert_cmpint (self.result.value, ==, cases[i].value);
        }
      lab_run_result_clear (&self.result);
    }
}

/* The program gets the standard streams and the trace, and nothing that the grader, or who started it, has open. */
static void
test_descriptors (int level)
{
  int leaked = dup (STDERR_FILENO); /* not closed on exec */
  Run self = { .has_trace = TRUE };

  run (&self, level, (const char *const[]) { "descriptors", LAB_TRACE_FD_ARGUMENT, NULL });
  g_assert_cmpstr (self.result.out, ==, "");
  g_assert_cmpint (self.result.end, ==, LAB_RUN_EXITED);
  g_assert_cmpint (self.result.value, ==, 1);
  lab_run_result_clear (&self.result);
  close (leaked);
}

/* --- Files ---------------------------------------------------------------------------------------- */

/* Nothing of the machine, of the grader or of others can be read. The folders that the program's own file is in may be there,
 * but not with what is beside it. */
static void
test_reading (int level)
{
  g_autofree char *other = lab_workspace_make_folder (workspace, 0777, NULL);
  g_autofree char *secret = g_build_filename (other, "secret", NULL);
  g_autofree char *beside = g_strconcat (program, ".secret", NULL);
  const char *const arguments[] = {
    "read", "/etc/passwd", "/etc/shadow", "/root", "/home", "/var/log", "/sys/class", SOURCE_ROOT, SOURCE_ROOT "/meson.build",
    HOSTILE, HELPER, other, secret, beside, "/proc/1/environ", "/proc/1/maps", "/dev/mem", "/dev/shm", "/dev/tty", NULL,
  };
  Run self = { 0 };

  g_assert_true (g_file_set_contents (secret, "secret", -1, NULL));
  g_assert_true (g_file_set_contents (beside, "secret", -1, NULL));
  g_assert_cmpint (g_chmod (beside, 0644), ==, 0);

  run (&self, level, arguments);
  g_assert_cmpstr (self.result.out, ==, "");
  g_assert_cmpint (self.result.end, ==, LAB_RUN_EXITED);
  g_assert_cmpint (self.result.value, ==, 1);
  lab_run_result_clear (&self.result);
}

/* Nothing can be written outside the folder that is given, and inside it can. */
static void
test_writing (int level)
{
  g_autofree char *own = lab_workspace_make_folder (workspace, 0777, NULL);
  g_autofree char *other = lab_workspace_make_folder (workspace, 0777, NULL);
  g_autofree char *made = g_build_filename (own, "hostile", NULL);
  g_autofree char *folder = g_path_get_dirname (program);
  Run outside = { .writable = own };
  Run inside = { .writable = own };

  run (&outside, level,
       (const char *const[]) { "write", "/", "/tmp", "/var/tmp", "/dev", "/dev/shm", "/run", "/proc/self", SOURCE_ROOT, folder, other,
                               "..", NULL });
  g_assert_cmpstr (outside.result.out, ==, "");
  g_assert_cmpint (outside.result.value, ==, 1);
  lab_run_result_clear (&outside.result);

  run (&inside, level, (const char *const[]) { "write", own, NULL });
  g_assert_cmpint (inside.result.value, ==, 0);
  g_assert_true (g_file_test (made, G_FILE_TEST_EXISTS));
  lab_run_result_clear (&inside.result);
}

/* --- The grader's side ---------------------------------------------------------------------------------- */

/* Runs while a task cancels it, one that would never end and has children. */
static gpointer
cancelling_body (gpointer   user_data,
                 GError   **error)
{
  Run *self = user_data;
  g_autoptr (AsyncioTask) task = asyncio_create_task (asyncio_coroutine_new (run_body, self, NULL), error);
  guint n = 0;

  /* Counted once each time: one that is just being executed has no command line for a moment. */
  for (guint i = 0; i < 6000 && (n = count_processes ()) < 2; i++)
    asyncio_sleep (0.01, NULL);
  g_assert_cmpuint (n, >=, 2);

  asyncio_task_cancel (task);
  asyncio_await (task, NULL);

  return NULL;
}

/* The grader does not want to wait any more (Ctrl-C): the run ends by CancelledError, and then nothing of it is left. */
static void
test_cancelling (int level)
{
  Run self = {
    .sandbox = sandboxes[level],
    .arguments = (const char *const[]) { "memory-in-children", NULL },
    .limits = small_limits,
  };

  self.limits.memory_mb = 1024;
  self.limits.idle_s = 0;
  on_loop (asyncio_coroutine_new (cancelling_body, &self, NULL));
  g_assert_error (self.error, ASYNCIO_ERROR, ASYNCIO_ERROR_CANCELLED);
  g_assert_cmpuint (count_processes (), ==, 0);

  g_clear_error (&self.error);
  lab_run_result_clear (&self.result);
}

/* A program that is not there is our mistake and nobody else's. */
static void
test_no_program (int level)
{
  g_autofree char *there = g_steal_pointer (&program);
  Run self = { .sandbox = sandboxes[level], .arguments = (const char *const[]) { "exit", "0", NULL }, .limits = small_limits };

  program = g_strconcat (there, ".missing", NULL);
  on_loop (asyncio_coroutine_new (run_body, &self, NULL));
  g_assert_error (self.error, LAB_ERROR, LAB_ERROR_SYSTEM);

  g_free (program);
  program = g_steal_pointer (&there);
  g_clear_error (&self.error);
  lab_run_result_clear (&self.result);
}

/* --- All of it ----------------------------------------------------------------------------------------------- */

typedef struct
{
  const char *name;
  void (*func) (int level);
} Test;

typedef struct
{
  const Test *test;
  int level;
} TestAtLevel;

static void
run_test (gconstpointer data)
{
  const TestAtLevel *self = data;

  if (sandboxes[self->level] == NULL)
    g_test_skip (why_not[self->level]);
  else
    self->test->func (self->level);
}

int
main (int    argc,
      char **argv)
{
  static const Test tests[] = {
    { "ends", test_ends },
    { "streams", test_streams },
    { "time", test_time },
    { "memory", test_memory },
    { "output", test_output },
    { "large-file", test_large_file },
    { "processes", test_processes },
    { "bomb", test_bomb },
    { "survivors", test_survivors },
    { "attacks", test_attacks },
    { "children", test_children },
    { "descriptors", test_descriptors },
    { "reading", test_reading },
    { "writing", test_writing },
    { "cancelling", test_cancelling },
    { "no-program", test_no_program },
  };
  static TestAtLevel at_levels[2 * G_N_ELEMENTS (tests)];
  guint n = 0;
  int status;

  g_test_init (&argc, &argv, NULL);
  hostile_begin ();

  for (int level = 1; level <= 2; level++)
    for (guint i = 0; i < G_N_ELEMENTS (tests); i++)
      {
        g_autofree char *path = g_strdup_printf ("/sandbox/level-%d/%s", level, tests[i].name);

        at_levels[n] = (TestAtLevel) { &tests[i], level };
        g_test_add_data_func (path, &at_levels[n++], run_test);
      }

  status = g_test_run ();

  hostile_end ();

  return status;
}
