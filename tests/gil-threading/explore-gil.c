/* SPDX-License-Identifier: MIT */

/*
 * GIL lab, part B: the lock, under all schedules.
 */

#include "common.h"

/* A schedule of these programs has at most some hundred steps. */
#define MAX_STEPS 2000

static void
take (PyThreadState *tstate)
{
  if (!take_gil (tstate))
    explorer_fail ("take_gil() did not take the GIL");
}

static PyInterpreterState *
new_interpreter (void)
{
  return py_interpreter_state_new (NULL, PY_GIL_YOURS, PY_CHECK_EVERYWHERE);
}

/* --- One at a time ------------------------------------------------------------------------- */

/* Belongs to who has the GIL. To touch it without is a data race, and would be found as one. (Volatile, so that the compiler
 * keeps it in memory.) */
static volatile int inside;

static void
work_inside (PyThreadState *tstate)
{
  take (tstate);
  inside++;
  if (inside != 1)
    explorer_fail ("two threads have the GIL");
  inside--;
  drop_gil (tstate->interp, tstate);
}

static void
work_once (PyThreadState *tstate,
           gpointer       data G_GNUC_UNUSED)
{
  work_inside (tstate);
}

static void
work_twice (PyThreadState *tstate,
            gpointer       data G_GNUC_UNUSED)
{
  work_inside (tstate);
  work_inside (tstate);
}

/*
 * Threads take the GIL and drop it. Only one has it at a time, and all come to their end, whatever the schedule.
 */
static void
run_workers (guint         n,
             void (*func) (PyThreadState *tstate, gpointer data))
{
  PyInterpreterState *interp = new_interpreter ();
  Worker workers[3];
  GThread *threads[3];

  for (guint i = 0; i < n; i++)
    threads[i] = worker_start (&workers[i], interp, "worker", func, NULL);
  for (guint i = 0; i < n; i++)
    worker_join (&workers[i], threads[i]);
  py_interpreter_state_free (interp);
}

static void
two_workers (gpointer user_data G_GNUC_UNUSED)
{
  run_workers (2, work_twice);
}

static void
three_workers (gpointer user_data G_GNUC_UNUSED)
{
  run_workers (3, work_once);
}

static void
test_two (void)
{
  graded_explore (two_workers, NULL, &(ExplorerOptions) { .max_preemptions = 3, .max_steps = MAX_STEPS });
}

static void
test_three (void)
{
  graded_explore (three_workers, NULL, &(ExplorerOptions) { .max_preemptions = 2, .max_steps = MAX_STEPS });
}

/* A wait may also end for no reason: with two threads, and with one such wake-up. */
static void
test_spurious (void)
{
  graded_explore (two_workers, NULL, &(ExplorerOptions) { .max_preemptions = 2, .max_spurious = 1, .max_steps = MAX_STEPS });
}

/* --- Forced switching -------------------------------------------------------------------------- */

static guint n_takes; /* belongs to who has the GIL */

static void
take_once (PyThreadState *tstate,
           gpointer       data G_GNUC_UNUSED)
{
  take (tstate);
  n_takes++;
  drop_gil (tstate->interp, tstate);
}

/*
 * Main has the GIL, passes a few check points and then drops it, because it is asked to or because it is time to block, and
 * takes it again at once. If it was asked to, somebody has had it in between.
 */
static void
drop_and_take (guint n_waiters)
{
  PyInterpreterState *interp = new_interpreter ();
  PyThreadState *tstate = py_thread_state_new (interp);
  Worker workers[2];
  GThread *threads[2];
  gboolean requested = FALSE;
  guint n_takes_before;

  take (tstate);
  for (guint i = 0; i < n_waiters; i++)
    threads[i] = worker_start (&workers[i], interp, "waiter", take_once, NULL);
  for (guint i = 0; i < 2 && !requested; i++)
    requested = gil_drop_is_requested (interp);

  n_takes_before = n_takes;
  drop_gil (interp, tstate);
  take (tstate);
  if (requested && n_takes == n_takes_before)
    explorer_fail ("it was asked to drop the GIL, and was the first to take it again");
  drop_gil (interp, tstate);

  for (guint i = 0; i < n_waiters; i++)
    worker_join (&workers[i], threads[i]);
  explorer_outcome ("asked: %s", trace_bool (requested));
  py_thread_state_free (tstate);
  py_interpreter_state_free (interp);
}

