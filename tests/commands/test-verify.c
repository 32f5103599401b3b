/* SPDX-License-Identifier: MIT */

/*
 * `lab verify`: every solution of a lab, which is the argument, is judged as it must be, at each level of the sandbox.
 */

#include "run-lab.h"

#include "lab-info.h"

static const char *folder;

static void
test_level (gconstpointer data)
{
  int level = GPOINTER_TO_INT (data);
  g_autofree char *option = g_strdup_printf ("--level=%d", level);
  LabRunner runner;

  lab_runner_init (&runner);
  if (lab_runner_has_level (&runner, level))
    {
      /* What a wrong solution loses has nothing to do with the sandbox, and takes most of the time. */
      lab_runner_run (&runner, "verify", folder, option, level > 1 ? "--without-wrong" : NULL, NULL);
      if (runner.status != 0)
        g_test_message ("%s%s", runner.out, runner.err);
      g_assert_cmpint (runner.status, ==, 0);
      lab_assert_contains (runner.out, "reference");
      lab_assert_contains (runner.out, "starter");
    }
  lab_runner_clear (&runner);
}

/* A lab by its folder's name is the same as by its number. */
static void
test_names (void)
{
  LabRunner runner;
  g_autoptr (GError) error = NULL;
  g_autoptr (LabInfo) lab = lab_info_load (SOURCE_ROOT, folder, &error);
  const char *names[2];
  const LabTest *test;
  g_autofree char *points = NULL;

  g_assert_no_error (error);
  names[0] = folder;
  names[1] = lab->id;
  test = g_ptr_array_index (lab->tests, 0);
  points = g_strdup_printf ("%u/%u", test->points, test->points);

  for (guint i = 0; i < G_N_ELEMENTS (names); i++)
    {
      lab_runner_init (&runner);
      lab_runner_run (&runner, "check", names[i], "--test", test->path, NULL);
      g_assert_cmpint (runner.status, ==, 0);
      lab_assert_contains (runner.out, points);
      lab_runner_clear (&runner);
    }
}

int
main (int    argc,
      char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_assert_cmpint (argc, ==, 2);
  folder = argv[1];

  g_test_add_data_func ("/verify/level-1", GINT_TO_POINTER (1), test_level);
  g_test_add_data_func ("/verify/level-2", GINT_TO_POINTER (2), test_level);
  g_test_add_func ("/verify/names", test_names);

  return g_test_run ();
}
