/* SPDX-License-Identifier: MIT */

/*
 * Stand-ins for GLib's mutexes, recursive mutexes and reader-writer locks.
 *
 * The linker sends the program's call of g_mutex_lock() to __wrap_g_mutex_lock() here (--wrap). What a lock is, the explorer knows by its
 * address; its memory is not used. Outside of a program that is explored the real function is called.
 */

#include "standins.h"

/* --- Mutexes ----------------------------------------------------------------------------- */

gboolean
explorer_object_is_free (ExplorerThread *thread)
{
  return thread->op.object->owner == NULL;
}

void
explorer_take_over (ExplorerObject *mutex)
{
  mutex->owner = explorer->current;
  mutex->count = 1;
  explorer_clock_acquire (&mutex->clock);
}

void
explorer_lock (gconstpointer address,
               const char   *kind,
               gconstpointer place)
{
  ExplorerObject *mutex = explorer_object (address, kind);

  (void) explorer_step (&(ExplorerOp) { .verb = "locks", .object = mutex, .place = place, .enabled = explorer_object_is_free });
  explorer_take_over (mutex);
}

gboolean
explorer_trylock (gconstpointer address,
                  const char   *kind,
                  gconstpointer place)
{
  ExplorerObject *mutex = explorer_object (address, kind);

  (void) explorer_step (&(ExplorerOp) { .verb = "tries to lock", .object = mutex, .place = place });
  if (mutex->owner != NULL)
    return FALSE;

  explorer_take_over (mutex);
  return TRUE;
}

void
explorer_check_owner (const ExplorerObject *mutex,
                      const char           *what,
                      gconstpointer         place)
{
  g_autofree char *where = NULL;

  if (mutex->owner == explorer->current)
    return;

  explorer->busy++;
  where = explorer_mark_place (place);
  explorer_fail_with (EXPLORER_MISUSE, "%s %s %s %u at %s, which %s", explorer->current->name, what, mutex->kind, mutex->number, where,
                      mutex->owner != NULL ? "another thread has locked" : "is not locked");
}

void
explorer_unlock (gconstpointer address,
                 const char   *kind,
                 gconstpointer place)
{
  ExplorerObject *mutex = explorer_object (address, kind);

  (void) explorer_step (&(ExplorerOp) { .verb = "unlocks", .object = mutex, .place = place });
  explorer_check_owner (mutex, "unlocks", place);
  mutex->owner = NULL;
  explorer_clock_release (&mutex->clock);
}

void
explorer_destroy (gconstpointer address,
                  gconstpointer place)
{
  ExplorerObject *object = explorer_object_peek (address);
  g_autofree char *where = NULL;

  if (object == NULL)
    return;

  (void) explorer_step (&(ExplorerOp) { .verb = "destroys", .object = object, .place = place });
  if (object->owner != NULL || object->n_waiters > 0)
    {
      explorer->busy++;
      where = explorer_mark_place (place);
      explorer_fail_with (EXPLORER_MISUSE, "%s destroys %s %u at %s, which %s %s", explorer->current->name, object->kind, object->number, where,
                          (object->owner != NULL ? object->owner : object->waiters[0])->name, object->owner != NULL ? "has locked" : "waits for");
    }
  explorer_object_forget (address);
}

void __real_g_mutex_init (GMutex *mutex);

void
__wrap_g_mutex_init (GMutex *mutex)
{
  if (explorer_self () == NULL)
    __real_g_mutex_init (mutex);
  else
    explorer_object_forget (mutex);
}

void __real_g_mutex_clear (GMutex *mutex);

void
__wrap_g_mutex_clear (GMutex *mutex)
{
  if (explorer_self () == NULL)
    __real_g_mutex_clear (mutex);
  else
    explorer_destroy (mutex, PLACE);
}

void __real_g_mutex_lock (GMutex *mutex);

void
__wrap_g_mutex_lock (GMutex *mutex)
{
  if (explorer_self () == NULL)
    __real_g_mutex_lock (mutex);
  else
    explorer_lock (mutex, "mutex", PLACE);
}

gboolean __real_g_mutex_trylock (GMutex *mutex);

gboolean
__wrap_g_mutex_trylock (GMutex *mutex)
{
  return explorer_self () == NULL ? __real_g_mutex_trylock (mutex) : explorer_trylock (mutex, "mutex", PLACE);
}

void __real_g_mutex_unlock (GMutex *mutex);

void
__wrap_g_mutex_unlock (GMutex *mutex)
{
  if (explorer_self () == NULL)
    __real_g_mutex_unlock (mutex);
  else
    explorer_unlock (mutex, "mutex", PLACE);
}

