/* SPDX-License-Identifier: MIT */

/*
 * GIL lab, given: objects with a reference count.
 *
 * Without the GIL the counts must be atomic. That is several times as slow for a thread that is alone, so CPython counts the
 * references of the thread that made the object apart ("biased reference counting", PEP 703). Here it is just atomic.
 */

#include "pyobject.h"

/* PY_PLAIN_COUNTS: the free-threaded build without this, to see what becomes of it. */
#if defined (Py_GIL_DISABLED) && !defined (PY_PLAIN_COUNTS)
#define WITH_ATOMIC_COUNTS
#endif

/* Nobody writes it, so nobody needs the GIL to look at it. */
static PyObject none = { .ob_refcnt = 0, .kind = PY_NONE };

static PyObject *
object_new (PyKind kind)
{
  PyObject *self = g_new0 (PyObject, 1);

  self->ob_refcnt = 1;
  self->kind = kind;

  return self;
}

PyObject *
py_none (void)
{
  return &none;
}

PyObject *
py_int_new (gint64 value)
{
  PyObject *self = object_new (PY_INT);

  self->value = value;

  return self;
}

PyObject *
py_function_new (const PyCode *code)
{
  PyObject *self = object_new (PY_FUNCTION);

  self->code = code;

  return self;
}

PyObject *
py_lock_new (void)
{
  PyObject *self = object_new (PY_LOCK);

  g_mutex_init (&self->lock.mutex);
  g_cond_init (&self->lock.released);

  return self;
}

static void
object_free (PyObject *self)
{
  if (self->kind == PY_LOCK)
    {
      g_mutex_clear (&self->lock.mutex);
      g_cond_clear (&self->lock.released);
    }

  g_free (self);
}

#ifdef WITH_ATOMIC_COUNTS

static void
count_up (PyObject *self)
{
  g_atomic_int_inc (&self->ob_refcnt);
}

static gboolean
count_down (PyObject *self)
{
  return g_atomic_int_dec_and_test (&self->ob_refcnt);
}

#else

static void
count_up (PyObject *self)
{
  self->ob_refcnt++;
}

static gboolean
count_down (PyObject *self)
{
  self->ob_refcnt--;

  return self->ob_refcnt == 0;
}

#endif

PyObject *
py_incref (PyObject *self)
{
  if (self->kind != PY_NONE)
    count_up (self);

  return self;
}

void
py_decref (PyObject *self)
{
  if (self->kind != PY_NONE && count_down (self))
    object_free (self);
}
