/* SPDX-License-Identifier: MIT */

/*
 * What ThreadSanitizer must know of GLib.
 *
 * ThreadSanitizer reports two accesses to the same memory when nothing orders them. It learns what orders them from the code that
 * it has instrumented, and from the calls into the C library, which it intercepts. GLib is neither: g_mutex_lock() is a
 * compare-and-exchange and a futex inside libglib, and all that a lock guards would be reported.
 *
 *        thread A                                    thread B
 *        total++
 *        g_mutex_unlock()  ── __tsan_mutex_pre_unlock:
 *                             all that A did so far ─────────┐
 *                                                            v
 *                                                  ... is before what B does from here:
 *                                                  __tsan_mutex_post_lock ──  g_mutex_lock()
 *                                                                             total++
 *
 * So where our code calls such a function, the linker puts one of these in its place (ld --wrap=g_mutex_lock: the call goes to
 * __wrap_g_mutex_lock(), and __real_g_mutex_lock() is GLib's). Calls inside of GLib stay what they are: GLib is not what we look at.
 *
 * The rule for what is said here is not how GLib does it, but what its documentation promises. Each step of g_atomic_ref_count_inc()
 * is sequentially consistent today, for example, but who counts a reference may rely on one thing only: what others did before they
 * gave up theirs is over when the last one goes. To say more would hide races.
 *
 * What needs no word: threads (libglib calls pthread_create() and pthread_join(), which are intercepted), the g_atomic_int and
 * g_atomic_pointer functions (macros that become instrumented operations), g_cond_signal() and g_cond_broadcast() (a condition
 * orders nothing by itself; the lock does), g_main_context_wakeup() (it writes to an eventfd, which is intercepted).
 *
 * Functions of this kind that nobody calls yet are wrapped as well, but not here, so that linking fails when somebody does:
 * see meson.build.
 */

#include <glib.h>

#include <sanitizer/tsan_interface.h>

/* --- GMutex ------------------------------------------------------------------------- */

/* One of static storage is never made; it is known from its first use. */

void __real_g_mutex_init (GMutex *mutex);
void __wrap_g_mutex_init (GMutex *mutex);

void
__wrap_g_mutex_init (GMutex *mutex)
{
  __tsan_mutex_create (mutex, 0);
  __real_g_mutex_init (mutex);
}

void __real_g_mutex_clear (GMutex *mutex);
void __wrap_g_mutex_clear (GMutex *mutex);

void
__wrap_g_mutex_clear (GMutex *mutex)
{
  __tsan_mutex_destroy (mutex, 0);
  __real_g_mutex_clear (mutex);
}

void __real_g_mutex_lock (GMutex *mutex);
void __wrap_g_mutex_lock (GMutex *mutex);

void
__wrap_g_mutex_lock (GMutex *mutex)
{
  __tsan_mutex_pre_lock (mutex, 0);
  __real_g_mutex_lock (mutex);
  __tsan_mutex_post_lock (mutex, 0, 0);
}

gboolean __real_g_mutex_trylock (GMutex *mutex);
gboolean __wrap_g_mutex_trylock (GMutex *mutex);

gboolean
__wrap_g_mutex_trylock (GMutex *mutex)
{
  gboolean is_locked;

  __tsan_mutex_pre_lock (mutex, __tsan_mutex_try_lock);
  is_locked = __real_g_mutex_trylock (mutex);
  __tsan_mutex_post_lock (mutex, is_locked ? __tsan_mutex_try_lock : __tsan_mutex_try_lock | __tsan_mutex_try_lock_failed, 0);

  return is_locked;
}

void __real_g_mutex_unlock (GMutex *mutex);
void __wrap_g_mutex_unlock (GMutex *mutex);

void
__wrap_g_mutex_unlock (GMutex *mutex)
{
  __tsan_mutex_pre_unlock (mutex, 0);
  __real_g_mutex_unlock (mutex);
  __tsan_mutex_post_unlock (mutex, 0);
}

/* --- GCond -------------------------------------------------------------------------- */

/* Waiting unlocks the mutex and locks it again, inside of GLib. It is told a moment too early and a moment too late, which
 * is the safe side: in between this thread does nothing. */

