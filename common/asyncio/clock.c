/* SPDX-License-Identifier: MIT */

/*
 * The virtual clock. Who moves it is the loop: asyncio_loop_turn() in base-events.c.
 */

#include "clock-private.h"

#include "thread-state-private.h"

#include <time.h>

struct _AsyncioClock
{
  gatomicrefcount ref_count;
  gint64 time_ns; /* atomic: one thread moves it, and others may look at it (the recorder does) */
};

AsyncioClock *
asyncio_virtual_clock_new (void)
{
  AsyncioClock *self = g_new0 (AsyncioClock, 1);

  g_atomic_ref_count_init (&self->ref_count);

  return self;
}

AsyncioClock *
asyncio_clock_ref (AsyncioClock *clock)
{
  g_return_val_if_fail (clock != NULL, NULL);

  g_atomic_ref_count_inc (&clock->ref_count);

  return clock;
}

void
asyncio_clock_unref (AsyncioClock *clock)
{
  g_return_if_fail (clock != NULL);

  if (g_atomic_ref_count_dec (&clock->ref_count))
    g_free (clock);
}

gint64
asyncio_clock_get_ns (AsyncioClock *clock)
{
  struct timespec now;

  if (clock != NULL)
    return __atomic_load_n (&clock->time_ns, __ATOMIC_RELAXED);

  clock_gettime (CLOCK_MONOTONIC, &now);

  return (gint64) now.tv_sec * G_GINT64_CONSTANT (1000000000) + now.tv_nsec;
}

void
asyncio_clock_jump_to (AsyncioClock *self,
                       gint64        time_ns)
{
  __atomic_store_n (&self->time_ns, MAX (self->time_ns, time_ns), __ATOMIC_RELAXED);
}

void
asyncio_clock_advance (AsyncioClock *clock,
                       double        seconds)
{
  g_return_if_fail (clock != NULL);
  g_return_if_fail (seconds >= 0 && seconds < (double) (G_MAXINT64 - clock->time_ns) / 1e9);

  clock->time_ns += (gint64) (seconds * 1e9);
}

void
asyncio_set_clock (AsyncioClock *clock)
{
  AsyncioThreadState *thread = asyncio_thread_state ();
  AsyncioClock *previous = g_steal_pointer (&thread->clock);

  thread->clock = clock != NULL ? asyncio_clock_ref (clock) : NULL;
  g_clear_pointer (&previous, asyncio_clock_unref);
}