static void
one_waiter (gpointer user_data G_GNUC_UNUSED)
{
  drop_and_take (1);
}

static void
two_waiters (gpointer user_data G_GNUC_UNUSED)
{
  drop_and_take (2);
}

static void
test_forced (void)
{
  graded_explore (one_waiter, NULL, &(ExplorerOptions) { .max_preemptions = 3, .max_steps = MAX_STEPS });
}

static void
test_forced_two (void)
{
  graded_explore (two_waiters, NULL, &(ExplorerOptions) { .max_preemptions = 2, .max_steps = MAX_STEPS });
}

/* --- The last time -------------------------------------------------------------------------------- */

/* A thread that ends: its thread state is gone before the GIL is, as with py_thread_state_delete_current(). */
static void
take_and_end (PyThreadState *tstate,
              gpointer       data G_GNUC_UNUSED)
{
  PyInterpreterState *interp = tstate->interp;
  PyThreadState *own = py_thread_state_new (interp);

  take (own);
  n_takes++;
  for (guint i = 0; i < 2 && !gil_drop_is_requested (interp); i++)
    continue;
  py_thread_state_free (own);
  drop_gil (interp, NULL);
}

/*
 * Main waits for the GIL while a thread ends that has it. When main has it, nobody needs the interpreter any more, and it is
 * freed: a thread that dropped the GIL for the last time must not look at it.
 */
static void
end_and_free (gpointer user_data G_GNUC_UNUSED)
{
  PyInterpreterState *interp = new_interpreter ();
  PyThreadState *tstate = py_thread_state_new (interp);
  Worker worker;
  GThread *thread = worker_start (&worker, interp, "ends", take_and_end, NULL);
  guint n = 0;

  while (n == 0)
    {
      take (tstate);
      n = n_takes;
      drop_gil (interp, tstate);
      if (n == 0)
        g_thread_yield ();
    }

  py_interpreter_state_free (interp);
  worker_join (&worker, thread);
  py_thread_state_free (tstate);
}

static void
test_last (void)
{
  graded_explore (end_and_free, NULL, &(ExplorerOptions) { .max_preemptions = 2, .max_steps = MAX_STEPS });
}

/* --- A program -------------------------------------------------------------------------------------- */

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

/*
 * Two threads of the interpreter with x += 1, on your GIL. Objects and their counts belong to who has it: any disorder is a
 * data race, or something is freed that is in use. Where a thread may be asked between load and store, an addition can be lost;
 * else not.
 */
static void
two_additions (gpointer user_data)
{
  PyInterpreterState *interp = py_interpreter_state_new (module, PY_GIL_YOURS, GPOINTER_TO_INT (user_data));
  PyRun run = { .interp = interp, .function = "add_one" };
  GThread *threads[2];

  py_set_global (interp, "x", py_int_new (0));
  for (guint i = 0; i < 2; i++)
    threads[i] = g_thread_new ("adds", run_add_one, &run);
  for (guint i = 0; i < 2; i++)
    g_thread_join (threads[i]);
  explorer_outcome ("x = %d", (int) py_get_global_int (interp, "x"));
  py_interpreter_state_free (interp);
}

static void
test_program (void)
{
  static const PyCheckPoints check_points[] = { PY_CHECK_EVERYWHERE, PY_CHECK_JUMPS_AND_CALLS };

  module = py_assemble (add_one, NULL);
  for (guint i = 0; i < G_N_ELEMENTS (check_points); i++)
    {
      trace (i == 0 ? "check points everywhere" : "check points at jumps and calls");
      graded_explore (two_additions, GINT_TO_POINTER (check_points[i]),
                      &(ExplorerOptions) { .max_preemptions = 2, .max_steps = MAX_STEPS });
    }
  g_clear_pointer (&module, py_module_free);
}

int
main (int    argc,
      char **argv)
{
  graded_explore_init (&argc, &argv);

  graded_test_add ("/gil/exclusion/two", test_two);
  graded_test_add ("/gil/exclusion/three", test_three);
  graded_test_add ("/gil/exclusion/spurious", test_spurious);
  graded_test_add ("/gil/switch/forced", test_forced);
  graded_test_add ("/gil/switch/two-waiters", test_forced_two);
  graded_test_add ("/gil/life/last-drop", test_last);
  graded_test_add ("/gil/program/add", test_program);

  return g_test_run ();
}
