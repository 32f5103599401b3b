/* SPDX-License-Identifier: MIT */

/*
 * As CPython does it: two bits in a mutex, counts and bits changed in loops that look, compute, and try to exchange.
 */

#include "free_threading.h"

/* --- Reference counts -------------------------------------------------------------------------- */

void
py_incref_shared (PyObject *object)
{
  int count;

  do
    count = g_atomic_int_get (&object->ob_refcnt);
  while (!g_atomic_int_compare_and_exchange (&object->ob_refcnt, count, count + 1));
}

gboolean
py_decref_shared (PyObject *object)
{
  int count;

  do
    count = g_atomic_int_get (&object->ob_refcnt);
  while (!g_atomic_int_compare_and_exchange (&object->ob_refcnt, count, count - 1));

  return count == 1;
}

/* --- The mutex ----------------------------------------------------------------------------------- */

#define LOCKED 1
#define HAS_PARKED 2

void
py_mutex_lock (PyMutex *mutex)
{
  int taken = LOCKED;

  for (;;)
    {
      int bits = g_atomic_int_get (&mutex->bits);

      if ((bits & LOCKED) == 0)
        {
          if (g_atomic_int_compare_and_exchange (&mutex->bits, bits, bits | taken))
            return;
          continue;
        }

      if ((bits & HAS_PARKED) == 0 && !g_atomic_int_compare_and_exchange (&mutex->bits, bits, bits | HAS_PARKED))
        continue;

      /* Others may be parked as well, and who unlocks forgets that. */
      if (parking_lot_park (&mutex->bits, LOCKED | HAS_PARKED))
        taken = LOCKED | HAS_PARKED;
    }
}

void
py_mutex_unlock (PyMutex *mutex)
{
  if (g_atomic_int_compare_and_exchange (&mutex->bits, LOCKED, 0))
    return;

  g_atomic_int_set (&mutex->bits, 0);
  parking_lot_unpark (&mutex->bits);
}

/* --- Variables -------------------------------------------------------------------------------------- */

PyObject *
py_shared_load (PyShared *variable)
{
  PyObject *object;

  /* To load is to read and to take a reference: in between nobody may store something else, and give up the last one. */
  py_mutex_lock (&variable->mutex);
  object = variable->object;
  if (object != NULL)
    py_incref (object);
  py_mutex_unlock (&variable->mutex);

  return object;
}

void
py_shared_store (PyShared *variable,
                 PyObject *value)
{
  PyObject *old;

  py_mutex_lock (&variable->mutex);
  old = variable->object;
  variable->object = value;
  py_mutex_unlock (&variable->mutex);

  /* Not before: what an object does when it is freed may need this variable. */
  if (old != NULL)
    py_decref (old);
}

void
py_shared_swap (PyShared *a,
                PyShared *b)
{
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
}
