/* SPDX-License-Identifier: MIT */

/*
 * What the GIL of the lab costs, and who has it when.
 *
 *     bench-gil                       figures, to be put beside those of bench-gil.py
 *     bench-gil --record FILE SCENE   a scene is recorded instead: "convoy", "overlap" or "compute"; gil-picture.py draws it
 *
 * Linked with the explorer the same program records a scene as it goes in virtual time, with a processor for each thread and no
 * other load.
 */

#include "ceval.h"
#include "gil.h"
#include "threading.h"

#include <stdlib.h>
#include <string.h>

#ifdef EXPLORED
#include "explorer.h"
#endif

/* Counts to n, and does nothing else. */
#define LOOP(name, body) \
  "def " name " n\n    LOAD_CONST 0\n    STORE_FAST i\nagain:\n    LOAD_FAST i\n    LOAD_FAST n\n    COMPARE_LT\n" \
  "    POP_JUMP_IF_FALSE done\n" body "    LOAD_FAST i\n    LOAD_CONST 1\n    BINARY_ADD\n    STORE_FAST i\n" \
  "    JUMP_BACKWARD again\n" \
  "done:\n    LOAD_CONST None\n    RETURN_VALUE\n"

static const char text[] =
  LOOP ("count", "")
  LOOP ("compute", "    COMPUTE 1\n")
  LOOP ("wait", "    BLOCKING_IO 2\n    COMPUTE 1\n")
  LOOP ("answer", "    BLOCKING_IO 2\n");

typedef struct
{
  const char *functions[4];
  gint64 arguments[4];
} Scene;

/* Runs the threads of a scene. Returns how long it took, in seconds. */
static double
run_scene (PyInterpreterState *interp,
           const Scene        *scene)
{
  ThreadingThread *threads[4] = { NULL };
  PyRun runs[4];
  gint64 begin = g_get_monotonic_time ();

  for (guint i = 0; i < 4 && scene->functions[i] != NULL; i++)
    {
      runs[i] = (PyRun) { .interp = interp, .function = scene->functions[i], .argument = scene->arguments[i] };
      threads[i] = threading_thread_new (py_run, &runs[i], scene->functions[i], NULL);
      threading_thread_start (threads[i], NULL);
    }
  for (guint i = 0; i < 4 && threads[i] != NULL; i++)
    {
      threading_thread_join (threads[i], THREADING_NO_TIMEOUT, NULL);
      threading_thread_unref (threads[i]);
    }

  return (double) (g_get_monotonic_time () - begin) / G_USEC_PER_SEC;
}

/* --- Figures ----------------------------------------------------------------------------------- */

static int
compare_doubles (gconstpointer a,
                 gconstpointer b)
{
  double x = *(const double *) a, y = *(const double *) b;

  return (x > y) - (x < y);
}

static double
median (double *values,
        guint   n)
{
  qsort (values, n, sizeof *values, compare_doubles);

  return values[n / 2];
}

/* The median of pairs: processors are quicker at one time than at another, but seldom within a pair. */
static void
measure_slow_down (PyInterpreterState *interp)
{
  enum { PAIRS = 21, N = 500000 };
  double ratios[PAIRS];

  for (guint i = 0; i < PAIRS; i++)
    {
      double one = run_scene (interp, &(Scene) { { "count" }, { N } });

      ratios[i] = run_scene (interp, &(Scene) { { "count", "count" }, { N, N } }) / one;
    }
  g_print ("two threads that compute, against one with half of the work: %.2f times\n", median (ratios, PAIRS));
}

static int
sleep_a_little (gpointer user_data)
{
  (void) user_data;
  g_usleep (2000);

  return 0;
}

/* How long a thread waits for the GIL that has its answer, beside one that computes. */
static void
measure_latency (PyInterpreterState *interp,
                 double              interval)
{
  enum { N = 100 };
  PyThreadState *tstate = py_thread_state_new (interp);
  PyRun run = { .interp = interp, .function = "count", .argument = G_MAXINT };
  g_autoptr (ThreadingThread) computes = threading_thread_new (py_run, &run, "count", NULL);
  double waits[N];
  int value;

  sys_setswitchinterval (interp, interval, NULL);
  threading_thread_set_daemon (computes, TRUE, NULL);
  threading_thread_start (computes, NULL);
  py_thread_state_attach (tstate);
  for (guint i = 0; i < N; i++)
    {
      PyThreadState *saved = py_eval_save_thread ();
      gint64 begin;

      sleep_a_little (&value);
      begin = g_get_monotonic_time ();
      py_eval_restore_thread (saved);
      waits[i] = (double) (g_get_monotonic_time () - begin) / 1000;
    }
  g_print ("a wake-up beside a thread that computes, interval %.1f ms: median %.2f ms\n", interval * 1000, median (waits, N));

  /* The other one goes when it looks next. */
  py_finalize ();
  py_thread_state_detach (tstate, "ends");
  threading_thread_join (computes, THREADING_NO_TIMEOUT, NULL);
  py_thread_state_free (tstate);
}

