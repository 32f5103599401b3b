/* SPDX-License-Identifier: MIT */

/*
 * Semaphores (Lib/asyncio/locks.py).
 *
 * A semaphore counts how many may still come in. The question is who gets what release() gives back, while the one that
 * was woken for it has not run yet:
 *
 *     up to 3.8    release() raises the counter, and the waiter that it wakes takes its share when it runs. A newcomer
 *                  may get there first; then the waiter goes to the end of the line.
 *     since 3.9    the share is the waiter's from the moment in which it is woken. A newcomer waits behind it.
 *
 * CPython 3.9 did the latter with a flag, "somebody was woken", which stayed set when that one was cancelled: then nobody
 * got in any more (python/cpython#90155). Here 3.9 has what mended it in 3.10, the algorithm below.
 */

#include "locks-private.h"

#include "coroutines-private.h"

#include <asyncio/exceptions.h>
#include <asyncio/versions.h>

struct _AsyncioSemaphore
{
  AsyncioLoopBound bound;

  guint value; /* what nobody has, and since 3.9 is promised to nobody */
  gboolean is_bounded;
  guint bound_value; /* where it began, of one that is bounded */
  AsyncioWaiters waiters;
};

/* The counter as Python shows it. In 3.9 a share is on it until the waiter that was woken for it runs. */
static guint
shown_value (AsyncioSemaphore *self)
{
  if (asyncio_version_rules.semaphore_is_fair && !asyncio_version_rules.semaphore_waiters_lock)
    return self->value + self->waiters.n_woken;

  return self->value;
}

static char *
semaphore_repr (const AsyncioLoopBound *bound)
{
  AsyncioSemaphore *self = (AsyncioSemaphore *) bound;
  g_autofree char *waiters = asyncio_waiters_describe (&self->waiters);
  const char *name = self->is_bounded ? "BoundedSemaphore" : "Semaphore";

  if (asyncio_semaphore_locked (self))
    return g_strdup_printf ("<%s [locked%s]>", name, waiters);

  return g_strdup_printf ("<%s [unlocked, value:%u%s]>", name, shown_value (self), waiters);
}

static AsyncioSemaphore *
semaphore_new (guint    value,
               gboolean is_bounded)
{
  AsyncioSemaphore *self = g_new0 (AsyncioSemaphore, 1);

  asyncio_loop_bound_init (&self->bound, semaphore_repr);
  self->value = value;
  self->bound_value = value;
  self->is_bounded = is_bounded;

  return self;
}

AsyncioSemaphore *
asyncio_semaphore_new (guint value)
{
  return semaphore_new (value, FALSE);
}

AsyncioSemaphore *
asyncio_bounded_semaphore_new (guint value)
{
  return semaphore_new (value, TRUE);
}

AsyncioSemaphore *
asyncio_semaphore_ref (AsyncioSemaphore *semaphore)
{
  g_return_val_if_fail (semaphore != NULL, NULL);

  semaphore->bound.ref_count++;

  return semaphore;
}

void
asyncio_semaphore_unref (AsyncioSemaphore *semaphore)
{
  g_return_if_fail (semaphore != NULL);

  if (--semaphore->bound.ref_count > 0)
    return;

  g_assert (asyncio_waiters_count (&semaphore->waiters) == 0);
  asyncio_loop_bound_clear (&semaphore->bound);
  g_free (semaphore);
}

gboolean
asyncio_semaphore_locked (AsyncioSemaphore *semaphore)
{
  g_return_val_if_fail (semaphore != NULL, TRUE);

  return shown_value (semaphore) == 0 ||
         (asyncio_version_rules.semaphore_waiters_lock && asyncio_waiters_any (&semaphore->waiters));
}

/* --- acquire ----------------------------------------------------------------------- */

static void
wake_up_next (AsyncioSemaphore *self)
{
  if (asyncio_waiters_wake_next (&self->waiters) && asyncio_version_rules.semaphore_is_fair)
    self->value--;
}

/* Stands in line once. */
static gboolean
wait_for_turn (AsyncioSemaphore  *self,
               GError           **error)
{
  AsyncioLoop *loop = asyncio_loop_bound_get_loop (&self->bound, error);
  gboolean woken;

  if (loop == NULL)
    return FALSE;

  if (asyncio_waiters_wait (&self->waiters, loop, &woken, error))
    return TRUE;

  /* Cancelled after it was woken: what it was woken for is the next one's. */
  if (woken)
    {
      if (asyncio_version_rules.semaphore_is_fair)
        self->value++;
      if (self->value > 0)
        wake_up_next (self);
    }

  return FALSE;
}

static gboolean
acquire_in_order (AsyncioSemaphore  *self,
                  GError           **error)
{
  if (self->value > 0 && !asyncio_waiters_any (&self->waiters))
    {
      self->value--;
      return TRUE;
    }

  if (!wait_for_turn (self, error))
    return FALSE;

  /* What was released meanwhile could wake nobody, as nobody else was in line yet. */
  if (self->value > 0)
    wake_up_next (self);

  return TRUE;
}

static gboolean
acquire_when_free (AsyncioSemaphore  *self,
                   GError           **error)
{
  while (self->value == 0)
    if (!wait_for_turn (self, error))
      return FALSE;

  self->value--;

  return TRUE;
}

gboolean
asyncio_semaphore_acquire (AsyncioSemaphore  *semaphore,
                           GError           **error)
{
  g_autoptr (AsyncioSemaphore) held = NULL;

  g_return_val_if_fail (semaphore != NULL, FALSE);

  if (!asyncio_coroutine_check_inside (error))
    return FALSE;

  held = asyncio_semaphore_ref (semaphore);

  return asyncio_version_rules.semaphore_is_fair ? acquire_in_order (semaphore, error)
                                                 : acquire_when_free (semaphore, error);
}

static gpointer
acquire_body (gpointer   semaphore,
              GError   **error)
{
  (void) asyncio_semaphore_acquire (semaphore, error);

  return NULL;
}

AsyncioCoroutine *
asyncio_semaphore_acquire_coroutine (AsyncioSemaphore *semaphore)
{
  g_return_val_if_fail (semaphore != NULL, NULL);

  return asyncio_coroutine_new_full (acquire_body, asyncio_semaphore_ref (semaphore),
                                     (GDestroyNotify) asyncio_semaphore_unref, NULL, "acquire", G_STRLOC);
}

/* --- release ------------------------------------------------------------------------ */

void
asyncio_semaphore_release (AsyncioSemaphore *semaphore)
{
  g_autoptr (GError) error = NULL;

  g_return_if_fail (semaphore != NULL);

  if (semaphore->is_bounded)
    {
      if (!asyncio_bounded_semaphore_release (semaphore, &error))
        g_critical ("%s", error->message);
      return;
    }

  semaphore->value++;
  wake_up_next (semaphore);
}

gboolean
asyncio_bounded_semaphore_release (AsyncioSemaphore  *semaphore,
                                   GError           **error)
{
  g_return_val_if_fail (semaphore != NULL, FALSE);
  g_return_val_if_fail (semaphore->is_bounded, FALSE);

  if (shown_value (semaphore) >= semaphore->bound_value)
    {
      g_set_error_literal (error, ASYNCIO_ERROR, ASYNCIO_ERROR_VALUE, "BoundedSemaphore released too many times");
      return FALSE;
    }

  semaphore->value++;
  wake_up_next (semaphore);

  return TRUE;
}
