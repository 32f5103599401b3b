/* SPDX-License-Identifier: MIT */

/*
 * Stand-ins for the threads of POSIX. To the explorer they are the same as GLib's; what is here is another way to say it.
 *
 * They fail as the real ones do where that is told by a result (EBUSY, ETIMEDOUT); what POSIX leaves undefined, to unlock what another
 * thread has locked for example, is told as misuse.
 */

#include "standins.h"

#include <errno.h>
#include <pthread.h>
#include <sched.h>
#include <time.h>
#include <unistd.h>

#define US_PER_S G_GINT64_CONSTANT (1000000)

static gint64
timespec_to_us (const struct timespec *time)
{
  return time->tv_sec * US_PER_S + (time->tv_nsec + 999) / 1000;
}

static gboolean
is_valid (const struct timespec *time)
{
  return time->tv_sec >= 0 && time->tv_nsec >= 0 && time->tv_nsec < 1000000000;
}

/* --- Threads ---------------------------------------------------------------------------- */

int __real_pthread_create (pthread_t *thread, const pthread_attr_t *attributes, void *(*func) (void *), void *data);

int
__wrap_pthread_create (pthread_t            *thread,
                       const pthread_attr_t *attributes,
                       void               *(*func) (void *),
                       void                 *data)
{
  if (explorer_self () == NULL)
    return __real_pthread_create (thread, attributes, func, data);

  *thread = (pthread_t) explorer_thread_new ("thread", func, data);
  return 0;
}

int __real_pthread_join (pthread_t thread, void **value);

int
__wrap_pthread_join (pthread_t thread,
                     void    **value)
{
  gpointer result;

  if (explorer_self () == NULL)
    return __real_pthread_join (thread, value);
  if ((ExplorerThread *) thread == explorer->current)
    return EDEADLK;

  result = explorer_join ((ExplorerThread *) thread, PLACE);
  if (value != NULL)
    *value = result;
  return 0;
}

int __real_pthread_detach (pthread_t thread);

int
__wrap_pthread_detach (pthread_t thread)
{
  if (explorer_self () == NULL)
    return __real_pthread_detach (thread);

  ((ExplorerThread *) thread)->joined = TRUE;
  return 0;
}

pthread_t __real_pthread_self (void);

pthread_t
__wrap_pthread_self (void)
{
  return explorer_self () == NULL ? __real_pthread_self () : (pthread_t) explorer->current;
}

void __real_pthread_exit (void *value) G_GNUC_NORETURN;

void
__wrap_pthread_exit (void *value)
{
  if (explorer_self () == NULL)
    __real_pthread_exit (value);

  explorer_thread_exit (value);
}

int __real_sched_yield (void);

int
__wrap_sched_yield (void)
{
  if (explorer_self () == NULL)
    return __real_sched_yield ();

  explorer_yield (PLACE);
  return 0;
}

/* --- Mutexes ------------------------------------------------------------------------------- */

/* Which kind it is lies in its memory, where the real functions have put it. */
static gboolean
is_recursive (const pthread_mutex_t *mutex)
{
  return (mutex->__data.__kind & 3) == PTHREAD_MUTEX_RECURSIVE_NP;
}

int __real_pthread_mutex_init (pthread_mutex_t *mutex, const pthread_mutexattr_t *attributes);

int
__wrap_pthread_mutex_init (pthread_mutex_t           *mutex,
                           const pthread_mutexattr_t *attributes)
{
  if (explorer_self () != NULL)
    explorer_object_forget (mutex);

  return __real_pthread_mutex_init (mutex, attributes);
}

int __real_pthread_mutex_destroy (pthread_mutex_t *mutex);

int
__wrap_pthread_mutex_destroy (pthread_mutex_t *mutex)
{
  if (explorer_self () == NULL)
    return __real_pthread_mutex_destroy (mutex);

  explorer_destroy (mutex, PLACE);
  return 0;
}

int __real_pthread_mutex_lock (pthread_mutex_t *mutex);

