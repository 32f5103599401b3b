/* SPDX-License-Identifier: MIT */

/*
 * Lab 3.10, part A: asyncio_loop_shutdown_default_executor(), with work in threads that waits until the test lets it go.
 */

#include "common.h"

#define MAX_JOBS 4

/*
 * Work is running when the shutdown begins. It is waited for, and meanwhile the loop runs: another task ticks, and it is this
 * one that lets the work go. A shutdown that blocks the loop never ends.
 *
 *     tick 0
 *     tick 1 ...
 *     the gate opens: pending, pending
 *     shutdown -> True, -
 *     afterwards: result WORD, result WORD
 */
static gpointer
wait_for_work (gpointer   user_data,
               GError   **error)
{
  Gate gate = { .is_open = FALSE };
  Job jobs[MAX_JOBS] = { { .gate = &gate }, { .gate = &gate }, { .gate = &gate }, { .gate = &gate } };
  int n_jobs = seed_int (1, 3);
  int n_ticks = seed_int (2, 5);
  AsyncioTask *waiter;

  (void) user_data;
  (void) error;

  for (int i = 0; i < n_jobs; i++)
    job_start (&jobs[i], NULL);
  waiter = start_shutdown ("shutdown");

  for (int i = 0; i < n_ticks; i++)
    {
      pause_for (1);
      trace ("tick %d", i);
    }
  trace_jobs ("the gate opens", jobs, n_jobs);
  gate_open (&gate);

  end_task (waiter);
  trace_jobs ("afterwards", jobs, n_jobs);
  for (int i = 0; i < n_jobs; i++)
    job_end (&jobs[i]);

  return NULL;
}

static void
test_waits (void)
{
  run_main (wait_for_work);
}

/*
 * One thread, and more work than it can do: what has not begun when the shutdown begins is done all the same, in its order.
 * Nothing is cancelled.
 *
 *     the gate opens: pending, pending, pending
 *     shutdown -> True, -
 *     afterwards: result WORD, result WORD, result WORD
 *     done in the order WORD WORD WORD
 */
static struct
{
  GMutex lock;
  GString *names; /* lock */
} done_in_order;

static gpointer
work_in_order (gpointer   user_data,
               GError   **error)
{
  Job *job = user_data;
  gpointer value = job_work (job, error);

  g_mutex_lock (&done_in_order.lock);
  g_string_append_printf (done_in_order.names, " %s", job->name);
  g_mutex_unlock (&done_in_order.lock);

  return value;
}

static gpointer
wait_for_queue (gpointer   user_data,
                GError   **error)
{
  g_autoptr (AsyncioExecutor) executor = asyncio_thread_pool_executor_new (1);
  AsyncioLoop *loop = asyncio_get_running_loop (NULL);
  Gate gate = { .is_open = FALSE };
  Job jobs[MAX_JOBS] = { { .gate = &gate } };
  int n_jobs = seed_int (2, MAX_JOBS);
  AsyncioTask *waiter;

  (void) user_data;

  asyncio_loop_set_default_executor (loop, executor);
  for (int i = 0; i < n_jobs; i++)
    {
      jobs[i].name = seed_word ();
      jobs[i].future = asyncio_loop_run_in_executor (loop, NULL, work_in_order, &jobs[i], NULL, NULL, error);
    }
  waiter = start_shutdown ("shutdown");
  pause_for (2);
  trace_jobs ("the gate opens", jobs, n_jobs);
  gate_open (&gate);

  end_task (waiter);
  trace_jobs ("afterwards", jobs, n_jobs);
  for (int i = 0; i < n_jobs; i++)
    job_end (&jobs[i]);

  return NULL;
}

static void
test_queued (void)
{
  done_in_order.names = g_string_new (NULL);
  run_main (wait_for_queue);
  trace ("done in the order%s", done_in_order.names->str);
  g_string_free (done_in_order.names, TRUE);
}

/*
 * What work raises stays in its own future. The shutdown raises none of it, and nobody else is told.
 *
 *     the gate opens: pending, pending, pending
 *     shutdown -> True, -
 *     afterwards: error ValueError: WORD, result WORD, error OSError: WORD
 */
