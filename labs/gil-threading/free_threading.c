/* SPDX-License-Identifier: MIT */

/*
 * GIL lab, part E (bonus): without the GIL (Objects/object.c, Python/lock.c, Python/critical_section.c of 3.13).
 *
 * Hand in this file. What each function must do is in free_threading.h, how to go about it in README.md.
 */

#include "free_threading.h"

/* --- Reference counts -------------------------------------------------------------------------- */

void
py_incref_shared (PyObject *object)
{
#ifdef SOLUTION
  g_atomic_int_inc (&object->ob_refcnt);
#else
  /* TODO: one reference more, whatever other threads do. */
  (void) object;
#endif
}

gboolean
py_decref_shared (PyObject *object)
{
#ifdef SOLUTION
  return g_atomic_int_dec_and_test (&object->ob_refcnt);
#else
  /* TODO: one less. To change the count and then to look at it is two steps. */
  (void) object;

  return FALSE;
#endif
}

/* --- The mutex ----------------------------------------------------------------------------------- */
#ifdef SOLUTION

/* The bits of a mutex. (CPython has two bits, "locked" and "has parked"; this is the mutex of Drepper's "Futexes are tricky".) */
enum
{
  FREE,
  LOCKED,
  CONTENDED, /* locked, and somebody may be parked */
};
#endif

void
py_mutex_lock (PyMutex *mutex)
{
#ifdef SOLUTION
  if (g_atomic_int_compare_and_exchange (&mutex->bits, FREE, LOCKED))
    return;

  /* Whoever has waited takes it as contended. Maybe nobody else waits, and the parking lot is asked once for nothing; but if there
   * is somebody, only the bits know, and "locked" would let him sleep for ever. */
  while (g_atomic_int_exchange (&mutex->bits, CONTENDED) != FREE)
    parking_lot_park (&mutex->bits, CONTENDED);
#else
  /* TODO: take it if it is free; else say that you wait, and park until it is not as you saw it. Woken is not first: look again. */
  (void) mutex;
#endif
}

void
py_mutex_unlock (PyMutex *mutex)
{
#ifdef SOLUTION
  if (g_atomic_int_exchange (&mutex->bits, FREE) == CONTENDED)
    parking_lot_unpark (&mutex->bits);
#else
  /* TODO: free it, and if somebody may be parked, wake one. */
  (void) mutex;
#endif
}

/* --- Variables -------------------------------------------------------------------------------------- */

PyObject *
py_shared_load (PyShared *variable)
{
#ifdef SOLUTION
  PyObject *object;

  /* To load is to read and to take a reference: in between nobody may store something else, and give up the last one. */
  py_mutex_lock (&variable->mutex);
  object = variable->object;
  if (object != NULL)
    py_incref (object);
  py_mutex_unlock (&variable->mutex);

  return object;
#else
  /* TODO: the value, and a reference of it. */
  (void) variable;

  return NULL;
#endif
}

void
py_shared_store (PyShared *variable,
                 PyObject *value)
{
#ifdef SOLUTION
  PyObject *old;

  py_mutex_lock (&variable->mutex);
  old = variable->object;
  variable->object = value;
  py_mutex_unlock (&variable->mutex);

  /* Not before: what an object does when it is freed may need this variable. */
  if (old != NULL)
    py_decref (old);
#else
  /* TODO: put the value there, and give up what was there. */
  (void) variable;

  if (value != NULL)
    py_decref (value);
#endif
}

void
py_shared_swap (PyShared *a,
                PyShared *b)
{
#ifdef SOLUTION
  PyShared *first = MIN (a, b);
  PyShared *second = MAX (a, b);
  PyObject *object;

  if (a == b)
    return;

  /* By address, so that two threads that want the same two never have one each and wait for the other. */
  py_mutex_lock (&first->mutex);
  py_mutex_lock (&second->mutex);
  object = a->object;
  a->object = b->object;
  b->object = object;
  py_mutex_unlock (&second->mutex);
  py_mutex_unlock (&first->mutex);
#else
  /* TODO: exchange the values while nobody else can see or change them. Which mutex is first? */
  (void) a;
  (void) b;
#endif
}
