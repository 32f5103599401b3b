/* SPDX-License-Identifier: MIT */

/*
 * Which loop a lock or a queue belongs to (Lib/asyncio/mixins.py).
 *
 * Who waits leaves a future, and a future belongs to a loop. So a lock must know its loop, and until Python 3.9 it
 * takes the current one in the moment in which it is made:
 *
 *     lock = asyncio_lock_new ();       the current loop's, and that is not the one
 *     asyncio_run (...);                that run() makes
 *
 * The lock works as long as nobody has to wait for it; the first that must is told that its future is "attached to
 * a different loop". Since 3.10 a lock belongs to no loop until somebody waits, and then to the loop that runs.
 *
 * This file holds the one decision and nothing else, so that it can be replaced as a whole.
 */

#include "locks-private.h"

#include <asyncio/base-events.h>
#include <asyncio/exceptions.h>
#include <asyncio/versions.h>

void
asyncio_loop_bound_init (AsyncioLoopBound *self,
                         char           *(*repr) (const AsyncioLoopBound *self))
{
  self->ref_count = 1;
  self->repr = repr;

  /* Python raises an error where there is no current loop. Here the first wait asks again. */
  if (!asyncio_version_rules.binds_on_first_use)
    (void) asyncio_loop_bound_get_loop (self, NULL);
}

void
asyncio_loop_bound_clear (AsyncioLoopBound *self)
{
  g_clear_pointer (&self->loop, asyncio_loop_unref);
}

AsyncioLoop *
asyncio_loop_bound_get_loop (AsyncioLoopBound  *self,
                             GError           **error)
{
  g_autofree char *repr = NULL;
  AsyncioLoop *loop;

  if (!asyncio_version_rules.binds_on_first_use && self->loop != NULL)
    return self->loop;

  loop = asyncio_version_rules.binds_on_first_use ? asyncio_get_running_loop (error) : asyncio_get_event_loop (error);
  if (loop == NULL)
    return NULL;

  if (self->loop == NULL)
    self->loop = asyncio_loop_ref (loop);

  if (self->loop == loop)
    return loop;

  repr = self->repr (self);
  g_set_error (error, ASYNCIO_ERROR, ASYNCIO_ERROR_RUNTIME, "%s is bound to a different event loop", repr);
  return NULL;
}