int
__wrap_pthread_mutex_lock (pthread_mutex_t *mutex)
{
  if (explorer_self () == NULL)
    return __real_pthread_mutex_lock (mutex);

  if (is_recursive (mutex))
    explorer_rec_lock (mutex, PLACE);
  else
    explorer_lock (mutex, "mutex", PLACE);
  return 0;
}

int __real_pthread_mutex_trylock (pthread_mutex_t *mutex);

int
__wrap_pthread_mutex_trylock (pthread_mutex_t *mutex)
{
  gboolean locked;

  if (explorer_self () == NULL)
    return __real_pthread_mutex_trylock (mutex);

  locked = is_recursive (mutex) ? explorer_rec_trylock (mutex, PLACE) : explorer_trylock (mutex, "mutex", PLACE);
  return locked ? 0 : EBUSY;
}

int __real_pthread_mutex_unlock (pthread_mutex_t *mutex);

int
__wrap_pthread_mutex_unlock (pthread_mutex_t *mutex)
{
  if (explorer_self () == NULL)
    return __real_pthread_mutex_unlock (mutex);

  if (is_recursive (mutex))
    explorer_rec_unlock (mutex, PLACE);
  else
    explorer_unlock (mutex, "mutex", PLACE);
  return 0;
}

int __real_pthread_mutex_timedlock (pthread_mutex_t *mutex, const struct timespec *deadline);

int
__wrap_pthread_mutex_timedlock (pthread_mutex_t       *mutex,
                                const struct timespec *deadline)
{
  if (explorer_self () == NULL)
    return __real_pthread_mutex_timedlock (mutex, deadline);
  if (!is_valid (deadline))
    return EINVAL;

  return explorer_lock_until (mutex, is_recursive (mutex), timespec_to_us (deadline), PLACE) ? 0 : ETIMEDOUT;
}

/* --- Conditions ------------------------------------------------------------------------------ */

int __real_pthread_cond_init (pthread_cond_t *cond, const pthread_condattr_t *attributes);

int
__wrap_pthread_cond_init (pthread_cond_t           *cond,
                          const pthread_condattr_t *attributes)
{
  if (explorer_self () != NULL)
    explorer_object_forget (cond);

  return __real_pthread_cond_init (cond, attributes);
}

int __real_pthread_cond_destroy (pthread_cond_t *cond);

int
__wrap_pthread_cond_destroy (pthread_cond_t *cond)
{
  if (explorer_self () == NULL)
    return __real_pthread_cond_destroy (cond);

  explorer_destroy (cond, PLACE);
  return 0;
}

int __real_pthread_cond_wait (pthread_cond_t *cond, pthread_mutex_t *mutex);

int
__wrap_pthread_cond_wait (pthread_cond_t  *cond,
                          pthread_mutex_t *mutex)
{
  if (explorer_self () == NULL)
    return __real_pthread_cond_wait (cond, mutex);

  explorer_wait (cond, mutex, NULL, PLACE);
  return 0;
}

int __real_pthread_cond_timedwait (pthread_cond_t *cond, pthread_mutex_t *mutex, const struct timespec *deadline);

int
__wrap_pthread_cond_timedwait (pthread_cond_t        *cond,
                               pthread_mutex_t       *mutex,
                               const struct timespec *deadline)
{
  gint64 us;

  if (explorer_self () == NULL)
    return __real_pthread_cond_timedwait (cond, mutex, deadline);

  if (!is_valid (deadline))
    return EINVAL;

  us = timespec_to_us (deadline);
  return explorer_wait (cond, mutex, &us, PLACE) ? 0 : ETIMEDOUT;
}

int __real_pthread_cond_signal (pthread_cond_t *cond);

int
__wrap_pthread_cond_signal (pthread_cond_t *cond)
{
  if (explorer_self () == NULL)
    return __real_pthread_cond_signal (cond);

  explorer_signal (cond, FALSE, PLACE);
  return 0;
}

