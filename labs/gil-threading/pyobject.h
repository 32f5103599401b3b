/* SPDX-License-Identifier: MIT */
#pragma once

/**
 * @file
 * GIL lab, given: objects with a reference count (`Include/object.h`, `Objects/object.c`).
 *
 * The count is a plain number. Two threads that change it at the same time lose a reference, and then something is freed that
 * is still in use. That is what the GIL is there for: whoever touches an object must have it.
 *
 * In the free-threaded build of 3.13 there is no GIL, counts are atomic, and what holds references for all threads (the global variables)
 * has a lock: part E, free_threading.h. Wherever a comment says "with the GIL", nothing is needed then.
 */

#include <asyncio/asyncio.h>

G_BEGIN_DECLS

/** A function of a program; see ceval.h. */
typedef struct _PyCode PyCode;

/** What an object is. */
typedef enum
{
  PY_NONE,     /**< None, of which there is one. It is immortal: its count is never changed, as since 3.12 (PEP 683) */
  PY_INT,      /**< a number */
  PY_FUNCTION, /**< what can be called */
  PY_LOCK,     /**< a `threading.Lock` */
} PyKind;

/** What a lock is made of. */
typedef struct
{
  GMutex mutex;    /**< for what follows: who waits for a lock has no GIL */
  GCond released;  /**< one waiter is told */
  gboolean locked; /**< somebody has it */
} PyLock;

/** An object. In CPython each kind has a structure of its own that begins like this. */
typedef struct
{
  int ob_refcnt; /**< how many references there are. Belongs to who has the GIL; without it, it is atomic */
  PyKind kind;   /**< what it is */

  gint64 value;       /**< of a number */
  const PyCode *code; /**< of a function */
  PyLock lock;        /**< of a lock */
} PyObject;

/** None. @return (transfer full): as there is nothing to give back, it may also be forgotten */
PyObject *py_none (void);

/** Makes a number. @return (transfer full) */
PyObject *py_int_new (gint64 value);

/** Makes a function. @param code  must stay @return (transfer full) */
PyObject *py_function_new (const PyCode *code);

/** Makes a lock that nobody has. @return (transfer full) */
PyObject *py_lock_new (void);

/** Takes a reference; `Py_INCREF()`. With the GIL. @return (transfer full): @p self */
PyObject *py_incref (PyObject *self);

/** Gives up a reference; `Py_DECREF()`. With the GIL. */
void py_decref (PyObject *self);

/**
 * Whether there is no GIL, and counts are changed with py_incref_shared() and py_decref_shared(). CPython decides that when it is compiled
 * (`Py_GIL_DISABLED`); here an interpreter of the kind #PY_GIL_DISABLED says it, of which there is one at a time, and no other thread yet.
 */
void py_set_free_threaded (gboolean is_free_threaded);

G_END_DECLS
