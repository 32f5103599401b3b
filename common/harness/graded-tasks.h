/* SPDX-License-Identifier: MIT */
#pragma once

/**
 * @file
 * What graded tests do with loops and tasks, in all labs.
 *
 * In a header, so that a program has only what it uses. A test of a lab stands on the core and this lab alone, and so do these: no asyncio.run().
 */

#include "graded-test.h"

G_BEGIN_DECLS

/**
 * Runs a coroutine to its end in a loop, which is the current one meanwhile, and closes that. Tasks that are left over are given up with it. What
 * comes out is traced.
 */
static inline void
run_in_loop (AsyncioLoop          *loop,
             AsyncioCoroutineFunc  main)
{
  g_autoptr (GError) error = NULL;

  asyncio_set_event_loop (loop);
  (void) asyncio_loop_run_until_complete (loop, asyncio_coroutine_new (main, NULL, NULL), &error);
  asyncio_set_event_loop (NULL);
  asyncio_loop_close (loop, NULL);

  if (error != NULL)
    trace ("main raised %s", trace_error (error));
}

/** A task of the running loop. @return (transfer full) */
static inline AsyncioTask *
start_task (AsyncioCoroutine *coroutine)
{
  g_autoptr (GError) error = NULL;
  AsyncioTask *task = asyncio_create_task (coroutine, &error);

  g_assert_no_error (error);

  return task;
}

/** Waits until a task is done, however it ends. @param task  (nullable): a solution may give none */
static inline void
wait_until_done (AsyncioTask *task)
{
  if (task != NULL)
    (void) asyncio_wait ((const gpointer[]) { task }, 1, ASYNCIO_NO_TIMEOUT, ASYNCIO_ALL_COMPLETED, NULL, NULL, NULL);
}

/** Gives the others a whole number of turns. */
static inline void
pause_for (int turns)
{
  for (int i = 0; i < turns; i++)
    (void) asyncio_sleep (0, NULL);
}

G_END_DECLS
