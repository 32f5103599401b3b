/* SPDX-License-Identifier: MIT */
#pragma once

/*
 * What several tests of lab 3.11 use.
 *
 * A group cancels its tasks in no particular order, so where several of them see it in one turn the order of their lines does
 * not count. Else no two of them do anything at the same time: the seed gives each its own seconds.
 */

#include "graded-tasks.h"
#include "tasks-private.h"
#include "taskgroups.h"

#include <string.h>

/* --- Running ----------------------------------------------------------------------------- */

/* Runs main in a loop of its own, without lab 3.7. Tasks that are left over are given up with the loop. */
static inline void
run_main (AsyncioCoroutineFunc main)
{
  g_autoptr (AsyncioLoop) loop = asyncio_new_event_loop ();

  run_in_loop (loop, main);
}

/* --- Observing --------------------------------------------------------------------------- */

/* How many requests to cancel the running task there are. The lab's own function is not asked. */
static inline guint
requests (void)
{
  return asyncio_current_task (NULL, NULL)->num_cancels_requested;
}

/* Writes how a group was left. */
static inline void
trace_left (const char   *label,
            gboolean      left,
            const GError *error)
{
  trace ("%s: %s%s", label, left ? "left" : "raised ", left ? "" : trace_error (error));
}

/* Awaits something that takes a second, and writes whether it could. */
static inline void
trace_next_await (const char *label)
{
  g_autoptr (GError) error = NULL;

  trace ("%s: next await %s", label, asyncio_sleep (1, &error) ? "goes on" : trace_error (error));
}

/* RuntimeError "TaskGroup <...> is finished" without what a group may say of itself. */
static inline const char *
trace_misuse (const GError *error)
{
  const char *text = trace_error (error);
  const char *end = strstr (text, "> ");

  if (error == NULL || !g_error_matches (error, ASYNCIO_ERROR, ASYNCIO_ERROR_RUNTIME) || end == NULL)
    return text;

  return end + 2;
}

/* --- Tasks of a group -------------------------------------------------------------------- */

/* It works for some seconds, and cleans up for some seconds if it is interrupted. */
typedef struct
{
  const char *name;
  int work;          /* seconds */
  int cleanup;       /* seconds */
  gboolean swallows; /* returns its name after the clean-up, instead of staying cancelled */
  gboolean crowd;    /* when it fails, several others are interrupted in one turn */
  GError *fails;     /* (owned) (nullable) raises this when its work is done */
  GError *fails_too; /* (owned) (nullable) raises this when it has cleaned up */
} Worker;

static inline void
worker_free (gpointer data)
{
  Worker *self = data;

  g_clear_error (&self->fails);
  g_clear_error (&self->fails_too);
  g_free (self);
}

static inline gpointer
worker_body (gpointer   user_data,
             GError   **error)
{
  Worker *self = user_data;
  g_autoptr (GError) interruption = NULL;
  GError *raise;

  trace ("%s: starts", self->name);
  if (asyncio_sleep (self->work, &interruption))
    {
      trace ("%s: %s", self->name, self->fails != NULL ? "fails" : "is done");
      if (self->crowd)
        trace_unordered_for (0.5);
      raise = g_steal_pointer (&self->fails);
    }
  else
    {
      trace ("%s: interrupted by %s", self->name, trace_error (interruption));
      if (self->cleanup > 0 && !asyncio_sleep (self->cleanup, error))
        return NULL;
      trace ("%s: cleaned up", self->name);
      raise = self->fails_too != NULL ? g_steal_pointer (&self->fails_too) : g_steal_pointer (&interruption);
      if (self->swallows)
        g_clear_error (&raise);
    }

  if (raise == NULL)
    return (gpointer) self->name;

  g_propagate_error (error, raise);
  return NULL;
}

/* A coroutine of a worker, with a name of the seed if it is given none. */
static inline AsyncioCoroutine *
new_worker (Worker worker)
{
  if (worker.name == NULL)
    worker.name = seed_word ();

  return asyncio_coroutine_new (worker_body, g_memdup2 (&worker, sizeof worker), worker_free);
}

/* Makes a task in a group; if that is refused it says so. The caller owns the task. */
static inline AsyncioTask *
add (AsyncioTaskGroup *group,
     AsyncioCoroutine *coroutine)
{
  g_autoptr (GError) error = NULL;
  AsyncioTask *task = asyncio_task_group_create_task (group, coroutine, &error);

  if (task == NULL)
    trace ("create_task: %s", trace_misuse (error));

  return task;
}

/* The same for a task that nobody wants to keep. */
static inline void
add_and_forget (AsyncioTaskGroup *group,
                AsyncioCoroutine *coroutine)
{
  asyncio_unref (add (group, coroutine));
}

/* trace_state() of a task that may not be there. */
static inline const char *
state_of (AsyncioTask *task)
{
  return task != NULL ? trace_state (task) : "no task";
}

/* Runs a block in a group and writes how it was left. */
static inline void
run_block (const char           *label,
           AsyncioTaskGroupBody  block,
           gpointer              user_data)
{
  g_autoptr (GError) error = NULL;
  gboolean left = asyncio_task_group_run (block, user_data, &error);

  trace_left (label, left, error);
}
