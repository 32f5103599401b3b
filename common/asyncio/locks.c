/* SPDX-License-Identifier: MIT */

/*
 * Locks and events (Lib/asyncio/locks.py). Conditions are in locks-condition.c, semaphores in locks-semaphore.c.
 *
 * There is one thread, so nothing here is about two that do something at the same time: between two awaits a task is
 * alone anyway. A lock is for what must not be interrupted *across* an await.
 *
 * release() does not hand the lock to anybody. It opens the lock and wakes the first in line, who takes it when it
 * runs. Nobody can come between, because a lock that is open but has people in line is not open for newcomers.
 */

#include "locks-private.h"

#include "coroutines-private.h"

#include <asyncio/exceptions.h>

/* --- Lock ---------------------------------------------------------------------- */

static char *
lock_repr (const AsyncioLoopBound *bound)
{
  const AsyncioLock *self = (const AsyncioLock *) bound;
  g_autofree char *waiters = asyncio_waiters_describe (&self->waiters);

  return g_strdup_printf ("<Lock [%s%s]>", self->locked ? "locked" : "unlocked", waiters);
}

AsyncioLock *
asyncio_lock_new (void)
{
  AsyncioLock *self = g_new0 (AsyncioLock, 1);

  asyncio_loop_bound_init (&self->bound, lock_repr);

  return self;
}

AsyncioLock *
asyncio_lock_ref (AsyncioLock *lock)
{
  g_return_val_if_fail (lock != NULL, NULL);

  lock->bound.ref_count++;

  return lock;
}

void
asyncio_lock_unref (AsyncioLock *lock)
{
  g_return_if_fail (lock != NULL);

  if (--lock->bound.ref_count > 0)
    return;

  g_assert (asyncio_waiters_count (&lock->waiters) == 0);
  asyncio_loop_bound_clear (&lock->bound);
  g_free (lock);
}

gboolean
asyncio_lock_locked (AsyncioLock *lock)
{
  g_return_val_if_fail (lock != NULL, FALSE);

  return lock->locked;
}

/* Only the one at the head may be woken. If it is done already it will run, and either take the lock or, being
 * cancelled, come here itself. */
static void
wake_up_first (AsyncioLock *self)
{
  AsyncioFuture *head = g_queue_peek_head (&self->waiters.waiting);

  if (self->waiters.n_woken == 0 && head != NULL && !asyncio_future_done (head))
    (void) asyncio_waiters_wake_next (&self->waiters);
}

gboolean
asyncio_lock_acquire (AsyncioLock  *lock,
                      GError      **error)
{
  g_autoptr (AsyncioLock) held = NULL;
  AsyncioLoop *loop;

  g_return_val_if_fail (lock != NULL, FALSE);

  if (!asyncio_coroutine_check_inside (error))
    return FALSE;

  if (lock->locked || asyncio_waiters_any (&lock->waiters))
    {
      loop = asyncio_loop_bound_get_loop (&lock->bound, error);
      if (loop == NULL)
        return FALSE;

      held = asyncio_lock_ref (lock);
      if (!asyncio_waiters_wait (&lock->waiters, loop, NULL, error))
        {
          /* The release that woke it, or that passed it over because it was at the head, is the next one's. */
          if (!lock->locked)
            wake_up_first (lock);
          return FALSE;
        }
    }

  lock->locked = TRUE;

  return TRUE;
}

static gpointer
lock_acquire_body (gpointer   lock,
                   GError   **error)
{
  (void) asyncio_lock_acquire (lock, error);

  return NULL;
}

AsyncioCoroutine *
asyncio_lock_acquire_coroutine (AsyncioLock *lock)
{
  g_return_val_if_fail (lock != NULL, NULL);

  return asyncio_coroutine_new_full (lock_acquire_body, asyncio_lock_ref (lock), (GDestroyNotify) asyncio_lock_unref,
                                     NULL, "acquire", G_STRLOC);
}

gboolean
asyncio_lock_release (AsyncioLock  *lock,
                      GError      **error)
{
  g_return_val_if_fail (lock != NULL, FALSE);

  if (!lock->locked)
    {
      g_set_error_literal (error, ASYNCIO_ERROR, ASYNCIO_ERROR_RUNTIME, "Lock is not acquired.");
      return FALSE;
    }

  lock->locked = FALSE;
  wake_up_first (lock);

  return TRUE;
}

/* --- Event ------------------------------------------------------------------------ */

struct _AsyncioEvent
{
  AsyncioLoopBound bound;

  gboolean is_set;
  AsyncioWaiters waiters;
};

static char *
event_repr (const AsyncioLoopBound *bound)
{
  const AsyncioEvent *self = (const AsyncioEvent *) bound;
  g_autofree char *waiters = asyncio_waiters_describe (&self->waiters);

  return g_strdup_printf ("<Event [%s%s]>", self->is_set ? "set" : "unset", waiters);
}

AsyncioEvent *
asyncio_event_new (void)
{
  AsyncioEvent *self = g_new0 (AsyncioEvent, 1);

  asyncio_loop_bound_init (&self->bound, event_repr);

  return self;
}

AsyncioEvent *
asyncio_event_ref (AsyncioEvent *event)
{
  g_return_val_if_fail (event != NULL, NULL);

  event->bound.ref_count++;

  return event;
}

void
asyncio_event_unref (AsyncioEvent *event)
{
  g_return_if_fail (event != NULL);

  if (--event->bound.ref_count > 0)
    return;

  g_assert (asyncio_waiters_count (&event->waiters) == 0);
  asyncio_loop_bound_clear (&event->bound);
  g_free (event);
}

gboolean
asyncio_event_is_set (AsyncioEvent *event)
{
  g_return_val_if_fail (event != NULL, FALSE);

  return event->is_set;
}

void
asyncio_event_set (AsyncioEvent *event)
{
  g_return_if_fail (event != NULL);

  if (event->is_set)
    return;

  event->is_set = TRUE;
  while (asyncio_waiters_wake_next (&event->waiters))
    ;
}

void
asyncio_event_clear (AsyncioEvent *event)
{
  g_return_if_fail (event != NULL);

  event->is_set = FALSE;
}

/* Who was woken goes on, also if the event was cleared before it ran: it was set, and that is what it waited for. */
gboolean
asyncio_event_wait (AsyncioEvent  *event,
                    GError       **error)
{
  g_autoptr (AsyncioEvent) held = NULL;
  AsyncioLoop *loop;

  g_return_val_if_fail (event != NULL, FALSE);

  if (!asyncio_coroutine_check_inside (error))
    return FALSE;

  if (event->is_set)
    return TRUE;

  loop = asyncio_loop_bound_get_loop (&event->bound, error);
  if (loop == NULL)
    return FALSE;

  held = asyncio_event_ref (event);

  return asyncio_waiters_wait (&event->waiters, loop, NULL, error);
}

static gpointer
event_wait_body (gpointer   event,
                 GError   **error)
{
  (void) asyncio_event_wait (event, error);

  return NULL;
}

AsyncioCoroutine *
asyncio_event_wait_coroutine (AsyncioEvent *event)
{
  g_return_val_if_fail (event != NULL, NULL);

  return asyncio_coroutine_new_full (event_wait_body, asyncio_event_ref (event), (GDestroyNotify) asyncio_event_unref,
                                     NULL, "wait", G_STRLOC);
}
