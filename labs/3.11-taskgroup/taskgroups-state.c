/* SPDX-License-Identifier: MIT */

/*
 * What a TaskGroup is made of, given (Lib/asyncio/taskgroups.py: __init__() and __repr__()), and what `async with` is in C.
 *
 * Who holds whom: a task that is not done holds its callback, and that holds the group. The group does not hold its tasks, the
 * loop does. If it held them as well, neither would ever go away when a loop is closed in the middle of the work.
 *
 *      loop ──> task ──> callback ──> group ──> parent task
 *
 * A task that is freed without ever being done takes itself out of the set, so that nothing in there is ever dangling.
 */

#include "taskgroups-private.h"

static void
error_free (gpointer error)
{
  g_error_free (error);
}

AsyncioTaskGroup *
asyncio_task_group_new (void)
{
  AsyncioTaskGroup *self = g_new0 (AsyncioTaskGroup, 1);

  self->ref_count = 1;
  self->errors = g_ptr_array_new_with_free_func (error_free);
  g_queue_init (&self->tasks);
  self->links = g_hash_table_new (NULL, NULL);

  return self;
}

AsyncioTaskGroup *
asyncio_task_group_ref (AsyncioTaskGroup *group)
{
  g_return_val_if_fail (group != NULL, NULL);

  group->ref_count++;

  return group;
}

void
asyncio_task_group_unref (AsyncioTaskGroup *group)
{
  g_return_if_fail (group != NULL);

  if (--group->ref_count > 0)
    return;

  if (group->entered && !group->exiting)
    g_warning ("a TaskGroup was entered and never left");

  g_clear_pointer (&group->parent_task, asyncio_unref);
  g_clear_pointer (&group->on_completed_fut, asyncio_unref);
  g_clear_error (&group->base_error);
  g_ptr_array_unref (group->errors);
  g_hash_table_unref (group->links);
  g_queue_clear (&group->tasks);
  g_free (group);
}

/* --- The set of tasks -------------------------------------------------------------------- */

/* A task's being in a group, from its creation until its callback was called, or until it was freed without. */
typedef struct
{
  AsyncioTaskGroup *group; /* (owned) */
  gconstpointer task;      /* (unowned) */
  AsyncioFutureCallback callback;
} Membership;

static void
membership_end (gpointer data)
{
  Membership *self = data;

  asyncio_task_group_discard (self->group, self->task);
  asyncio_task_group_unref (self->group);
  g_free (self);
}

static void
on_done (AsyncioFuture  *task,
         gpointer        user_data,
         GError        **error)
{
  Membership *self = user_data;

  self->callback (task, self->group, error);
}

void
asyncio_task_group_add (AsyncioTaskGroup      *group,
                        AsyncioTask           *task,
                        AsyncioFutureCallback  callback)
{
  Membership *membership;

  g_return_if_fail (group != NULL && task != NULL && callback != NULL);

  membership = g_new (Membership, 1);
  *membership = (Membership) { asyncio_task_group_ref (group), task, callback };
  if (!g_hash_table_contains (group->links, task)) /* a factory may give the same one again */
    {
      g_queue_push_tail (&group->tasks, task);
      g_hash_table_insert (group->links, task, group->tasks.tail);
    }

  asyncio_future_add_done_callback (ASYNCIO_FUTURE (task), on_done, membership, membership_end);
}

void
asyncio_task_group_discard (AsyncioTaskGroup *group,
                            gconstpointer     task)
{
  GList *link;

  g_return_if_fail (group != NULL);

  link = g_hash_table_lookup (group->links, task);
  if (link == NULL)
    return;

  g_hash_table_remove (group->links, task);
  g_queue_delete_link (&group->tasks, link);
}

/* TaskGroup.__repr__() */
char *
asyncio_task_group_repr (AsyncioTaskGroup *group)
{
  GString *text = g_string_new ("<TaskGroup");

  if (group->tasks.length > 0)
    g_string_append_printf (text, " tasks=%u", group->tasks.length);
  if (group->errors->len > 0)
    g_string_append_printf (text, " errors=%u", group->errors->len);
  if (group->aborting)
    g_string_append (text, " cancelling");
  else if (group->entered)
    g_string_append (text, " entered");
  g_string_append_c (text, '>');

  return g_string_free (text, FALSE);
}

/* --- The block ------------------------------------------------------------------------------- */

gboolean
asyncio_task_group_run (AsyncioTaskGroupBody   body,
                        gpointer               user_data,
                        GError               **error)
{
  g_autoptr (AsyncioTaskGroup) group = NULL;
  GError *raised = NULL;

  g_return_val_if_fail (body != NULL, FALSE);

  group = asyncio_task_group_new ();
  if (!asyncio_task_group_enter (group, error))
    return FALSE;

  body (group, user_data, &raised);

  return asyncio_task_group_exit (group, raised, error);
}

/* --- Wrong use ------------------------------------------------------------------------------- */

void
asyncio_task_group_set_misuse (AsyncioTaskGroup  *group,
                               const char        *what,
                               GError           **error)
{
  g_autofree char *repr = asyncio_task_group_repr (group);

  g_set_error (error, ASYNCIO_ERROR, ASYNCIO_ERROR_RUNTIME, "TaskGroup %s %s", repr, what);
}

gboolean
asyncio_task_group_check_may_exit (AsyncioTaskGroup  *group,
                                   GError           **error)
{
  const char *misuse = NULL;

  if (!group->entered)
    misuse = "has not been entered";
  else if (group->exiting)
    misuse = "is finished";
  else if (asyncio_current_task (NULL, NULL) != group->parent_task)
    misuse = "belongs to another task";

  if (misuse != NULL)
    asyncio_task_group_set_misuse (group, misuse, error);

  return misuse == NULL;
}
