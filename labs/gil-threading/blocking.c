/* SPDX-License-Identifier: MIT */

/*
 * GIL lab, given: the instructions that may have to wait, and give the GIL up meanwhile.
 */

#include "ceval-private.h"

#include "gil.h"

/* A lock of part D gives up the GIL by itself: schedules there must not depend on how you wrote allow_threads(). */
static PyOutcome
block (PyThreadState  *tstate,
       PyBlockingCall  call,
       gpointer        user_data)
{
  int value;

  if (tstate->interp->kind == PY_GIL_YOURS)
    return allow_threads (call, user_data, &value) ? PY_GO_ON : PY_MUST_GO;

  py_thread_state_detach (tstate, "blocks");
  call (user_data);

  return py_thread_state_attach (tstate) ? PY_GO_ON : PY_MUST_GO;
}

static int
sleep_for (gpointer milliseconds)
{
  g_usleep (1000 * *(const gint64 *) milliseconds);

  return 0;
}

static gboolean
lock_try (PyObject *lock)
{
  gboolean was_locked;

  g_mutex_lock (&lock->lock.mutex);
  was_locked = lock->lock.locked;
  lock->lock.locked = TRUE;
  g_mutex_unlock (&lock->lock.mutex);

  return !was_locked;
}

static int
lock_wait (gpointer user_data)
{
  PyObject *lock = user_data;

  g_mutex_lock (&lock->lock.mutex);
  while (lock->lock.locked)
    g_cond_wait (&lock->lock.released, &lock->lock.mutex);
  lock->lock.locked = TRUE;
  g_mutex_unlock (&lock->lock.mutex);

  return 0;
}

static void
lock_release (PyObject *lock)
{
  g_mutex_lock (&lock->lock.mutex);
  lock->lock.locked = FALSE;
  g_cond_signal (&lock->lock.released);
  g_mutex_unlock (&lock->lock.mutex);
}

/* The lock lies on the stack, which keeps it alive. The GIL is kept for one that is free: nothing blocks then. */
PyOutcome
py_do_with (PyFrame              *self,
            const PyInstruction  *instruction,
            GError              **error)
{
  PyObject *lock = self->stack[self->depth - 1];
  PyOutcome outcome = PY_GO_ON;

  if (lock->kind != PY_LOCK)
    return py_raise (error, ASYNCIO_ERROR_TYPE, "not a lock");

  if (instruction->opcode == PY_WITH_EXIT)
    lock_release (lock);
  else if (!lock_try (lock))
    outcome = block (self->tstate, lock_wait, lock);
  if (outcome == PY_GO_ON)
    py_decref (py_pop (self));

  return outcome;
}

PyOutcome
py_do_blocking_io (PyFrame             *self,
                   const PyInstruction *instruction)
{
  return block (self->tstate, sleep_for, (gpointer) &instruction->operand);
}
