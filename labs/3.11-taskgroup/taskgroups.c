/* SPDX-License-Identifier: MIT */

/*
 * Lab 3.11: asyncio.TaskGroup (Lib/asyncio/taskgroups.py), and cancelling() and uncancel() (Lib/asyncio/tasks.py).
 *
 * Hand in this file. What each function must do is in taskgroups.h, how to go about it in README.md.
 */

#include "taskgroups-private.h"

/* Part A works on the inside of tasks. Read this one, too. */
#include <asyncio/tasks-private.h>

/* --- Part A: who asked, and how often ----------------------------------------------- */

guint
asyncio_task_cancelling (AsyncioTask *task)
{
#ifdef SOLUTION
  return asyncio_is_task (task) ? task->num_cancels_requested : 0;
#else
  /* TODO: give the number of requests. */
  (void) task;
  return 0;
#endif
}

guint
asyncio_task_uncancel (AsyncioTask *task)
{
#ifdef SOLUTION
  if (!asyncio_is_task (task) || task->num_cancels_requested == 0)
    return 0;

  /* If nobody wants it any more, a request that the next step would find must not be found there. */
  if (--task->num_cancels_requested == 0)
    task->must_cancel = FALSE;

  return task->num_cancels_requested;
#else
  /* TODO: take one request back. And if it was the last? */
  (void) task;
  return 0;
#endif
}

#ifdef SOLUTION
/* --- Part C: errors ------------------------------------------------------------------- */

/* TaskGroup._abort(): asks all tasks to end, once. */
static void
abort_tasks (AsyncioTaskGroup *group)
{
  group->aborting = TRUE;
  for (GList *l = group->tasks.head; l != NULL; l = l->next)
    (void) asyncio_task_cancel (l->data);
}

static void
note_base_error (AsyncioTaskGroup *group,
                 const GError     *exception)
{
  if (group->base_error == NULL && asyncio_error_ends_loop (exception))
    group->base_error = g_error_copy (exception);
}

/* raised: (nullable) the error of the block, which comes last. */
static void
raise_errors (AsyncioTaskGroup  *group,
              const GError      *raised,
              GError           **error)
{
  /* What is left was asked for from outside, and the errors win over it. It must not get lost: taken back and asked for again,
   * it is raised by the next await. */
  if (asyncio_task_cancelling (group->parent_task) > 0)
    {
      (void) asyncio_task_uncancel (group->parent_task);
      (void) asyncio_task_cancel (group->parent_task);
    }

  if (raised != NULL)
    g_ptr_array_add (group->errors, g_error_copy (raised));

  /* Who closes a coroutine waits for the GeneratorExit that he has thrown in. */
  if (group->errors->len == 1 && g_error_matches (raised, ASYNCIO_ERROR, ASYNCIO_ERROR_GENERATOR_EXIT))
    g_propagate_error (error, g_error_copy (raised));
  else
    g_propagate_error (error, asyncio_exception_group_new ("unhandled errors in a TaskGroup", group->errors));
}

/* --- Part B: the block and its tasks --------------------------------------------------- */

/* TaskGroup._on_task_done() */
static void
on_task_done (AsyncioFuture  *task,
              gpointer        user_data,
              GError        **error)
{
  AsyncioTaskGroup *group = user_data;
  const GError *exception;

  asyncio_task_group_discard (group, task);
  if (group->tasks.length == 0 && group->on_completed_fut != NULL && !asyncio_future_done (group->on_completed_fut))
    (void) asyncio_future_set_result (group->on_completed_fut, NULL, NULL, error);

  exception = asyncio_future_cancelled (task) ? NULL : asyncio_future_exception (task, NULL);
  if (exception == NULL)
    return;

  g_ptr_array_add (group->errors, g_error_copy (exception));
  note_base_error (group, exception);

  /* A parent that ended without leaving the block will not raise this. Else it may be waiting for anything in there. */
  if (asyncio_task_done (group->parent_task))
    asyncio_loop_call_exception_handler (group->parent_task->parent.loop, &(AsyncioExceptionContext) {
                                           .message = "Task has errored out but its parent task is already completed",
                                           .exception = exception,
                                           .future = task,
                                         });
  else if (!group->aborting)
    {
      abort_tasks (group);
      group->parent_cancel_requested = TRUE;
      (void) asyncio_task_cancel (group->parent_task);
    }
}

/* Waits until no task is left, however often that is interrupted. cancelled: (out): what did so from outside. FALSE, with an
 * error, if there can be no more waiting. */
static gboolean
wait_for_tasks (AsyncioTaskGroup  *group,
                GError           **cancelled,
                GError           **error)
{
  while (group->tasks.length > 0)
    {
      g_autoptr (GError) interruption = NULL;

      group->on_completed_fut = asyncio_loop_create_future (group->parent_task->parent.loop);
      (void) asyncio_await (group->on_completed_fut, &interruption);
      g_clear_pointer (&group->on_completed_fut, asyncio_unref);

      if (interruption != NULL && !asyncio_error_is_cancelled (interruption))
        {
          g_propagate_error (error, g_steal_pointer (&interruption));
          return FALSE;
        }

      /* If the tasks are being cancelled already, it may have been by our own hand; and they are asked only once. */
      if (interruption != NULL && !group->aborting)
        {
          *cancelled = g_steal_pointer (&interruption);
          abort_tasks (group);
        }
    }

  return TRUE;
}

