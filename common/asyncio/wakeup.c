/* SPDX-License-Identifier: MIT */

/*
 * The wake-up protocol.
 *
 * Waking a thread costs a system call, which is a waste while it is awake. So the loop says when it
 * is going to sleep, and a producer wakes it only then, and only the first one does:
 *
 *        the loop                              a producer
 *        state = SLEEPING                      publish work
 *        look for work; if any: do not sleep   if state is SLEEPING: state = NOTIFIED, wake
 *        sleep
 *        state = AWAKE
 *        look for work
 *
 * No wake-up is lost because each side writes before it reads: if the producer
 * does not see SLEEPING, then the loop has yet to look for work and will see it. All
 * operations on the state are sequentially consistent; with less, both could read the
 * old values and the loop would sleep on its work. (QEMU's AioContext does the same.)
 *
 * The module knows nothing of loops or main contexts, so the explorer can run it under
 * every interleaving.
 */

#include "wakeup-private.h"

enum
{
  AWAKE,
  SLEEPING,
  NOTIFIED,
};

void
asyncio_wakeup_init (AsyncioWakeup *self,
                     void         (*wake) (gpointer data),
                     gpointer       data)
{
  self->state = AWAKE;
  self->wake = wake;
  self->data = data;
}

void
asyncio_wakeup_announce_sleep (AsyncioWakeup *self)
{
  g_atomic_int_set (&self->state, SLEEPING);
}

void
asyncio_wakeup_awake (AsyncioWakeup *self)
{
  g_atomic_int_set (&self->state, AWAKE);
}

void
asyncio_wakeup_notify (AsyncioWakeup *self)
{
  if (g_atomic_int_compare_and_exchange (&self->state, SLEEPING, NOTIFIED))
    self->wake (self->data);
}