int __real_pthread_cond_broadcast (pthread_cond_t *cond);

int
__wrap_pthread_cond_broadcast (pthread_cond_t *cond)
{
  if (explorer_self () == NULL)
    return __real_pthread_cond_broadcast (cond);

  explorer_signal (cond, TRUE, PLACE);
  return 0;
}

/* All clocks show the same time here. */
int __real_pthread_cond_clockwait (pthread_cond_t *cond, pthread_mutex_t *mutex, clockid_t clock, const struct timespec *deadline);

int
__wrap_pthread_cond_clockwait (pthread_cond_t        *cond,
                               pthread_mutex_t       *mutex,
                               clockid_t              clock,
                               const struct timespec *deadline)
{
  gint64 us;

  if (explorer_self () == NULL)
    return __real_pthread_cond_clockwait (cond, mutex, clock, deadline);

  if (!is_valid (deadline))
    return EINVAL;

  us = timespec_to_us (deadline);
  return explorer_wait (cond, mutex, &us, PLACE) ? 0 : ETIMEDOUT;
}

/* --- Reader-writer locks ------------------------------------------------------------------------ */

int __real_pthread_rwlock_init (pthread_rwlock_t *lock, const pthread_rwlockattr_t *attributes);

int
__wrap_pthread_rwlock_init (pthread_rwlock_t           *lock,
                            const pthread_rwlockattr_t *attributes)
{
  if (explorer_self () != NULL)
    explorer_object_forget (lock);

  return __real_pthread_rwlock_init (lock, attributes);
}

int __real_pthread_rwlock_destroy (pthread_rwlock_t *lock);

int
__wrap_pthread_rwlock_destroy (pthread_rwlock_t *lock)
{
  if (explorer_self () == NULL)
    return __real_pthread_rwlock_destroy (lock);

  explorer_destroy (lock, PLACE);
  return 0;
}

int __real_pthread_rwlock_rdlock (pthread_rwlock_t *lock);

int
__wrap_pthread_rwlock_rdlock (pthread_rwlock_t *lock)
{
  if (explorer_self () == NULL)
    return __real_pthread_rwlock_rdlock (lock);

  explorer_reader_lock (lock, PLACE);
  return 0;
}

int __real_pthread_rwlock_tryrdlock (pthread_rwlock_t *lock);

int
__wrap_pthread_rwlock_tryrdlock (pthread_rwlock_t *lock)
{
  if (explorer_self () == NULL)
    return __real_pthread_rwlock_tryrdlock (lock);

  return explorer_reader_trylock (lock, PLACE) ? 0 : EBUSY;
}

int __real_pthread_rwlock_wrlock (pthread_rwlock_t *lock);

int
__wrap_pthread_rwlock_wrlock (pthread_rwlock_t *lock)
{
  if (explorer_self () == NULL)
    return __real_pthread_rwlock_wrlock (lock);

  explorer_writer_lock (lock, PLACE);
  return 0;
}

int __real_pthread_rwlock_trywrlock (pthread_rwlock_t *lock);

int
__wrap_pthread_rwlock_trywrlock (pthread_rwlock_t *lock)
{
  if (explorer_self () == NULL)
    return __real_pthread_rwlock_trywrlock (lock);

  return explorer_writer_trylock (lock, PLACE) ? 0 : EBUSY;
}

int __real_pthread_rwlock_unlock (pthread_rwlock_t *lock);

int
__wrap_pthread_rwlock_unlock (pthread_rwlock_t *lock)
{
  if (explorer_self () == NULL)
    return __real_pthread_rwlock_unlock (lock);

  if (explorer_object (lock, "rw-lock")->owner == explorer->current)
    explorer_writer_unlock (lock, PLACE);
  else
    explorer_reader_unlock (lock, PLACE);
  return 0;
}

/* --- Once, and what a thread keeps for itself ----------------------------------------------------- */

int __real_pthread_once (pthread_once_t *once, void (*func) (void));

