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

static PyInterpreterState *interpreter;
static gboolean is_dropped; /* belongs to who has the GIL */

static gpointer
take_with_errno (gpointer user_data)
{
  PyThreadState *tstate = user_data;

  errno = ENOTEMPTY;
  if (!take_gil (tstate))
    trace ("take_gil() did not take the GIL");
  trace ("errno is still that: %s", trace_bool (errno == ENOTEMPTY));
  trace ("main has dropped the GIL: %s", trace_bool (is_dropped));
  trace ("the request is over: %s", trace_bool (!gil_drop_is_requested (interpreter)));
  drop_gil (interpreter, tstate);

  return NULL;
}

/*
 * Main has the GIL until it is asked for it. The other one has waited then, by whatever system calls, and yet its errno is what
 * it was. Nobody hurries: what depends on who is quicker is for the explorer.
 */
static void
test_hand_over (void)
{
  PyThreadState *tstate, *other;
  GThread *thread;

  interpreter = py_interpreter_state_new (NULL, PY_GIL_YOURS, PY_CHECK_JUMPS_AND_CALLS);
  tstate = py_thread_state_new (interpreter);
  other = py_thread_state_new (interpreter);
  if (!sys_setswitchinterval (interpreter, 0.05, NULL))
    trace ("sys_setswitchinterval() failed");

  if (!take_gil (tstate))
    trace ("take_gil() did not take the GIL");
  is_dropped = FALSE;
  thread = g_thread_new ("other", take_with_errno, other);
  /* 80 times the interval pass only if nobody asks. */
  for (gint64 end = g_get_monotonic_time () + 4 * G_USEC_PER_SEC;
       g_get_monotonic_time () < end && !gil_drop_is_requested (interpreter);)
    g_usleep (1000);
  is_dropped = TRUE;
  drop_gil (interpreter, NULL);
  g_thread_join (thread);

  py_thread_state_free (tstate);
  py_thread_state_free (other);
  py_interpreter_state_free (interpreter);
}

/* --- Part C ------------------------------------------------------------------------------- */

static int pipe_ends[2];
static gboolean was_attached; /* when it read */

static int
read_byte (gpointer user_data)
{
  struct pollfd end = { .fd = pipe_ends[0], .events = POLLIN };

  /* Who is still attached has lost already, and need not wait long for somebody who cannot come. */
  was_attached = py_thread_state_get () != NULL;

  return poll (&end, 1, was_attached ? 100 : 20000) == 1 ? (int) read (pipe_ends[0], user_data, 1) : 0;
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
  graded_test_add ("/gil/real/hand-over", test_hand_over);
  graded_test_add ("/gil/real/pipe", test_pipe);

  return g_test_run ();
}
