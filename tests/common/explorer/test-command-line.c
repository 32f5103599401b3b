/* SPDX-License-Identifier: MIT */

/*
 * Tests of what a test program tells on the terminal and takes from the command line: replay, bounds, and crashes.
 */

#include <explorer.h>

#include <string.h>
#include <sys/wait.h>

static GMutex locks[2];

static gpointer
lock_both (gpointer first)
{
  guint i = GPOINTER_TO_UINT (first);

  g_mutex_lock (&locks[i]);
  g_mutex_lock (&locks[1 - i]);
  g_mutex_unlock (&locks[1 - i]);
  g_mutex_unlock (&locks[i]);

  return NULL;
}

/* user_data: NULL for two orders, else one */
static void
lock_in_two_threads (gpointer user_data)
{
  GThread *other = g_thread_new ("other", lock_both, GUINT_TO_POINTER (user_data == NULL ? 1 : 0));

  lock_both (GUINT_TO_POINTER (0));
  g_thread_join (other);
}

/* Crashes if it comes between two steps of the first thread. */
static gpointer
crash (gpointer number)
{
  if (g_atomic_int_get ((int *) number) == 1)
    G_BREAKPOINT ();

  return NULL;
}

static void
crash_once (gpointer user_data G_GNUC_UNUSED)
{
  int n = 0;
  GThread *other = g_thread_new ("other", crash, &n);

  g_atomic_int_set (&n, 1);
  g_atomic_int_set (&n, 2);
  g_thread_join (other);
}

/* A crash tells its schedule, and is still one. */
static void
test_crash (void)
{
  if (g_test_subprocess ())
    {
      explorer_assert_correct (crash_once, NULL, NULL);
      return;
    }

  g_test_trap_subprocess (NULL, 0, 0);
  g_test_trap_assert_failed ();
  g_test_trap_assert_stderr ("*crash: other dies by signal 5 (TRAP), after * steps; to run it again: *-p /command-line/crash --replay e2.1\n");
}

/* Runs this program with some arguments. Returns its status. */
static int
run_with (const char *const *arguments,
          char             **errors)
{
  g_autoptr (GPtrArray) argv = g_ptr_array_new ();
  g_autoptr (GError) error = NULL;
  int status;

  g_ptr_array_add (argv, (gpointer) "/proc/self/exe");
  for (guint i = 0; arguments[i] != NULL; i++)
    g_ptr_array_add (argv, (gpointer) arguments[i]);
  g_ptr_array_add (argv, NULL);

  g_spawn_sync (NULL, (char **) argv->pdata, NULL, G_SPAWN_STDOUT_TO_DEV_NULL, NULL, NULL, NULL, errors, &status, &error);
  g_assert_no_error (error);

  return WIFEXITED (status) ? WEXITSTATUS (status) : -1;
}

/* What is wrong on the command line is told, and nothing is run. */
static void
test_bad_options (void)
{
  static const char *const lines[][3] = {
    { "--replay", NULL },
    { "--replay", "x", NULL },
    { "--explore-bound", "-1", NULL },
    { "--explore-bound", "", NULL },
    { "--explore-bound", "4294967296", NULL },
    { "--explore-random", "5", NULL },
    { "--explore-random", "5,x", NULL },
    { "--explore-random", "0,1", NULL },
  };

  for (guint i = 0; i < G_N_ELEMENTS (lines); i++)
    {
      g_autofree char *errors = NULL;

      g_assert_cmpint (run_with (lines[i], &errors), ==, 2);
      g_assert_nonnull (strstr (errors, "--replay TOKEN"));
    }
}

/* A failure tells what to type; with that, it is this failure after one schedule. */
static void
test_replay_option (void)
{
  g_autofree char *errors = NULL;
  g_autofree char *replayed = NULL;

  g_assert_cmpint (run_with ((const char *[]) { "-p", "/command-line/correct", "--explore-bound", "all", NULL }, NULL), ==, 0);
  g_assert_cmpint (run_with ((const char *[]) { "-p", "/command-line/correct", "--explore-random", "10,1", NULL }, NULL), ==, 0);

  g_assert_cmpint (run_with ((const char *[]) { "-p", "/command-line/replay/subprocess/failing", NULL }, &errors), ==, -1);
  g_assert_nonnull (strstr (errors, "to run it again: /proc/self/exe -p /command-line/replay/subprocess/failing --replay e2.1\n"));
  g_assert_cmpint (run_with ((const char *[]) { "-p", "/command-line/replay/subprocess/failing", "--replay", "e2.1", NULL }, &replayed), ==, -1);
  g_assert_nonnull (strstr (replayed, "found after 1 schedules"));
}

static void
test_correct (void)
{
  explorer_assert_correct (lock_in_two_threads, &locks, NULL);
}

/* Only run by the one above. */
static void
test_failing (void)
{
  explorer_assert_correct (lock_in_two_threads, NULL, NULL);
}

int
main (int    argc,
      char **argv)
{
  explorer_init (&argc, &argv);
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/command-line/correct", test_correct);
  g_test_add_func ("/command-line/crash", test_crash);
  g_test_add_func ("/command-line/bad-options", test_bad_options);
  g_test_add_func ("/command-line/replay", test_replay_option);
  g_test_add_func ("/command-line/replay/subprocess/failing", test_failing); /* GLib runs this only when it is asked for by its name */

  return g_test_run ();
}
