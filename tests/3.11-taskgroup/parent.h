/* SPDX-License-Identifier: MIT */
#pragma once

/*
 * A parent that others cancel, for the tests of part D.
 */

#include "common.h"

/* It runs a block in a group, writes how it was left, and then awaits once more. What the group raised it raises, if it is
 * not stopped before. */
typedef struct
{
  AsyncioTaskGroupBody block;
  gpointer user_data;
} Parent;

static inline gpointer
parent_body (gpointer   user_data,
             GError   **error)
{
  Parent *self = user_data;
  g_autoptr (GError) raised = NULL;
  gboolean left = asyncio_task_group_run (self->block, self->user_data, &raised);

  trace_left ("parent", left, raised);
  trace ("parent: requests %u", requests ());
  if (!asyncio_sleep (1, error))
    {
      trace ("parent: next await %s", trace_error (*error));
      return NULL;
    }

  trace ("parent: next await goes on");
  if (raised != NULL)
    g_propagate_error (error, g_steal_pointer (&raised));

  return NULL;
}

/* The caller owns the task. */
static inline AsyncioTask *
start_parent (AsyncioTaskGroupBody block,
              gpointer             user_data)
{
  Parent parent = { block, user_data };

  return start_task (asyncio_coroutine_new (parent_body, g_memdup2 (&parent, sizeof parent), g_free));
}

/* Waits for its end and writes what became of it. */
static inline void
trace_end_of (AsyncioTask *parent)
{
  wait_until_done (parent);
  trace ("parent: %s, requests %u", trace_state (parent), parent->num_cancels_requested);
  if (!asyncio_task_cancelled (parent))
    (void) asyncio_task_exception (parent, NULL);
  asyncio_unref (parent);
}

/* A block that makes two tasks, and then ends, or sleeps if it is given something. */
static inline void
two_workers (AsyncioTaskGroup  *group,
             gpointer           user_data,
             GError           **error)
{
  int first = seed_int (1, 9);

  add_and_forget (group, new_worker ((Worker) { .work = 100, .cleanup = first }));
  add_and_forget (group, new_worker ((Worker) { .work = 100, .cleanup = first + seed_int (1, 9) }));
  if (user_data != NULL && !asyncio_sleep (100, error))
    trace ("block: interrupted by %s", trace_error (*error));
}

/* Cancels what sees it in no particular order. */
static inline void
cancel_crowd (AsyncioTask *parent)
{
  trace ("main: cancels");
  trace_unordered_for (0.5);
  asyncio_task_cancel (parent);
}

/* The body of a task that waits for a future, and then fails whatever happens meanwhile. */
typedef struct
{
  AsyncioFuture *future; /* (unowned) */
  GError *error;         /* (owned) */
} Fuse;

static inline void
fuse_free (gpointer data)
{
  Fuse *self = data;

  g_clear_error (&self->error);
  g_free (self);
}

static inline gpointer
fuse_body (gpointer   user_data,
           GError   **error)
{
  Fuse *self = user_data;

  (void) asyncio_await (self->future, NULL);
  g_propagate_error (error, g_steal_pointer (&self->error));
  trace ("fuse: %s", trace_error (*error));

  return NULL;
}

static inline AsyncioCoroutine *
new_fuse (AsyncioFuture *future)
{
  Fuse fuse = { future, seed_error () };

  return asyncio_coroutine_new (fuse_body, g_memdup2 (&fuse, sizeof fuse), fuse_free);
}
