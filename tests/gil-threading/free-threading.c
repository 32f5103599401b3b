/* SPDX-License-Identifier: MIT */

/*
 * GIL lab, part E, not graded: the same interpreter without the GIL, as the free-threaded build of 3.13 is. Two threads with x
 * += 1, under all schedules.
 *
 * This program is compiled three times: as it should be, with plain reference counts, and without locks in objects. Which one
 * it is, its first argument tells.
 */

#include "ceval.h"

#include "explorer.h"

#include <string.h>

static const char add_one[] =
  "def add_one\n"
  "    LOAD_GLOBAL x\n"
  "    LOAD_CONST 1\n"
  "    BINARY_ADD\n"
  "    STORE_GLOBAL x\n"
  "    LOAD_CONST None\n"
  "    RETURN_VALUE\n";

static PyModule *module;

static gpointer
run_add_one (gpointer user_data)
{
  py_run (user_data, NULL);

  return NULL;
}

static void
two_additions (gpointer user_data G_GNUC_UNUSED)
{
  PyInterpreterState *interp = py_interpreter_state_new (module, PY_GIL_BARE, PY_CHECK_JUMPS_AND_CALLS);
  PyRun run = { .interp = interp, .function = "add_one" };
  GThread *threads[2];

  py_set_global (interp, "x", py_int_new (0));
  for (guint i = 0; i < 2; i++)
    threads[i] = g_thread_new ("adds", run_add_one, &run);
  for (guint i = 0; i < 2; i++)
    g_thread_join (threads[i]);
  explorer_outcome ("%d", (int) py_get_global_int (interp, "x"));
  py_interpreter_state_free (interp);
}

/*
 * Without the GIL no object is damaged, and still an addition can be lost: x += 1 is no more atomic than before, also where the
 * GIL of 3.10 and later made it look so.
 */
static void
test_whole (void)
{
  g_autoptr (ExplorerReport) report = explorer_explore (two_additions, NULL, &(ExplorerOptions) { .max_preemptions = 3 });

  g_assert_cmpstr (explorer_verdict_to_string (report->verdict), ==, "correct");
  g_assert_true (report->complete);
  g_assert_cmpuint (g_hash_table_size (report->outcomes), ==, 2);
  g_assert_true (g_hash_table_contains (report->outcomes, "1"));
  g_assert_true (g_hash_table_contains (report->outcomes, "2"));
}

/* What breaks first: both threads count the references of the number that x is. */
static void
test_plain_counts (void)
{
  g_autoptr (ExplorerReport) report = explorer_assert_finds (two_additions, NULL, NULL, EXPLORER_RACE);

  g_assert_nonnull (strstr (report->message, "pyobject.c"));
  g_test_message ("%s", report->message);
}

/* What breaks first: one thread reads the variable while the other one writes it. */
static void
test_no_locks (void)
{
  g_autoptr (ExplorerReport) report = explorer_assert_finds (two_additions, NULL, NULL, EXPLORER_RACE);

  g_assert_nonnull (strstr (report->message, "ceval.c"));
  g_test_message ("%s", report->message);
}

int
main (int    argc,
      char **argv)
{
  const char *which = argc > 1 ? argv[1] : "";
  int result;

  explorer_init (&argc, &argv);
  g_test_init (&argc, &argv, NULL);

  module = py_assemble (add_one, NULL);
  if (g_str_equal (which, "whole"))
    g_test_add_func ("/gil/free-threading/whole", test_whole);
  else if (g_str_equal (which, "plain-counts"))
    g_test_add_func ("/gil/free-threading/plain-counts", test_plain_counts);
  else if (g_str_equal (which, "no-locks"))
    g_test_add_func ("/gil/free-threading/no-locks", test_no_locks);
  else
    g_error ("usage: free-threading whole|plain-counts|no-locks");
  result = g_test_run ();
  py_module_free (module);

  return result;
}