/* --- Recursive mutexes --------------------------------------------------------------------- */

static gboolean
object_is_free_or_ours (ExplorerThread *thread)
{
  return thread->op.object->owner == NULL || thread->op.object->owner == thread;
}

static void
take_once_more (ExplorerObject *mutex)
{
  if (mutex->owner == explorer->current)
    mutex->count++;
  else
    explorer_take_over (mutex);
}

void
explorer_rec_lock (gconstpointer address,
                   gconstpointer place)
{
  ExplorerObject *mutex = explorer_object (address, "recursive mutex");

  (void) explorer_step (&(ExplorerOp) { .verb = "locks", .object = mutex, .place = place, .enabled = object_is_free_or_ours });
  take_once_more (mutex);
}

gboolean
explorer_rec_trylock (gconstpointer address,
                      gconstpointer place)
{
  ExplorerObject *mutex = explorer_object (address, "recursive mutex");

  (void) explorer_step (&(ExplorerOp) { .verb = "tries to lock", .object = mutex, .place = place });
  if (mutex->owner != NULL && mutex->owner != explorer->current)
    return FALSE;

  take_once_more (mutex);
  return TRUE;
}

gboolean
explorer_lock_until (gconstpointer address,
                     gboolean      is_rec,
                     gint64        deadline,
                     gconstpointer place)
{
  ExplorerObject *mutex = explorer_object (address, is_rec ? "recursive mutex" : "mutex");
  ExplorerVariant variant = explorer_step (&(ExplorerOp) {
      .verb = "locks in time",
      .object = mutex,
      .place = place,
      .enabled = is_rec ? object_is_free_or_ours : explorer_object_is_free,
      .has_deadline = TRUE,
      .deadline = deadline,
  });

  if (variant == EXPLORER_TIMEOUT)
    return FALSE;

  take_once_more (mutex);
  return TRUE;
}

void
explorer_rec_unlock (gconstpointer address,
                     gconstpointer place)
{
  ExplorerObject *mutex = explorer_object (address, "recursive mutex");

  (void) explorer_step (&(ExplorerOp) { .verb = "unlocks", .object = mutex, .place = place });
  explorer_check_owner (mutex, "unlocks", place);
  if (--mutex->count > 0)
    return;

  mutex->owner = NULL;
  explorer_clock_release (&mutex->clock);
}

void __real_g_rec_mutex_init (GRecMutex *mutex);

void
__wrap_g_rec_mutex_init (GRecMutex *mutex)
{
  if (explorer_self () == NULL)
    __real_g_rec_mutex_init (mutex);
  else
    explorer_object_forget (mutex);
}

void __real_g_rec_mutex_clear (GRecMutex *mutex);

void
__wrap_g_rec_mutex_clear (GRecMutex *mutex)
{
  if (explorer_self () == NULL)
    __real_g_rec_mutex_clear (mutex);
  else
    explorer_destroy (mutex, PLACE);
}

void __real_g_rec_mutex_lock (GRecMutex *mutex);

void
__wrap_g_rec_mutex_lock (GRecMutex *mutex)
{
  if (explorer_self () == NULL)
    __real_g_rec_mutex_lock (mutex);
  else
    explorer_rec_lock (mutex, PLACE);
}

gboolean __real_g_rec_mutex_trylock (GRecMutex *mutex);

gboolean
__wrap_g_rec_mutex_trylock (GRecMutex *mutex)
{
  return explorer_self () == NULL ? __real_g_rec_mutex_trylock (mutex) : explorer_rec_trylock (mutex, PLACE);
}

void __real_g_rec_mutex_unlock (GRecMutex *mutex);

void
__wrap_g_rec_mutex_unlock (GRecMutex *mutex)
{
  if (explorer_self () == NULL)
    __real_g_rec_mutex_unlock (mutex);
  else
    explorer_rec_unlock (mutex, PLACE);
}

/* --- Reader-writer locks -------------------------------------------------------------------- */

/* owner: who writes; count: how many read. */

static gboolean
nobody_writes (ExplorerThread *thread)
{
  return thread->op.object->owner == NULL;
}

static gboolean
nobody_reads_or_writes (ExplorerThread *thread)
{
  return thread->op.object->owner == NULL && thread->op.object->count == 0;
}

void
explorer_reader_lock (gconstpointer address,
                      gconstpointer place)
{
  ExplorerObject *lock = explorer_object (address, "rw-lock");

  (void) explorer_step (&(ExplorerOp) { .verb = "locks for reading", .object = lock, .place = place, .enabled = nobody_writes });
  lock->count++;
  explorer_clock_acquire (&lock->clock);
}

