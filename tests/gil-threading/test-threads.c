/* SPDX-License-Identifier: MIT */

/*
 * GIL lab: one test of each part with real threads, under the sanitizers. None of them is about time.
 */

#include "ceval.h"
#include "gil.h"
#include "graded-test.h"
#include "threading.h"

#include <errno.h>
#include <poll.h>
#include <unistd.h>

/* --- Part A ------------------------------------------------------------------------------- */

static GMutex mutex;

static gpointer
trace_worker (gpointer   user_data,
              GError   **error G_GNUC_UNUSED)
{
  g_mutex_lock (&mutex);
  trace ("Worker: %d", GPOINTER_TO_INT (user_data));
  g_mutex_unlock (&mutex);

  return NULL;
}

/* Five threads that each print "Worker: N", in whatever order. */
static void
test_workers (void)
{
  ThreadingThread *threads[5];
  int first = seed_int (0, 90);

  trace_unordered_begin ();
  for (int i = 0; i < 5; i++)
    {
      threads[i] = threading_thread_new (trace_worker, GINT_TO_POINTER (first + i), NULL, NULL);
      if (!threading_thread_start (threads[i], NULL))
        trace ("a thread could not be started");
    }
  for (int i = 0; i < 5; i++)
    {
      threading_thread_join (threads[i], THREADING_NO_TIMEOUT, NULL);
      threading_thread_unref (threads[i]);
    }
  threading_shutdown ();
  trace ("%u threads", threading_active_count ());
  trace_unordered_end ();
}

/* --- Part B ------------------------------------------------------------------------------- */

/* for i in range(n): x += 1 */
static const char count[] =
  "def count n\n"
  "    LOAD_CONST 0\n"
  "    STORE_FAST i\n"
  "again:\n"
  "    LOAD_FAST i\n"
  "    LOAD_FAST n\n"
  "    COMPARE_LT\n"
  "    POP_JUMP_IF_FALSE done\n"
  "    LOAD_GLOBAL x\n"
  "    LOAD_CONST 1\n"
  "    BINARY_ADD\n"
  "    STORE_GLOBAL x\n"
  "    LOAD_FAST i\n"
  "    LOAD_CONST 1\n"
  "    BINARY_ADD\n"
  "    STORE_FAST i\n"
  "    JUMP_BACKWARD again\n"
  "done:\n"
  "    LOAD_CONST None\n"
  "    RETURN_VALUE\n";

static gpointer
run_in_thread (gpointer user_data)
{
  py_run (user_data, NULL);

  return NULL;
}

static gpointer
take_with_errno (gpointer user_data)
{
  PyThreadState *tstate = user_data;

  errno = ENOTEMPTY;
  if (!take_gil (tstate))
    trace ("take_gil() did not take the GIL");
  trace ("errno is still that: %s", trace_bool (errno == ENOTEMPTY));
  drop_gil (tstate->interp, tstate);

  return NULL;
}

/* Main has the GIL until it is asked for it. So the other one has waited, by whatever system calls, and yet its errno is what it was. */
static void
wait_until_asked (PyInterpreterState *interp)
{
  PyThreadState *tstate = py_thread_state_new (interp);
  PyThreadState *other = py_thread_state_new (interp);
  GThread *thread;

  take_gil (tstate);
  thread = g_thread_new ("other", take_with_errno, other);
  for (guint i = 0; i < 20000 && !gil_drop_is_requested (interp); i++)
    g_usleep (1000);
  drop_gil (interp, tstate);
  g_thread_join (thread);
  py_thread_state_free (tstate);
  py_thread_state_free (other);
}

/* Four threads count on one variable, and change places as often as they can. With check points at jumps only nothing is lost. */
static void
test_count (void)
{
  g_autoptr (PyModule) module = py_assemble (count, NULL);
  PyInterpreterState *interp = py_interpreter_state_new (module, PY_GIL_YOURS, PY_CHECK_JUMPS_AND_CALLS);
  PyRun run = { .interp = interp, .function = "count", .argument = seed_int (2000, 3000) };
  GThread *threads[4];

  wait_until_asked (interp);
  py_set_global (interp, "x", py_int_new (0));
  if (!sys_setswitchinterval (interp, 1e-5, NULL))
    trace ("sys_setswitchinterval() failed");
  for (guint i = 0; i < 4; i++)
    threads[i] = g_thread_new ("counts", run_in_thread, &run);
  for (guint i = 0; i < 4; i++)
    g_thread_join (threads[i]);
  trace ("x is %" G_GINT64_FORMAT, py_get_global_int (interp, "x"));
  py_interpreter_state_free (interp);
}

/* --- Part C ------------------------------------------------------------------------------- */

static int pipe_ends[2];
static gboolean was_attached; /* when it read */

static int
read_byte (gpointer user_data)
{
  struct pollfd end = { .fd = pipe_ends[0], .events = POLLIN };

  /* So long only if nobody comes. */
  was_attached = py_thread_state_get () != NULL;

  return poll (&end, 1, 20000) == 1 ? (int) read (pipe_ends[0], user_data, 1) : 0;
}

typedef struct
{
  PyInterpreterState *interp;
  char byte;
} Writer;

/* Writes when it has the GIL. */
static gpointer
write_with_gil (gpointer user_data)
{
  Writer *self = user_data;
  PyThreadState *tstate = py_thread_state_new (self->interp);

  if (!py_thread_state_attach (tstate) || write (pipe_ends[1], &self->byte, 1) != 1)
    trace ("nothing was written");
  py_thread_state_delete_current ();

  return NULL;
}

/* Main reads from a pipe. Who writes to it needs the GIL: it would never come if main kept it. */
static void
test_pipe (void)
{
  PyInterpreterState *interp = py_interpreter_state_new (NULL, PY_GIL_YOURS, PY_CHECK_JUMPS_AND_CALLS);
  PyThreadState *tstate = py_thread_state_new (interp);
  Writer writer = { interp, (char) seed_int ('a', 'z') };
  GThread *thread;
  char byte = '?';
  int value = 0;

  if (pipe (pipe_ends) != 0)
    g_error ("no pipe: %s", g_strerror (errno));

  py_thread_state_attach (tstate);
  thread = g_thread_new ("writer", write_with_gil, &writer);
  trace ("allowed: %s", trace_bool (allow_threads (read_byte, &byte, &value)));
  trace ("read %d: %c", value, byte);
  trace ("attached when it read: %s", trace_bool (was_attached));
  trace ("attached again: %s", trace_bool (py_thread_state_get () == tstate));
  py_thread_state_detach (tstate, "joins");
  g_thread_join (thread);

  close (pipe_ends[0]);
  close (pipe_ends[1]);
  py_thread_state_free (tstate);
  py_interpreter_state_free (interp);
}

int
main (int    argc,
      char **argv)
{
  graded_test_init (&argc, &argv);

  graded_test_add ("/gil/real/workers", test_workers);
  graded_test_add ("/gil/real/count", test_count);
  graded_test_add ("/gil/real/pipe", test_pipe);

  return g_test_run ();
}
