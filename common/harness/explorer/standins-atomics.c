/* SPDX-License-Identifier: MIT */

/*
 * Stand-ins for what is made of atomic operations inside of libraries, where the compiler's calls do not come from: locks in one bit of a
 * number, locks that spin, and reference counts.
 */

#include "standins.h"

#include <errno.h>
#include <pthread.h>

/* --- Reference counts -------------------------------------------------------------------------- */

void __real_g_atomic_ref_count_inc (gatomicrefcount *count);

void
__wrap_g_atomic_ref_count_inc (gatomicrefcount *count)
{
  if (explorer_self () == NULL)
    __real_g_atomic_ref_count_inc (count);
  else
    explorer_atomic_add (count, 1, PLACE);
}

gboolean __real_g_atomic_ref_count_dec (gatomicrefcount *count);

gboolean
__wrap_g_atomic_ref_count_dec (gatomicrefcount *count)
{
  return explorer_self () == NULL ? __real_g_atomic_ref_count_dec (count) : explorer_atomic_add (count, -1, PLACE) == 1;
}

gboolean __real_g_atomic_ref_count_compare (gatomicrefcount *count, int value);

gboolean
__wrap_g_atomic_ref_count_compare (gatomicrefcount *count,
                                   int              value)
{
  return explorer_self () == NULL ? __real_g_atomic_ref_count_compare (count, value) : explorer_atomic_add (count, 0, PLACE) == value;
}

/* The count of a box lies before it, where only GLib knows; so the box stands for it. */
static void
use_box (gconstpointer box,
         const char   *verb,
         gconstpointer place)
{
  ExplorerObject *object = explorer_object (box, "box");

  (void) explorer_step (&(ExplorerOp) { .verb = verb, .object = object, .place = place });
  explorer_clock_acquire (&object->clock);
  explorer_clock_release (&object->clock);
}

gpointer __real_g_atomic_rc_box_acquire (gpointer box);

gpointer
__wrap_g_atomic_rc_box_acquire (gpointer box)
{
  if (explorer_self () != NULL)
    use_box (box, "acquires", PLACE);

  return __real_g_atomic_rc_box_acquire (box);
}

void __real_g_atomic_rc_box_release_full (gpointer box, GDestroyNotify clear);

void
__wrap_g_atomic_rc_box_release_full (gpointer       box,
                                     GDestroyNotify clear)
{
  if (explorer_self () != NULL)
    use_box (box, "releases", PLACE);

  __real_g_atomic_rc_box_release_full (box, clear);
}

void __real_g_atomic_rc_box_release (gpointer box);

void
__wrap_g_atomic_rc_box_release (gpointer box)
{
  if (explorer_self () != NULL)
    use_box (box, "releases", PLACE);

  __real_g_atomic_rc_box_release (box);
}

/* --- Locks in a bit ------------------------------------------------------------------------------ */

static gboolean
bit_is_clear (ExplorerThread *thread)
{
  return (*(const gsize *) thread->op.data & thread->op.mask) == 0;
}

static gboolean
int_bit_is_clear (ExplorerThread *thread)
{
  return (*(const guint *) thread->op.data & thread->op.mask) == 0;
}

static void
step_bit (gconstpointer address,
          const char   *verb,
          gsize         mask,
          gboolean    (*enabled) (ExplorerThread *thread),
          gconstpointer place)
{
  (void) explorer_step (&(ExplorerOp) {
      .verb = verb,
      .object = explorer_object (address, "atomic"),
      .place = place,
      .enabled = enabled,
      .data = address,
      .mask = mask,
  });
}

static void
acquire_bit (gconstpointer address)
{
  explorer_clock_acquire (&explorer_object (address, "atomic")->clock);
}

/* Fails if the bit is not set: nobody has the lock. */
static void
release_bit (gconstpointer address,
             gboolean      is_set,
             gconstpointer place)
{
  if (!is_set)
    {
      g_autofree char *where = explorer_mark_place (place);

      explorer_fail_with (EXPLORER_MISUSE, "%s unlocks a bit at %s that is not locked", explorer->current->name, where);
    }
  explorer_clock_release (&explorer_object (address, "atomic")->clock);
}

void __real_g_bit_lock (volatile int *address, int bit);

void
__wrap_g_bit_lock (volatile int *address,
                   int           bit)
{
  guint *word = (guint *) address;

  if (explorer_self () == NULL)
    {
      __real_g_bit_lock (address, bit);
      return;
    }

  step_bit (word, "locks a bit of", 1u << bit, int_bit_is_clear, PLACE);
  *word |= 1u << bit;
  acquire_bit (word);
}