gboolean
explorer_reader_trylock (gconstpointer address,
                         gconstpointer place)
{
  ExplorerObject *lock = explorer_object (address, "rw-lock");

  (void) explorer_step (&(ExplorerOp) { .verb = "tries to lock for reading", .object = lock, .place = place });
  if (lock->owner != NULL)
    return FALSE;

  lock->count++;
  explorer_clock_acquire (&lock->clock);
  return TRUE;
}

void
explorer_reader_unlock (gconstpointer address,
                        gconstpointer place)
{
  ExplorerObject *lock = explorer_object (address, "rw-lock");

  (void) explorer_step (&(ExplorerOp) { .verb = "unlocks for reading", .object = lock, .place = place });
  if (lock->count == 0)
    explorer_check_owner (lock, "unlocks for reading", place);
  lock->count--;
  explorer_clock_release (&lock->clock);
}

void
explorer_writer_lock (gconstpointer address,
                      gconstpointer place)
{
  ExplorerObject *lock = explorer_object (address, "rw-lock");

  (void) explorer_step (&(ExplorerOp) { .verb = "locks for writing", .object = lock, .place = place, .enabled = nobody_reads_or_writes });
  lock->owner = explorer->current;
  explorer_clock_acquire (&lock->clock);
}

gboolean
explorer_writer_trylock (gconstpointer address,
                         gconstpointer place)
{
  ExplorerObject *lock = explorer_object (address, "rw-lock");

  (void) explorer_step (&(ExplorerOp) { .verb = "tries to lock for writing", .object = lock, .place = place });
  if (lock->owner != NULL || lock->count > 0)
    return FALSE;

  lock->owner = explorer->current;
  explorer_clock_acquire (&lock->clock);
  return TRUE;
}

void
explorer_writer_unlock (gconstpointer address,
                        gconstpointer place)
{
  ExplorerObject *lock = explorer_object (address, "rw-lock");

  (void) explorer_step (&(ExplorerOp) { .verb = "unlocks for writing", .object = lock, .place = place });
  explorer_check_owner (lock, "unlocks for writing", place);
  lock->owner = NULL;
  explorer_clock_release (&lock->clock);
}

void __real_g_rw_lock_init (GRWLock *lock);

void
__wrap_g_rw_lock_init (GRWLock *lock)
{
  if (explorer_self () == NULL)
    __real_g_rw_lock_init (lock);
  else
    explorer_object_forget (lock);
}

void __real_g_rw_lock_clear (GRWLock *lock);

void
__wrap_g_rw_lock_clear (GRWLock *lock)
{
  if (explorer_self () == NULL)
    __real_g_rw_lock_clear (lock);
  else
    explorer_destroy (lock, PLACE);
}

void __real_g_rw_lock_reader_lock (GRWLock *lock);

void
__wrap_g_rw_lock_reader_lock (GRWLock *lock)
{
  if (explorer_self () == NULL)
    __real_g_rw_lock_reader_lock (lock);
  else
    explorer_reader_lock (lock, PLACE);
}

gboolean __real_g_rw_lock_reader_trylock (GRWLock *lock);

gboolean
__wrap_g_rw_lock_reader_trylock (GRWLock *lock)
{
  return explorer_self () == NULL ? __real_g_rw_lock_reader_trylock (lock) : explorer_reader_trylock (lock, PLACE);
}

void __real_g_rw_lock_reader_unlock (GRWLock *lock);

void
__wrap_g_rw_lock_reader_unlock (GRWLock *lock)
{
  if (explorer_self () == NULL)
    __real_g_rw_lock_reader_unlock (lock);
  else
    explorer_reader_unlock (lock, PLACE);
}

void __real_g_rw_lock_writer_lock (GRWLock *lock);

void
__wrap_g_rw_lock_writer_lock (GRWLock *lock)
{
  if (explorer_self () == NULL)
    __real_g_rw_lock_writer_lock (lock);
  else
    explorer_writer_lock (lock, PLACE);
}

gboolean __real_g_rw_lock_writer_trylock (GRWLock *lock);

gboolean
__wrap_g_rw_lock_writer_trylock (GRWLock *lock)
{
  return explorer_self () == NULL ? __real_g_rw_lock_writer_trylock (lock) : explorer_writer_trylock (lock, PLACE);
}

void __real_g_rw_lock_writer_unlock (GRWLock *lock);

void
__wrap_g_rw_lock_writer_unlock (GRWLock *lock)
{
  if (explorer_self () == NULL)
    __real_g_rw_lock_writer_unlock (lock);
  else
    explorer_writer_unlock (lock, PLACE);
}
