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
  AsyncioFuture *fut_waiter;    /* (owned) (nullable) what it waits for */
  guint must_cancel : 1;        /* a cancel() is to be delivered at the next step */
  guint log_destroy_pending : 1;

  /* A task waits for one thing at a time, its next step or a future, so one handle will do. */
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

/* Whether "Task was destroyed but it is pending!" is worth telling. */
void asyncio_task_set_log_destroy_pending (AsyncioTask *self,
                                           gboolean     enabled);
