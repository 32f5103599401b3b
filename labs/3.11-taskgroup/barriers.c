/* SPDX-License-Identifier: MIT */

/*
 * Barriers, given (Lib/asyncio/locks.py).
 *
 *      FILLING ──the last one arrives──> DRAINING ──the last one leaves──> FILLING
 *         │                                                                   ^
 *         ├──reset, while some wait──> RESETTING ──the last one leaves────────┘
 *         └──abort──> BROKEN
 *
 * All of it happens with the lock of a condition held, and each change of the state is told to all who wait for the condition.
 */

#include "barriers.h"

typedef enum
{
  FILLING,
  DRAINING,
  RESETTING,
  BROKEN,
} State;

struct _AsyncioBarrier
{
  guint ref_count;
  AsyncioCondition *cond; /* (owned) */
  guint parties;
  State state;
  guint count; /* those who are in here */
};

AsyncioBarrier *
asyncio_barrier_new (guint    parties,
                     GError **error)
{
  AsyncioBarrier *self;
  AsyncioCondition *cond;

  if (parties < 1)
    {
      g_set_error_literal (error, ASYNCIO_ERROR, ASYNCIO_ERROR_VALUE, "parties must be > 0");
      return NULL;
    }

  cond = asyncio_condition_new (NULL, error);
  if (cond == NULL)
    return NULL;

  self = g_new0 (AsyncioBarrier, 1);
  self->ref_count = 1;
  self->cond = cond;
  self->parties = parties;

  return self;
}

AsyncioBarrier *
asyncio_barrier_ref (AsyncioBarrier *barrier)
{
  g_return_val_if_fail (barrier != NULL, NULL);

  barrier->ref_count++;

  return barrier;
}

void
asyncio_barrier_unref (AsyncioBarrier *barrier)
{
  g_return_if_fail (barrier != NULL);

  if (--barrier->ref_count > 0)
    return;

  asyncio_condition_unref (barrier->cond);
  g_free (barrier);
}

guint
asyncio_barrier_get_parties (AsyncioBarrier *barrier)
{
  g_return_val_if_fail (barrier != NULL, 0);

  return barrier->parties;
}

guint
asyncio_barrier_get_n_waiting (AsyncioBarrier *barrier)
{
  g_return_val_if_fail (barrier != NULL, 0);

  return barrier->state == FILLING ? barrier->count : 0;
}

gboolean
asyncio_barrier_is_broken (AsyncioBarrier *barrier)
{
  g_return_val_if_fail (barrier != NULL, FALSE);

  return barrier->state == BROKEN;
}

/* --- Waiting, with the lock held --------------------------------------------------------- */

static gboolean
may_enter (gpointer   user_data,
           GError   **error)
{
  AsyncioBarrier *self = user_data;

  (void) error;

  return self->state != DRAINING && self->state != RESETTING;
}

static gboolean
is_released (gpointer   user_data,
             GError   **error)
{
  AsyncioBarrier *self = user_data;

  (void) error;

  return self->state != FILLING;
}

/* Barrier._wait() */
static gboolean
wait_for_others (AsyncioBarrier  *self,
                 GError         **error)
{
  if (!asyncio_condition_wait_for (self->cond, is_released, self, error))
    return FALSE;

  if (self->state != BROKEN && self->state != RESETTING)
    return TRUE;

  g_set_error_literal (error, ASYNCIO_ERROR, ASYNCIO_ERROR_BROKEN_BARRIER, "Abort or reset of barrier");
  return FALSE;
}

/* Barrier._exit() */
static void
leave (AsyncioBarrier *self)
{
  if (--self->count > 0)
    return;

  if (self->state == RESETTING || self->state == DRAINING)
    self->state = FILLING;
  (void) asyncio_condition_notify_all (self->cond, NULL);
}

static gboolean
pass (AsyncioBarrier  *self,
      guint           *index,
      GError         **error)
{
  gboolean passed = TRUE;

  if (!asyncio_condition_wait_for (self->cond, may_enter, self, error))
    return FALSE;

  if (self->state == BROKEN)
    {
      g_set_error_literal (error, ASYNCIO_ERROR, ASYNCIO_ERROR_BROKEN_BARRIER, "Barrier aborted");
      return FALSE;
    }

  *index = self->count++;
  if (self->count == self->parties)
    {
      self->state = DRAINING;
      (void) asyncio_condition_notify_all (self->cond, NULL);
    }
  else
    {
      passed = wait_for_others (self, error);
    }
  leave (self);

  return passed;
}

gboolean
asyncio_barrier_wait (AsyncioBarrier  *barrier,
                      guint           *index,
                      GError         **error)
{
  g_autoptr (AsyncioBarrier) held = NULL;
  guint own_index = 0;
  gboolean passed;

  g_return_val_if_fail (barrier != NULL, FALSE);

  held = asyncio_barrier_ref (barrier);
  if (!asyncio_condition_acquire (barrier->cond, error))
    return FALSE;

  passed = pass (barrier, &own_index, error);
  (void) asyncio_condition_release (barrier->cond, NULL);
  if (passed && index != NULL)
    *index = own_index;

  return passed;
}

/* --- Reset and abort --------------------------------------------------------------------- */

static gboolean
change_state (AsyncioBarrier  *self,
              gboolean         breaks,
              GError         **error)
{
  g_autoptr (AsyncioBarrier) held = NULL;

  held = asyncio_barrier_ref (self);
  if (!asyncio_condition_acquire (self->cond, error))
    return FALSE;

  if (breaks)
    self->state = BROKEN;
  else
    self->state = self->count > 0 ? RESETTING : FILLING;

  (void) asyncio_condition_notify_all (self->cond, NULL);
  (void) asyncio_condition_release (self->cond, NULL);

  return TRUE;
}

gboolean
asyncio_barrier_reset (AsyncioBarrier  *barrier,
                       GError         **error)
{
  g_return_val_if_fail (barrier != NULL, FALSE);

  return change_state (barrier, FALSE, error);
}

gboolean
asyncio_barrier_abort (AsyncioBarrier  *barrier,
                       GError         **error)
{
  g_return_val_if_fail (barrier != NULL, FALSE);

  return change_state (barrier, TRUE, error);
}
