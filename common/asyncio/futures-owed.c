/* SPDX-License-Identifier: MIT */

/*
 * What a pool of threads owes to the loop that has submitted work to it.
 *
 * While it owes something, virtual time stands still (AsyncioLoop::n_owed), whether the program brings the outcome over by
 * wrap_future() or by itself. The loop is told when the thread is idle again, and it is no callback that tells it, as nobody is to see
 * that there was something to tell:
 *
 *      in the loop                     in a thread of the pool           in the loop, before its next turn
 *      expect: one more is owed ─────> settle: among what is settled ──> settled: one less
 */

#include "futures-concurrent-private.h"

#include "base-events-private.h"
#include "thread-state-private.h"

void
asyncio_concurrent_future_stop_expecting (AsyncioConcurrentFuture *future,
                                          AsyncioLoop             *loop)
{
  g_mutex_lock (&future->lock);
  if (future->expected_by == loop)
    future->expected_by = NULL;
  g_mutex_unlock (&future->lock);

  loop->n_owed--;
}

AsyncioLoop *
asyncio_concurrent_future_expect (AsyncioConcurrentFuture *self)
{
  AsyncioLoop *loop = asyncio_thread_state ()->running_loop;

  if (loop == NULL || loop->clock == NULL)
    return NULL;

  self->expected_by = loop;
  loop->n_owed++;

  return asyncio_loop_ref (loop);
}

void
asyncio_concurrent_future_settle (AsyncioConcurrentFuture *self,
                                  AsyncioLoop             *loop)
{
  gboolean closed;

  g_mutex_lock (&loop->inbox_lock);
  closed = loop->inbox_closed;
  if (!closed)
    loop->settled = g_slist_prepend (loop->settled, self);
  g_mutex_unlock (&loop->inbox_lock);

  if (closed)
    asyncio_concurrent_future_unref (self);
  else
    asyncio_wakeup_notify (&loop->wakeup);
  asyncio_loop_unref (loop);
}

void
asyncio_concurrent_futures_settled (GSList      *futures,
                                    AsyncioLoop *loop)
{
  for (GSList *l = futures; l != NULL; l = l->next)
    asyncio_concurrent_future_stop_expecting (l->data, loop);

  g_slist_free_full (futures, (GDestroyNotify) asyncio_concurrent_future_unref);
}
