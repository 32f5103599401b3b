/* SPDX-License-Identifier: MIT */

/*
 * An alternative solution of lab 3.11 that is a state machine. A group is in one of six states, worked out of its flags; whatever
 * happens to it is an event, and one function says what an event does in each state.
 *
 *      NEW ──enter──> OPEN ──block ends──> WAITING ──last task──> FINISHED
 *                      │                      │                      ^
 *                      └─ failure, error ─────┴─ failure, cancel     │
 *                      v                      v                      │
 *                   ABORTING ──block ends──> DRAINING ──last task────┘
 */

#include "taskgroups-private.h"

#include <asyncio/tasks-private.h>

typedef enum
{
  NEW,
  OPEN,
  ABORTING,
  WAITING,
  DRAINING,
  FINISHED,
} State;

typedef enum
{
  TASK_FAILED,
  BLOCK_FAILED,
  PARENT_CANCELLED,
} Event;

static State
state_of (const AsyncioTaskGroup *group)
{
  if (!group->entered)
    return NEW;
  if (!group->exiting)
    return group->aborting ? ABORTING : OPEN;
  if (group->tasks.length == 0)
    return FINISHED;

  return group->aborting ? DRAINING : WAITING;
}

/* --- Part A ------------------------------------------------------------------------------- */

guint
asyncio_task_cancelling (AsyncioTask *task)
{
  return asyncio_is_task (task) ? task->num_cancels_requested : 0;
}

guint
asyncio_task_uncancel (AsyncioTask *task)
{
  if (asyncio_task_cancelling (task) == 0)
    return 0;

  task->num_cancels_requested -= 1;
  if (task->num_cancels_requested == 0 && task->must_cancel)
    task->must_cancel = FALSE;

  return task->num_cancels_requested;
}

/* --- Events --------------------------------------------------------------------------------- */

static void
abort_all (AsyncioTaskGroup *group)
{
  GList *next;

  group->aborting = TRUE;
  for (GList *l = group->tasks.head; l != NULL; l = next)
    {
      next = l->next;
      (void) asyncio_task_cancel (l->data);
    }
}

/* TRUE if the event is the one that ends the good times. */
static gboolean
handle (AsyncioTaskGroup *group,
        Event             event)
{
  switch (state_of (group))
    {
    case OPEN:
    case WAITING:
      break;

    case FINISHED: /* of the last task, or of a block without tasks */
      if (!group->aborting)
        break;
      return FALSE;

    case NEW:
    case ABORTING:
    case DRAINING:
    default:
      return FALSE;
    }

  abort_all (group);
  if (event == TASK_FAILED)
    {
      group->parent_cancel_requested = TRUE;
      (void) asyncio_task_cancel (group->parent_task);
    }

  return TRUE;
}

static void
wake_parent (AsyncioTaskGroup *group)
{
  if (group->on_completed_fut != NULL && !asyncio_future_done (group->on_completed_fut))
    (void) asyncio_future_set_result (group->on_completed_fut, NULL, NULL, NULL);
}

static void
remember_exit (AsyncioTaskGroup *group,
               const GError     *error)
{
  if (error != NULL && asyncio_error_ends_loop (error) && group->base_error == NULL)
    group->base_error = g_error_copy (error);
}

static void
report_orphan (AsyncioFuture *task,
               const GError  *exception)
{
  asyncio_loop_call_exception_handler (asyncio_future_get_loop (task), &(AsyncioExceptionContext) {
                                         .message = "Task has errored out but its parent task is already completed",
                                         .exception = exception,
                                         .future = task,
                                       });
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
  if (state_of (group) == FINISHED)
    wake_parent (group);

  if (asyncio_future_cancelled (task))
    return;
  exception = asyncio_future_exception (task, NULL);
  if (exception == NULL)
    return;

  remember_exit (group, exception);
  g_ptr_array_add (group->errors, g_error_copy (exception));
  if (asyncio_task_done (group->parent_task))
    report_orphan (task, exception);
  else
    (void) handle (group, TASK_FAILED);
}

/* --- The way in, and the way out ------------------------------------------------------------- */

gboolean
asyncio_task_group_enter (AsyncioTaskGroup  *group,
                          GError           **error)
{
  AsyncioTask *task;

  g_return_val_if_fail (group != NULL, FALSE);

  if (state_of (group) != NEW)
    {
      asyncio_task_group_set_misuse (group, "has already been entered", error);
      return FALSE;
    }

  if (asyncio_get_running_loop (error) == NULL)
    return FALSE;

  task = asyncio_current_task (NULL, NULL);
  if (task == NULL)
    {
      asyncio_task_group_set_misuse (group, "cannot determine the parent task", error);
      return FALSE;
    }

  group->parent_task = asyncio_ref (task);
  group->entered = TRUE;

  return TRUE;
}

