/* SPDX-License-Identifier: MIT */

/*
 * Lab 3.9, part C: to_thread().
 */

#include "common.h"

/* A coroutine of a job that the seed has made. */
static AsyncioCoroutine *
job_coroutine (Job *job)
{
  return asyncio_to_thread_coroutine (job_run, job, NULL, thing_free);
}

/* Awaits to_thread() of a job, and writes what came. */
static void
trace_to_thread (const char *label,
                 Job        *job)
{
  g_autoptr (GError) error = NULL;
  gpointer value = asyncio_to_thread (job_run, job, NULL, thing_free, &error);

  if (error != NULL)
    trace ("%s: raised %s", label, trace_error (error));
  else
    trace ("%s: got %s", label, thing_read (value));
}

/* --- Value and error ------------------------------------------------------------------- */

/*
 * await to_thread() gives what the function returns, which is the caller's then. The function has no loop of its own, and no
 * current task.
 *
 *     thread: works with amber, in the loop's thread False
 *     thread: RuntimeError: no running event loop
 *     main: got amber
 *     awaited: got basil
 *     None: got None
 */
static GThread *loop_thread;

static gpointer
work (gpointer   user_data,
      GError   **error)
{
  Thing *self = user_data;
  g_autoptr (GError) no_loop = NULL;

  (void) error;
  trace ("thread: works with %s, in the loop's thread %s", self->word, trace_bool (g_thread_self () == loop_thread));
  (void) !asyncio_get_running_loop (&no_loop);
  trace ("thread: %s", trace_error (no_loop));

  return thing_new (self->word);
}

static gpointer
get_values (gpointer   user_data,
            GError   **error)
{
  Job nothing = { NULL, NULL, NULL };
  gpointer value;

  (void) user_data;
  loop_thread = g_thread_self ();

  value = asyncio_to_thread (work, thing_new (seed_word ()), thing_free, thing_free, error);
  if (*error != NULL)
    return NULL;
  trace ("main: got %s", thing_read (value));

  value = asyncio_await (asyncio_to_thread_coroutine (work, thing_new (seed_word ()), thing_free, thing_free), error);
  if (*error != NULL)
    return NULL;
  trace ("awaited: got %s", thing_read (value));
  trace_to_thread ("None", &nothing);

  return NULL;
}

static void
test_value (void)
{
  run_main (get_values);
}

/*
 * What the function raises the await raises; also SystemExit and KeyboardInterrupt, which end neither the thread nor the
 * program by themselves. A value that is returned besides is freed.
 *
 *     first: raised ValueError: amber
 *     second: raised SystemExit: basil
 *     third: raised KeyboardInterrupt
 *     fourth: got cedar
 */
static gpointer
get_errors (gpointer   user_data,
            GError   **error)
{
  g_autoptr (GError) raise = seed_error ();
  g_autoptr (GError) leave = g_error_new_literal (ASYNCIO_ERROR, ASYNCIO_ERROR_SYSTEM_EXIT, seed_word ());
  g_autoptr (GError) interrupt = g_error_new_literal (ASYNCIO_ERROR, ASYNCIO_ERROR_KEYBOARD_INTERRUPT, "");

  (void) user_data;
  (void) error;
  use_threads (1);

  trace_to_thread ("first", &(Job) { NULL, seed_word (), raise });
  trace_to_thread ("second", &(Job) { NULL, NULL, leave });
  trace_to_thread ("third", &(Job) { NULL, NULL, interrupt });
  trace_to_thread ("fourth", &(Job) { NULL, seed_word (), NULL });

  return NULL;
}

static void
test_error (void)
{
  run_main (get_errors);
}

/* --- The context --------------------------------------------------------------------------- */

static AsyncioContextVar *var;

static const char *
var_get (void)
{
  return asyncio_context_var_get_or (var, (gpointer) "nothing");
}

static void
var_set (const char *word)
{
  asyncio_context_var_set (var, (gpointer) word, NULL, NULL);
}

/* Looks at the variable, sets it, and returns what it was. */
static gpointer
look_and_set (gpointer   user_data,
              GError   **error)
{
  Thing *seen = thing_new (var_get ());

  (void) error;
  var_set (user_data);
  trace ("thread: saw %s, and now it is %s", seen->word, var_get ());

  return seen;
}

static void
look_in_thread (const char *label)
{
  g_autoptr (GError) error = NULL;
  gpointer value = asyncio_to_thread (look_and_set, (gpointer) seed_word (), NULL, thing_free, &error);

  if (error == NULL)
    trace ("%s: got %s, and it is %s here", label, thing_read (value), var_get ());
}

