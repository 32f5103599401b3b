/* SPDX-License-Identifier: MIT */

/*
 * GIL lab, hidden tests.
 */

#include "common.h"

#include <errno.h>

static PyInterpreterState *
new_interpreter (void)
{
  return py_interpreter_state_new (NULL, PY_GIL_YOURS, PY_CHECK_EVERYWHERE);
}

/* --- Part A: join() and the GIL -------------------------------------------------------------- */

static volatile int n_done; /* belongs to who has the GIL */

/* A thread that needs the GIL to come to its end. */
static gpointer
need_gil (gpointer   user_data,
          GError   **error G_GNUC_UNUSED)
{
  PyThreadState *tstate = py_thread_state_new (user_data);

  if (!py_thread_state_attach (tstate))
    explorer_fail ("a thread could not be attached");
  n_done++;
  py_thread_state_delete_current ();

  return NULL;
}

/*
 * Main has the GIL and joins a thread that needs it: who waits for a thread gives the GIL up, and has it again when it goes on.
 */
static void
join_with_gil (gpointer user_data)
{
  gboolean shuts_down = GPOINTER_TO_INT (user_data);
  PyInterpreterState *interp = new_interpreter ();
  PyThreadState *tstate = py_thread_state_new (interp);
  g_autoptr (ThreadingThread) thread = threading_thread_new (need_gil, interp, NULL, NULL);

  if (!py_thread_state_attach (tstate) || !threading_thread_start (thread, NULL))
    explorer_fail ("a thread could not be started");
  if (shuts_down)
    threading_shutdown ();
  else if (!threading_thread_join (thread, THREADING_NO_TIMEOUT, NULL))
    explorer_fail ("a thread could not be joined");
  if (py_thread_state_get () != tstate || n_done != 1)
    explorer_fail ("join() has returned without the GIL, or before the thread has ended");
  py_thread_state_detach (tstate, "ends");
  py_thread_state_free (tstate);
  py_interpreter_state_free (interp);
}

static void
test_join (void)
{
  for (guint i = 0; i < 2; i++)
    graded_explore (join_with_gil, GUINT_TO_POINTER (i), &(ExplorerOptions) { .max_preemptions = 2, .max_steps = 2000 });
}

/* --- Part B: the end of an interpreter ---------------------------------------------------------- */

/* Takes the GIL if it can. */
static void
take_if_possible (PyThreadState *tstate,
                  gpointer       data G_GNUC_UNUSED)
{
  if (take_gil (tstate))
    {
      n_done++;
      drop_gil (tstate->interp, tstate);
    }
}

/*
 * Main ends the interpreter while two threads want the GIL. Whatever the schedule, those that have not had it before do not get
 * it, and come to their end all the same; main can take it again. A request of theirs is over with them: main must not wait for
 * somebody who is gone.
 */
static void
finalize (gpointer user_data)
{
  guint n_threads = GPOINTER_TO_UINT (user_data);
  PyInterpreterState *interp = new_interpreter ();
  PyThreadState *tstate = py_thread_state_new (interp);
  Worker workers[2];
  GThread *threads[2];
  guint n_done_before;

  for (guint i = 0; i < n_threads; i++)
    threads[i] = worker_start (&workers[i], interp, "late", take_if_possible, NULL);
  if (!py_thread_state_attach (tstate))
    explorer_fail ("main could not be attached");
  py_finalize ();
  n_done_before = n_done;
  for (guint i = 0; i < 2 && !gil_drop_is_requested (interp); i++)
    continue;
  py_thread_state_detach (tstate, "joins");
  for (guint i = 0; i < n_threads; i++)
    worker_join (&workers[i], threads[i]);
  if (!py_thread_state_attach (tstate))
    explorer_fail ("main could not be attached again");
  if ((guint) n_done != n_done_before)
    explorer_fail ("a thread got the GIL when the interpreter was being ended");
  if (gil_drop_is_requested (interp))
    explorer_fail ("a thread that is gone has left its request behind");
  py_thread_state_detach (tstate, "ends");
  py_thread_state_free (tstate);
  py_interpreter_state_free (interp);
}

static void
test_finalize (void)
{
  graded_explore (finalize, GUINT_TO_POINTER (1), &(ExplorerOptions) { .max_preemptions = 3, .max_steps = 2000 });
  graded_explore (finalize, GUINT_TO_POINTER (2), &(ExplorerOptions) { .max_preemptions = 2, .max_steps = 2000 });
}

/* --- Part B: errno ---------------------------------------------------------------------------------- */

static void
take_with_errno (PyThreadState *tstate,
                 gpointer       data)
{
  errno = GPOINTER_TO_INT (data);
  if (!take_gil (tstate))
    note ("take_gil() did not take the GIL");
  note ("errno is still that: %s", trace_bool (errno == GPOINTER_TO_INT (data)));
  drop_gil (tstate->interp, tstate);
}

/* Who waits for the GIL has the errno that it had. A wait that times out leaves ETIMEDOUT in it. */
static void
keep_errno (gpointer user_data)
{
  PyInterpreterState *interp = new_interpreter ();
  PyThreadState *tstate = py_thread_state_new (interp);
  Worker worker;
  GThread *thread;

  if (!take_gil (tstate))
    note ("take_gil() did not take the GIL");
  thread = worker_start (&worker, interp, "waiter", take_with_errno, user_data);
  g_usleep (5500);
  note ("asked: %s", trace_bool (gil_drop_is_requested (interp)));
  drop_gil (interp, tstate);
  worker_join (&worker, thread);
  py_thread_state_free (tstate);
  py_interpreter_state_free (interp);
}