gboolean __real_g_bit_trylock (volatile int *address, int bit);

gboolean
__wrap_g_bit_trylock (volatile int *address,
                      int           bit)
{
  guint *word = (guint *) address;

  if (explorer_self () == NULL)
    return __real_g_bit_trylock (address, bit);

  step_bit (word, "tries to lock a bit of", 0, NULL, PLACE);
  if ((*word & 1u << bit) != 0)
    return FALSE;

  *word |= 1u << bit;
  acquire_bit (word);
  return TRUE;
}

void __real_g_bit_unlock (volatile int *address, int bit);

void
__wrap_g_bit_unlock (volatile int *address,
                     int           bit)
{
  guint *word = (guint *) address;

  if (explorer_self () == NULL)
    {
      __real_g_bit_unlock (address, bit);
      return;
    }

  step_bit (word, "unlocks a bit of", 0, NULL, PLACE);
  release_bit (word, (*word & 1u << bit) != 0, PLACE);
  *word &= ~(1u << bit);
}

/* GLib's macros have these names too. */
#undef g_pointer_bit_lock
#undef g_pointer_bit_trylock
#undef g_pointer_bit_unlock

void __real_g_pointer_bit_lock (volatile void *address, int bit);

void
__wrap_g_pointer_bit_lock (volatile void *address,
                           int            bit)
{
  gsize *word = (gsize *) address;

  if (explorer_self () == NULL)
    {
      __real_g_pointer_bit_lock (address, bit);
      return;
    }

  step_bit (word, "locks a bit of", (gsize) 1 << bit, bit_is_clear, PLACE);
  *word |= (gsize) 1 << bit;
  acquire_bit (word);
}

gboolean __real_g_pointer_bit_trylock (volatile void *address, int bit);

gboolean
__wrap_g_pointer_bit_trylock (volatile void *address,
                              int            bit)
{
  gsize *word = (gsize *) address;

  if (explorer_self () == NULL)
    return __real_g_pointer_bit_trylock (address, bit);

  step_bit (word, "tries to lock a bit of", 0, NULL, PLACE);
  if ((*word & (gsize) 1 << bit) != 0)
    return FALSE;

  *word |= (gsize) 1 << bit;
  acquire_bit (word);
  return TRUE;
}

void __real_g_pointer_bit_unlock (volatile void *address, int bit);

void
__wrap_g_pointer_bit_unlock (volatile void *address,
                             int            bit)
{
  gsize *word = (gsize *) address;

  if (explorer_self () == NULL)
    {
      __real_g_pointer_bit_unlock (address, bit);
      return;
    }

  step_bit (word, "unlocks a bit of", 0, NULL, PLACE);
  release_bit (word, (*word & (gsize) 1 << bit) != 0, PLACE);
  *word &= ~((gsize) 1 << bit);
}

/* --- Locks that spin: to the explorer, mutexes ------------------------------------------------------ */

int __real_pthread_spin_init (pthread_spinlock_t *lock, int shared);

int
__wrap_pthread_spin_init (pthread_spinlock_t *lock,
                          int                 shared)
{
  if (explorer_self () != NULL)
    explorer_object_forget ((gconstpointer) lock);

  return __real_pthread_spin_init (lock, shared);
}

int __real_pthread_spin_destroy (pthread_spinlock_t *lock);

int
__wrap_pthread_spin_destroy (pthread_spinlock_t *lock)
{
  if (explorer_self () == NULL)
    return __real_pthread_spin_destroy (lock);

  explorer_destroy ((gconstpointer) lock, PLACE);
  return 0;
}

int __real_pthread_spin_lock (pthread_spinlock_t *lock);

int
__wrap_pthread_spin_lock (pthread_spinlock_t *lock)
{
  if (explorer_self () == NULL)
    return __real_pthread_spin_lock (lock);

  explorer_lock ((gconstpointer) lock, "spin lock", PLACE);
  return 0;
}

int __real_pthread_spin_trylock (pthread_spinlock_t *lock);

int
__wrap_pthread_spin_trylock (pthread_spinlock_t *lock)
{
  if (explorer_self () == NULL)
    return __real_pthread_spin_trylock (lock);

  return explorer_trylock ((gconstpointer) lock, "spin lock", PLACE) ? 0 : EBUSY;
}

int __real_pthread_spin_unlock (pthread_spinlock_t *lock);

int
__wrap_pthread_spin_unlock (pthread_spinlock_t *lock)
{
  if (explorer_self () == NULL)
    return __real_pthread_spin_unlock (lock);

  explorer_unlock ((gconstpointer) lock, "spin lock", PLACE);
  return 0;
}
