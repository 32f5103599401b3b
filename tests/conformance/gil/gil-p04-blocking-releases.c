/* SPDX-License-Identifier: MIT */

/* The twin of gil-p04-blocking-releases.py: who blocks lets others run, and who only computes is made to hand over. */

#include "ceval.h"
#include "gil.h"
#include "kit.h"
#include "threading.h"

static PyInterpreterState *interp;

/* How many threads are blocked at the same time. */
static GMutex mutex;
static GCond changed;
static guint n_blocked;

/* Blocks until five threads do. In Python each sleeps for a time, and together they need no longer than one; that needs no clock to be
 * seen: if a thread kept the GIL while it is blocked, there would never be five. */
static int
block_with_others (gpointer data)
{
  (void) data;
  g_mutex_lock (&mutex);
  n_blocked++;
  g_cond_broadcast (&changed);
  while (n_blocked < 5)
    g_cond_wait (&changed, &mutex);
  g_mutex_unlock (&mutex);

  return 0;
}

static gpointer
sleeps (gpointer   data,
        GError   **error)
{
  PyThreadState *tstate = py_thread_state_new (interp);
  int value;

  (void) data;
  (void) error;
  py_thread_state_attach (tstate);
  allow_threads (block_with_others, NULL, &value);
  py_thread_state_delete_current ();

  return NULL;
}

/* Runs until it is told to stop, which only a thread that has the GIL can do. */
static const char text[] =
  "def computes\n"
  "again:\n"
  "    LOAD_GLOBAL stop\n"
  "    POP_JUMP_IF_FALSE go_on\n"
  "    JUMP_FORWARD done\n"
  "go_on:\n"
  "    JUMP_BACKWARD again\n"
  "done:\n"
  "    LOAD_CONST None\n"
  "    RETURN_VALUE\n";

static void
run_threads (guint           n,
             ThreadingTarget target,
             gpointer        data,
             void            (*meanwhile) (void))
{
  ThreadingThread *threads[5];

  for (guint i = 0; i < n; i++)
    {
      threads[i] = threading_thread_new (target, data, "thread", NULL);
      threading_thread_start (threads[i], NULL);
    }
  if (meanwhile != NULL)
    meanwhile ();
  for (guint i = 0; i < n; i++)
    {
      threading_thread_join (threads[i], THREADING_NO_TIMEOUT, NULL);
      threading_thread_unref (threads[i]);
    }
}

static void
set_stop (void)
{
  PyThreadState *tstate = py_thread_state_new (interp);

  py_thread_state_attach (tstate);
  py_set_global (interp, "stop", py_int_new (1));
  py_thread_state_delete_current ();
}

static void
set_interval (double seconds)
{
  g_autoptr (GError) error = NULL;

  if (sys_setswitchinterval (interp, seconds, &error))
    trace ("switch interval %g", sys_getswitchinterval (interp));
  else
    trace ("switch interval %g %s", seconds, g_error_matches (error, ASYNCIO_ERROR, ASYNCIO_ERROR_VALUE) ? "ValueError" : "another");
}

int
main (void)
{
  g_autoptr (PyModule) module = py_assemble (text, NULL);
  PyRun run = { .function = "computes" };

  interp = run.interp = py_interpreter_state_new (module, PY_GIL_YOURS, PY_CHECK_JUMPS_AND_CALLS);
  kit_init ();
  py_set_global (interp, "stop", py_int_new (0));

  trace ("switch interval %g", sys_getswitchinterval (interp));
  run_threads (5, sleeps, NULL, NULL);
  trace ("five sleeps took the time of less than two: %s", trace_bool (n_blocked == 5));

  run_threads (1, py_run, &run, set_stop);
  trace ("main got its turn from a computing thread");

  set_interval (0.02);
  set_interval (0);
  set_interval (-1);
  py_interpreter_state_free (interp);

  return 0;
}