static gpointer
work_that_fails (gpointer   user_data,
                 GError   **error)
{
  g_autoptr (GError) first = seed_error ();
  g_autoptr (GError) last = seed_error ();
  Gate gate = { .is_open = FALSE };
  Job jobs[] = { { .gate = &gate, .raise = first }, { .gate = &gate }, { .gate = &gate, .raise = last } };
  AsyncioTask *waiter;

  (void) user_data;
  (void) error;

  for (guint i = 0; i < G_N_ELEMENTS (jobs); i++)
    job_start (&jobs[i], NULL);
  waiter = start_shutdown ("shutdown");
  pause_for (2);
  trace_jobs ("the gate opens", jobs, G_N_ELEMENTS (jobs));
  gate_open (&gate);

  end_task (waiter);
  trace_jobs ("afterwards", jobs, G_N_ELEMENTS (jobs));
  for (guint i = 0; i < G_N_ELEMENTS (jobs); i++)
    job_end (&jobs[i]);

  return NULL;
}

static void
test_errors (void)
{
  run_main (work_that_fails);
}

/*
 * A default executor that nobody has used is not made in order to be shut down. The call does not even give up its turn: a
 * callback that was scheduled before has not run when it returns. But afterwards there is none to be had.
 *
 *     shutdown -> True, -
 *     an executor was made: False
 *     the callback runs
 *     WORD: refused, RuntimeError: Executor shutdown has been called
 */
static void
trace_callback (gpointer   user_data,
                GError   **error)
{
  (void) user_data;
  (void) error;
  trace ("the callback runs");
}

static gpointer
shut_down_nothing (gpointer   user_data,
                   GError   **error)
{
  AsyncioLoop *loop = asyncio_get_running_loop (NULL);
  Job job = { .future = NULL };

  (void) user_data;

  (void) asyncio_loop_call_soon (loop, trace_callback, NULL, NULL, error);
  (void) shut_down ("shutdown");
  trace ("an executor was made: %s", trace_bool (loop->default_executor != NULL));
  pause_for (1);
  job_start (&job, NULL);
  job_end (&job);

  return NULL;
}

static void
test_unused (void)
{
  run_main (shut_down_nothing);
}

/*
 * From the first step of the shutdown on the loop has no default executor: not while old work is waited for, not afterwards,
 * and not if another one is set. The loop goes on as ever.
 *
 *     WORD: refused, RuntimeError: Executor shutdown has been called
 *     shutdown -> True, -
 *     early: result WORD
 *     WORD: refused ...         afterwards
 *     WORD: refused ...         with another executor set
 */
static gpointer
use_it_again (gpointer   user_data,
              GError   **error)
{
  AsyncioLoop *loop = asyncio_get_running_loop (NULL);
  g_autoptr (AsyncioExecutor) another = asyncio_thread_pool_executor_new (1);
  Gate gate = { .is_open = FALSE };
  Job early = { .gate = &gate };
  Job late[3] = { { .gate = NULL }, { .gate = NULL }, { .gate = NULL } };
  AsyncioTask *waiter;

  (void) user_data;
  (void) error;

  job_start (&early, NULL);
  waiter = start_shutdown ("shutdown");
  pause_for (seed_int (1, 3));
  job_start (&late[0], NULL);
  gate_open (&gate);
  end_task (waiter);
  trace_jobs ("early", &early, 1);
  job_end (&early);

  job_start (&late[1], NULL);
  asyncio_loop_set_default_executor (loop, another);
  job_start (&late[2], NULL);
  for (guint i = 0; i < G_N_ELEMENTS (late); i++)
    job_end (&late[i]);

  return NULL;
}

static void
test_refused (void)
{
  run_main (use_it_again);
}

/*
 * Only the default executor is shut down. One that is named goes on, while the shutdown waits and afterwards, and what it does
 * is not waited for.
 *
 *     meanwhile: result WORD
 *     shutdown -> True, -
 *     own: pending                    its work still runs
 *     own: result WORD
 *     afterwards: result WORD
 *     the default, directly: RuntimeError: cannot schedule new futures after shutdown
 */
static void
submit_directly (AsyncioExecutor *executor)
{
  g_autoptr (GError) error = NULL;
  Job job = { .name = seed_word () };
  g_autoptr (AsyncioConcurrentFuture) future = asyncio_executor_submit (executor, job_work, &job, NULL, NULL, &error);

  trace ("the default, directly: %s", trace_error (error));
  if (future != NULL)
    (void) asyncio_concurrent_future_result (future, ASYNCIO_NO_TIMEOUT, NULL);
}

