/* SPDX-License-Identifier: MIT */

/*
 * Stand-ins for GLib's conditions. A wait is two steps: to begin, which gives up the mutex, and to be woken, which has it again. Who
 * signals chooses who is woken.
 */

#include "standins.h"

#include <errno.h>

static gboolean
never (ExplorerThread *thread G_GNUC_UNUSED)
{
  return FALSE;
}

gboolean
explorer_wait (gconstpointer cond_address,
               gconstpointer mutex_address,
               const gint64 *deadline,
               gconstpointer place)
{
  ExplorerObject *cond = explorer_object (cond_address, "condition");
  ExplorerObject *mutex = explorer_object (mutex_address, "mutex");
  ExplorerThread *self = explorer->current;
  ExplorerVariant variant;

  self->waits_with = mutex;
  (void) explorer_step (&(ExplorerOp) { .verb = "begins to wait for", .object = cond, .second = mutex, .place = place });
  explorer_check_owner (mutex, "waits with", place);
  mutex->owner = NULL;
  explorer_clock_release (&mutex->clock);
  explorer_object_add_waiter (cond, self);

  variant = explorer_step (&(ExplorerOp) {
      .verb = "waits for",
      .object = cond,
      .place = place,
      .enabled = never,
      .may_be_spurious = TRUE,
      .has_deadline = deadline != NULL,
      .deadline = deadline != NULL ? *deadline : 0,
  });

  /* Who signalled has had us lock the mutex in that step. */
  if (variant == EXPLORER_NORMAL)
    {
      explorer_take_over (mutex);
      return TRUE;
    }

  explorer_object_remove_waiter (cond, self);
  explorer_lock (mutex_address, "mutex", place);

  return variant != EXPLORER_TIMEOUT;
}

static void
wake (ExplorerObject *cond,
      ExplorerThread *thread)
{
  explorer_object_remove_waiter (cond, thread);
  explorer_release (thread, "wakes up and locks", thread->waits_with, explorer_object_is_free);
}

void
explorer_signal (gconstpointer address,
                 gboolean      all,
                 gconstpointer place)
{
  ExplorerObject *cond = explorer_object (address, "condition");

  (void) explorer_step (&(ExplorerOp) { .verb = all ? "broadcasts" : "signals", .object = cond, .place = place });

  if (cond->n_waiters == 0)
    {
      cond->lost_place = place;
      cond->lost_by = explorer->current;
    }

  /* Which one a signal wakes is not told by anybody. */
  if (!all && cond->n_waiters > 0)
    {
      wake (cond, cond->waiters[explorer_choose (cond->n_waiters)]);
      return;
    }

  while (cond->n_waiters > 0)
    wake (cond, cond->waiters[0]);
}

void __real_g_cond_init (GCond *cond);

void
__wrap_g_cond_init (GCond *cond)
{
  if (explorer_self () == NULL)
    __real_g_cond_init (cond);
  else
    explorer_object_forget (cond);
}

void __real_g_cond_clear (GCond *cond);

void
__wrap_g_cond_clear (GCond *cond)
{
  if (explorer_self () == NULL)
    __real_g_cond_clear (cond);
  else
    explorer_destroy (cond, PLACE);
}

void __real_g_cond_wait (GCond *cond, GMutex *mutex);

void
__wrap_g_cond_wait (GCond  *cond,
                    GMutex *mutex)
{
  if (explorer_self () == NULL)
    __real_g_cond_wait (cond, mutex);
  else
    explorer_wait (cond, mutex, NULL, PLACE);
}

gboolean __real_g_cond_wait_until (GCond *cond, GMutex *mutex, gint64 end_time);

gboolean
__wrap_g_cond_wait_until (GCond  *cond,
                          GMutex *mutex,
                          gint64  end_time)
{
  gboolean in_time;

  if (explorer_self () == NULL)
    return __real_g_cond_wait_until (cond, mutex, end_time);

  /* GLib leaves behind what the system said, and who must keep errno has to know that. */
  in_time = explorer_wait (cond, mutex, &end_time, PLACE);
  if (!in_time)
    errno = ETIMEDOUT;

  return in_time;
}

void __real_g_cond_signal (GCond *cond);

void
__wrap_g_cond_signal (GCond *cond)
{
  if (explorer_self () == NULL)
    __real_g_cond_signal (cond);
  else
    explorer_signal (cond, FALSE, PLACE);
}

void __real_g_cond_broadcast (GCond *cond);

void
__wrap_g_cond_broadcast (GCond *cond)
{
  if (explorer_self () == NULL)
    __real_g_cond_broadcast (cond);
  else
    explorer_signal (cond, TRUE, PLACE);
}
