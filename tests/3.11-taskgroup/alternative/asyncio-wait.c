/* SPDX-License-Identifier: MIT */

/*
 * An alternative solution of lab 3.11 that has no future of its own: the parent waits with asyncio_wait() for all the tasks that there
 * are, and looks again. Like asyncio_wait() itself it does not disturb the tasks when it is interrupted.
 *
 * asyncio_wait() adds its callbacks after ours, so when it returns we have heard of every task that it waited for.
 */

#include "taskgroups-private.h"

#include <asyncio/tasks-private.h>

guint
asyncio_task_cancelling (AsyncioTask *task)
{
  if (!asyncio_is_task (task))
    return 0;

  return task->num_cancels_requested;
}

guint
asyncio_task_uncancel (AsyncioTask *task)
{
  guint left = asyncio_task_cancelling (task);

  if (left > 0)
    {
      task->num_cancels_requested = --left;
      task->must_cancel &= left > 0;
    }

  return left;
}

gboolean
asyncio_task_group_enter (AsyncioTaskGroup  *group,
                          GError           **error)
{
  AsyncioTask *current;

  g_return_val_if_fail (group != NULL, FALSE);

  if (asyncio_get_running_loop (error) == NULL)
    return FALSE;

  current = asyncio_current_task (NULL, error);
  if (group->entered || current == NULL)
    {
      asyncio_task_group_set_misuse (group, group->entered ? "has already been entered" : "cannot determine the parent task", error);
      return FALSE;
    }

  group->parent_task = asyncio_ref (current);

  return group->entered = TRUE;
}

static void
cancel_all (AsyncioTaskGroup *group)
{
  if (group->aborting)
    return;

  group->aborting = TRUE;
  g_queue_foreach (&group->tasks, (GFunc) (void *) asyncio_task_cancel, NULL);
}

static void
add_error (AsyncioTaskGroup *group,
           const GError     *error)
{
  g_ptr_array_add (group->errors, g_error_copy (error));
  if (asyncio_error_ends_loop (error) && group->base_error == NULL)
    group->base_error = g_error_copy (error);
}

static void
on_task_done (AsyncioFuture  *task,
              gpointer        user_data,
              GError        **error)
{
  AsyncioTaskGroup *group = user_data;
  const GError *exception;

  (void) error;

  asyncio_task_group_discard (group, task);
  if (asyncio_future_cancelled (task) || (exception = asyncio_future_exception (task, NULL)) == NULL)
    return;

  add_error (group, exception);
  if (asyncio_task_done (group->parent_task))
    {
      AsyncioExceptionContext context = {
        .message = "Task has errored out but its parent task is already completed",
        .exception = exception,
        .future = task,
      };

      asyncio_loop_call_exception_handler (asyncio_future_get_loop (task), &context);
      return;
    }

  if (!group->aborting)
    group->parent_cancel_requested = asyncio_task_cancel (group->parent_task);
  cancel_all (group);
}

/* Waits for the tasks that there are now. */
static gboolean
wait_for_some (AsyncioTaskGroup  *group,
               GError           **error)
{
  g_autoptr (GPtrArray) tasks = g_ptr_array_new_with_free_func (asyncio_unref);

  for (GList *l = group->tasks.head; l != NULL; l = l->next)
    g_ptr_array_add (tasks, asyncio_ref (l->data));

  return asyncio_wait ((const gpointer *) tasks->pdata, tasks->len, ASYNCIO_NO_TIMEOUT, ASYNCIO_ALL_COMPLETED, NULL, NULL, error);
}

gboolean
asyncio_task_group_exit (AsyncioTaskGroup  *group,
                         GError            *exception,
                         GError           **error)
{
  g_autoptr (GError) of_block = exception;
  g_autoptr (GError) interruption = NULL;
  gboolean is_cancelled;
  guint left;

  g_return_val_if_fail (group != NULL, FALSE);

  if (!asyncio_task_group_check_may_exit (group, error))
    return FALSE;

  group->exiting = TRUE;
  is_cancelled = asyncio_error_is_cancelled (of_block);
  if (of_block != NULL)
    cancel_all (group);
  if (of_block != NULL && asyncio_error_ends_loop (of_block) && group->base_error == NULL)
    group->base_error = g_error_copy (of_block);

  while (!g_queue_is_empty (&group->tasks))
    {
      g_autoptr (GError) raised = NULL;

      if (wait_for_some (group, &raised))
        continue;
      if (!asyncio_error_is_cancelled (raised))
        {
          g_propagate_error (error, g_steal_pointer (&raised));
          return FALSE;
        }
      if (!group->aborting)
        interruption = g_steal_pointer (&raised);
      cancel_all (group);
    }

  if (group->base_error != NULL)
    {
      g_propagate_error (error, g_error_copy (group->base_error));
      return FALSE;
    }

  left = group->parent_cancel_requested ? asyncio_task_uncancel (group->parent_task) : asyncio_task_cancelling (group->parent_task);
  if (of_block != NULL && !is_cancelled)
    add_error (group, of_block);

  /* No error: there may have been a cancellation, which then was not ours. */
  if (group->errors->len == 0)
    {
      if (is_cancelled)
        g_propagate_error (error, g_steal_pointer (&of_block));
      else if (interruption != NULL)
        g_propagate_error (error, g_steal_pointer (&interruption));
      else
        return TRUE;

      return FALSE;
    }

  if (left > 0)
    {
      (void) asyncio_task_cancel (group->parent_task);
      (void) asyncio_task_uncancel (group->parent_task);
    }

  if (group->errors->len == 1 && g_error_matches (of_block, ASYNCIO_ERROR, ASYNCIO_ERROR_GENERATOR_EXIT))
    g_propagate_error (error, g_steal_pointer (&of_block));
  else
    g_propagate_error (error, asyncio_exception_group_new ("unhandled errors in a TaskGroup", group->errors));

  return FALSE;
}

AsyncioTask *
asyncio_task_group_create_task_full (AsyncioTaskGroup    *group,
                                     AsyncioCoroutine    *coroutine,
                                     const char          *name,
                                     AsyncioContextVars  *context,
                                     const char          *location,
                                     GError             **error)
{
  const char *refusal = NULL;
  AsyncioTask *task;

  g_return_val_if_fail (group != NULL, NULL);

  if (!group->entered)
    refusal = "has not been entered";
  else if (group->exiting && g_queue_is_empty (&group->tasks))
    refusal = "is finished";
  else if (group->aborting)
    refusal = "is shutting down";

  if (refusal != NULL)
    {
      g_autoptr (AsyncioCoroutine) taken = asyncio_iscoroutine (coroutine) ? asyncio_ref_sink (coroutine) : NULL;

      if (taken != NULL)
        (void) asyncio_coroutine_close (taken, NULL);
      asyncio_task_group_set_misuse (group, refusal, error);
      return NULL;
    }

  task = asyncio_loop_create_task_full (asyncio_future_get_loop (ASYNCIO_FUTURE (group->parent_task)), coroutine, name, context,
                                        location, error);
  if (task != NULL)
    asyncio_task_group_add (group, task, on_task_done);

  return task;
}
