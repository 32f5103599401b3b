/* SPDX-License-Identifier: MIT */

/*
 * How tasks are made and found: create_task(), ensure_future(), current_task() and all_tasks() of Lib/asyncio/tasks.py,
 * and create_task() and the task factory of a loop, of Lib/asyncio/base_events.py. What a task is and does is in tasks.c.
 *
 *      create_task ──┐                               ┌── a factory is set ──> it ──┐
 *      gather, wait, │                               │                             v
 *      wait_for, ... ┴> ensure_future ─> loop.create_task ──────────────────> Task(coro)
 *
 * A loop's create_task() is the one place where coroutines become tasks. So a program that wants to know of all tasks, or
 * wants them to be something else, has one function to replace: the factory. It need not know who asked. Eager tasks, which
 * came with Python 3.12, are nothing but a factory.
 */

#include "tasks-private.h"

#include "base-events-private.h"
#include "coroutines-private.h"

#include <asyncio/exceptions.h>
#include <asyncio/versions.h>

/* A factory and its data. Who calls it holds a reference, as it may replace itself. */
typedef struct _TaskFactory
{
  AsyncioTaskFactory func;
  gpointer user_data;
  GDestroyNotify destroy;
} TaskFactory;

static void
task_factory_clear (gpointer data)
{
  TaskFactory *self = data;

  if (self->destroy != NULL)
    self->destroy (self->user_data);
}

void
asyncio_loop_set_task_factory (AsyncioLoop        *loop,
                               AsyncioTaskFactory  factory,
                               gpointer            user_data,
                               GDestroyNotify      destroy)
{
  TaskFactory *previous;
  TaskFactory *next;

  g_return_if_fail (loop != NULL);

  next = g_rc_box_new (TaskFactory);
  *next = (TaskFactory) { factory, user_data, destroy };

  /* A closed loop will make no task, and would never let go of a factory that refers to it. */
  if (factory == NULL || loop->closed)
    g_rc_box_release_full (g_steal_pointer (&next), task_factory_clear);

  previous = loop->task_factory;
  loop->task_factory = next;
  if (previous != NULL)
    g_rc_box_release_full (previous, task_factory_clear);
}

AsyncioTaskFactory
asyncio_loop_get_task_factory (AsyncioLoop *loop,
                               gpointer    *user_data)
{
  g_return_val_if_fail (loop != NULL, NULL);

  if (user_data != NULL)
    *user_data = loop->task_factory != NULL ? loop->task_factory->user_data : NULL;

  return loop->task_factory != NULL ? loop->task_factory->func : NULL;
}

/* What was to become a task, and was taken over, but does not. */
static void
drop (AsyncioCoroutine *coroutine)
{
  if (asyncio_iscoroutine (coroutine))
    asyncio_unref (asyncio_ref_sink (coroutine));
}

/* Returns (transfer full) what the loop's factory makes. */
static AsyncioFuture *
call_factory (AsyncioLoop         *loop,
              AsyncioCoroutine    *coroutine,
              AsyncioContextVars  *context,
              GError             **error)
{
  TaskFactory *factory = g_rc_box_acquire (loop->task_factory);
  GError *raised = NULL;
  AsyncioFuture *made = factory->func (loop, coroutine, context, factory->user_data, &raised);

  g_rc_box_release_full (factory, task_factory_clear);
  if (raised != NULL)
    {
      g_propagate_error (error, raised);
      return NULL;
    }

  if (!asyncio_isfuture (made))
    {
      g_autofree char *what = asyncio_repr (made);

      g_set_error (error, ASYNCIO_ERROR, ASYNCIO_ERROR_TYPE, "a task factory must return a future, not %s", what);
      return NULL;
    }

  return made;
}

