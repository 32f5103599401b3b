/* SPDX-License-Identifier: MIT */
#pragma once

/**
 * @file
 * Lab 3.11: `asyncio.TaskGroup` (`Lib/asyncio/taskgroups.py`), and `Task.cancelling()` and `Task.uncancel()`
 * (`Lib/asyncio/tasks.py`). What the functions must do; the work is in taskgroups.c.
 *
 * What is described here is a TaskGroup with the faults repaired that CPython's had in 3.11 and 3.12; README.md tells of them.
 *
 * A group and its tasks belong to the thread whose loop runs them.
 */

#include <asyncio/asyncio.h>

G_BEGIN_DECLS

/* --- Part A: who asked, and how often ----------------------------------------------- */

/**
 * Part A. How many requests to cancel a task were made and not taken back, `Task.cancelling()`.
 *
 * Each asyncio_task_cancel() of a task that is not done counts as one, whatever becomes of it.
 *
 * @param task  a task
 * @return the number; 0 for what is no task, such as a plain future that a factory made
 */
guint asyncio_task_cancelling (AsyncioTask *task);

/**
 * Part A. Takes one request to cancel a task back, `Task.uncancel()`.
 *
 * Who turns a CancelledError into something else, as a group or a timeout does, says so with this. If it was the last request,
 * and has not yet been delivered because the task is about to take a step or is running, then it never will be.
 *
 * @param task  a task; also one that is done
 * @return how many requests remain, never less than 0; 0 for what is no task
 */
guint asyncio_task_uncancel (AsyncioTask *task);

/* --- Parts B to D: the group ---------------------------------------------------------- */

/**
 * A group of tasks that end together, `asyncio.TaskGroup`.
 *
 * ~~~{.py}
 * async with asyncio.TaskGroup() as group:
 *     group.create_task(worker("A"))
 *     group.create_task(worker("B"))
 * print("both are done")
 * ~~~
 *
 * C has no `async with`, so the block is a function of its own, and asyncio_task_group_run() is what enters and leaves:
 *
 * ~~~{.c}
 * static void
 * block (AsyncioTaskGroup *group, gpointer user_data, GError **error)
 * {
 *   g_autoptr (AsyncioTask) a = asyncio_task_group_create_task (group, worker ("A"), error);
 *   g_autoptr (AsyncioTask) b = a != NULL ? asyncio_task_group_create_task (group, worker ("B"), error) : NULL;
 * }
 *
 * if (!asyncio_task_group_run (block, NULL, error))
 *   return NULL;
 * g_print ("both are done\n");
 * ~~~
 *
 * Who needs the local variables of the function around the block calls asyncio_task_group_enter() and
 * asyncio_task_group_exit(), which are `__aenter__()` and `__aexit__()`. Every way out of the block must then lead through
 * asyncio_task_group_exit(), as in Python it does.
 *
 * A group is used once.
 */
typedef struct _AsyncioTaskGroup AsyncioTaskGroup;

/** Makes a group, `asyncio.TaskGroup()`. @return (transfer full): the group, see asyncio_task_group_unref() */
AsyncioTaskGroup *asyncio_task_group_new (void) G_GNUC_WARN_UNUSED_RESULT;

/** Takes a reference. @param group  a group. @return (transfer full): @p group itself */
AsyncioTaskGroup *asyncio_task_group_ref (AsyncioTaskGroup *group);

/**
 * Gives up a reference. A group that was entered and never left complains when it is freed, with a warning.
 *
 * @param group  (transfer full): a group
 */
void asyncio_task_group_unref (AsyncioTaskGroup *group);

/**
 * Part B. Begins the block, `group.__aenter__()`. The task that calls this is the parent of the tasks of the group.
 *
 * @param group  a group
 * @param error  RuntimeError "TaskGroup ... has already been entered"; "TaskGroup ... cannot determine the parent task" when
 *   no task runs, as in a callback; "no running event loop"
 * @return TRUE if the block has begun
 */
gboolean asyncio_task_group_enter (AsyncioTaskGroup  *group,
                                   GError           **error);