static void
test_errno (void)
{
  run_by_itself (keep_errno, GINT_TO_POINTER (seed_bool () ? EIO : ENOSPC));
}

/* --- Part C: the convoy -------------------------------------------------------------------------------- */

/* One thread computes, for 2 ms in each round; the other one waits for something outside, again and again. */
static const char convoy[] =
  "def computes n\n"
  "    LOAD_CONST 0\n"
  "    STORE_FAST i\n"
  "again:\n"
  "    LOAD_FAST i\n"
  "    LOAD_FAST n\n"
  "    COMPARE_LT\n"
  "    POP_JUMP_IF_FALSE done\n"
  "    COMPUTE 2\n"
  "    LOAD_FAST i\n"
  "    LOAD_CONST 1\n"
  "    BINARY_ADD\n"
  "    STORE_FAST i\n"
  "    JUMP_BACKWARD again\n"
  "done:\n"
  "    LOAD_FAST i\n"
  "    PRINT rounds computed:\n"
  "    LOAD_CONST None\n"
  "    RETURN_VALUE\n"
  "def waits n\n"
  "    LOAD_CONST 0\n"
  "    STORE_FAST i\n"
  "again:\n"
  "    LOAD_FAST i\n"
  "    LOAD_FAST n\n"
  "    COMPARE_LT\n"
  "    POP_JUMP_IF_FALSE done\n"
  "    BLOCKING_IO 2\n"
  "    LOAD_FAST i\n"
  "    LOAD_CONST 1\n"
  "    BINARY_ADD\n"
  "    STORE_FAST i\n"
  "    LOAD_FAST i\n"
  "    PRINT answers that came:\n"
  "    JUMP_BACKWARD again\n"
  "done:\n"
  "    LOAD_CONST None\n"
  "    RETURN_VALUE\n";

static void
note_printed (const char *text,
              gpointer    data G_GNUC_UNUSED)
{
  note ("%s", text);
}

static gpointer
run_in_thread (gpointer user_data)
{
  py_run (user_data, NULL);

  return NULL;
}

typedef struct
{
  const PyModule *module;
  int rounds, waits;
} Convoy;

static void
run_convoy (gpointer user_data)
{
  const Convoy *self = user_data;
  PyInterpreterState *interp = py_interpreter_state_new (self->module, PY_GIL_YOURS, PY_CHECK_JUMPS_AND_CALLS);
  PyRun runs[] = {
    { .interp = interp, .function = "computes", .argument = self->rounds },
    { .interp = interp, .function = "waits", .argument = self->waits },
  };
  GThread *threads[2];

  interp->print = note_printed;
  for (guint i = 0; i < 2; i++)
    threads[i] = g_thread_new (runs[i].function, run_in_thread, &runs[i]);
  for (guint i = 0; i < 2; i++)
    g_thread_join (threads[i]);
  note ("all have ended");
  py_interpreter_state_free (interp);
}

/*
 * Each answer takes 2 ms to come, and then the thread waits for an interval, and for the round of the other one to end, before
 * it can go on: 8 ms in all.
 */
static void
test_convoy (void)
{
  g_autoptr (PyModule) module = py_assemble (convoy, NULL);
  Convoy self = { module, seed_int (20, 25), seed_int (3, 4) };

  run_by_itself (run_convoy, &self);
}

/* --- Part C: a thread that must go --------------------------------------------------------------------------- */

static PyThreadState *main_state; /* for who ends the interpreter in a call of another thread */
static guint n_calls;

static int
end_meanwhile (gpointer user_data G_GNUC_UNUSED)
{
  n_calls++;
  if (n_calls == 1 && py_thread_state_attach (main_state))
    {
      py_finalize ();
      py_thread_state_detach (main_state, "ends");
    }
  errno = EINTR;

  return -1;
}

/*
 * While a thread waits outside, the interpreter is ended, and its call is interrupted. It is not called again: this thread must
 * go. Who only asks for its thread state back gets it as little.
 */
static void
must_go (gpointer user_data G_GNUC_UNUSED)
{
  PyInterpreterState *interp = new_interpreter ();
  PyThreadState *tstate = py_thread_state_new (interp);
  gboolean may_go_on;
  int value = 0;

  main_state = py_thread_state_new (interp);
  n_calls = 0;
  if (!py_thread_state_attach (tstate))
    note ("attach failed");
  may_go_on = allow_threads (end_meanwhile, NULL, &value);
  note ("called %u times, returned %d, may go on: %s, attached: %s", n_calls, value, trace_bool (may_go_on),
        trace_bool (py_thread_state_get () != NULL));
  note ("restored: %s", trace_bool (py_thread_state_get () == NULL && py_eval_restore_thread (tstate)));
  note ("the one that ended it can still have it: %s",
        trace_bool (py_thread_state_get () == NULL && py_thread_state_attach (main_state)));
  if (py_thread_state_get () == main_state)
    py_thread_state_detach (main_state, "ends");
  py_thread_state_free (main_state);
  py_thread_state_free (tstate);
  py_interpreter_state_free (interp);
}

static void
test_must_go (void)
{
  run_by_itself (must_go, NULL);
}

int
main (int    argc,
      char **argv)
{
  graded_explore_init (&argc, &argv);

  graded_test_add ("/gil/thread/join-and-gil", test_join);
  graded_test_add ("/gil/life/finalize", test_finalize);
  graded_test_add ("/gil/life/errno", test_errno);
  graded_test_add ("/gil/io/convoy", test_convoy);
  graded_test_add ("/gil/io/must-go", test_must_go);

  return g_test_run ();
}