/* loop.create_task() */
AsyncioTask *
asyncio_loop_create_task_full (AsyncioLoop         *loop,
                               AsyncioCoroutine    *coroutine,
                               const char          *name,
                               AsyncioContextVars  *context,
                               const char          *location,
                               GError             **error)
{
  AsyncioTask *task;

  g_return_val_if_fail (loop != NULL, NULL);

  if (!asyncio_loop_check_closed (loop, error))
    {
      drop (coroutine);
      return NULL;
    }

  if (loop->task_factory == NULL)
    {
      task = asyncio_task_new (loop, coroutine, name, context, error);
    }
  else
    {
      AsyncioCoroutine *held = asyncio_iscoroutine (coroutine) ? asyncio_ref_sink (coroutine) : NULL;

      task = (AsyncioTask *) call_factory (loop, coroutine, context, error);
      asyncio_unref (held);
      if (name != NULL && asyncio_is_task (task))
        asyncio_task_give_name (task, name);
    }

  /* Who wants the task is of more interest than the line of the factory. */
  if (location != NULL && task != NULL && task->parent.location != NULL && asyncio_is_task (task))
    task->parent.location = location;

  return task;
}

/* asyncio.create_task() */
AsyncioTask *
asyncio_create_task_full (AsyncioCoroutine    *coroutine,
                          const char          *name,
                          AsyncioContextVars  *context,
                          const char          *location,
                          GError             **error)
{
  AsyncioLoop *loop = asyncio_get_running_loop (error);
  AsyncioTask *task;

  if (loop == NULL)
    {
      drop (coroutine);
      return NULL;
    }

  task = asyncio_loop_create_task_full (loop, coroutine, NULL, context, location, error);
  if (name != NULL && asyncio_is_task (task))
    asyncio_task_give_name (task, name);

  return task;
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

/* Gives up one of the tasks if nobody else holds it. */
static void
drop_if_last (GPtrArray *tasks,
              guint      i)
{
  AsyncioTask *task = g_ptr_array_index (tasks, i);

  if (task != NULL && task->parent.parent.ref_count == 1)
    {
      g_ptr_array_index (tasks, i) = NULL;
      asyncio_unref (task);
    }
}

void
asyncio_task_list_abandon (AsyncioTaskList *self)
{
  g_autoptr (GPtrArray) tasks = g_ptr_array_new ();

  while (self->head != NULL)
    {
      g_ptr_array_add (tasks, asyncio_ref (self->head));
      asyncio_unregister_task (self->head);
    }

  /* Most tasks that are held are held by a task that awaits them, and that may be older or younger. */
  for (guint i = 0; i < tasks->len; i++)
    drop_if_last (tasks, i);
  for (guint i = tasks->len; i > 0; i--)
    drop_if_last (tasks, i - 1);

  /* The others may hold each other. Their coroutines can never go on, and let go of all they hold when they end. */
  for (guint i = 0; i < tasks->len; i++)
    {
      AsyncioTask *task = g_ptr_array_index (tasks, i);

      if (task != NULL)
        {
          (void) asyncio_coroutine_dispose (task->coro);
          g_clear_pointer (&task->fut_waiter, asyncio_unref);
          asyncio_unref (task);
        }
    }
}

/* A task of a coroutine, for ensure_future(). */
static AsyncioFuture *
make_task (AsyncioLoop       *loop,
           AsyncioCoroutine  *coroutine,
           GError           **error)
{
  g_autoptr (GError) local_error = NULL;
  AsyncioTask *task;

  asyncio_ref_sink (coroutine);
  task = asyncio_loop_create_task_full (loop, coroutine, NULL, NULL, NULL, &local_error);

  /* Since 3.10 one that found no task is not reported as never awaited. */
  if (asyncio_version_rules.ensure_future_closes_refused &&
      g_error_matches (local_error, ASYNCIO_ERROR, ASYNCIO_ERROR_RUNTIME))
    (void) asyncio_coroutine_close (coroutine, NULL);
  if (local_error != NULL)
    g_propagate_error (error, g_steal_pointer (&local_error));
  asyncio_unref (coroutine);

  return (AsyncioFuture *) task;
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
      drop (awaitable);
      return NULL;
    }

  return make_task (loop, awaitable, error);
}

AsyncioFuture *
asyncio_ensure_future (gpointer   awaitable,
                       GError   **error)
{
  return asyncio_ensure_future_in (NULL, awaitable, error);
}
