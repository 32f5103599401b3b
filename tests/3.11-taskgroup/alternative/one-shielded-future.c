/* SPDX-License-Identifier: MIT */

/*
 * An alternative solution of lab 3.11 with one future for the whole life of a group: "it is finished". The parent awaits it behind a
 * shield, as often as it takes, so no cancellation ever reaches it. What comes out is worked out by one function at the end, of what
 * was written down on the way.
 */

#include "taskgroups-private.h"

#include <asyncio/tasks-private.h>

guint
asyncio_task_cancelling (AsyncioTask *task)
{
  return asyncio_is_task (task) ? task->num_cancels_requested : 0;
}

guint
asyncio_task_uncancel (AsyncioTask *task)
{
  switch (asyncio_task_cancelling (task))
    {
    case 0:
      return 0;

    case 1:
      task->must_cancel = FALSE;
      return task->num_cancels_requested = 0;

    default:
      return --task->num_cancels_requested;
    }
}

/* The future's result is set when the block is over and no task is left, in whichever order that comes about. */
static void
check_finished (AsyncioTaskGroup *group)
{
  if (group->exiting && group->tasks.length == 0 && !asyncio_future_done (group->on_completed_fut))
    (void) asyncio_future_set_result (group->on_completed_fut, NULL, NULL, NULL);
}

gboolean
asyncio_task_group_enter (AsyncioTaskGroup  *group,
                          GError           **error)
{
  AsyncioLoop *loop;

  g_return_val_if_fail (group != NULL, FALSE);

  if (group->entered)
    {
      asyncio_task_group_set_misuse (group, "has already been entered", error);
      return FALSE;
    }

  loop = asyncio_get_running_loop (error);
  if (loop == NULL)
    return FALSE;

  if (asyncio_current_task (loop, NULL) == NULL)
    {
      asyncio_task_group_set_misuse (group, "cannot determine the parent task", error);
      return FALSE;
    }

  group->parent_task = asyncio_ref (asyncio_current_task (loop, NULL));
  group->on_completed_fut = asyncio_loop_create_future (loop);
  group->entered = TRUE;

  return TRUE;
}

/* From here on no task is welcome, and those that there are shall end. FALSE if that was so before. */
static gboolean
begin_to_abort (AsyncioTaskGroup *group)
{
  g_autoptr (GList) tasks = NULL;

  if (group->aborting)
    return FALSE;

  group->aborting = TRUE;
  tasks = g_list_copy (group->tasks.head);
  for (GList *l = tasks; l != NULL; l = l->next)
    (void) asyncio_task_cancel (l->data);

  return TRUE;
}

static void
write_down (AsyncioTaskGroup *group,
            GError           *error)
{
  if (asyncio_error_ends_loop (error) && group->base_error == NULL)
    group->base_error = g_error_copy (error);
  g_ptr_array_add (group->errors, error);
}

static void
on_task_done (AsyncioFuture  *task,
              gpointer        user_data,
              GError        **error)
{
  AsyncioTaskGroup *group = user_data;
  g_autoptr (GError) raised = NULL;

  (void) error;

  asyncio_task_group_discard (group, task);
  check_finished (group);

  (void) asyncio_future_result (task, &raised);
  if (raised == NULL || asyncio_future_cancelled (task))
    return;

  if (asyncio_task_done (group->parent_task))
    asyncio_loop_call_exception_handler (asyncio_future_get_loop (task), &(AsyncioExceptionContext) {
                                           .message = "Task has errored out but its parent task is already completed",
                                           .exception = raised,
                                           .future = task,
                                         });
  else if (begin_to_abort (group))
    {
      group->parent_cancel_requested = TRUE;
      (void) asyncio_task_cancel (group->parent_task);
    }

  write_down (group, g_steal_pointer (&raised));
}