static void
measure_lock (PyInterpreterState *interp)
{
  enum { N = 2000000 };
  PyThreadState *tstate = py_thread_state_new (interp);
  gint64 begin = g_get_monotonic_time ();
  guint n = 0;

  for (guint i = 0; i < N; i++)
    if (take_gil (tstate))
      drop_gil (interp, tstate);
  g_print ("take and drop, if nobody else wants it: %.1f ns\n", (double) (g_get_monotonic_time () - begin) * 1000 / N);

  begin = g_get_monotonic_time ();
  for (guint i = 0; i < 10 * N; i++)
    n += gil_drop_is_requested (interp) ? 1 : 0;
  g_print ("a check: %.2f ns%s\n", (double) (g_get_monotonic_time () - begin) * 100 / N, n == 0 ? "" : " (!)");
  py_thread_state_free (tstate);
}

/* An interpreter of its own for each figure, which may be ended. */
static void
measure (const PyModule *module)
{
  static const double intervals[] = { 0.005, 0.001, 0.02 };
  PyInterpreterState *interp = py_interpreter_state_new (module, PY_GIL_YOURS, PY_CHECK_JUMPS_AND_CALLS);

  measure_lock (interp);
  measure_slow_down (interp);
  py_interpreter_state_free (interp);
  for (guint i = 0; i < G_N_ELEMENTS (intervals); i++)
    {
      interp = py_interpreter_state_new (module, PY_GIL_YOURS, PY_CHECK_JUMPS_AND_CALLS);
      measure_latency (interp, intervals[i]);
      py_interpreter_state_free (interp);
    }
}

/* --- Scenes ---------------------------------------------------------------------------------------- */

static const struct
{
  const char *name;
  Scene scene;
} scenes[] = {
  { "convoy", { { "compute", "answer" }, { 60, 6 } } },
  { "overlap", { { "wait", "wait", "wait", "wait" }, { 3, 3, 3, 3 } } },
  { "compute", { { "compute", "compute" }, { 30, 30 } } },
};

/* What happened. It lies on the heap, where the explorer does not put it back. */
static GString *recorded;

__attribute__ ((no_sanitize ("thread"))) static void
record (const AsyncioRecord *event,
        gpointer             user_data)
{
  (void) user_data;
  g_string_append_printf (recorded,
                          "{\"t\":%" G_GINT64_FORMAT ",\"kind\":\"%s\",\"thread\":%u,\"name\":\"%s\",\"detail\":\"%s\"}\n",
                          event->time_ns, asyncio_record_kind_get_name (event->kind), event->thread,
                          event->name != NULL ? event->name : "", event->detail != NULL ? event->detail : "");
}

typedef struct
{
  const PyModule *module;
  const Scene *scene;
} Recording;

static void
run_recorded (gpointer user_data)
{
  const Recording *self = user_data;
  PyInterpreterState *interp = py_interpreter_state_new (self->module, PY_GIL_YOURS, PY_CHECK_JUMPS_AND_CALLS);

  asyncio_set_recorder (record, NULL);
  run_scene (interp, self->scene);
  asyncio_set_recorder (NULL, NULL);
  py_interpreter_state_free (interp);
}

static gboolean
record_scene (const PyModule  *module,
              const char      *name,
              const char      *path,
              GError         **error)
{
  for (guint i = 0; i < G_N_ELEMENTS (scenes); i++)
    if (strcmp (scenes[i].name, name) == 0)
      {
        Recording self = { module, &scenes[i].scene };

        recorded = g_string_sized_new (1 << 20);
#ifdef EXPLORED
        g_autoptr (ExplorerReport) report = explorer_explore (run_recorded, &self, &(ExplorerOptions) { .replay = "e" });

        if (report->verdict != EXPLORER_CORRECT)
          g_printerr ("%s\n", report->message);
#else
        run_recorded (&self);
#endif
        return g_file_set_contents (path, recorded->str, (gssize) recorded->len, error);
      }

  g_set_error (error, ASYNCIO_ERROR, ASYNCIO_ERROR_VALUE, "there is no scene %s", name);

  return FALSE;
}

int
main (int    argc,
      char **argv)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (PyModule) module = NULL;

#ifdef EXPLORED
  (void) asyncio_error_quark ();
  explorer_init (&argc, &argv);
#endif

  module = py_assemble (text, &error);
  if (module != NULL && argc == 4 && strcmp (argv[1], "--record") == 0)
    record_scene (module, argv[3], argv[2], &error);
  else if (module != NULL && argc == 1)
    measure (module);
  else if (module != NULL)
    g_set_error (&error, ASYNCIO_ERROR, ASYNCIO_ERROR_VALUE, "usage: %s [--record FILE SCENE]", argv[0]);

  if (error != NULL)
    {
      g_printerr ("%s\n", error->message);
      return 2;
    }

  return 0;
}
