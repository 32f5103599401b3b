/* SPDX-License-Identifier: MIT */

/*
 * Lab 3.10, parts C and D: the coroutine, what run() does of it, and a timeout that is not needed.
 */

#include "common.h"

/* Lets a thread go on after some turns of the loop, whoever runs that. */
typedef struct
{
  Gate *gate;
  int n_turns;
} Opener;

static gpointer
wait_and_open (gpointer   user_data,
               GError   **error)
{
  Opener *self = user_data;

  (void) error;

  pause_for (self->n_turns);
  trace ("the gate opens");
  gate_open (self->gate);

  return NULL;
}

/*
 * Part C. The clean-up steps of a loop wait for the default executor. main leaves work behind, and a task that will let it go.
 * The steps that the loop was given come afterwards.
 *
 *     main: leaves pending
 *     the gate opens
 *     own step: result WORD
 *     cleaned up: True, -
 */
static Gate left_gate;
static Job left_job;
static Opener left_opener;

static gpointer
leave_work (gpointer   user_data,
            GError   **error)
{
  (void) user_data;
  (void) error;

  left_job.gate = &left_gate;
  job_start (&left_job, NULL);
  asyncio_unref (start_task (asyncio_coroutine_new (wait_and_open, &left_opener, NULL)));
  trace_jobs ("main: leaves", &left_job, 1);

  return NULL;
}

static gpointer
trace_left_job (gpointer   user_data,
                GError   **error)
{
  (void) user_data;
  (void) error;
  trace_jobs ("own step", &left_job, 1);

  return NULL;
}

static void
test_waits (void)
{
  g_autoptr (AsyncioLoop) loop = NULL;
  g_autoptr (GError) error = NULL;
  gboolean succeeded;

  left_gate.is_open = FALSE;
  left_opener = (Opener) { &left_gate, seed_int (12, 20) };

  asyncio_set_clock (NULL);
  loop = asyncio_new_event_loop ();
  trace_exception_handler (loop);
  asyncio_loop_add_cleanup_step (loop, "own step", trace_left_job, NULL, NULL);
  (void) asyncio_loop_run_until_complete (loop, asyncio_coroutine_new (leave_work, NULL, NULL), &error);
  succeeded = asyncio_loop_run_cleanup_steps (loop, &error);
  trace ("cleaned up: %s, %s", trace_bool (succeeded), trace_error (error));

  gate_open (&left_gate); /* whatever the clean-up has done, the process must come to an end */
  asyncio_loop_close (loop, NULL);
  g_clear_pointer (&left_job.future, asyncio_unref);
}

/*
 * Part C. A coroutine that has not begun does nothing: the default executor works, until the first step of it. Then it waits,
 * and its value is None. One that is closed without having begun leaves nothing behind.
 *
 *     WORD: refused, RuntimeError: Executor shutdown has been called
 *     coroutine: pending
 *     coroutine: result None
 *     accepted: result WORD, result WORD
 */
static gpointer
make_coroutines (gpointer   user_data,
                 GError   **error)
{
  AsyncioLoop *loop = asyncio_get_running_loop (NULL);
  g_autoptr (AsyncioCoroutine) closed = asyncio_ref_sink (asyncio_loop_shutdown_default_executor_coroutine (loop));
  g_autoptr (AsyncioCoroutine) coroutine = asyncio_ref_sink (asyncio_loop_shutdown_default_executor_coroutine (loop));
  g_autoptr (AsyncioTask) task = NULL;
  Gate gate = { .is_open = FALSE };
  Job accepted[] = { { .gate = &gate }, { .gate = &gate } };
  Job late = { .future = NULL };

  (void) user_data;
  (void) error;

  asyncio_coroutine_close (closed, NULL);
  job_start (&accepted[0], NULL);
  task = start_task (coroutine);
  job_start (&accepted[1], NULL);
  pause_for (1);
  job_start (&late, NULL);
  trace ("coroutine: %s", trace_state (task));
  gate_open (&gate);

  end_task (asyncio_ref (task));
  trace ("coroutine: %s", trace_state (task));
  trace_jobs ("accepted", accepted, G_N_ELEMENTS (accepted));
  for (guint i = 0; i < G_N_ELEMENTS (accepted); i++)
    job_end (&accepted[i]);
  job_end (&late);

  return NULL;
}

static void
test_coroutine (void)
{
  run_main (make_coroutines);
}

/*
 * Part D. Work that ends in time: nobody is warned, and the time is not waited for.
 *
 *     the gate opens
 *     with an hour -> True, -
 *     afterwards: result WORD
 */
static gpointer
wait_an_hour (gpointer   user_data,
              GError   **error)
{
  g_autoptr (GError) raised = NULL;
  Gate gate = { .is_open = FALSE };
  Job job = { .gate = &gate };
  Opener opener = { &gate, seed_int (1, 4) };
  AsyncioTask *task;
  gboolean succeeded;

  (void) user_data;
  (void) error;

  job_start (&job, NULL);
  task = start_task (asyncio_coroutine_new (wait_and_open, &opener, NULL));
  succeeded = asyncio_loop_shutdown_default_executor_with_timeout (asyncio_get_running_loop (NULL), 3600, &raised);
  trace ("with an hour -> %s, %s", trace_bool (succeeded), trace_error (raised));
  trace_jobs ("afterwards", &job, 1);
  end_task (task);
  job_end (&job);

  return NULL;
}

static void
test_in_time (void)
{
  run_main (wait_an_hour);
}

int
main (int    argc,
      char **argv)
{
  graded_test_init (&argc, &argv);

  graded_test_add ("/3.10/cleanup/waits", test_waits);
  graded_test_add ("/3.10/cleanup/coroutine", test_coroutine);
  graded_test_add ("/3.10/timeout/in-time", test_in_time);

  return g_test_run ();
}
