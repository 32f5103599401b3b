/* SPDX-License-Identifier: MIT */
#pragma once

/**
 * @file
 * Synchronisation between tasks (`Lib/asyncio/locks.py`).
 *
 * These are for the tasks of one loop, not for threads. Who waits is served in the order of arrival, and one that is
 * cancelled while it waits takes nothing with it.
 *
 * Python's `async with lock:` is an acquire at the beginning and a release on each way out:
 *
 * ~~~{.c}
 * if (!asyncio_lock_acquire (lock, error))
 *   return NULL;
 * done = work_with_it (error);
 * asyncio_lock_release (lock, NULL);
 * ~~~
 *
 * Up to Python 3.9 each of these belongs to the loop that was the current one of the thread when it was made, and
 * whoever waits for it in another loop gets a RuntimeError. Since 3.10 it belongs to the loop in which somebody first
 * waited (AsyncioVersionRules::get_bound_loop).
 *
 * Each is counted by references that are for the loop's thread, and who waits holds one.
 */

#include <asyncio/coroutines.h>

G_BEGIN_DECLS

/** Something that one task at a time has, `asyncio.Lock`. It has no owner: any task may release it. */
typedef struct _AsyncioLock AsyncioLock;

/** A flag that tasks wait for, `asyncio.Event`. */
typedef struct _AsyncioEvent AsyncioEvent;

/** A lock with a line of those who wait for what it protects to change, `asyncio.Condition`. */
typedef struct _AsyncioCondition AsyncioCondition;

/** A counter that is acquired and released, `asyncio.Semaphore` and `asyncio.BoundedSemaphore`. */
typedef struct _AsyncioSemaphore AsyncioSemaphore;

/* --- Lock ----------------------------------------------------------------------------- */

/** Makes an open lock, `asyncio.Lock()`. @return (transfer full): the lock */
AsyncioLock *asyncio_lock_new (void) G_GNUC_WARN_UNUSED_RESULT;

/** Takes a reference. @return (transfer full): @p lock */
AsyncioLock *asyncio_lock_ref (AsyncioLock *lock);

/** Gives up a reference. */
void asyncio_lock_unref (AsyncioLock *lock);

/** Whether somebody has the lock, `lock.locked()`. */
gboolean asyncio_lock_locked (AsyncioLock *lock);

/**
 * Waits until the lock is open and nobody is before in line, and takes it, `await lock.acquire()`.
 *
 * @param lock  a lock
 * @param error  CancelledError; RuntimeError outside a coroutine or in a loop that is not the lock's
 * @return TRUE, or FALSE with an error, and then the lock was not taken
 */
ASYNCIO_SUSPENDS gboolean asyncio_lock_acquire (AsyncioLock  *lock,
                                                GError      **error);

/** `lock.acquire()`, not awaited yet. Its value is NULL. @return (transfer floating) */
AsyncioCoroutine *asyncio_lock_acquire_coroutine (AsyncioLock *lock);

/**
 * Opens the lock and wakes the first in line, `lock.release()`.
 *
 * @param lock  a lock
 * @param error  RuntimeError "Lock is not acquired."
 * @return TRUE, or FALSE with an error
 */
gboolean asyncio_lock_release (AsyncioLock  *lock,
                               GError      **error);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (AsyncioLock, asyncio_lock_unref)

/* --- Event ---------------------------------------------------------------------------- */

/** Makes an event that is not set, `asyncio.Event()`. @return (transfer full): the event */
AsyncioEvent *asyncio_event_new (void) G_GNUC_WARN_UNUSED_RESULT;

/** Takes a reference. @return (transfer full): @p event */
AsyncioEvent *asyncio_event_ref (AsyncioEvent *event);

/** Gives up a reference. */
void asyncio_event_unref (AsyncioEvent *event);

/** Whether the event is set, `event.is_set()`. */
gboolean asyncio_event_is_set (AsyncioEvent *event);

/** Sets the event and wakes all that wait for it, `event.set()`. They go on also if it is cleared before they run. */
void asyncio_event_set (AsyncioEvent *event);

/** Unsets the event, so that who comes from now on waits, `event.clear()`. */
void asyncio_event_clear (AsyncioEvent *event);

/**
 * Waits until the event is set, `await event.wait()`. Does not give up its turn if it is.
 *
 * @param event  an event
 * @param error  CancelledError; RuntimeError outside a coroutine or in a loop that is not the event's
 * @return TRUE, or FALSE with an error
 */
ASYNCIO_SUSPENDS gboolean asyncio_event_wait (AsyncioEvent  *event,
                                              GError       **error);

/** `event.wait()`, not awaited yet. Its value is NULL. @return (transfer floating) */
AsyncioCoroutine *asyncio_event_wait_coroutine (AsyncioEvent *event);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (AsyncioEvent, asyncio_event_unref)

/* --- Condition ------------------------------------------------------------------------ */

/**
 * What asyncio_condition_wait_for() waits for.
 *
 * @param user_data  what was given to asyncio_condition_wait_for()
 * @param error  where to put an error, never NULL; then the value does not count
 * @return whether it is true
 */
typedef gboolean (*AsyncioPredicate) (gpointer   user_data,
                                      GError   **error);

/**
 * Makes a condition, `asyncio.Condition(lock)`.
 *
 * @param lock  (nullable): the lock, of which it takes a reference, or NULL for one of its own
 * @param error  up to 3.9: ValueError "loop argument must agree with lock", if the lock was made for another loop
 * @return (transfer full) (nullable): the condition, or NULL with an error
 */
