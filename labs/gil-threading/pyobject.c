/* SPDX-License-Identifier: MIT */

/*
 * GIL lab, given: objects with a reference count.
 *
 * Without the GIL the counts must be atomic (free_threading.c). That is several times as slow for a thread that is alone, so CPython counts
 * the references of the thread that made the object apart ("biased reference counting", PEP 703). This one does not.
 */

#include "pyobject.h"

#include "free_threading.h"

/* Only written when there is one thread. */
static gboolean free_threaded;

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

void
py_set_free_threaded (gboolean is_free_threaded)
{
  free_threaded = is_free_threaded;
}

PyObject *
py_incref (PyObject *self)
{
  if (self->kind == PY_NONE)
    return self;

  if (free_threaded)
    py_incref_shared (self);
  else
    self->ob_refcnt++;

  return self;
}

void
py_decref (PyObject *self)
{
  if (self->kind == PY_NONE)
    return;

  if (free_threaded ? py_decref_shared (self) : --self->ob_refcnt == 0)
    object_free (self);
}
