/* SPDX-License-Identifier: MIT */
#pragma once

/*
 * The inside of a task.
 */

#include <asyncio/tasks.h>

#include "futures-private.h"

struct _AsyncioTask
{
  AsyncioFuture parent;

  AsyncioCoroutine *coro;       /* (owned) (nullable) since 3.12 NULL if it was over before create_task() gave the task */
  guint number;                 /* its default name is "Task-<number>", in the order in which tasks were made */
  guint must_cancel : 1;        /* a cancel() is to be delivered at the next step */
  guint log_destroy_pending : 1;
  guint num_cancels_requested;  /* how many cancel() there were, less those that were taken back (3.11: cancelling()) */
  guint recorded_number;        /* what recordings call it, if it was given a name and so has no number; 0 until it is recorded */
  char *name;                   /* (owned) (nullable) the name that it was given instead */
  AsyncioFuture *fut_waiter;    /* (owned) (nullable) what it waits for */
  char *cancel_message;         /* (owned) (nullable) of the cancel() that is to be delivered */

  /* A task waits for one thing at a time, its next step or a future, so one handle will do. It has the task's context. */
  AsyncioHandle handle;
  GError *step_error; /* (nullable) what the next step is to raise */

  AsyncioTask *previous; /* in the loop's list */
  AsyncioTask *next;
};

/* The tasks of a loop that are not done, in the order in which they were made. The list owns a
 * reference to each: a task that runs needs nobody else to keep it alive. */
typedef struct
{
  AsyncioTask *head;
  AsyncioTask *tail;
} AsyncioTaskList;

/* Gives up all tasks, when the loop is closed. */
void asyncio_task_list_abandon (AsyncioTaskList *self);

/* --- Task.__init__ in pieces, for who starts a task in another way than asyncio_task_new() --- */

/* Makes a task as asyncio_task_new() does, but nobody knows it yet, and nothing will make it run. */
AsyncioTask *asyncio_task_new_unstarted (AsyncioLoop         *loop,
                                         AsyncioCoroutine    *coroutine,
                                         const char          *name,
                                         AsyncioContextVars  *context,
                                         GError             **error) G_GNUC_WARN_UNUSED_RESULT;

/* Registers it, and schedules its first step for the next turn. */
G_GNUC_INTERNAL void asyncio_task_start (AsyncioTask *self);

/* _register_task(), and _register_eager_task(), which has a set of its own in Python 3.12: from now on all_tasks() knows the
 * task and the loop holds it, until it is done. A task is registered once. */
G_GNUC_INTERNAL void asyncio_register_task (AsyncioTask *task);

/* _unregister_task(). A step whose coroutine ends does this itself. It may give up the last reference to the task. */
G_GNUC_INTERNAL void asyncio_unregister_task (AsyncioTask *task);

/* _swap_current_task(): makes another task (nullable) the current one. Returns (transfer none) (nullable) the one until
 * now. */
G_GNUC_INTERNAL AsyncioTask *asyncio_swap_current_task (AsyncioLoop *loop,
                                                        AsyncioTask *task);

/* Task.__step_run_and_handle_result(): runs the coroutine of the task that is current until it awaits or ends, and draws
 * the conclusions: the task waits then, or is done. exception: (transfer full) (nullable) what is to be raised in it. The
 * context is the caller's business. error: KeyboardInterrupt and SystemExit, which the task keeps as well. */
void asyncio_task_step_run_and_handle_result (AsyncioTask  *self,
                                              GError       *exception,
                                              GError      **error);

/* --- Tasks of all kinds ------------------------------------------------------------------ */

/* A future that is a task. What a task factory made need not be one. */
gboolean asyncio_is_task (gconstpointer object);

/* In base-tasks.c. */
char *asyncio_task_repr (gconstpointer object);

/* Names it. Up to 3.7 tasks have no names, and nothing shows it. */
void asyncio_task_give_name (AsyncioTask *self,
                             const char  *name);

/* (nullable): the task whose step, or whose wake-up by a future, a handle is */
AsyncioTask *asyncio_task_of_handle (AsyncioHandle *handle);

/* Whether "Task was destroyed but it is pending!" is worth telling; of what is no task nobody will. */
void asyncio_task_set_log_destroy_pending (AsyncioTask *self,
                                           gboolean     enabled);

/* --- Waiters: what sleep(), wait() and wait_for() wait for ------------------------------- */

/* Sets a future's result to None if it is not done; as a callback, _release_waiter(). */
void asyncio_waiter_release (gpointer   waiter,
                             GError   **error);

/* The same as a done-callback of another future. */
void asyncio_waiter_on_done (AsyncioFuture  *future,
                             gpointer        waiter,
                             GError        **error);

/* Waits until a waiter is released by others, or by a timer. Returns FALSE with an error if that was interrupted. */
ASYNCIO_SUSPENDS gboolean asyncio_waiter_await (AsyncioFuture  *waiter,
                                                double          timeout,
                                                GError        **error);