AsyncioCondition *asyncio_condition_new (AsyncioLock  *lock,
                                         GError      **error) G_GNUC_WARN_UNUSED_RESULT;

/** Takes a reference. @return (transfer full): @p condition */
AsyncioCondition *asyncio_condition_ref (AsyncioCondition *condition);

/** Gives up a reference. */
void asyncio_condition_unref (AsyncioCondition *condition);

/** Whether somebody has the lock, `condition.locked()`. */
gboolean asyncio_condition_locked (AsyncioCondition *condition);

/** Takes the lock, `await condition.acquire()`. @see asyncio_lock_acquire() */
ASYNCIO_SUSPENDS gboolean asyncio_condition_acquire (AsyncioCondition  *condition,
                                                     GError           **error);

/** Opens the lock, `condition.release()`. @see asyncio_lock_release() */
gboolean asyncio_condition_release (AsyncioCondition  *condition,
                                    GError           **error);

/**
 * Gives the lock back, waits to be notified, and takes the lock again, `await condition.wait()`.
 *
 * The caller holds the lock again when it returns, whatever happened; a waiter that is cancelled waits for the lock before
 * it raises. (The one exception: a coroutine that is closed gets the lock only if that is free.) A notification that
 * reached a waiter which is then cancelled goes to the next one.
 *
 * @param condition  a condition whose lock the caller holds
 * @param error  CancelledError; RuntimeError "cannot wait on un-acquired lock", outside a coroutine, or in a loop that
 *   is not the condition's
 * @return TRUE, or FALSE with an error
 */
ASYNCIO_SUSPENDS gboolean asyncio_condition_wait (AsyncioCondition  *condition,
                                                  GError           **error);

/**
 * Waits until something is true, `await condition.wait_for(predicate)`.
 *
 * @param condition  a condition whose lock the caller holds
 * @param predicate  asked at the beginning and after each notification, with the lock held
 * @param user_data  what it gets
 * @param error  as for asyncio_condition_wait(), and what @p predicate raised
 * @return TRUE, or FALSE with an error
 */
ASYNCIO_SUSPENDS gboolean asyncio_condition_wait_for (AsyncioCondition  *condition,
                                                      AsyncioPredicate   predicate,
                                                      gpointer           user_data,
                                                      GError           **error);

/**
 * Wakes those who have waited longest, `condition.notify(n)`. They go on when they get the lock.
 *
 * @param condition  a condition whose lock the caller holds
 * @param n  how many at most
 * @param error  RuntimeError "cannot notify on un-acquired lock"
 * @return TRUE, or FALSE with an error
 */
gboolean asyncio_condition_notify (AsyncioCondition  *condition,
                                   guint              n,
                                   GError           **error);

/** Wakes all that wait, `condition.notify_all()`. @see asyncio_condition_notify() */
gboolean asyncio_condition_notify_all (AsyncioCondition  *condition,
                                       GError           **error);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (AsyncioCondition, asyncio_condition_unref)

/* --- Semaphore ------------------------------------------------------------------------ */

/**
 * Makes a semaphore, `asyncio.Semaphore(value)`.
 *
 * @param value  how many may hold it at a time
 * @return (transfer full): the semaphore
 */
AsyncioSemaphore *asyncio_semaphore_new (guint value) G_GNUC_WARN_UNUSED_RESULT;

/**
 * Makes a semaphore that must not be released more often than it was acquired, `asyncio.BoundedSemaphore(value)`.
 *
 * @param value  how many may hold it at a time
 * @return (transfer full): the semaphore
 */
AsyncioSemaphore *asyncio_bounded_semaphore_new (guint value) G_GNUC_WARN_UNUSED_RESULT;

/** Takes a reference. @return (transfer full): @p semaphore */
AsyncioSemaphore *asyncio_semaphore_ref (AsyncioSemaphore *semaphore);

/** Gives up a reference. */
void asyncio_semaphore_unref (AsyncioSemaphore *semaphore);

/**
 * Waits until the counter is above zero and takes one off, `await semaphore.acquire()`.
 *
 * Up to 3.8 a newcomer may get what a waiter was woken for; see versions.h.
 *
 * @param semaphore  a semaphore
 * @param error  CancelledError; RuntimeError outside a coroutine or in a loop that is not the semaphore's
 * @return TRUE, or FALSE with an error
 */
ASYNCIO_SUSPENDS gboolean asyncio_semaphore_acquire (AsyncioSemaphore  *semaphore,
                                                     GError           **error);

/** `semaphore.acquire()`, not awaited yet. Its value is NULL. @return (transfer floating) */
AsyncioCoroutine *asyncio_semaphore_acquire_coroutine (AsyncioSemaphore *semaphore);

/**
 * Adds one to the counter and wakes who has waited longest, `semaphore.release()`.
 *
 * One time too many for a bounded semaphore is a critical warning here; asyncio_bounded_semaphore_release() raises it.
 */
void asyncio_semaphore_release (AsyncioSemaphore *semaphore);

/**
 * `BoundedSemaphore.release()`.
 *
 * @param semaphore  a semaphore that asyncio_bounded_semaphore_new() made
 * @param error  ValueError "BoundedSemaphore released too many times"
 * @return TRUE, or FALSE with an error
 */
gboolean asyncio_bounded_semaphore_release (AsyncioSemaphore  *semaphore,
                                            GError           **error);

/** Whether the counter is zero, since 3.10 also whether somebody is in line, `semaphore.locked()`. */
gboolean asyncio_semaphore_locked (AsyncioSemaphore *semaphore);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (AsyncioSemaphore, asyncio_semaphore_unref)

G_END_DECLS