#endif
/* --- Parts B to D: the group ----------------------------------------------------------- */

gboolean
asyncio_task_group_enter (AsyncioTaskGroup  *group,
                          GError           **error)
{
#ifdef SOLUTION
  g_return_val_if_fail (group != NULL, FALSE);

  if (group->entered)
    {
      asyncio_task_group_set_misuse (group, "has already been entered", error);
      return FALSE;
    }

  if (asyncio_get_running_loop (error) == NULL)
    return FALSE;

  group->parent_task = asyncio_ref (asyncio_current_task (NULL, NULL));
  group->entered = group->parent_task != NULL;
  if (!group->entered)
    asyncio_task_group_set_misuse (group, "cannot determine the parent task", error);

  return group->entered;
#else
  /* TODO: begin the block. Who is the parent? */
  (void) group;
  g_set_error_literal (error, ASYNCIO_ERROR, ASYNCIO_ERROR_NOT_IMPLEMENTED, "enter() is not implemented yet");
  return FALSE;
#endif
}

gboolean
asyncio_task_group_exit (AsyncioTaskGroup  *group,
                         GError            *exception,
                         GError           **error)
{
#ifdef SOLUTION
  g_autoptr (GError) raised = exception;
  g_autoptr (GError) cancelled = NULL;

  g_return_val_if_fail (group != NULL, FALSE);

  if (!asyncio_task_group_check_may_exit (group, error))
    return FALSE;

  group->exiting = TRUE;
  if (raised != NULL)
    {
      note_base_error (group, raised);
      if (!group->aborting)
        abort_tasks (group);
      if (asyncio_error_is_cancelled (raised))
        cancelled = g_steal_pointer (&raised);
    }

  if (!wait_for_tasks (group, &cancelled, error))
    return FALSE;

  if (group->base_error != NULL)
    {
      g_propagate_error (error, g_steal_pointer (&group->base_error));
      return FALSE;
    }

  /* Part D. Not before now: tasks may fail while we wait for them. What only we have asked for goes no further. */
  if (group->parent_cancel_requested && asyncio_task_uncancel (group->parent_task) == 0)
    g_clear_error (&cancelled);

  if (group->errors->len > 0 || raised != NULL)
    raise_errors (group, raised, error);
  else if (cancelled != NULL)
    g_propagate_error (error, g_steal_pointer (&cancelled));
  else
    return TRUE;

  return FALSE;
#else
  /* TODO: wait for the tasks (part B), raise what must be raised (part C), give back what you have asked for (part D). */
  (void) group;
  g_clear_error (&exception);
  g_set_error_literal (error, ASYNCIO_ERROR, ASYNCIO_ERROR_NOT_IMPLEMENTED, "exit() is not implemented yet");
  return FALSE;
#endif
}

AsyncioTask *
asyncio_task_group_create_task_full (AsyncioTaskGroup    *group,
                                     AsyncioCoroutine    *coroutine,
                                     const char          *name,
                                     AsyncioContextVars  *context,
                                     const char          *location,
                                     GError             **error)
{
#ifdef SOLUTION
  g_autoptr (AsyncioCoroutine) held = asyncio_iscoroutine (coroutine) ? asyncio_ref_sink (coroutine) : NULL;
  const char *refusal = NULL;
  AsyncioTask *task;

  g_return_val_if_fail (group != NULL, NULL);

  if (!group->entered)
    refusal = "has not been entered";
  else if (group->exiting && group->tasks.length == 0)
    refusal = "is finished";
  else if (group->aborting)
    refusal = "is shutting down";

  if (refusal != NULL)
    {
      asyncio_task_group_set_misuse (group, refusal, error);
      if (held != NULL)
        (void) asyncio_coroutine_close (held, NULL);
      return NULL;
    }

  task = asyncio_loop_create_task_full (group->parent_task->parent.loop, coroutine, name, context, location, error);

  /* A task that is done when it comes is no exception. Were it dealt with here, the parent would be cancelled in the middle of
   * its work, and not a task that makes this one in its own eager start: that has not been added yet. */
  if (task != NULL)
    asyncio_task_group_add (group, task, on_task_done);

  return task;
#else
  /* TODO: refuse, or make a task and add it. */
  (void) group, (void) name, (void) context, (void) location;
  if (asyncio_iscoroutine (coroutine))
    asyncio_unref (asyncio_ref_sink (coroutine));
  g_set_error_literal (error, ASYNCIO_ERROR, ASYNCIO_ERROR_NOT_IMPLEMENTED, "create_task() is not implemented yet");
  return NULL;
#endif
}
