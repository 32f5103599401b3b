/* SPDX-License-Identifier: MIT */

/*
 * An alternative solution of lab 3.7 that does the clean-up from inside: a coroutine cancels the leftover tasks and awaits
 * them, and one `goto` stands for Python's finally.
 */

#include "runners.h"

/* What the clean-up coroutine works on. It has a task of its own, which is not among the leftovers. */
typedef struct
{
  AsyncioLoop *loop;
  GPtrArray *leftovers;
} Shutdown;

static gpointer
shutdown_body (gpointer   user_data,
               GError   **error)
{
  Shutdown *self = user_data;

  (void) error;

  for (guint i = 0; i < self->leftovers->len; i++)
    asyncio_task_cancel (g_ptr_array_index (self->leftovers, i));

  for (guint i = 0; i < self->leftovers->len; i++)
    {
      /* Its error is looked at when all have ended. */
      g_autoptr (GError) ignored = NULL;

      asyncio_await (g_ptr_array_index (self->leftovers, i), &ignored);
    }

  for (guint i = 0; i < self->leftovers->len; i++)
    {
      AsyncioTask *task = g_ptr_array_index (self->leftovers, i);
      AsyncioExceptionContext context = {
        .message = "unhandled exception during asyncio.run() shutdown",
        .future = (AsyncioFuture *) task,
      };

      if (asyncio_task_cancelled (task))
        continue;
      context.exception = asyncio_task_exception (task, NULL);
      if (context.exception != NULL)
        asyncio_loop_call_exception_handler (self->loop, &context);
    }

  return NULL;
}

static gboolean
shut_down (AsyncioLoop  *loop,
           GError      **error)
{
  Shutdown shutdown = { loop, asyncio_all_tasks (loop, NULL) };
  GError *local_error = NULL;

  if (shutdown.leftovers->len > 0)
    asyncio_loop_run_until_complete (loop, asyncio_coroutine_new (shutdown_body, &shutdown, NULL), &local_error);
  if (local_error == NULL)
    asyncio_loop_run_cleanup_steps (loop, &local_error);

  asyncio_loop_close (loop, NULL);
  g_ptr_array_unref (shutdown.leftovers);

  if (local_error == NULL)
    return TRUE;

  g_propagate_error (error, local_error);
  return FALSE;
}

gpointer
asyncio_run_explicitly (gpointer   main,
                        GError   **error)
{
  AsyncioLoop *loop = asyncio_new_event_loop ();
  gpointer value;

  asyncio_set_event_loop (loop);
  value = asyncio_loop_run_until_complete (loop, main, error);
  asyncio_loop_close (loop, NULL);
  asyncio_set_event_loop (NULL);
  asyncio_loop_unref (loop);

  return value;
}

gpointer
asyncio_run_with_debug (gpointer       main,
                        AsyncioDebug   debug,
                        GError       **error)
{
  g_autofree char *what = asyncio_repr (main);
  GError *cleanup_error = NULL;
  AsyncioLoop *loop = NULL;
  gpointer value = NULL;

  if (asyncio_iscoroutine (main))
    asyncio_ref_sink (main);

  if (asyncio_get_running_loop (NULL) != NULL)
    {
      g_set_error (error, ASYNCIO_ERROR, ASYNCIO_ERROR_RUNTIME,
                   "asyncio.run() cannot be called from a running event loop");
      goto finally;
    }

  if (!asyncio_iscoroutine (main))
    {
      g_set_error (error, ASYNCIO_ERROR, ASYNCIO_ERROR_VALUE, "a coroutine was expected, got %s", what);
      goto finally;
    }

  loop = asyncio_new_event_loop ();
  asyncio_set_event_loop (loop);
  asyncio_loop_set_debug (loop, debug == ASYNCIO_DEBUG_ON);
  value = asyncio_loop_run_until_complete (loop, main, error);

finally:
  if (loop != NULL)
    {
      if (!shut_down (loop, &cleanup_error))
        {
          g_clear_error (error);
          g_propagate_error (error, cleanup_error);
          value = NULL;
        }
      asyncio_set_event_loop (NULL);
      asyncio_loop_unref (loop);
    }

  if (asyncio_iscoroutine (main))
    asyncio_unref (main);

  return value;
}

gpointer
asyncio_run (gpointer   main,
             GError   **error)
{
  return asyncio_run_with_debug (main, ASYNCIO_DEBUG_DEFAULT, error);
}
