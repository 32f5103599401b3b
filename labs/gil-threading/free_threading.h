/* SPDX-License-Identifier: MIT */
#pragma once

/**
 * @file
 * GIL lab, part E (bonus): what takes the place of the GIL in the free-threaded build of 3.13 (PEP 703).
 *
 * An interpreter of the kind #PY_GIL_DISABLED calls these functions and takes no GIL. What the GIL protected needs something of its own then:
 *
 * - the reference counts: they are atomic;
 * - what refers to objects and is used by several threads, as global variables: each has a mutex;
 * - two of those at a time: both mutexes, in an order that all threads agree about.
 *
 * All of them may be called by any thread at any time.
 */

#include "parking_lot.h"
#include "pyobject.h"

G_BEGIN_DECLS

/** A mutex that is a single number (`PyMutex`), so that each object can have one. All zero is a free one. */
typedef struct
{
  int bits; /**< yours. What it says, only py_mutex_lock() and py_mutex_unlock() need to know; 0 is free */
} PyMutex;

/** A variable that several threads use. All zero is one without a value. */
typedef struct
{
  PyMutex mutex;    /**< to whoever has it the next one belongs */
  PyObject *object; /**< (owned) (nullable): its value */
} PyShared;

/** Takes a reference (`_Py_IncRefShared()`, `Objects/object.c`). @param object  one of which the caller has a reference */
void py_incref_shared (PyObject *object);

/**
 * Gives up a reference (`_Py_DecRefShared()`).
 *
 * @param object  one of which the caller has a reference
 * @return whether it was the last one. One thread is told so, and that thread frees the object
 */
gboolean py_decref_shared (PyObject *object);

/**
 * Takes a mutex, and waits until it is free (`PyMutex_Lock()`, `Python/lock.c`).
 *
 * If it is free, this is one atomic operation, and the parking lot is not asked. Who has to wait does so with parking_lot_park().
 */
void py_mutex_lock (PyMutex *mutex);

/**
 * Frees a mutex that the current thread has, and wakes one that waits for it with parking_lot_unpark().
 *
 * If nobody waits this is one atomic operation, and the parking lot is not asked.
 */
void py_mutex_unlock (PyMutex *mutex);

/** The value of a variable. @return (transfer full) (nullable) */
PyObject *py_shared_load (PyShared *variable);

/**
 * Sets a variable, and gives up what it had.
 *
 * @param variable  the variable
 * @param value  (transfer full) (nullable): its new value
 */
void py_shared_store (PyShared *variable,
                      PyObject *value);

/**
 * Exchanges the values of two variables, so that no thread sees one of them twice (`Py_BEGIN_CRITICAL_SECTION2()`,
 * `Python/critical_section.c`).
 *
 * @param a  a variable
 * @param b  another one, or the same
 */
void py_shared_swap (PyShared *a,
                     PyShared *b);

G_END_DECLS