/* (transfer full) (nullable) what comes out of the group. of_block, cancelled: (transfer full) (nullable) */
static GError *
work_out (AsyncioTaskGroup *group,
          GError           *of_block,
          GError           *cancelled)
{
  g_autoptr (GError) request = cancelled;
  AsyncioTask *parent = group->parent_task;
  gboolean is_closed;

  if (group->base_error != NULL)
    {
      g_clear_error (&of_block);
      return g_error_copy (group->base_error);
    }

  if (group->parent_cancel_requested)
    (void) asyncio_task_uncancel (parent);

  is_closed = group->errors->len == 0 && g_error_matches (of_block, ASYNCIO_ERROR, ASYNCIO_ERROR_GENERATOR_EXIT);
  if (of_block != NULL)
    write_down (group, of_block);
  if (group->errors->len == 0)
    return g_steal_pointer (&request);

  /* Whoever else wants the parent to end shall not have asked in vain. */
  if (asyncio_task_cancelling (parent) > 0)
    {
      guint before = asyncio_task_cancelling (parent);

      (void) asyncio_task_cancel (parent);
      while (asyncio_task_cancelling (parent) > before)
        (void) asyncio_task_uncancel (parent);
    }

  return is_closed ? g_error_copy (of_block) : asyncio_exception_group_new ("unhandled errors in a TaskGroup", group->errors);
}

gboolean
asyncio_task_group_exit (AsyncioTaskGroup  *group,
                         GError            *exception,
                         GError           **error)
{
  g_autoptr (GError) of_block = exception;
  g_autoptr (GError) cancelled = NULL;
  GError *out;

  g_return_val_if_fail (group != NULL, FALSE);

  if (!asyncio_task_group_check_may_exit (group, error))
    return FALSE;

  group->exiting = TRUE;
  check_finished (group);

  if (of_block != NULL)
    {
      (void) begin_to_abort (group);
      if (group->base_error == NULL && asyncio_error_ends_loop (of_block))
        group->base_error = g_error_copy (of_block);
      if (asyncio_error_is_cancelled (of_block))
        cancelled = g_steal_pointer (&of_block);
    }

  while (!asyncio_future_done (group->on_completed_fut))
    {
      g_autoptr (AsyncioFuture) shield = asyncio_shield (group->on_completed_fut, NULL);
      g_autoptr (GError) interruption = NULL;

      (void) asyncio_await (shield, &interruption);
      if (interruption != NULL && !asyncio_error_is_cancelled (interruption))
        {
          g_propagate_error (error, g_steal_pointer (&interruption));
          return FALSE;
        }
      if (interruption != NULL && begin_to_abort (group))
        cancelled = g_steal_pointer (&interruption);
    }

  out = work_out (group, g_steal_pointer (&of_block), g_steal_pointer (&cancelled));
  if (out != NULL)
    g_propagate_error (error, out);

  return out == NULL;
}

AsyncioTask *
asyncio_task_group_create_task_full (AsyncioTaskGroup    *group,
                                     AsyncioCoroutine    *coroutine,
                                     const char          *name,
                                     AsyncioContextVars  *context,
                                     const char          *location,
                                     GError             **error)
{
  AsyncioTask *task;

  g_return_val_if_fail (group != NULL, NULL);

  if (group->entered && !group->aborting && !asyncio_future_done (group->on_completed_fut))
    {
      task = asyncio_loop_create_task_full (asyncio_future_get_loop (group->on_completed_fut), coroutine, name, context, location,
                                            error);
      if (task != NULL)
        asyncio_task_group_add (group, task, on_task_done);
      return task;
    }

  if (asyncio_iscoroutine (coroutine))
    {
      asyncio_ref_sink (coroutine);
      (void) asyncio_coroutine_close (coroutine, NULL);
      asyncio_unref (coroutine);
    }

  if (!group->entered)
    asyncio_task_group_set_misuse (group, "has not been entered", error);
  else if (asyncio_future_done (group->on_completed_fut))
    asyncio_task_group_set_misuse (group, "is finished", error);
  else
    asyncio_task_group_set_misuse (group, "is shutting down", error);

  return NULL;
}