static void
begin_wait (GMutex *mutex)
{
  __tsan_mutex_pre_unlock (mutex, 0);
  __tsan_mutex_post_unlock (mutex, 0);
}

static void
end_wait (GMutex *mutex)
{
  __tsan_mutex_pre_lock (mutex, 0);
  __tsan_mutex_post_lock (mutex, 0, 0);
}

void __real_g_cond_wait (GCond *cond, GMutex *mutex);
void __wrap_g_cond_wait (GCond *cond, GMutex *mutex);

void
__wrap_g_cond_wait (GCond  *cond,
                    GMutex *mutex)
{
  begin_wait (mutex);
  __real_g_cond_wait (cond, mutex);
  end_wait (mutex);
}

gboolean __real_g_cond_wait_until (GCond *cond, GMutex *mutex, gint64 end_time);
gboolean __wrap_g_cond_wait_until (GCond *cond, GMutex *mutex, gint64 end_time);

gboolean
__wrap_g_cond_wait_until (GCond  *cond,
                          GMutex *mutex,
                          gint64  end_time)
{
  gboolean in_time;

  begin_wait (mutex);
  in_time = __real_g_cond_wait_until (cond, mutex, end_time);
  end_wait (mutex);

  return in_time;
}

/* --- Counted references ---------------------------------------------------------------- */

gboolean __real_g_atomic_ref_count_dec (gatomicrefcount *count);
gboolean __wrap_g_atomic_ref_count_dec (gatomicrefcount *count);

gboolean
__wrap_g_atomic_ref_count_dec (gatomicrefcount *count)
{
  gboolean was_last;

  __tsan_release (count);
  was_last = __real_g_atomic_ref_count_dec (count);
  if (was_last)
    __tsan_acquire (count);

  return was_last;
}

/* A box is cleared by a function of its user, inside of GLib and after its own count: what orders must be said between the two. */
static __thread GDestroyNotify clear_box;

static void
acquire_and_clear (gpointer box)
{
  GDestroyNotify clear = clear_box;

  __tsan_acquire (box);
  if (clear != NULL)
    clear (box);
}

void __real_g_atomic_rc_box_release_full (gpointer box, GDestroyNotify clear);
void __wrap_g_atomic_rc_box_release_full (gpointer box, GDestroyNotify clear);

void
__wrap_g_atomic_rc_box_release_full (gpointer       box,
                                     GDestroyNotify clear)
{
  clear_box = clear;
  __tsan_release (box);
  __real_g_atomic_rc_box_release_full (box, acquire_and_clear);
}

/* --- What is made once ------------------------------------------------------------------ */

/* g_once_init_enter() is a macro, which first looks with an instrumented operation whether there is something to do. That
 * synchronises with what is released at the same place. */

gboolean __real_g_once_init_enter (volatile void *location);
gboolean __wrap_g_once_init_enter (volatile void *location);

gboolean
__wrap_g_once_init_enter (volatile void *location)
{
  gboolean is_first = __real_g_once_init_enter (location);

  if (!is_first)
    __tsan_acquire ((gpointer) location);

  return is_first;
}

void __real_g_once_init_leave (volatile void *location, gsize result);
void __wrap_g_once_init_leave (volatile void *location, gsize result);

void
__wrap_g_once_init_leave (volatile void *location,
                          gsize          result)
{
  __tsan_release ((gpointer) location);
  __real_g_once_init_leave (location, result);
}

/* --- Interned texts -------------------------------------------------------------------- */

/* GLib reads and writes its table with memcpy() and strcmp(), which are intercepted, and under a lock that is not. What it does in
 * there is not to be looked at; an order between callers is not to be had from it either. (This ignores reads as well.) */

void AnnotateIgnoreWritesBegin (const char *file, int line);
void AnnotateIgnoreWritesEnd (const char *file, int line);

const char *__real_g_intern_string (const char *text);
const char *__wrap_g_intern_string (const char *text);

const char *
__wrap_g_intern_string (const char *text)
{
  const char *interned;

  AnnotateIgnoreWritesBegin (__FILE__, __LINE__);
  interned = __real_g_intern_string (text);
  AnnotateIgnoreWritesEnd (__FILE__, __LINE__);

  return interned;
}
