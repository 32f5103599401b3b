/* SPDX-License-Identifier: MIT */

/*
 * Debug mode of a loop (Lib/asyncio/base_events.py): what it looks at, and tells, that is too dear for every day.
 *
 * - Time. A loop does one thing at a time, so a callback that takes long keeps all the others waiting. Each call is timed, on
 *   the loop's own clock, and a long one named.
 * - Places. Who is told of an error that nobody asked for wants to know where the future came from. The macros that make
 *   futures, tasks and handles pass their line on, and an object keeps it if it is made in debug mode. Python keeps a list of
 *   stack frames; here it is one pointer to a constant.
 * - Threads. Most functions of a loop are for its own thread only. Those that schedule can tell.
 */

#include "base-events-private.h"

#include <asyncio/exceptions.h>

#define NS_PER_S 1e9

void
asyncio_loop_set_debug (AsyncioLoop *loop,
                        gboolean     enabled)
{
  g_return_if_fail (loop != NULL);

  g_atomic_int_set (&loop->debug, enabled);
}

gboolean
asyncio_loop_get_debug (AsyncioLoop *loop)
{
  g_return_val_if_fail (loop != NULL, FALSE);

  return loop->debug;
}

/* --- Time ----------------------------------------------------------------------- */

void
asyncio_loop_set_slow_callback_duration (AsyncioLoop *loop,
                                         double       seconds)
{
  g_return_if_fail (loop != NULL);

  loop->slow_callback_duration = seconds;
}

double
asyncio_loop_get_slow_callback_duration (AsyncioLoop *loop)
{
  g_return_val_if_fail (loop != NULL, 0.0);

  return loop->slow_callback_duration;
}

/* _format_handle(). Who runs a step of a task wants to hear of the task. (transfer full) */
static char *
describe_handle (AsyncioHandle *handle)
{
  AsyncioTask *task = asyncio_task_of_handle (handle);

  return task != NULL ? asyncio_repr (task) : asyncio_handle_repr (handle);
}

void
asyncio_loop_check_duration (AsyncioLoop   *self,
                             AsyncioHandle *handle,
                             gint64         duration_ns)
{
  double seconds = (double) duration_ns / NS_PER_S;
  g_autofree char *what = NULL;

  if (!(seconds >= self->slow_callback_duration))
    return;

  what = describe_handle (handle);
  g_warning ("Executing %s took %.3f seconds", what, seconds);
}

/* --- Threads -------------------------------------------------------------------- */

gboolean
asyncio_loop_check_own_thread (AsyncioLoop  *self,
                               GError      **error)
{
  if (self->thread == NULL || self->thread == g_thread_self ())
    return TRUE;

  g_set_error_literal (error, ASYNCIO_ERROR, ASYNCIO_ERROR_RUNTIME,
                       "Non-thread-safe operation invoked on an event loop other than the current one");
  return FALSE;
}
