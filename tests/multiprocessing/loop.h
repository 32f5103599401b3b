/* SPDX-License-Identifier: MIT */
#pragma once

/*
 * What the tests of executors have in common.
 */

#include "jobs.h"

/* Runs main in a loop of its own, without lab 3.7. */
static inline void
run_main (AsyncioCoroutineFunc main,
          gpointer             user_data)
{
  g_autoptr (AsyncioLoop) loop = asyncio_new_event_loop ();
  g_autoptr (GError) error = NULL;

  asyncio_set_event_loop (loop);
  (void) asyncio_loop_run_until_complete (loop, asyncio_coroutine_new (main, user_data, NULL), &error);
  asyncio_set_event_loop (NULL);
  asyncio_loop_close (loop, NULL);

  if (error != NULL)
    trace ("main raised %s", trace_error (error));
}

/* An executor of the running loop, or a trace that says why not and NULL. */
static inline MpExecutor *
make_executor (const MpExecutorOptions *options)
{
  g_autoptr (GError) error = NULL;
  MpExecutor *executor = mp_executor_new (options, &error);

  if (executor == NULL)
    trace ("no executor: %s", trace_error (error));

  return executor;
}

/* A future, or a trace that says why not and NULL. */
static inline AsyncioFuture *
submit (MpExecutor *executor,
        const char *func,
        GVariant   *args)
{
  g_autoptr (GError) error = NULL;
  AsyncioFuture *future = NULL;

  if (executor == NULL)
    return NULL;

  future = mp_executor_submit (executor, func, args, &error);
  if (future == NULL)
    trace ("%s is not taken: %s", func, trace_error (error));

  return future;
}

/* Awaits a future, if there is one, and traces what came of it. */
static inline void
trace_await (const char    *name,
             AsyncioFuture *future)
{
  g_autoptr (GError) error = NULL;
  GVariant *value;

  if (future == NULL)
    return;

  value = asyncio_await (future, &error);
  trace ("%s: %s, %s", name, show (value != NULL ? g_variant_ref (value) : NULL), trace_error (error));
}
