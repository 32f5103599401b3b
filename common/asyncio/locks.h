/* SPDX-License-Identifier: MIT */
#pragma once

/**
 * @file
 * Synchronisation between tasks (`Lib/asyncio/locks.py`).
 *
 * These are for the tasks of one loop, not for threads. Who waits is served in the order of arrival.
 */

#include <asyncio/types.h>

G_BEGIN_DECLS

/** A counter that is acquired and released, `asyncio.Semaphore`. */
typedef struct _AsyncioSemaphore AsyncioSemaphore;

/**
 * Makes a semaphore, `asyncio.Semaphore(value)`.
 *
 * @param value  how many may hold it at a time
 * @return (transfer full): the semaphore
 */
AsyncioSemaphore *asyncio_semaphore_new (guint value);

/** Takes a reference. */
AsyncioSemaphore *asyncio_semaphore_ref (AsyncioSemaphore *semaphore);

/** Gives up a reference. */
void asyncio_semaphore_unref (AsyncioSemaphore *semaphore);

/**
 * Waits until the counter is above zero and takes one off, `await semaphore.acquire()`.
 *
 * @param semaphore  a semaphore
 * @param error  CancelledError; RuntimeError outside a coroutine or without a running loop
 * @return TRUE, or FALSE with an error
 */
ASYNCIO_SUSPENDS gboolean asyncio_semaphore_acquire (AsyncioSemaphore  *semaphore,
                                                     GError           **error);

/** Adds one to the counter and wakes who has waited longest, `semaphore.release()`. */
void asyncio_semaphore_release (AsyncioSemaphore *semaphore);

/** Whether asyncio_semaphore_acquire() would have to wait, `semaphore.locked()`. */
gboolean asyncio_semaphore_locked (AsyncioSemaphore *semaphore);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (AsyncioSemaphore, asyncio_semaphore_unref)

G_END_DECLS
