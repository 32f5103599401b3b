/* SPDX-License-Identifier: MIT */

/*
 * Functions of Lib/asyncio/tasks.py by which tasks are made and found: create_task(), ensure_future(), current_task(),
 * all_tasks(). What a task is and does is in tasks.c.
 */

#include "tasks-private.h"

#include "base-events-private.h"

#include <asyncio/exceptions.h>

AsyncioTask *
asyncio_create_task (AsyncioCoroutine  *coroutine,
                     GError           **error)
{
  AsyncioLoop *loop = asyncio_get_running_loop (error);

  if (loop == NULL)
    {
      if (asyncio_iscoroutine (coroutine))
        asyncio_unref (asyncio_ref_sink (coroutine));
      return NULL;
    }

  return asyncio_loop_create_task (loop, coroutine, error);
}

AsyncioTask *
asyncio_current_task (AsyncioLoop  *loop,
                      GError      **error)
{
  if (loop == NULL)
    loop = asyncio_get_running_loop (error);

  return loop != NULL ? loop->current_task : NULL;
}

GPtrArray *
asyncio_all_tasks (AsyncioLoop  *loop,
                   GError      **error)
{
  GPtrArray *tasks;

  if (loop == NULL)
    loop = asyncio_get_running_loop (error);
  if (loop == NULL)
    return NULL;

  tasks = g_ptr_array_new_with_free_func (asyncio_unref);
  for (AsyncioTask *task = loop->tasks.head; task != NULL; task = task->next)
    if (!asyncio_task_done (task))
      g_ptr_array_add (tasks, asyncio_ref (task));

  return tasks;
}

AsyncioFuture *
asyncio_ensure_future_in (AsyncioLoop  *loop,
                          gpointer      awaitable,
                          GError      **error)
{
  if (asyncio_isfuture (awaitable))
    {
      if (loop != NULL && asyncio_future_get_loop (awaitable) != loop)
        {
          g_set_error_literal (error, ASYNCIO_ERROR, ASYNCIO_ERROR_VALUE, "loop argument must agree with Future");
          return NULL;
        }
      return asyncio_ref (awaitable);
    }

  if (!asyncio_iscoroutine (awaitable))
    {
      g_set_error_literal (error, ASYNCIO_ERROR, ASYNCIO_ERROR_TYPE,
                           "An asyncio.Future, a coroutine or an awaitable is required");
      return NULL;
    }

  if (loop == NULL)
    loop = asyncio_get_event_loop (error);
  if (loop == NULL)
    {
      asyncio_unref (asyncio_ref_sink (awaitable));
      return NULL;
    }

  return (AsyncioFuture *) asyncio_loop_create_task (loop, awaitable, error);
}

AsyncioFuture *
asyncio_ensure_future (gpointer   awaitable,
                       GError   **error)
{
  return asyncio_ensure_future_in (NULL, awaitable, error);
}