/**
 * Parts B, C and D. Ends the block, `group.__aexit__()`: waits until all tasks of the group are done, and raises what must be
 * raised.
 *
 * - All tasks have returned, or were cancelled one by one: nothing is raised.
 * - A task failed, or @p exception is an error: the other tasks are cancelled and waited for. Then an ExceptionGroup
 *   "unhandled errors in a TaskGroup" is raised (a BaseExceptionGroup if one of its errors is a base exception) of all errors
 *   in the order in which the tasks ended, with @p exception at the end.
 * - Somebody cancelled the parent, or a CancelledError came out of the block: the tasks are cancelled and waited for, and
 *   CancelledError is raised. If there are errors, their group is raised instead; and if there was a request to cancel the
 *   parent, its next await raises CancelledError.
 * - A KeyboardInterrupt or SystemExit, the first one of the tasks and the block, is raised itself, when the others were
 *   cancelled and waited for. So is a GeneratorExit of the block if there is no other error.
 * - The parent ended without coming here: the error of a task is told to the exception handler of the loop, with the message
 *   "Task has errored out but its parent task is already completed".
 *
 * The request that the group itself made to the parent, to interrupt the block, is taken back.
 *
 * @param group  a group that the calling task has entered, and not left
 * @param exception  (transfer full) (nullable): what the block raised
 * @param error  what is raised. RuntimeError "TaskGroup ... has not been entered", "TaskGroup ... is finished",
 *   "TaskGroup ... belongs to another task" for wrong use; then @p exception is lost and nothing else happens. An await that is
 *   ended by anything but a cancellation ends the waiting as well, with its error
 * @return TRUE if nothing is raised: the program goes on after the block
 */
ASYNCIO_SUSPENDS gboolean asyncio_task_group_exit (AsyncioTaskGroup  *group,
                                                   GError            *exception,
                                                   GError           **error);

/**
 * Makes a task in a group, `group.create_task(coro)`. Anybody may, also a task of the group, as long as the group is neither
 * finished nor shutting down.
 *
 * @param group  a group
 * @param coroutine  a coroutine; a floating one is taken over. One that is refused is closed, and not reported as never awaited
 * @param error  as for asyncio_task_group_create_task_full()
 * @return (transfer full) (nullable): the task. Who does not need it gives it up at once: the group waits for it all the same
 */
#define asyncio_task_group_create_task(group, coroutine, error) \
  asyncio_task_group_create_task_full ((group), (coroutine), NULL, NULL, G_STRLOC, (error))

/**
 * Part B. Makes a task in a group, with all that `group.create_task(coro, name=name, context=context)` takes.
 *
 * The task is made by the loop, so a task factory is asked. What that makes may be done when it comes.
 *
 * @param group  a group
 * @param coroutine  as for asyncio_task_group_create_task()
 * @param name  (nullable): as for asyncio_loop_create_task_full()
 * @param context  (nullable): as for asyncio_loop_create_task_full()
 * @param location  (nullable): as for asyncio_loop_create_task_full()
 * @param error  RuntimeError "TaskGroup ... has not been entered"; "TaskGroup ... is finished" when the block has been left and
 *   no task is there any more; "TaskGroup ... is shutting down" when the tasks were cancelled; what
 *   asyncio_loop_create_task_full() says
 * @return (transfer full) (nullable): as for asyncio_task_group_create_task()
 */
AsyncioTask *asyncio_task_group_create_task_full (AsyncioTaskGroup    *group,
                                                  AsyncioCoroutine    *coroutine,
                                                  const char          *name,
                                                  AsyncioContextVars  *context,
                                                  const char          *location,
                                                  GError             **error) G_GNUC_WARN_UNUSED_RESULT;

/**
 * The block of a group: what stands indented under `async with asyncio.TaskGroup() as group:`. It may await.
 *
 * @param group  (transfer none): the group
 * @param user_data  what was given to asyncio_task_group_run()
 * @param error  what the block raises
 */
typedef void (*AsyncioTaskGroupBody) (AsyncioTaskGroup  *group,
                                      gpointer           user_data,
                                      GError           **error);

/**
 * Makes a group, and runs a block in it (given): `async with asyncio.TaskGroup() as group: body(group)`.
 *
 * @param body  the block
 * @param user_data  what it gets
 * @param error  as for asyncio_task_group_enter() and asyncio_task_group_exit()
 * @return TRUE if nothing is raised
 */
ASYNCIO_SUSPENDS gboolean asyncio_task_group_run (AsyncioTaskGroupBody   body,
                                                  gpointer               user_data,
                                                  GError               **error);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (AsyncioTaskGroup, asyncio_task_group_unref)

G_END_DECLS
