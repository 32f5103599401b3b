/* SPDX-License-Identifier: MIT */

/*
 * The line of those who wait for a lock or a queue.
 *
 *                     wake_next                      runs
 *     waiting   A ── B ── C ── D            n_woken ──────> goes on
 *                └─> the first that is not cancelled
 *
 * Whoever must wait leaves a future at the end of the line and awaits it; whoever has something to give completes the
 * first. The one that is woken leaves the line at once, but it runs only in the next turn, and much can happen
 * before that:
 *
 *  - It is cancelled. Then it will not use what it was woken for, and must hand it on, or everybody behind it waits
 *    for ever. asyncio_waiters_wait() tells of this with an error *and* woken.
 *  - Somebody new comes and finds the thing free. n_woken tells that it is promised already.
 *
 * One that is cancelled while it waits stays in the line until it runs, as in Python; it is passed over.
 *
 * The links of the line are on the stacks of those who wait, so leaving it from the middle costs nothing.
 */

#include "locks-private.h"

#include <asyncio/base-events.h>
#include <asyncio/coroutines.h>

gboolean
asyncio_waiters_wait (AsyncioWaiters  *self,
                      AsyncioLoop     *loop,
                      gboolean        *woken,
                      GError         **error)
{
  g_autoptr (AsyncioFuture) waiter = asyncio_loop_create_future (loop);
  g_autoptr (GError) local_error = NULL;
  GList link = { .data = waiter };
  gboolean was_woken;

  g_queue_push_tail_link (&self->waiting, &link);
  (void) asyncio_await (waiter, &local_error);

  /* A coroutine that is closed leaves a pending future behind, which nobody may wake any more. */
  (void) asyncio_future_cancel (waiter);
  was_woken = !asyncio_future_cancelled (waiter);
  if (was_woken)
    self->n_woken--;
  else
    g_queue_unlink (&self->waiting, &link);

  if (woken != NULL)
    *woken = was_woken;

  if (local_error == NULL)
    return TRUE;

  g_propagate_error (error, g_steal_pointer (&local_error));
  return FALSE;
}

static GList *
find_pending (const AsyncioWaiters *self)
{
  GList *link = self->waiting.head;

  while (link != NULL && asyncio_future_done (link->data))
    link = link->next;

  return link;
}

gboolean
asyncio_waiters_wake_next (AsyncioWaiters *self)
{
  GList *link = find_pending (self);

  if (link == NULL)
    return FALSE;

  g_queue_unlink (&self->waiting, link);
  self->n_woken++;
  (void) asyncio_future_set_result (link->data, NULL, NULL, NULL);

  return TRUE;
}

gboolean
asyncio_waiters_any (const AsyncioWaiters *self)
{
  return self->n_woken > 0 || find_pending (self) != NULL;
}

guint
asyncio_waiters_count (const AsyncioWaiters *self)
{
  return self->waiting.length + self->n_woken;
}

char *
asyncio_waiters_describe (const AsyncioWaiters *self)
{
  guint n = asyncio_waiters_count (self);

  return n > 0 ? g_strdup_printf (", waiters:%u", n) : g_strdup ("");
}