int
__wrap_pthread_once (pthread_once_t *once,
                     void          (*func) (void))
{
  if (explorer_self () == NULL)
    return __real_pthread_once (once, func);

  if (explorer_once_enter (once, FALSE, PLACE))
    {
      func ();
      explorer_once_leave (once, PLACE);
    }
  return 0;
}

/* In the place of a key's number, its address in a table that no schedule changes. */
#define KEY(number) ((gconstpointer) &explorer->key_destructors[number])

int __real_pthread_key_create (pthread_key_t *key, void (*destroy) (void *));

int
__wrap_pthread_key_create (pthread_key_t *key,
                           void         (*destroy) (void *))
{
  if (explorer_self () == NULL)
    return __real_pthread_key_create (key, destroy);
  if (explorer->n_keys == MAX_KEYS)
    return EAGAIN;

  *key = explorer->n_keys++;
  explorer->key_destructors[*key] = destroy;
  return 0;
}

int __real_pthread_key_delete (pthread_key_t key);

int
__wrap_pthread_key_delete (pthread_key_t key)
{
  if (explorer_self () == NULL)
    return __real_pthread_key_delete (key);

  explorer->key_destructors[key] = NULL;
  return 0;
}

void *__real_pthread_getspecific (pthread_key_t key);

void *
__wrap_pthread_getspecific (pthread_key_t key)
{
  return explorer_self () == NULL ? __real_pthread_getspecific (key) : explorer_private_get (KEY (key));
}

int __real_pthread_setspecific (pthread_key_t key, const void *value);

int
__wrap_pthread_setspecific (pthread_key_t key,
                            const void   *value)
{
  if (explorer_self () == NULL)
    return __real_pthread_setspecific (key, value);

  explorer_private_set (KEY (key), (gpointer) value, explorer->key_destructors[key]);
  return 0;
}

/* --- Time ---------------------------------------------------------------------------------------- */

int __real_clock_gettime (clockid_t clock, struct timespec *time);

int
__wrap_clock_gettime (clockid_t        clock,
                      struct timespec *time)
{
  gint64 now;

  if (explorer_self () == NULL)
    return __real_clock_gettime (clock, time);

  now = explorer_look_at_clock ();
  *time = (struct timespec) { .tv_sec = now / US_PER_S, .tv_nsec = now % US_PER_S * 1000 };
  return 0;
}

int __real_nanosleep (const struct timespec *time, struct timespec *left);

int
__wrap_nanosleep (const struct timespec *time,
                  struct timespec       *left)
{
  if (explorer_self () == NULL)
    return __real_nanosleep (time, left);
  if (!is_valid (time))
    {
      errno = EINVAL;
      return -1;
    }

  explorer_sleep_until (explorer->now + timespec_to_us (time), PLACE);
  return 0;
}

int __real_clock_nanosleep (clockid_t clock, int flags, const struct timespec *time, struct timespec *left);

int
__wrap_clock_nanosleep (clockid_t              clock,
                        int                    flags,
                        const struct timespec *time,
                        struct timespec       *left)
{
  if (explorer_self () == NULL)
    return __real_clock_nanosleep (clock, flags, time, left);
  if (!is_valid (time))
    return EINVAL;

  explorer_sleep_until ((flags & TIMER_ABSTIME ? 0 : explorer->now) + timespec_to_us (time), PLACE);
  return 0;
}

int __real_usleep (useconds_t us);

int
__wrap_usleep (useconds_t us)
{
  if (explorer_self () == NULL)
    return __real_usleep (us);

  explorer_sleep_until (explorer->now + us, PLACE);
  return 0;
}

unsigned int __real_sleep (unsigned int seconds);

unsigned int
__wrap_sleep (unsigned int seconds)
{
  if (explorer_self () == NULL)
    return __real_sleep (seconds);

  explorer_sleep_until (explorer->now + seconds * US_PER_S, PLACE);
  return 0;
}
