/* SPDX-License-Identifier: MIT */
#pragma once

/*
 * What several tests of lab 3.10 use: work that blocks in a thread until the test lets it go, and a loop to wait for it.
 *
 * No thread writes into the trace. What threads have done is looked at in the loop, when it is certain that they have.
 */

#include "gate.h"
#include "graded-tasks.h"
#include "shutdown.h"

#include <asyncio/base-events-private.h>

/* --- Work ------------------------------------------------------------------------------------------------ */

/* A function that a thread is to call, and the future for what comes of it. */
typedef struct
{
  const char *name;
  Gate *gate;             /* (nullable): passed first */
  const GError *raise;    /* (nullable): raised instead of returning the name */
  AsyncioFuture *future;  /* (owned) (nullable) */
} Job;

static inline gpointer
job_work (gpointer   user_data,
          GError   **error)
{
  Job *self = user_data;

  if (self->gate != NULL)
    gate_pass (self->gate);

  if (self->raise != NULL)
    {
      g_propagate_error (error, g_error_copy (self->raise));
      return NULL;
    }

  return (gpointer) self->name;
}

/* executor: (nullable): NULL for the default one. What goes wrong is traced. */
static inline void
job_start (Job             *self,
           AsyncioExecutor *executor)
{
  g_autoptr (GError) error = NULL;

  self->name = seed_word ();
  self->future = asyncio_loop_run_in_executor (asyncio_get_running_loop (NULL), executor, job_work, self, NULL, NULL, &error);
  if (self->future == NULL)
    trace ("%s: refused, %s", self->name, trace_error (error));
}

static inline void
trace_jobs (const char *label,
            const Job  *jobs,
            int         n)
{
  g_autoptr (GString) text = g_string_new (NULL);

  for (int i = 0; i < n; i++)
    g_string_append_printf (text, "%s%s", i > 0 ? ", " : "", trace_state (jobs[i].future));
  trace ("%s: %s", label, text->str);
}

/* Waits until a job is over, however it ends, and lets go of it. */
static inline void
job_end (Job *self)
{
  g_autoptr (GError) error = NULL;

  if (self->future != NULL)
    (void) asyncio_await (self->future, &error);
  g_clear_pointer (&self->future, asyncio_unref);
}

/* --- The loop ----------------------------------------------------------------------------------------------- */

/*
 * Runs main in a loop of its own, without lab 3.7, and in real time: no test of this lab waits for a time, so the clock makes
 * no difference. (In virtual time a solution must say that it waits for a thread. That is a rule of its own, with a test of
 * its own.)
 */
static inline void
run_main (AsyncioCoroutineFunc main)
{
  g_autoptr (AsyncioLoop) loop = NULL;

  asyncio_set_clock (NULL);
  loop = asyncio_new_event_loop ();
  trace_exception_handler (loop);
  run_in_loop (loop, main);
}

/* Waits until a task is done, however it ends, and lets go of it. */
static inline void
end_task (AsyncioTask *task)
{
  g_autoptr (GError) error = NULL;

  (void) asyncio_await (task, &error);
  asyncio_unref (task);
}

/* Shuts the default executor down, and traces what comes of it. */
static inline gboolean
shut_down (const char *label)
{
  g_autoptr (GError) error = NULL;
  gboolean succeeded = asyncio_loop_shutdown_default_executor (asyncio_get_running_loop (NULL), &error);

  trace ("%s -> %s, %s", label, trace_bool (succeeded), trace_error (error));

  return succeeded;
}

/* The body of a task that does. */
static inline gpointer
shut_down_body (gpointer   label,
                GError   **error)
{
  (void) error;
  (void) shut_down (label);

  return NULL;
}

static inline AsyncioTask *
start_shutdown (const char *label)
{
  return start_task (asyncio_coroutine_new (shut_down_body, (gpointer) label, NULL));
}
