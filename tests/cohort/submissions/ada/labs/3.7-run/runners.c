/* SPDX-License-Identifier: MIT */

/* A sample submission: everything is right, in the lab's folder. */

#include "runners.h"

static AsyncioLoop *
open_loop (void)
{
  AsyncioLoop *loop = asyncio_new_event_loop ();

  asyncio_set_event_loop (loop);

  return loop;
}

static void
close_loop (AsyncioLoop *loop)
{
  asyncio_set_event_loop (NULL);
  asyncio_loop_close (loop, NULL);
  asyncio_loop_unref (loop);
}

gpointer
asyncio_run_explicitly (gpointer   main,
                        GError   **error)
{
  AsyncioLoop *loop = open_loop ();
  gpointer value = asyncio_loop_run_until_complete (loop, main, error);

  close_loop (loop);

  return value;
}

static void
complain (AsyncioLoop  *loop,
          AsyncioTask  *task,
          const GError *exception)
{
  AsyncioExceptionContext context = { 0 };

  context.message = "unhandled exception during asyncio.run() shutdown";
  context.exception = exception;
  context.future = ASYNCIO_FUTURE (task);
  asyncio_loop_call_exception_handler (loop, &context);
}

/* FALSE if the loop was left for good. */
static gboolean
wait_for_task (AsyncioLoop  *loop,
               AsyncioTask  *task,
               GError      **error)
{
  GError *local_error = NULL;

  asyncio_loop_run_until_complete (loop, task, &local_error);
  if (local_error != NULL && asyncio_error_ends_loop (local_error))
    {
      g_propagate_error (error, local_error);
      return FALSE;
    }

  g_clear_error (&local_error);
  return TRUE;
}

static gboolean
clean_up (AsyncioLoop  *loop,
          GError      **error)
{
  g_autoptr (GPtrArray) tasks = asyncio_all_tasks (loop, NULL);

  g_ptr_array_foreach (tasks, (GFunc) (void (*) (void)) asyncio_task_cancel, NULL);

  for (guint i = 0; i < tasks->len; i++)
    if (!wait_for_task (loop, tasks->pdata[i], error))
      return FALSE;

  for (guint i = 0; i < tasks->len; i++)
    if (!asyncio_task_cancelled (tasks->pdata[i]) && asyncio_task_exception (tasks->pdata[i], NULL) != NULL)
      complain (loop, tasks->pdata[i], asyncio_task_exception (tasks->pdata[i], NULL));

  return asyncio_loop_run_cleanup_steps (loop, error);
}

/* Whether run() may begin, else what is wrong. */
static GError *
find_objection (gpointer main)
{
  g_autofree char *what = NULL;

  if (asyncio_get_running_loop (NULL) != NULL)
    return g_error_new_literal (ASYNCIO_ERROR, ASYNCIO_ERROR_RUNTIME,
                                "asyncio.run() cannot be called from a running event loop");
  if (asyncio_iscoroutine (main))
    return NULL;

  what = asyncio_repr (main);
  return g_error_new (ASYNCIO_ERROR, ASYNCIO_ERROR_VALUE, "a coroutine was expected, got %s", what);
}

gpointer
asyncio_run_with_debug (gpointer       main,
                        AsyncioDebug   debug,
                        GError       **error)
{
  AsyncioCoroutine *coroutine = asyncio_iscoroutine (main) ? asyncio_ref_sink (main) : NULL;
  GError *main_error = find_objection (main);
  GError *cleanup_error = NULL;
  gpointer value = NULL;

  if (main_error == NULL)
    {
      AsyncioLoop *loop = open_loop ();

      asyncio_loop_set_debug (loop, debug == ASYNCIO_DEBUG_ON);
      value = asyncio_loop_run_until_complete (loop, coroutine, &main_error);
      clean_up (loop, &cleanup_error);
      close_loop (loop);
    }

  asyncio_unref (coroutine);

  if (cleanup_error != NULL)
    {
      g_clear_error (&main_error);
      g_propagate_error (error, cleanup_error);
      return NULL;
    }

  if (main_error != NULL)
    g_propagate_error (error, main_error);

  return value;
}

gpointer
asyncio_run (gpointer   main,
             GError   **error)
{
  return asyncio_run_with_debug (main, ASYNCIO_DEBUG_DEFAULT, error);
}
