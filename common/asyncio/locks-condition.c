/* SPDX-License-Identifier: MIT */

/*
 * Conditions (Lib/asyncio/locks.py).
 *
 * A condition is a lock and a line of those who wait for something that the lock protects to change. wait() gives the
 * lock back, waits to be notified, and takes the lock again:
 *
 *     the waiter         holds ── release ── waits ·········· acquire ── holds
 *     the one that       ······················ holds ── notify ── release
 *     changes things
 *
 * The rule that makes it usable: when wait() returns, also with an error, the caller holds the lock again. So a waiter
 * that is cancelled waits for the lock all the same, however often it is cancelled meanwhile, and raises
 * CancelledError only then.
 *
 * Between the notification and the lock there is a gap, and a waiter that is cancelled in the gap has used up a
 * notification that was not for it. It passes it on. CPython lost it up to 3.12 (python/cpython#112202); since 3.13 any
 * waiter that fails notifies another, here only one that was notified does.
 */

#include "locks-private.h"

#include "coroutines-private.h"

#include <asyncio/exceptions.h>
#include <asyncio/versions.h>

struct _AsyncioCondition
{
  AsyncioLoopBound bound;

  AsyncioLock *lock; /* (owned) */
  AsyncioWaiters waiters;
};

static char *
condition_repr (const AsyncioLoopBound *bound)
{
  const AsyncioCondition *self = (const AsyncioCondition *) bound;
  g_autofree char *waiters = asyncio_waiters_describe (&self->waiters);

  return g_strdup_printf ("<Condition [%s%s]>", self->lock->locked ? "locked" : "unlocked", waiters);
}

AsyncioCondition *
asyncio_condition_new (AsyncioLock  *lock,
                       GError      **error)
{
  g_autoptr (AsyncioCondition) self = g_new0 (AsyncioCondition, 1);

  asyncio_loop_bound_init (&self->bound, condition_repr);
  self->lock = lock != NULL ? asyncio_lock_ref (lock) : asyncio_lock_new ();

  if (asyncio_version_rules.get_bound_loop == NULL && self->lock->bound.loop != self->bound.loop)
    {
      g_set_error_literal (error, ASYNCIO_ERROR, ASYNCIO_ERROR_VALUE, "loop argument must agree with lock");
      return NULL;
    }

  return g_steal_pointer (&self);
}

AsyncioCondition *
asyncio_condition_ref (AsyncioCondition *condition)
{
  g_return_val_if_fail (condition != NULL, NULL);

  condition->bound.ref_count++;

  return condition;
}

void
asyncio_condition_unref (AsyncioCondition *condition)
{
  g_return_if_fail (condition != NULL);

  if (--condition->bound.ref_count > 0)
    return;

  g_assert (asyncio_waiters_count (&condition->waiters) == 0);
  asyncio_lock_unref (condition->lock);
  asyncio_loop_bound_clear (&condition->bound);
  g_free (condition);
}

/* --- The lock ---------------------------------------------------------------------- */

gboolean
asyncio_condition_locked (AsyncioCondition *condition)
{
  g_return_val_if_fail (condition != NULL, FALSE);

  return asyncio_lock_locked (condition->lock);
}

gboolean
asyncio_condition_acquire (AsyncioCondition  *condition,
                           GError           **error)
{
  g_return_val_if_fail (condition != NULL, FALSE);

  return asyncio_lock_acquire (condition->lock, error);
}

gboolean
asyncio_condition_release (AsyncioCondition  *condition,
                           GError           **error)
{
  g_return_val_if_fail (condition != NULL, FALSE);

  return asyncio_lock_release (condition->lock, error);
}

static gboolean
check_locked (AsyncioCondition  *self,
              const char        *what,
              GError           **error)
{
  if (self->lock->locked)
    return TRUE;

  g_set_error (error, ASYNCIO_ERROR, ASYNCIO_ERROR_RUNTIME, "cannot %s on un-acquired lock", what);
  return FALSE;
}

/* --- Waiting ------------------------------------------------------------------------ */

/* Takes the lock again after a wait that ended with *raised, or well if that is NULL. The last CancelledError is the one
 * to raise. A coroutine that is closed must not wait any more: it gets the lock only if that is free. */
static void
reacquire (AsyncioCondition  *self,
           GError           **raised)
{
  for (;;)
    {
      g_autoptr (GError) error = NULL;

      if (g_error_matches (*raised, ASYNCIO_ERROR, ASYNCIO_ERROR_GENERATOR_EXIT) &&
          (self->lock->locked || asyncio_waiters_any (&self->lock->waiters)))
        return;

      if (asyncio_lock_acquire (self->lock, &error))
        return;

      /* It makes a new CancelledError, without the message of the cancel() (CPython 3.13 keeps it). */
      g_clear_error (raised);
      *raised = asyncio_error_is_cancelled (error) ? asyncio_error_new_cancelled (NULL) : g_steal_pointer (&error);
      if (!asyncio_error_is_cancelled (*raised))
        return;
    }
}

gboolean
asyncio_condition_wait (AsyncioCondition  *condition,
                        GError           **error)
{
  g_autoptr (AsyncioCondition) held = NULL;
  g_autoptr (GError) raised = NULL;
  AsyncioLoop *loop;
  gboolean notified;

  g_return_val_if_fail (condition != NULL, FALSE);

  if (!asyncio_coroutine_check_inside (error) || !check_locked (condition, "wait", error))
    return FALSE;

  /* What can fail comes before the lock is given up. */
  loop = asyncio_loop_bound_get_loop (&condition->bound, error);
  if (loop == NULL)
    return FALSE;

  held = asyncio_condition_ref (condition);
  (void) asyncio_lock_release (condition->lock, NULL);
  (void) asyncio_waiters_wait (&condition->waiters, loop, &notified, &raised);
  reacquire (condition, &raised);

  if (raised == NULL)
    return TRUE;

  if (notified)
    (void) asyncio_waiters_wake_next (&condition->waiters);

  g_propagate_error (error, g_steal_pointer (&raised));
  return FALSE;
}

gboolean
asyncio_condition_wait_for (AsyncioCondition  *condition,
                            AsyncioPredicate   predicate,
                            gpointer           user_data,
                            GError           **error)
{
  g_autoptr (AsyncioCondition) held = NULL;

  g_return_val_if_fail (condition != NULL, FALSE);
  g_return_val_if_fail (predicate != NULL, FALSE);

  held = asyncio_condition_ref (condition);
  for (;;)
    {
      g_autoptr (GError) raised = NULL;
      gboolean is_true = predicate (user_data, &raised);

      if (raised != NULL)
        {
          g_propagate_error (error, g_steal_pointer (&raised));
          return FALSE;
        }

      if (is_true)
        return TRUE;

      if (!asyncio_condition_wait (condition, error))
        return FALSE;
    }
}

gboolean
asyncio_condition_notify (AsyncioCondition  *condition,
                          guint              n,
                          GError           **error)
{
  g_return_val_if_fail (condition != NULL, FALSE);

  if (!check_locked (condition, "notify", error))
    return FALSE;

  while (n-- > 0 && asyncio_waiters_wake_next (&condition->waiters))
    ;

  return TRUE;
}

gboolean
asyncio_condition_notify_all (AsyncioCondition  *condition,
                              GError           **error)
{
  g_return_val_if_fail (condition != NULL, FALSE);

  return asyncio_condition_notify (condition, asyncio_waiters_count (&condition->waiters), error);
}
