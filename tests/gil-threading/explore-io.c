/* SPDX-License-Identifier: MIT */

/*
 * GIL lab, part C: what blocks.
 */

#include "common.h"

#include <errno.h>

/* --- Programs that compute and wait --------------------------------------------------------- */

/* Computes, waits for something outside, computes. Who of several threads comes first is not told. */
static const char compute_and_wait[] =
  "def main\n"
  "    COMPUTE 2\n"
  "    LOAD_CONST None\n"
  "    PRINT waits\n"
  "    BLOCKING_IO %d\n"
  "    LOAD_CONST None\n"
  "    PRINT goes on\n"
  "    COMPUTE 2\n"
  "    LOAD_CONST None\n"
  "    RETURN_VALUE\n";

/* Only computes, for 2 ms in each round. */
static const char compute_only[] =
  "def main n\n"
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
  "    PRINT has done\n"
  "    LOAD_CONST None\n"
  "    RETURN_VALUE\n";

typedef struct
{
  const PyModule *module;
  gboolean is_quiet; /* only the end is noted */
  guint n_threads;
  gint64 arguments[5];
} Scene;

static void
note_printed (const char *text,
              gpointer    data)
{
  const Scene *scene = data;

  if (!scene->is_quiet)
    note ("%s", text);
}

static gpointer
run_in_thread (gpointer user_data)
{
  py_run (user_data, NULL);

  return NULL;
}

static void
run_threads (gpointer user_data)
{
  const Scene *scene = user_data;
  PyInterpreterState *interp = py_interpreter_state_new (scene->module, PY_GIL_YOURS, PY_CHECK_JUMPS_AND_CALLS);
  PyRun runs[5];
  GThread *threads[5];

  interp->print = note_printed;
  interp->print_data = user_data;
  for (guint i = 0; i < scene->n_threads; i++)
    {
      runs[i] = (PyRun) { .interp = interp, .function = "main", .argument = scene->arguments[i] };
      threads[i] = g_thread_new ("thread", run_in_thread, &runs[i]);
    }
  for (guint i = 0; i < scene->n_threads; i++)
    g_thread_join (threads[i]);
  note ("all have ended");
  py_interpreter_state_free (interp);
}

static void
run_scene (const char *text,
           Scene      *scene)
{
  g_autoptr (PyModule) module = py_assemble (text, NULL);

  scene->module = module;
  run_by_itself (run_threads, scene);
}

/*
 * Five threads wait for something outside, each for about one second. As they give up the GIL, the waits overlap: all is over
 * after a second and what they compute, one after the other.
 */
static void
test_overlap (void)
{
  Scene scene = { .n_threads = 5 };
  g_autofree char *text = g_strdup_printf (compute_and_wait, 1000 + 100 * seed_int (0, 9));

  run_scene (text, &scene);
}

/* Threads that only compute take as long as one after the other, however often they change places. */
static void
test_compute (void)
{
  Scene scene = { .is_quiet = TRUE, .n_threads = 2, .arguments = { seed_int (6, 9), seed_int (10, 12) } };

  run_scene (compute_only, &scene);
}

/* --- What a call leaves behind --------------------------------------------------------------------- */

typedef struct
{
  guint n_interrupted; /* so many times it is interrupted before it comes to its end */
  int error;           /* the errno that it ends with; 0: it succeeds */
  int value;           /* what it returns if it succeeds */
  guint n_calls;
} Call;

static const char *
describe_current (PyThreadState *tstate)
{
  PyThreadState *current = py_thread_state_get ();

  return current == NULL ? "None" : current == tstate ? "this one" : "another one";
}

static int
do_call (gpointer user_data)
{
  Call *self = user_data;

  self->n_calls++;
  note ("call %u: current thread state %s", self->n_calls, describe_current (NULL));
  g_usleep (1000);
  errno = self->n_calls <= self->n_interrupted ? EINTR : self->error;

  return errno == 0 ? self->value : -1;
}

static const char *
describe_errno (int error)
{
  return error == EIO ? "EIO" : error == ENOSPC ? "ENOSPC" : error == EINTR ? "EINTR" : "another one";
}

static void
note_call (PyThreadState *tstate,
           Call          *call)
{
  int value = 1234;
  gboolean may_go_on;
  int error;

  errno = 0;
  may_go_on = allow_threads (do_call, call, &value);
  error = errno;
  note ("returned %d, errno %s, may go on: %s", value, value == -1 ? describe_errno (error) : "-", trace_bool (may_go_on));
  note ("after it: current thread state %s", describe_current (tstate));
}

static void
call_with_errno (gpointer user_data)
{
  PyInterpreterState *interp = py_interpreter_state_new (NULL, PY_GIL_YOURS, PY_CHECK_EVERYWHERE);
  PyThreadState *tstate = py_thread_state_new (interp);

  if (!py_thread_state_attach (tstate))
    note ("attach failed");
  note_call (tstate, user_data);
  if (py_thread_state_get () != NULL)
    py_thread_state_detach (tstate, "ends");
  py_thread_state_free (tstate);
  py_interpreter_state_free (interp);
}

