/* SPDX-License-Identifier: MIT */
#pragma once

/**
 * @file
 * Barriers (`Lib/asyncio/locks.py`: Barrier), given: a point that several tasks must reach before any of them goes on.
 * They came with Python 3.11, too.
 *
 * ~~~{.c}
 * guint index;
 *
 * if (!asyncio_barrier_wait (barrier, &index, error))     // async with barrier as index:
 *   return NULL;
 * ~~~
 */

#include <asyncio/asyncio.h>

G_BEGIN_DECLS

/** A barrier, `asyncio.Barrier`. When all have passed it can be used again. */
typedef struct _AsyncioBarrier AsyncioBarrier;

/**
 * Makes a barrier, `asyncio.Barrier(parties)`.
 *
 * @param parties  how many tasks must have arrived
 * @param error  ValueError "parties must be > 0"
 * @return (transfer full) (nullable): the barrier
 */
AsyncioBarrier *asyncio_barrier_new (guint    parties,
                                     GError **error) G_GNUC_WARN_UNUSED_RESULT;

/** Takes a reference. @return (transfer full): @p barrier itself */
AsyncioBarrier *asyncio_barrier_ref (AsyncioBarrier *barrier);

/** Gives up a reference. @param barrier  (transfer full): a barrier */
void asyncio_barrier_unref (AsyncioBarrier *barrier);

/**
 * Waits until as many tasks have come here as there are parties, `await barrier.wait()`. Who comes while the last ones are
 * still leaving waits for the next round.
 *
 * @param barrier  a barrier
 * @param index  (out) (optional): which one of them this task is, from 0 up to the number of parties - 1
 * @param error  BrokenBarrierError when it is broken or was reset; CancelledError, which leaves the others waiting
 * @return TRUE, or FALSE with an error
 */
ASYNCIO_SUSPENDS gboolean asyncio_barrier_wait (AsyncioBarrier  *barrier,
                                                guint           *index,
                                                GError         **error);

/**
 * Sends those who wait away with BrokenBarrierError, and begins anew, `await barrier.reset()`.
 *
 * @param barrier  a barrier
 * @param error  CancelledError
 * @return TRUE, or FALSE with an error
 */
ASYNCIO_SUSPENDS gboolean asyncio_barrier_reset (AsyncioBarrier  *barrier,
                                                 GError         **error);

/**
 * Breaks it: all that wait, and all that come, get BrokenBarrierError, `await barrier.abort()`.
 *
 * @param barrier  a barrier
 * @param error  CancelledError
 * @return TRUE, or FALSE with an error
 */
ASYNCIO_SUSPENDS gboolean asyncio_barrier_abort (AsyncioBarrier  *barrier,
                                                 GError         **error);

/** How many tasks must have arrived, `barrier.parties`. */
guint asyncio_barrier_get_parties (AsyncioBarrier *barrier);

/** How many tasks wait for others to arrive, `barrier.n_waiting`. */
guint asyncio_barrier_get_n_waiting (AsyncioBarrier *barrier);

/** Whether it is broken, `barrier.broken`. */
gboolean asyncio_barrier_is_broken (AsyncioBarrier *barrier);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (AsyncioBarrier, asyncio_barrier_unref)

G_END_DECLS
