/* SPDX-License-Identifier: MIT */

/*
 * GIL lab, part E: what takes the place of the GIL, under all schedules.
 */

#include "common.h"

#include "free_threading.h"

/* A schedule of these programs has at most some hundred steps. */
#define MAX_STEPS 2000

/* Threads that all do the same, or that each know which they are. */
typedef struct
{
  void (*func) (guint which, gpointer data);
  guint which;
  gpointer data;
} Thread;

static gpointer
thread_main (gpointer user_data)
{
  Thread *self = user_data;

  self->func (self->which, self->data);

  return NULL;
}

/* Runs up to three threads to their end. */
static void
run_threads (guint         n,
             void (*func) (guint which, gpointer data),
             gpointer      data)
{
  Thread threads[3];
  GThread *handles[3];

  for (guint i = 0; i < n; i++)
    {
      threads[i] = (Thread) { func, i, data };
      handles[i] = g_thread_new ("thread", thread_main, &threads[i]);
    }
  for (guint i = 0; i < n; i++)
    g_thread_join (handles[i]);
}

/* --- Reference counts -------------------------------------------------------------------------- */

static void
borrow_twice (guint    which G_GNUC_UNUSED,
              gpointer data)
{
  for (guint i = 0; i < 2; i++)
    {
      py_incref_shared (data);
      if (py_decref_shared (data))
        explorer_fail ("a reference was called the last one, and there is another");
    }
}

/*
 * Two threads take references of an object and give them up. In the end there is the one that was there before.
 */
static void
two_borrow (gpointer user_data G_GNUC_UNUSED)
{
  PyObject *object = py_int_new (7);

  run_threads (2, borrow_twice, object);
  if (!py_decref_shared (object))
    explorer_fail ("the last reference was not called so");
  g_free (object);
}

static void
test_counts (void)
{
  graded_explore (two_borrow, NULL, &(ExplorerOptions) { .max_preemptions = 3, .max_steps = MAX_STEPS });
}

/* Of these, each thread writes its own. */
static gboolean was_last[3];

static void
give_up (guint    which,
         gpointer data)
{
  was_last[which] = py_decref_shared (data);
}

/*
 * Three threads give up the last three references: one of them is told so.
 */
static void
three_give_up (gpointer user_data G_GNUC_UNUSED)
{
  PyObject *object = py_int_new (7);

  for (guint i = 0; i < 2; i++)
    py_incref_shared (object);
  run_threads (3, give_up, object);
  explorer_outcome ("%d times the last", was_last[0] + was_last[1] + was_last[2]);
  g_free (object);
}

static void
test_last (void)
{
  graded_explore (three_give_up, NULL, &(ExplorerOptions) { .max_preemptions = 2, .max_steps = MAX_STEPS });
}

/* --- The mutex ----------------------------------------------------------------------------------- */

/* Belongs to who has the mutex. To touch it without is a data race, and would be found as one. (Volatile, so that the compiler
 * keeps it in memory.) */
static volatile int inside;

static void
go_inside (PyMutex *mutex)
{
  py_mutex_lock (mutex);
  inside++;
  if (inside != 1)
    explorer_fail ("two threads have the mutex");
  inside--;
  py_mutex_unlock (mutex);
}

static void
go_inside_twice (guint    which G_GNUC_UNUSED,
                 gpointer data)
{
  go_inside (data);
  go_inside (data);
}

static void
go_inside_once (guint    which G_GNUC_UNUSED,
                gpointer data)
{
  go_inside (data);
}

/*
 * Only one thread has the mutex at a time, and all come to their end. Who has to wait does so in the parking lot.
 */
static void
two_inside (gpointer user_data G_GNUC_UNUSED)
{
  PyMutex mutex = { 0 };

  run_threads (2, go_inside_twice, &mutex);
  explorer_outcome (parking_lot_get_n_parked () > 0 ? "somebody had to wait" : "nobody had to wait");
}

static void
test_mutex (void)
{
  graded_explore (two_inside, NULL, &(ExplorerOptions) { .max_preemptions = 2, .max_steps = MAX_STEPS });
}

/*
 * With three threads, two can wait at the same time: both must be woken, one after the other.
 */
static void
three_inside (gpointer user_data G_GNUC_UNUSED)
{
  PyMutex mutex = { 0 };

  run_threads (3, go_inside_once, &mutex);
}

static void
test_mutex_three (void)
{
  graded_explore (three_inside, NULL, &(ExplorerOptions) { .max_preemptions = 2, .max_steps = MAX_STEPS });
}

/*
 * A thread that is alone neither parks nor wakes anybody, and a mutex that has been fought for is as good as new.
 */
static void
alone (gpointer user_data G_GNUC_UNUSED)
{
  PyMutex mutex = { 0 };
  guint n_calls;

  run_threads (2, go_inside_once, &mutex);
  n_calls = parking_lot_get_n_calls ();
  for (guint i = 0; i < 3; i++)
    go_inside (&mutex);
  if (parking_lot_get_n_calls () != n_calls)
    explorer_fail ("the parking lot was asked though nobody else wanted the mutex");
}

static void
test_mutex_alone (void)
{
  graded_explore (alone, NULL, &(ExplorerOptions) { .max_preemptions = 2, .max_steps = MAX_STEPS });
}

/* --- Variables -------------------------------------------------------------------------------------- */

