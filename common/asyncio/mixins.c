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
 * a different loop". Since 3.10 a lock belongs to no loop until somebody waits, and then to the loop that runs. That is what
 * lab 3.10 brings; the core asks for it, and goes by the old rule where it is not.
 */

#include "locks-private.h"

#include <asyncio/base-events.h>
#include <asyncio/versions.h>

/* events.get_event_loop() in __init__(). Python raises an error where there is no current loop. Here the first wait asks again. */
static AsyncioLoop *
get_loop_of_birth (AsyncioLoopBound  *self,
                   GError           **error)
{
  AsyncioLoop *loop;

  if (self->loop == NULL && (loop = asyncio_get_event_loop (error)) != NULL)
    self->loop = asyncio_loop_ref (loop);

  return self->loop;
}

void
asyncio_loop_bound_init (AsyncioLoopBound *self,
                         char           *(*repr) (const AsyncioLoopBound *self))
{
  self->ref_count = 1;
  self->repr = repr;

  if (asyncio_version_rules.get_bound_loop == NULL)
    (void) get_loop_of_birth (self, NULL);
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
  if (asyncio_version_rules.get_bound_loop != NULL)
    return asyncio_version_rules.get_bound_loop (self, error);

  return get_loop_of_birth (self, error);
}
