/* SPDX-License-Identifier: MIT */

/*
 * One job that computes and one that waits, each done in four ways by 1, 2, 4 and 8 workers.
 *
 * The job is the same program for the interpreter of the GIL lab, and there is the same amount of it however many share it. So
 * what differs is only who runs it. A measurement begins when there is no worker, and ends when there is none any more.
 */

#include "ceval.h"
#include "multiprocessing.h"
#include "threading.h"

#include "ways.h"

const Way ways[N_WAYS] = {
  [WAY_THREADS_GIL] = { "threads-gil", "threads, GIL", 'a' },
  [WAY_THREADS_FREE] = { "threads-free", "threads, no GIL", 'b' },
  [WAY_TASKS] = { "tasks", "asyncio tasks", 'c' },
  [WAY_PROCESSES] = { "processes", "processes", 'd' },
};

const guint crowds[N_CROWDS] = { 1, 2, 4, 8 };

/* def NAME(n):
 *     i = 0
 *     while i < n:
 *         BODY
 *         i = i + 1
 */
#define LOOP(name, body) \
  "def " name " n\n    LOAD_CONST 0\n    STORE_FAST i\nagain:\n    LOAD_FAST i\n    LOAD_FAST n\n    COMPARE_LT\n" \
  "    POP_JUMP_IF_FALSE done\n" body "    LOAD_FAST i\n    LOAD_CONST 1\n    BINARY_ADD\n    STORE_FAST i\n" \
  "    JUMP_BACKWARD again\ndone:\n    LOAD_CONST None\n    RETURN_VALUE\n"

static const char text[] = LOOP ("cpu", "") LOOP ("io", "    BLOCKING_IO 10\n");

static const struct
{
  const char *function;
  guint n;       /* how many rounds all workers do together: additions, or answers that take 10 ms */
  guint n_quick;
} jobs[] = {
  { "cpu", 6000000, 800 },
  { "io", 40, 8 },
};

/* --- What waits ------------------------------------------------------------------------------------------ */

/* Set while tasks run the program. They all have one thread. */
static gboolean awaits;

void __real_g_usleep (gulong microseconds);
void __wrap_g_usleep (gulong microseconds);

/* The instruction that waits calls g_usleep(), and the linker leads that here (meson.build: --wrap). A task that blocked its
 * thread would block all others, so in a task the same instruction awaits a timer. Libraries like gevent do this to
 * time.sleep(), so that a program need not be written anew. */
void
__wrap_g_usleep (gulong microseconds)
{
  if (awaits)
    asyncio_sleep ((double) microseconds / G_USEC_PER_SEC, NULL);
  else
    __real_g_usleep (microseconds);
}

/* --- The four ways ----------------------------------------------------------------------------------------- */

/* What one of some workers has to do. */
typedef struct
{
  PyInterpreterState *interp;
  const char *function;
  guint n_workers;
  guint share;
} Job;

static gboolean
run_threads (const Job  *self,
             GError    **error)
{
  g_autoptr (GPtrArray) threads = g_ptr_array_new_with_free_func ((GDestroyNotify) threading_thread_unref);
  PyRun run = { .interp = self->interp, .function = self->function, .argument = self->share };
  gboolean done = TRUE;

  for (guint i = 0; i < self->n_workers && done; i++)
    {
      ThreadingThread *thread = threading_thread_new (py_run, &run, self->function, NULL);

      done = threading_thread_start (thread, error);
      if (done)
        g_ptr_array_add (threads, thread);
      else
        threading_thread_unref (thread);
    }
  for (guint i = 0; i < threads->len; i++)
    done &= threading_thread_join (threads->pdata[i], THREADING_NO_TIMEOUT, done ? error : NULL);

  return done;
}

/* A coroutine, of which py_run() is one, too. */
static gpointer
await_tasks (gpointer   user_data,
             GError   **error)
{
  const Job *self = user_data;
  g_autoptr (GPtrArray) tasks = g_ptr_array_new_full (self->n_workers, asyncio_unref);
  PyRun run = { .interp = self->interp, .function = self->function, .argument = self->share };

  for (guint i = 0; i < self->n_workers && *error == NULL; i++)
    g_ptr_array_add (tasks, asyncio_create_task (asyncio_coroutine_new (py_run, &run, NULL), error));
  for (guint i = 0; i < tasks->len && *error == NULL; i++)
    (void) asyncio_await (tasks->pdata[i], error);

  return NULL;
}