/* One turn of the waiting. *cancelled: (inout) (nullable) */
static gboolean
wait_for_turn (AsyncioTaskGroup  *group,
               GError           **cancelled,
               GError           **error)
{
  GError *interruption = NULL;

  group->on_completed_fut = asyncio_loop_create_future (asyncio_future_get_loop (ASYNCIO_FUTURE (group->parent_task)));
  (void) asyncio_await (group->on_completed_fut, &interruption);
  asyncio_unref (g_steal_pointer (&group->on_completed_fut));

  if (interruption == NULL)
    return TRUE;
  if (!asyncio_error_is_cancelled (interruption))
    {
      g_propagate_error (error, interruption);
      return FALSE;
    }

  if (handle (group, PARENT_CANCELLED))
    *cancelled = interruption;
  else
    g_error_free (interruption);

  return TRUE;
}

static void
ask_again (AsyncioTask *parent)
{
  if (asyncio_task_cancelling (parent) == 0)
    return;

  (void) asyncio_task_uncancel (parent);
  (void) asyncio_task_cancel (parent);
}

gboolean
asyncio_task_group_exit (AsyncioTaskGroup  *group,
                         GError            *exception,
                         GError           **error)
{
  g_autoptr (GError) cancelled = NULL;

  g_return_val_if_fail (group != NULL, FALSE);

  if (!asyncio_task_group_check_may_exit (group, error))
    {
      g_clear_error (&exception);
      return FALSE;
    }

  remember_exit (group, exception);
  if (exception != NULL)
    (void) handle (group, BLOCK_FAILED);
  group->exiting = TRUE;
  if (asyncio_error_is_cancelled (exception))
    cancelled = g_steal_pointer (&exception);

  while (state_of (group) != FINISHED)
    if (!wait_for_turn (group, &cancelled, error))
      {
        g_clear_error (&exception);
        return FALSE;
      }

  if (group->base_error != NULL)
    {
      g_clear_error (&exception);
      g_propagate_error (error, g_error_copy (group->base_error));
      return FALSE;
    }

  if (group->parent_cancel_requested)
    (void) asyncio_task_uncancel (group->parent_task);
  if (exception != NULL)
    g_ptr_array_add (group->errors, exception);

  if (group->errors->len == 1 && g_error_matches (exception, ASYNCIO_ERROR, ASYNCIO_ERROR_GENERATOR_EXIT))
    {
      ask_again (group->parent_task);
      g_propagate_error (error, g_error_copy (exception));
      return FALSE;
    }

  if (group->errors->len > 0)
    {
      ask_again (group->parent_task);
      g_propagate_error (error, asyncio_exception_group_new ("unhandled errors in a TaskGroup", group->errors));
      return FALSE;
    }

  if (cancelled != NULL)
    {
      g_propagate_error (error, g_steal_pointer (&cancelled));
      return FALSE;
    }

  return TRUE;
}

AsyncioTask *
asyncio_task_group_create_task_full (AsyncioTaskGroup    *group,
                                     AsyncioCoroutine    *coroutine,
                                     const char          *name,
                                     AsyncioContextVars  *context,
                                     const char          *location,
                                     GError             **error)
{
  static const char *const refusals[] = {
    [NEW] = "has not been entered",
    [FINISHED] = "is finished",
    [ABORTING] = "is shutting down",
    [DRAINING] = "is shutting down",
  };
  AsyncioLoop *loop;
  AsyncioTask *task;
  State state;

  g_return_val_if_fail (group != NULL, NULL);

  state = state_of (group);
  if (refusals[state] == NULL)
    {
      loop = asyncio_future_get_loop (ASYNCIO_FUTURE (group->parent_task));
      task = asyncio_loop_create_task_full (loop, coroutine, name, context, location, error);
      if (task != NULL)
        asyncio_task_group_add (group, task, on_task_done);
      return task;
    }

  asyncio_task_group_set_misuse (group, refusals[state], error);
  if (asyncio_iscoroutine (coroutine))
    {
      asyncio_ref_sink (coroutine);
      (void) asyncio_coroutine_close (coroutine, NULL);
      asyncio_unref (coroutine);
    }

  return NULL;
}
