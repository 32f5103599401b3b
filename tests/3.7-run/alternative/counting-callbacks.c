/* SPDX-License-Identifier: MIT */

/*
 * An alternative solution of lab 3.7 that knows neither gather() nor run_until_complete() on more than main: the loop is run for ever,
 * and a callback on each leftover task counts down and stops it at zero.
 */

#include "runners.h"

typedef struct
{
  AsyncioLoop *loop;
  guint n_left;
} Countdown;

static void
on_task_done (AsyncioFuture  *task,
              gpointer        user_data,
              GError        **error)
{
  Countdown *countdown = user_data;

  (void) task;
  (void) error;

  if (--countdown->n_left == 0)
    asyncio_loop_stop (countdown->loop);
}

static gboolean
cancel_and_wait (AsyncioLoop  *loop,
                 GPtrArray    *tasks,
                 GError      **error)
{
  Countdown countdown = { loop, tasks->len };
  gboolean stopped;

  if (tasks->len == 0)
    return TRUE;

  for (guint i = 0; i < tasks->len; i++)
    {
      AsyncioTask *task = g_ptr_array_index (tasks, i);

      asyncio_future_add_done_callback (ASYNCIO_FUTURE (task), on_task_done, &countdown, NULL);
      asyncio_task_cancel (task);
    }

  stopped = asyncio_loop_run_forever (loop, error);

  /* After SystemExit some may still be waiting, and the countdown is about to go. */
  for (guint i = 0; i < tasks->len; i++)
    asyncio_future_remove_done_callback (ASYNCIO_FUTURE (g_ptr_array_index (tasks, i)), on_task_done, &countdown);

  return stopped;
}

static void
report (AsyncioLoop *loop,
        GPtrArray   *tasks)
{
  for (guint i = 0; i < tasks->len; i++)
    {
      AsyncioTask *task = g_ptr_array_index (tasks, i);
      const GError *exception = asyncio_task_cancelled (task) ? NULL : asyncio_task_exception (task, NULL);
      const AsyncioExceptionContext context = {
        .message = "unhandled exception during asyncio.run() shutdown",
        .exception = exception,
        .future = ASYNCIO_FUTURE (task),
      };

      if (exception != NULL)
        asyncio_loop_call_exception_handler (loop, &context);
    }
}

gpointer
asyncio_run_explicitly (gpointer   main,
                        GError   **error)
{
  AsyncioLoop *loop = asyncio_new_event_loop ();
  gpointer value;

  asyncio_set_event_loop (loop);
  value = asyncio_loop_run_until_complete (loop, main, error);
  asyncio_set_event_loop (NULL);
  asyncio_loop_close (loop, NULL);
  asyncio_loop_unref (loop);

  return value;
}

gpointer
asyncio_run_with_debug (gpointer       main,
                        AsyncioDebug   debug,
                        GError       **error)
{
  GError *late = NULL;
  GPtrArray *leftovers;
  AsyncioLoop *loop;
  gpointer value;

  if (asyncio_get_running_loop (NULL) != NULL || !asyncio_iscoroutine (main))
    {
      if (asyncio_get_running_loop (NULL) != NULL)
        g_set_error (error, ASYNCIO_ERROR, ASYNCIO_ERROR_RUNTIME,
                     "asyncio.run() cannot be called from a running event loop");
      else
        g_set_error (error, ASYNCIO_ERROR, ASYNCIO_ERROR_VALUE, "a coroutine was expected, got something else");
      if (asyncio_iscoroutine (main))
        asyncio_unref (asyncio_ref_sink (main));
      return NULL;
    }

  loop = asyncio_new_event_loop ();
  asyncio_set_event_loop (loop);
  asyncio_loop_set_debug (loop, debug == ASYNCIO_DEBUG_ON);

  value = asyncio_loop_run_until_complete (loop, main, error);

  leftovers = asyncio_all_tasks (loop, NULL);
  if (cancel_and_wait (loop, leftovers, &late))
    {
      report (loop, leftovers);
      asyncio_loop_run_cleanup_steps (loop, &late);
    }
  g_ptr_array_unref (leftovers);

  asyncio_set_event_loop (NULL);
  asyncio_loop_close (loop, NULL);
  asyncio_loop_unref (loop);

  if (late != NULL)
    {
      g_clear_error (error);
      g_propagate_error (error, late);
      value = NULL;
    }

  return value;
}

gpointer
asyncio_run (gpointer   main,
             GError   **error)
{
  return asyncio_run_with_debug (main, ASYNCIO_DEBUG_DEFAULT, error);
}