/* Of a variable that has a value. */
static PyObject *
load (PyShared *variable)
{
  PyObject *object = py_shared_load (variable);

  if (object == NULL)
    explorer_fail ("nothing was loaded");

  return object;
}

static void
load_or_store (guint    which,
               gpointer data)
{
  PyObject *object;

  if (which == 0)
    {
      py_shared_store (data, py_int_new (2));
      return;
    }

  object = load (data);
  explorer_outcome ("loaded %d", (int) object->value);
  py_decref (object);
}

/*
 * A thread loads a variable while another one stores something else there, and gives up what was there: the one that was loaded is
 * whole.
 */
static void
load_beside_store (gpointer user_data G_GNUC_UNUSED)
{
  PyObject *before = py_int_new (0);
  PyShared variable = { .object = before };

  py_set_free_threaded (TRUE);
  py_incref (before);
  py_shared_store (&variable, py_int_new (1));
  if (before->ob_refcnt != 1)
    explorer_fail ("what a variable had was not given up");
  py_decref (before);

  run_threads (2, load_or_store, &variable);
  explorer_outcome ("has %d", (int) variable.object->value);
  py_shared_store (&variable, NULL);
  if (py_shared_load (&variable) != NULL)
    explorer_fail ("a variable without a value has one");
}

static void
test_load (void)
{
  graded_explore (load_beside_store, NULL, &(ExplorerOptions) { .max_preemptions = 3, .max_steps = MAX_STEPS });
}

static void
swap (guint    which,
      gpointer data)
{
  PyShared *variables = data;

  py_shared_swap (&variables[which], &variables[1 - which]);
}

/*
 * Two threads exchange the same two variables, and each names another one first. Twice is as if nothing had been; and a variable
 * may be exchanged with itself.
 */
static void
two_swap (gpointer user_data G_GNUC_UNUSED)
{
  PyShared variables[2] = { { .object = py_int_new (1) }, { .object = py_int_new (2) } };

  py_set_free_threaded (TRUE);
  py_shared_swap (&variables[0], &variables[0]);
  run_threads (2, swap, variables);
  py_shared_swap (&variables[1], &variables[0]);
  explorer_outcome ("%d %d", (int) variables[0].object->value, (int) variables[1].object->value);
  for (guint i = 0; i < 2; i++)
    py_shared_store (&variables[i], NULL);
}

static void
swap_or_load (guint    which,
              gpointer data)
{
  PyShared *variables = data;

  if (which == 0)
    {
      swap (0, data);
      return;
    }

  for (guint i = 0; i < 2; i++)
    py_decref (load (&variables[i]));
}

/*
 * And a thread that loads both finds none in the midst of it.
 */
static void
swap_beside_load (gpointer user_data G_GNUC_UNUSED)
{
  PyShared variables[2] = { { .object = py_int_new (1) }, { .object = py_int_new (2) } };

  py_set_free_threaded (TRUE);
  run_threads (2, swap_or_load, variables);
  for (guint i = 0; i < 2; i++)
    py_shared_store (&variables[i], NULL);
}

static void
test_swap (void)
{
  graded_explore (two_swap, NULL, &(ExplorerOptions) { .max_preemptions = 3, .max_steps = MAX_STEPS });
  graded_explore (swap_beside_load, NULL, &(ExplorerOptions) { .max_preemptions = 3, .max_steps = MAX_STEPS });
}

/* --- A program --------------------------------------------------------------------------------------- */

static const char add_one[] =
  "def add_one\n"
  "    LOAD_GLOBAL x\n"
  "    LOAD_CONST 1\n"
  "    BINARY_ADD\n"
  "    STORE_GLOBAL x\n"
  "    LOAD_CONST None\n"
  "    RETURN_VALUE\n";

static PyModule *module;

static void
run_add_one (guint    which G_GNUC_UNUSED,
             gpointer data)
{
  PyRun run = { .interp = data, .function = "add_one" };

  py_run (&run, NULL);
}

/*
 * The interpreter without the GIL: two threads with x += 1. No object is damaged; and an addition can be lost, also with check points
 * at jumps and calls only, where the GIL made x += 1 look atomic.
 */
static void
two_additions (gpointer user_data G_GNUC_UNUSED)
{
  PyInterpreterState *interp = py_interpreter_state_new (module, PY_GIL_DISABLED, PY_CHECK_JUMPS_AND_CALLS);

  py_set_global (interp, "x", py_int_new (0));
  run_threads (2, run_add_one, interp);
  explorer_outcome ("x is %d", (int) py_get_global_int (interp, "x"));
  py_interpreter_state_free (interp);
}

static void
test_program (void)
{
  module = py_assemble (add_one, NULL);
  graded_explore (two_additions, NULL, &(ExplorerOptions) { .max_preemptions = 2, .max_steps = MAX_STEPS });
  g_clear_pointer (&module, py_module_free);
}

int
main (int    argc,
      char **argv)
{
  graded_explore_init (&argc, &argv);

  graded_test_add ("/gil/free/counts", test_counts);
  graded_test_add ("/gil/free/last", test_last);
  graded_test_add ("/gil/free/mutex", test_mutex);
  graded_test_add ("/gil/free/mutex-three", test_mutex_three);
  graded_test_add ("/gil/free/mutex-alone", test_mutex_alone);
  graded_test_add ("/gil/free/load", test_load);
  graded_test_add ("/gil/free/swap", test_swap);
  graded_test_add ("/gil/free/program", test_program);

  return g_test_run ();
}