static gpointer
use_two_executors (gpointer   user_data,
                   GError   **error)
{
  g_autoptr (AsyncioExecutor) own = asyncio_thread_pool_executor_new (2);
  g_autoptr (AsyncioExecutor) the_default = asyncio_thread_pool_executor_new (1);
  Gate gate = { .is_open = FALSE };
  Gate own_gate = { .is_open = FALSE };
  Job job = { .gate = &gate };
  Job own_jobs[] = { { .gate = &own_gate }, { .gate = NULL } };
  AsyncioTask *waiter;

  (void) user_data;

  asyncio_loop_set_default_executor (asyncio_get_running_loop (NULL), the_default);
  job_start (&job, NULL);
  job_start (&own_jobs[0], own);
  waiter = start_shutdown ("shutdown");
  pause_for (1);
  job_start (&own_jobs[1], own);
  (void) asyncio_await (own_jobs[1].future, error);
  trace_jobs ("meanwhile", &own_jobs[1], 1);
  gate_open (&gate);
  end_task (waiter);

  trace_jobs ("own", own_jobs, 1);
  gate_open (&own_gate);
  (void) asyncio_await (own_jobs[0].future, error);
  trace_jobs ("own", own_jobs, 1);
  job_end (&job);
  job_end (&own_jobs[0]);
  job_end (&own_jobs[1]);

  job_start (&own_jobs[0], own);
  (void) asyncio_await (own_jobs[0].future, error);
  trace_jobs ("afterwards", own_jobs, 1);
  job_end (&own_jobs[0]);
  submit_directly (the_default);

  return NULL;
}

static void
test_own (void)
{
  run_main (use_two_executors);
}

/*
 * Two tasks may wait for the shutdown at the same time, and both are held until the work is over. Afterwards it can be called
 * as often as one likes.
 *
 *     meanwhile: first done False, second done False
 *     WORD -> True, -                 each of the two, in an order that is not part of the contract
 *     afterwards: result WORD
 *     again -> True, -
 */
static gpointer
shut_down_twice (gpointer   user_data,
                 GError   **error)
{
  Gate gate = { .is_open = FALSE };
  Job job = { .gate = &gate };
  AsyncioTask *first;
  AsyncioTask *second;

  (void) user_data;
  (void) error;

  job_start (&job, NULL);
  first = start_shutdown (seed_word ());
  second = start_shutdown (seed_word ());
  pause_for (seed_int (2, 4));
  trace ("meanwhile: first done %s, second done %s", trace_bool (asyncio_task_done (first)),
         trace_bool (asyncio_task_done (second)));
  gate_open (&gate);

  trace_unordered_begin ();
  end_task (first);
  end_task (second);
  trace_unordered_end ();
  trace_jobs ("afterwards", &job, 1);
  job_end (&job);

  for (int i = seed_int (1, 3); i > 0; i--)
    (void) shut_down ("again");

  return NULL;
}

static void
test_twice (void)
{
  run_main (shut_down_twice);
}

/*
 * A task that is cancelled while it waits ends at once, though the work goes on: the loop is not held up. The default executor
 * stays refused, and whoever calls again waits for the work.
 *
 *     WORD -> False, CancelledError
 *     goes on: pending
 *     WORD: refused, RuntimeError: Executor shutdown has been called
 *     again -> True, -
 *     afterwards: result WORD
 */
static gpointer
cancel_a_waiter (gpointer   user_data,
                 GError   **error)
{
  Gate gate = { .is_open = FALSE };
  Job job = { .gate = &gate };
  Job late = { .future = NULL };
  AsyncioTask *waiter;
  AsyncioTask *again;

  (void) user_data;
  (void) error;

  job_start (&job, NULL);
  waiter = start_shutdown (seed_word ());
  pause_for (seed_int (1, 3));
  asyncio_task_cancel (waiter);
  end_task (waiter);
  trace_jobs ("goes on", &job, 1);
  job_start (&late, NULL);
  job_end (&late);

  again = start_shutdown ("again");
  pause_for (2);
  gate_open (&gate);
  end_task (again);
  trace_jobs ("afterwards", &job, 1);
  job_end (&job);

  return NULL;
}

static void
test_cancelled (void)
{
  run_main (cancel_a_waiter);
}

int
main (int    argc,
      char **argv)
{
  graded_test_init (&argc, &argv);

  graded_test_add ("/3.10/shutdown/waits", test_waits);
  graded_test_add ("/3.10/shutdown/queued", test_queued);
  graded_test_add ("/3.10/shutdown/errors", test_errors);
  graded_test_add ("/3.10/shutdown/unused", test_unused);
  graded_test_add ("/3.10/shutdown/refused", test_refused);
  graded_test_add ("/3.10/shutdown/own", test_own);
  graded_test_add ("/3.10/shutdown/twice", test_twice);
  graded_test_add ("/3.10/shutdown/cancelled", test_cancelled);

  return g_test_run ();
}
