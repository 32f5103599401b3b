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

  AsyncioCoroutine *coro;
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

/* A future that is a task. What a task factory made need not be one. */
gboolean asyncio_is_task (gconstpointer object);

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
