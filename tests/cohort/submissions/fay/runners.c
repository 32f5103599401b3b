/* SPDX-License-Identifier: MIT */

/* A sample submission: does not compile. */

#include "runners.h"

/* --- Part A: the explicit way ---------------------------------------------------- */

gpointer
asyncio_run_explicitly (gpointer   main,
                        GError   **error)
{
  g_autoptr (AsyncioLoop) loop = asyncio_new_event_loop ();
  gpointer value;

  asyncio_set_event_loop (loop)
  value = asyncio_loop_run_until_complete (loop, main, error);

  /* Python's `finally`: with or without an error we get here. */
  asyncio_set_event_loop (NULL);
  asyncio_loop_close (loop, NULL);

  return value;
}

/* --- Part C: the clean-up -------------------------------------------------------- */

/* Tells the exception handler of the errors that leftover tasks ended with. To be cancelled is none. */
static void
report_errors (AsyncioLoop *loop,
               GPtrArray   *tasks)
{
  for (guint i = 0; i < tasks->len; i++)
    {
      AsyncioTask *task = g_ptr_array_index (tasks, i);
      const GError *exception;

      if (!asyncio_task_done (task) || asyncio_task_cancelled (task))
        continue;

      exception = asyncio_task_exception (task, NULL);
      if (exception == NULL)
        continue;

      asyncio_loop_call_exception_handler (loop, &(AsyncioExceptionContext) {
                                                   .message = "unhandled exception during asyncio.run() shutdown",
                                                   .exception = exception,
                                                   .future = ASYNCIO_FUTURE (task),
                                                 });
    }
}

/* _cancel_all_tasks: cancels what is left, all at once, and waits until all of it has ended. */
static gboolean
cancel_all_tasks (AsyncioLoop  *loop,
                  GError      **error)
{
  g_autoptr (GPtrArray) tasks = asyncio_all_tasks (loop, error);
  g_autoptr (AsyncioFuture) all = NULL;
  g_autoptr (GError) local_error = NULL;

  if (tasks == NULL || tasks->len == 0)
    return tasks != NULL;

  for (guint i = 0; i < tasks->len; i++)
    asyncio_task_cancel (g_ptr_array_index (tasks, i));

  /* The errors of the tasks are left in their places: one must not end the wait for the others. */
  all = asyncio_gatherv ((const gpointer *) tasks->pdata, tasks->len, TRUE, error);
  if (all == NULL)
    return FALSE;

  (void) asyncio_loop_run_until_complete (loop, all, &local_error);
  if (local_error != NULL)
    {
      g_propagate_error (error, g_steal_pointer (&local_error));
      return FALSE;
    }

  report_errors (loop, tasks);

  return TRUE;
}

/* --- Part B: asyncio.run() ------------------------------------------------------- */

gpointer
asyncio_run_with_debug (gpointer       main,
                        AsyncioDebug   debug,
                        GError       **error)
{
  g_autoptr (AsyncioCoroutine) coroutine = NULL;
  g_autoptr (AsyncioLoop) loop = NULL;
  g_autoptr (GError) cleanup_error = NULL;
  GDestroyNotify destroy;
  gpointer value;

  /* A floating coroutine is ours from here on, also if we refuse to run it. */
  if (asyncio_iscoroutine (main))
    coroutine = asyncio_ref_sink (main);

  if (asyncio_get_running_loop (NULL) != NULL)
    {
      g_set_error_literal (error, ASYNCIO_ERROR, ASYNCIO_ERROR_RUNTIME,
                           "asyncio.run() cannot be called from a running event loop");
      return NULL;
    }

  if (coroutine == NULL)
    {
      g_autofree char *what = asyncio_repr (main);

      g_set_error (error, ASYNCIO_ERROR, ASYNCIO_ERROR_VALUE, "a coroutine was expected, got %s", what);
      return NULL;
    }

  loop = asyncio_new_event_loop ();
  asyncio_set_event_loop (loop);
  if (debug != ASYNCIO_DEBUG_DEFAULT || asyncio_version_rules.run_switches_debug_off)
    asyncio_loop_set_debug (loop, debug == ASYNCIO_DEBUG_ON);

  value = asyncio_loop_run_until_complete (loop, coroutine, error);

  if (cancel_all_tasks (loop, &cleanup_error))
    asyncio_loop_run_cleanup_steps (loop, &cleanup_error);

  asyncio_set_event_loop (NULL);
  asyncio_loop_close (loop, NULL);

  if (cleanup_error == NULL)
    return value;

  /* What is raised in a `finally` takes the place of the value, or of an earlier error. */
  destroy = asyncio_coroutine_get_value_destroy (coroutine);
  if (destroy != NULL && value != NULL)
    destroy (value);
  g_clear_error (error);
  g_propagate_error (error, g_steal_pointer (&cleanup_error));

  return NULL;
}

gpointer
asyncio_run (gpointer   main,
             GError   **error)
{
  return asyncio_run_with_debug (main, ASYNCIO_DEBUG_DEFAULT, error);
}