static gboolean
run_tasks (Job     *self,
           GError **error)
{
  g_autoptr (AsyncioLoop) loop = asyncio_new_event_loop ();
  GError *raised = NULL;

  awaits = TRUE;
  asyncio_loop_run_until_complete (loop, asyncio_coroutine_new (await_tasks, self, NULL), &raised);
  awaits = FALSE;
  asyncio_loop_close (loop, NULL);
  if (raised != NULL)
    g_propagate_error (error, raised);

  return raised == NULL;
}

/* In another process: there an interpreter is made for the work, as no memory is shared. */
static GVariant *
run_job (GVariant            *args,
         MpConnection *const *connections,
         GError             **error)
{
  g_autoptr (PyModule) module = py_assemble (text, error);
  PyInterpreterState *interp;
  PyRun run;

  (void) connections;
  if (module == NULL)
    return NULL;

  interp = py_interpreter_state_new (module, PY_GIL_YOURS, PY_CHECK_JUMPS_AND_CALLS);
  run = (PyRun) { .interp = interp };
  g_variant_get (args, "(&sx)", &run.function, &run.argument);
  py_run (&run, error);
  py_interpreter_state_free (interp);

  return NULL;
}

static gboolean
run_processes (const Job  *self,
               GError    **error)
{
  g_autoptr (MpPool) pool = mp_pool_new (&(MpPoolOptions) { .method = MP_FORK, .processes = self->n_workers }, error);
  g_auto (GVariantBuilder) shares = G_VARIANT_BUILDER_INIT (G_VARIANT_TYPE ("a(sx)"));
  g_autoptr (GVariant) results = NULL;

  if (pool == NULL)
    return FALSE;

  for (guint i = 0; i < self->n_workers; i++)
    g_variant_builder_add (&shares, "(sx)", self->function, (gint64) self->share);
  results = mp_pool_map (pool, "run", g_variant_builder_end (&shares), 1, error);
  if (results == NULL)
    return FALSE;
  mp_pool_close (pool);

  return mp_pool_join (pool, error);
}

/* --- All of them --------------------------------------------------------------------------------------------- */

static gboolean
measure_way (const PyModule  *module,
             guint            way,
             Job             *job,
             GError         **error)
{
  PyGilKind kind = way == WAY_THREADS_FREE ? PY_GIL_DISABLED : PY_GIL_YOURS;
  Moment begin = moment_now ();
  gboolean done;

  job->interp = py_interpreter_state_new (module, kind, PY_CHECK_JUMPS_AND_CALLS);
  if (way == WAY_TASKS)
    done = run_tasks (job, error);
  else if (way == WAY_PROCESSES)
    done = run_processes (job, error);
  else
    done = run_threads (job, error);
  py_interpreter_state_free (job->interp);
  if (done)
    moment_print_since (begin, job->function, ways[way].id, job->n_workers, 1);

  return done;
}

void
ways_register_jobs (void)
{
  mp_register ("run", run_job);
}

gboolean
ways_measure_jobs (gboolean   quick,
                   GError   **error)
{
  g_autoptr (PyModule) module = py_assemble (text, error);

  if (module == NULL)
    return FALSE;

  /* Processes first: a thread that was joined may still be on its way out, and a process with threads is not to be copied. */
  for (guint way = N_WAYS; way-- > 0;)
    for (guint i = 0; i < G_N_ELEMENTS (jobs); i++)
      for (guint crowd = 0; crowd < N_CROWDS; crowd++)
        {
          Job job = { .function = jobs[i].function, .n_workers = crowds[crowd] };

          job.share = (quick ? jobs[i].n_quick : jobs[i].n) / job.n_workers;
          if (!measure_way (module, way, &job, error))
            return FALSE;
        }

  return TRUE;
}
