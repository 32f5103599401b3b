/* SPDX-License-Identifier: MIT */

/*
 * Stand-ins for POSIX semaphores and barriers.
 *
 * count is a semaphore's value, or how many threads meet at a barrier.
 */

#include "standins.h"

#include <errno.h>
#include <pthread.h>
#include <semaphore.h>

/* --- Semaphores ---------------------------------------------------------------------------- */

static gboolean
count_is_positive (ExplorerThread *thread)
{
  return thread->op.object->count > 0;
}

static void
take_one (ExplorerObject *semaphore)
{
  semaphore->count--;
  explorer_clock_acquire (&semaphore->clock);
}

static gboolean
wait_for_semaphore (sem_t        *address,
                    const gint64 *deadline,
                    gconstpointer place)
{
  ExplorerObject *semaphore = explorer_object (address, "semaphore");
  ExplorerVariant variant = explorer_step (&(ExplorerOp) {
      .verb = "takes from",
      .object = semaphore,
      .place = place,
      .enabled = count_is_positive,
      .has_deadline = deadline != NULL,
      .deadline = deadline != NULL ? *deadline : 0,
  });

  if (variant == EXPLORER_TIMEOUT)
    return FALSE;

  take_one (semaphore);
  return TRUE;
}

int __real_sem_init (sem_t *semaphore, int shared, unsigned int value);

int
__wrap_sem_init (sem_t       *semaphore,
                 int          shared,
                 unsigned int value)
{
  if (explorer_self () == NULL)
    return __real_sem_init (semaphore, shared, value);

  explorer_object_forget (semaphore);
  explorer_object (semaphore, "semaphore")->count = value;
  return 0;
}

int __real_sem_destroy (sem_t *semaphore);

int
__wrap_sem_destroy (sem_t *semaphore)
{
  if (explorer_self () == NULL)
    return __real_sem_destroy (semaphore);

  explorer_destroy (semaphore, PLACE);
  return 0;
}

int __real_sem_wait (sem_t *semaphore);

int
__wrap_sem_wait (sem_t *semaphore)
{
  if (explorer_self () == NULL)
    return __real_sem_wait (semaphore);

  (void) wait_for_semaphore (semaphore, NULL, PLACE);
  return 0;
}

int __real_sem_timedwait (sem_t *semaphore, const struct timespec *deadline);

int
__wrap_sem_timedwait (sem_t                 *semaphore,
                      const struct timespec *deadline)
{
  gint64 us;

  if (explorer_self () == NULL)
    return __real_sem_timedwait (semaphore, deadline);

  us = deadline->tv_sec * G_GINT64_CONSTANT (1000000) + (deadline->tv_nsec + 999) / 1000;
  if (wait_for_semaphore (semaphore, &us, PLACE))
    return 0;

  errno = ETIMEDOUT;
  return -1;
}

int __real_sem_clockwait (sem_t *semaphore, clockid_t clock, const struct timespec *deadline);

int
__wrap_sem_clockwait (sem_t                 *semaphore,
                      clockid_t              clock,
                      const struct timespec *deadline)
{
  return explorer_self () == NULL ? __real_sem_clockwait (semaphore, clock, deadline) : __wrap_sem_timedwait (semaphore, deadline);
}

int __real_sem_trywait (sem_t *semaphore);

int
__wrap_sem_trywait (sem_t *semaphore)
{
  ExplorerObject *object;

  if (explorer_self () == NULL)
    return __real_sem_trywait (semaphore);

  object = explorer_object (semaphore, "semaphore");
  (void) explorer_step (&(ExplorerOp) { .verb = "tries to take from", .object = object, .place = PLACE });
  if (object->count > 0)
    {
      take_one (object);
      return 0;
    }

  errno = EAGAIN;
  return -1;
}

int __real_sem_post (sem_t *semaphore);

int
__wrap_sem_post (sem_t *semaphore)
{
  ExplorerObject *object;

  if (explorer_self () == NULL)
    return __real_sem_post (semaphore);

  object = explorer_object (semaphore, "semaphore");
  (void) explorer_step (&(ExplorerOp) { .verb = "gives to", .object = object, .place = PLACE });
  object->count++;
  explorer_clock_release (&object->clock);
  return 0;
}

int __real_sem_getvalue (sem_t *semaphore, int *value);

int
__wrap_sem_getvalue (sem_t *semaphore,
                     int   *value)
{
  ExplorerObject *object;

  if (explorer_self () == NULL)
    return __real_sem_getvalue (semaphore, value);

  object = explorer_object (semaphore, "semaphore");
  (void) explorer_step (&(ExplorerOp) { .verb = "looks at", .object = object, .place = PLACE, .reads_only = TRUE });
  *value = (int) object->count;
  return 0;
}

/* --- Barriers ---------------------------------------------------------------------------------- */

static gboolean
round_is_over (ExplorerThread *thread)
{
  return !explorer_object_has_waiter (thread->op.object, thread);
}

int __real_pthread_barrier_init (pthread_barrier_t *barrier, const pthread_barrierattr_t *attributes, unsigned int n);

int
__wrap_pthread_barrier_init (pthread_barrier_t           *barrier,
                             const pthread_barrierattr_t *attributes,
                             unsigned int                 n)
{
  if (explorer_self () == NULL)
    return __real_pthread_barrier_init (barrier, attributes, n);
  if (n == 0)
    return EINVAL;

  explorer_object_forget (barrier);
  explorer_object (barrier, "barrier")->count = n;
  return 0;
}

int __real_pthread_barrier_destroy (pthread_barrier_t *barrier);

int
__wrap_pthread_barrier_destroy (pthread_barrier_t *barrier)
{
  if (explorer_self () == NULL)
    return __real_pthread_barrier_destroy (barrier);

  explorer_destroy (barrier, PLACE);
  return 0;
}

int __real_pthread_barrier_wait (pthread_barrier_t *barrier);

int
__wrap_pthread_barrier_wait (pthread_barrier_t *barrier)
{
  ExplorerObject *object;

  if (explorer_self () == NULL)
    return __real_pthread_barrier_wait (barrier);

  object = explorer_object (barrier, "barrier");
  (void) explorer_step (&(ExplorerOp) { .verb = "arrives at", .object = object, .place = PLACE });
  explorer_clock_release (&object->clock);

  /* The last one lets all go. */
  if (object->n_waiters + 1 == object->count)
    {
      object->n_waiters = 0;
      explorer_clock_acquire (&object->clock);
      return PTHREAD_BARRIER_SERIAL_THREAD;
    }

  explorer_object_add_waiter (object, explorer->current);
  (void) explorer_step (&(ExplorerOp) { .verb = "waits at", .object = object, .place = PLACE, .reads_only = TRUE, .enabled = round_is_over });
  explorer_clock_acquire (&object->clock);
  return 0;
}