/*
 * The function runs in a copy of the caller's context: it sees what the caller has set, and what it sets is not seen outside,
 * not by the caller, and not by the next one in the same thread.
 *
 *     thread: saw nothing, and now it is amber
 *     unset: got nothing, and it is nothing here
 *     thread: saw basil, and now it is cedar
 *     set: got basil, and it is basil here
 *     ...
 */
static gpointer
see_context (gpointer   user_data,
             GError   **error)
{
  (void) user_data;
  (void) error;
  use_threads (1);

  look_in_thread ("unset");
  var_set (seed_word ());
  look_in_thread ("set");
  look_in_thread ("again");

  return NULL;
}

static void
test_context (void)
{
  var = asyncio_context_var_new ("var");
  run_main (see_context);
  g_clear_pointer (&var, asyncio_context_var_unref);
}

/*
 * to_thread_coroutine() does nothing: neither is a thread asked, nor the context copied, before the coroutine runs. It runs in
 * the context of the one that awaits it, as it is then; as a task it has the context of the moment in which the task was made.
 *
 *     made: a pool False
 *     later: a pool False
 *     thread: saw the second word ...
 *     awaited: got the second word
 *     thread: saw the third word ...
 *     task: got the third word
 */
static gpointer
be_lazy (gpointer   user_data,
         GError   **error)
{
  AsyncioLoop *loop = asyncio_get_running_loop (NULL);
  AsyncioCoroutine *coroutine;
  g_autoptr (AsyncioTask) task = NULL;
  gpointer value;

  (void) user_data;
  var_set (seed_word ());
  coroutine = asyncio_to_thread_coroutine (look_and_set, (gpointer) seed_word (), NULL, thing_free);
  trace ("%s: a pool %s", asyncio_coroutine_get_name (coroutine), trace_bool (loop->default_executor != NULL));
  var_set (seed_word ());
  (void) asyncio_sleep (seed_int (1, 9), NULL);
  trace ("later: a pool %s", trace_bool (loop->default_executor != NULL));

  value = asyncio_await (coroutine, error);
  if (*error != NULL)
    return NULL;
  trace ("awaited: got %s", thing_read (value));

  coroutine = asyncio_to_thread_coroutine (look_and_set, (gpointer) seed_word (), NULL, thing_free);
  var_set (seed_word ());
  task = start_task (coroutine);
  var_set (seed_word ());
  value = asyncio_await (task, error);
  if (*error == NULL)
    trace ("task: got %s", ((Thing *) value)->word);

  return NULL;
}

static void
test_lazy (void)
{
  var = asyncio_context_var_new ("var");
  run_main (be_lazy);
  g_clear_pointer (&var, asyncio_context_var_unref);
}

/* --- In tasks -------------------------------------------------------------------------------- */

#define MAX_TASKS 5

/*
 * Several are in threads at once, end in an order of the seed, and gather() gives the values in the order of its arguments.
 *
 *     ends: 2
 *     ends: 0 ...
 *     gathered: amber
 *     gathered: basil ...
 */
static gpointer
gather_threads (gpointer   user_data,
                GError   **error)
{
  static Gate gates[MAX_TASKS];
  static Job jobs[MAX_TASKS];
  AsyncioTask *tasks[MAX_TASKS];
  g_autoptr (AsyncioFuture) all = NULL;
  GPtrArray *gathered;
  int n = seed_int (3, MAX_TASKS);
  int shift = seed_int (0, n - 1);

  (void) user_data;
  use_threads (n);
  for (int i = 0; i < n; i++)
    {
      jobs[i] = (Job) { &gates[i], seed_word (), NULL };
      tasks[i] = start_task (job_coroutine (&jobs[i]));
    }
  all = asyncio_gatherv ((const gpointer *) tasks, n, FALSE, error);
  for (int i = 0; i < n; i++)
    (void) wait_until_inside (&gates[i], 1, tasks[i]);

  for (int i = 0; i < n; i++)
    {
      int which = (i + shift) % n;

      gate_open (&gates[which]);
      (void) asyncio_wait ((const gpointer[]) { tasks[which] }, 1, ASYNCIO_NO_TIMEOUT, ASYNCIO_ALL_COMPLETED, NULL, NULL, NULL);
      trace ("ends: %d", which);
    }
  gathered = asyncio_await (all, error);
  for (int i = 0; i < n; i++)
    {
      Thing *value = gathered != NULL ? asyncio_future_result (g_ptr_array_index (gathered, i), NULL) : NULL;

      trace ("gathered: %s", value != NULL ? value->word : "nothing");
      asyncio_unref (tasks[i]);
    }

  return NULL;
}