/*
 * A call that fails: -1, and errno says why. Between the call and whoever looks at errno the GIL is taken, and that must not
 * change it.
 */
static void
test_errno (void)
{
  Call call = { .error = seed_bool () ? EIO : ENOSPC };

  run_by_itself (call_with_errno, &call);
}

/* What is interrupted is done again; a value is given as it is, also with an errno from before. */
static void
test_interrupted (void)
{
  Call call = { .n_interrupted = seed_int (1, 3), .value = seed_int (0, 99) };

  run_by_itself (call_with_errno, &call);
}

/* A thread without a thread state may call as well. */
static void
call_without_state (gpointer user_data)
{
  note ("saved: %s", py_eval_save_thread () == NULL ? "None" : "something");
  note_call (NULL, user_data);
  note ("restored: %s", trace_bool (py_eval_restore_thread (NULL)));
}

static void
test_no_state (void)
{
  Call call = { .n_interrupted = seed_int (1, 3), .value = seed_int (0, 99) };

  run_by_itself (call_without_state, &call);
}

/* --- To save and to restore ------------------------------------------------------------------------------ */

static void
save_and_restore (gpointer user_data G_GNUC_UNUSED)
{
  PyInterpreterState *interp = py_interpreter_state_new (NULL, PY_GIL_YOURS, PY_CHECK_EVERYWHERE);
  PyThreadState *tstate = py_thread_state_new (interp);
  PyThreadState *other = py_thread_state_new (interp);
  PyThreadState *saved;

  if (!py_thread_state_attach (tstate))
    note ("attach failed");
  note ("attached: %s", describe_current (tstate));
  saved = py_eval_save_thread ();
  note ("saved: %s", saved == tstate ? "this one" : "not this one");
  note ("current: %s", describe_current (tstate));

  /* Somebody else has the GIL meanwhile; it would be locked for ever if it were still ours. */
  if (py_thread_state_get () == NULL && py_thread_state_attach (other))
    {
      note ("the other one is attached");
      py_thread_state_detach (other, "ends");
    }
  errno = ENOENT;
  note ("restored: %s", trace_bool (py_eval_restore_thread (saved)));
  note ("errno is still that: %s", trace_bool (errno == ENOENT));
  note ("current: %s", describe_current (tstate));

  if (py_thread_state_get () != NULL)
    py_thread_state_detach (tstate, "ends");
  py_thread_state_free (other);
  py_thread_state_free (tstate);
  py_interpreter_state_free (interp);
}

static void
test_save (void)
{
  run_by_itself (save_and_restore, NULL);
}

/* --- Under all schedules ------------------------------------------------------------------------------------ */

static volatile int inside; /* belongs to who has the GIL */

static int
be_outside (gpointer user_data)
{
  volatile int *n = user_data;

  *n += 1;

  return 0;
}

static void
go_out_and_in (PyThreadState *tstate,
               gpointer       data G_GNUC_UNUSED)
{
  int n_calls = 0;
  int value = -1;

  if (!py_thread_state_attach (tstate))
    explorer_fail ("a thread could not be attached");
  inside++;
  if (!allow_threads (be_outside, &n_calls, &value) || value != 0 || n_calls != 1)
    explorer_fail ("the call was not done, or more than once");
  inside++;
  if (py_thread_state_get () != tstate)
    explorer_fail ("this thread is not attached after the call");
  py_thread_state_detach (tstate, "ends");
}

/*
 * Two threads give up the GIL and take it again. Whatever the schedule, only one of them is inside, and both come to their end.
 */
static void
two_out_and_in (gpointer user_data G_GNUC_UNUSED)
{
  PyInterpreterState *interp = py_interpreter_state_new (NULL, PY_GIL_YOURS, PY_CHECK_EVERYWHERE);
  Worker workers[2];
  GThread *threads[2];

  for (guint i = 0; i < 2; i++)
    threads[i] = worker_start (&workers[i], interp, "thread", go_out_and_in, NULL);
  for (guint i = 0; i < 2; i++)
    worker_join (&workers[i], threads[i]);
  if (inside != 4)
    explorer_fail ("something was lost");
  py_interpreter_state_free (interp);
}

static void
test_out_and_in (void)
{
  graded_explore (two_out_and_in, NULL, &(ExplorerOptions) { .max_preemptions = 2, .max_steps = 2000 });
}

int
main (int    argc,
      char **argv)
{
  graded_explore_init (&argc, &argv);

  graded_test_add ("/gil/io/overlap", test_overlap);
  graded_test_add ("/gil/io/compute", test_compute);
  graded_test_add ("/gil/io/errno", test_errno);
  graded_test_add ("/gil/io/interrupted", test_interrupted);
  graded_test_add ("/gil/io/no-thread-state", test_no_state);
  graded_test_add ("/gil/io/save", test_save);
  graded_test_add ("/gil/io/exclusion", test_out_and_in);

  return g_test_run ();
}
