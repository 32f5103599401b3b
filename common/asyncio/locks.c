/* SPDX-License-Identifier: MIT */

/*
 * Synchronisation between tasks (Lib/asyncio/locks.py).
 *
 * Whoever must wait leaves a future in a queue, and who releases completes the first of them. The
 * hard part is a waiter that is cancelled after its future was completed, but before it
 * ran: it will not use what it was given, so it must hand it on, or everybody else waits for ever.
 *
 * Up to Python 3.9 release() only raises the counter, and the waiter it wakes takes its share when it
 * runs; a newcomer may get there first. Since 3.10 release() gives the share to the waiter itself.
 */

#include <asyncio/locks.h>

#include "base-events-private.h"
#include "coroutines-private.h"

#include <asyncio/exceptions.h>
#include <asyncio/versions.h>

struct _AsyncioSemaphore
{
  guint ref_count;
  guint value;
  GQueue waiters; /* (element-type AsyncioFuture) (unowned): who waits has it, and holds the semaphore */
};

AsyncioSemaphore *
asyncio_semaphore_new (guint value)
{
  AsyncioSemaphore *self = g_new0 (AsyncioSemaphore, 1);

  self->ref_count = 1;
  self->value = value;
  g_queue_init (&self->waiters);

  return self;
}

AsyncioSemaphore *
asyncio_semaphore_ref (AsyncioSemaphore *semaphore)
{
  g_return_val_if_fail (semaphore != NULL, NULL);

  semaphore->ref_count++;

  return semaphore;
}

void
asyncio_semaphore_unref (AsyncioSemaphore *semaphore)
{
  g_return_if_fail (semaphore != NULL);

  if (--semaphore->ref_count > 0)
    return;

  g_assert (g_queue_is_empty (&semaphore->waiters));
  g_free (semaphore);
}

static void
wake_up_next (AsyncioSemaphore *self)
{
  for (GList *l = self->waiters.head; l != NULL; l = l->next)
    if (!asyncio_future_done (l->data))
      {
        if (asyncio_version_rules.semaphore_is_fair)
          self->value--;
        (void) asyncio_future_set_result (l->data, NULL, NULL, NULL);
        return;
      }
}

gboolean
asyncio_semaphore_locked (AsyncioSemaphore *semaphore)
{
  g_return_val_if_fail (semaphore != NULL, TRUE);

  if (semaphore->value == 0)
    return TRUE;

  if (asyncio_version_rules.semaphore_is_fair)
    for (GList *l = semaphore->waiters.head; l != NULL; l = l->next)
      if (!asyncio_future_cancelled (l->data))
        return TRUE;

  return FALSE;
}

/* Waits in the queue once. */
static gboolean
wait_for_turn (AsyncioSemaphore  *self,
               GError           **error)
{
  g_autoptr (AsyncioFuture) waiter = NULL;
  g_autoptr (GError) local_error = NULL;
  AsyncioLoop *loop = asyncio_get_running_loop (error);

  if (loop == NULL)
    return FALSE;

  waiter = asyncio_loop_create_future (loop);
  g_queue_push_tail (&self->waiters, waiter);
  (void) asyncio_await (waiter, &local_error);
  g_queue_remove (&self->waiters, waiter);

  if (local_error == NULL)
    return TRUE;

  /* Cancelled after it was woken: what it was woken for is the next one's. */
  if (!asyncio_future_cancel (waiter) && !asyncio_future_cancelled (waiter))
    {
      if (asyncio_version_rules.semaphore_is_fair)
        self->value++;
      if (self->value > 0)
        wake_up_next (self);
    }

  g_propagate_error (error, g_steal_pointer (&local_error));
  return FALSE;
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
  if (asyncio_version_rules.semaphore_is_fair)
    {
      if (!asyncio_semaphore_locked (semaphore))
        {
          semaphore->value--;
          return TRUE;
        }

      if (!wait_for_turn (semaphore, error))
        return FALSE;

      /* Several were released in one turn. */
      if (semaphore->value > 0)
        wake_up_next (semaphore);
      return TRUE;
    }

  while (semaphore->value == 0)
    if (!wait_for_turn (semaphore, error))
      return FALSE;

  semaphore->value--;

  return TRUE;
}

void
asyncio_semaphore_release (AsyncioSemaphore *semaphore)
{
  g_return_if_fail (semaphore != NULL);

  semaphore->value++;
  wake_up_next (semaphore);
}
