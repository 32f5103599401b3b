/* SPDX-License-Identifier: MIT */
#pragma once

/*
 * The inside of a TaskGroup, given: its state, and the set of its tasks. What becomes of them is decided in taskgroups.c.
 */

#include "taskgroups.h"

/* TaskGroup.__init__(). A new group is all zero, but for the two containers. */
struct _AsyncioTaskGroup
{
  guint ref_count;

  gboolean entered;                 /* the block has begun */
  gboolean exiting;                 /* the block is over: it is being left, or was */
  gboolean aborting;                /* the tasks were cancelled */
  gboolean parent_cancel_requested; /* the parent was cancelled, by this group */

  AsyncioTask *parent_task;        /* (owned) (nullable) who entered it */
  GPtrArray *errors;               /* (owned) (element-type GError) in the order in which they came */
  GError *base_error;              /* (owned) (nullable) a KeyboardInterrupt or SystemExit, which wins over all errors */
  AsyncioFuture *on_completed_fut; /* (owned) (nullable) what the parent waits for at the end of the block */

  GQueue tasks;      /* (element-type AsyncioTask): those that are not done; to be read, not changed */
  GHashTable *links; /* (owned) where each of them is in the queue */
};

/*
 * `group._tasks.add(task); task.add_done_callback(callback)`
 *
 * The callback gets the group as its user_data. A task that is done already is added as well, and its callback is scheduled.
 */
void asyncio_task_group_add (AsyncioTaskGroup      *group,
                             AsyncioTask           *task,
                             AsyncioFutureCallback  callback);

/* `group._tasks.discard(task)`: what is not in the set is not taken out. */
void asyncio_task_group_discard (AsyncioTaskGroup *group,
                                 gconstpointer     task);

/* Raises RuntimeError "TaskGroup <TaskGroup tasks=2 entered> " and what is said of it, such as "is finished". */
void asyncio_task_group_set_misuse (AsyncioTaskGroup  *group,
                                    const char        *what,
                                    GError           **error);

/* Whether the calling task is in the block, which `async with` sees to in Python. RuntimeError if it has not entered it, has
 * left it, or is another task. */
gboolean asyncio_task_group_check_may_exit (AsyncioTaskGroup  *group,
                                            GError           **error);

/* `repr(group)`: "<TaskGroup tasks=2 entered>". (transfer full) */
char *asyncio_task_group_repr (AsyncioTaskGroup *group);
