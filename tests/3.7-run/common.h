/* SPDX-License-Identifier: MIT */
#pragma once

/*
 * What several tests of lab 3.7 use.
 */

#include "graded-test.h"
#include "runners.h"

/* Writes what a run gave: a string as its value, or an error. */
static inline void
trace_outcome (const char   *label,
               gpointer      value,
               const GError *error)
{
  if (error != NULL)
    trace ("%s raised %s", label, trace_error (error));
  else
    trace ("%s -> %s", label, value != NULL ? (const char *) value : "None");
}

/* Writes whether this thread has a current loop, as asyncio.get_event_loop() would tell. */
static inline void
trace_current_loop (void)
{
  g_autoptr (GError) error = NULL;
  AsyncioLoop *loop = asyncio_get_event_loop (&error);

  trace ("current loop: %s", loop != NULL ? "there is one" : trace_error (error));
  if (loop != NULL)
    {
      asyncio_loop_close (loop, NULL);
      asyncio_set_event_loop (NULL);
    }
}

/* The loop that runs, kept beyond its run. */
static inline AsyncioLoop *
keep_running_loop (void)
{
  return asyncio_loop_ref (asyncio_get_running_loop (NULL));
}

/* Starts a task of which only the loop knows. */
static inline void
start_task (AsyncioCoroutine *coroutine)
{
  g_autoptr (GError) error = NULL;

  asyncio_unref (asyncio_create_task (coroutine, &error));
  g_assert_no_error (error);
}