static void
test_gather (void)
{
  run_main (gather_threads);
}

/*
 * A task that awaits to_thread() is cancelled while the function runs: it ends at once. The thread goes on, and its value is
 * freed, or its error dropped, without a word.
 *
 *     amber: cancelled
 *     thread: goes on
 *     after: things left 0
 */
static gpointer
pass_and_tell (gpointer   user_data,
               GError   **error)
{
  gpointer value = job_run (user_data, error);

  trace ("thread: goes on");

  return value;
}

static void
cancel_task (const char *word,
             GError     *raise)
{
  Gate gate = { .is_open = FALSE };
  Job job = { &gate, word, raise };
  g_autoptr (AsyncioTask) task = start_task (asyncio_to_thread_coroutine (pass_and_tell, &job, NULL, thing_free));

  (void) wait_until_inside (&gate, 1, task);
  trace ("cancel() -> %s", trace_bool (asyncio_task_cancel (task)));
  pause_for (3);
  trace ("task: %s", state_of (task));
  gate_open (&gate);
  (void) asyncio_sleep (1, NULL);
  trace ("after: things left %d", g_atomic_int_get (&n_things));
  if (!asyncio_task_cancelled (task))
    (void) asyncio_task_exception (task, NULL);
}

static gpointer
cancel_tasks (gpointer   user_data,
              GError   **error)
{
  g_autoptr (GError) raise = seed_error ();

  (void) user_data;
  (void) error;
  trace_exception_handler (asyncio_get_running_loop (NULL));
  cancel_task (seed_word (), NULL);
  cancel_task (NULL, raise);

  return NULL;
}

static void
test_cancel (void)
{
  run_main (cancel_tasks);
}

/*
 * Tasks that wait for a thread are cancelled: their functions are never called. One that was cancelled before its first step,
 * and a coroutine that never runs at all, have given nothing to the pool; what they were given is freed as well.
 *
 *     queued: cancelled
 *     not begun: cancelled
 *     first: done
 *     never called: True, things left 1
 */
static gboolean was_called; /* by the pool's only thread */

static gpointer
must_not_be_called (gpointer   user_data,
                    GError   **error)
{
  (void) user_data;
  (void) error;
  was_called = TRUE;

  return NULL;
}

static AsyncioCoroutine *
new_uncalled (void)
{
  return asyncio_to_thread_coroutine (must_not_be_called, thing_new (seed_word ()), thing_free, thing_free);
}

static gpointer
never_call (gpointer   user_data,
            GError   **error)
{
  Gate gate = { .is_open = FALSE };
  Job job = { &gate, seed_word (), NULL };
  AsyncioCoroutine *closed = asyncio_ref_sink (new_uncalled ());
  g_autoptr (AsyncioTask) first = NULL;
  g_autoptr (AsyncioTask) queued = NULL;
  g_autoptr (AsyncioTask) not_begun = NULL;

  (void) user_data;
  use_threads (1);
  first = start_task (job_coroutine (&job));
  if (!wait_until_inside (&gate, 1, first))
    {
      (void) asyncio_await (first, error);
      asyncio_coroutine_close (closed, NULL);
      asyncio_unref (closed);
      return NULL;
    }

  queued = start_task (new_uncalled ());
  pause_for (2);
  not_begun = start_task (new_uncalled ());
  (void) asyncio_task_cancel (queued);
  (void) asyncio_task_cancel (not_begun);
  asyncio_coroutine_close (closed, NULL);
  asyncio_unref (closed);
  pause_for (3);
  trace ("queued: %s", state_of (queued));
  trace ("not begun: %s", state_of (not_begun));

  gate_open (&gate);
  (void) asyncio_await (first, NULL);
  (void) asyncio_sleep (1, NULL);
  trace ("first: %s", state_of (first));
  trace ("never called: %s, things left %d", trace_bool (!was_called), g_atomic_int_get (&n_things));

  return NULL;
}

static void
test_never_called (void)
{
  run_main (never_call);
}

int
main (int    argc,
      char **argv)
{
  graded_test_init (&argc, &argv);

  graded_test_add ("/3.9/to-thread/value", test_value);
  graded_test_add ("/3.9/to-thread/error", test_error);
  graded_test_add ("/3.9/to-thread/context", test_context);
  graded_test_add ("/3.9/to-thread/lazy", test_lazy);
  graded_test_add ("/3.9/to-thread/gather", test_gather);
  graded_test_add ("/3.9/to-thread/cancel", test_cancel);
  graded_test_add ("/3.9/to-thread/never-called", test_never_called);

  return g_test_run ();
}
