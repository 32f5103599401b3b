/* SPDX-License-Identifier: MIT */
#pragma once

/**
 * @file
 * GIL lab, given: interpreters and the threads that run in them (`Python/pystate.c`, `Include/internal/pycore_ceval.h`).
 *
 * A thread that wants to run Python code has a *thread state*. It is *attached* while it has the GIL. To attach is to take the
 * GIL and to be the current one of the system's thread; to detach is the reverse. (CPython calls it so since 3.13.) All that
 * the interpreter does with the GIL goes through these two, and they call your take_gil() and drop_gil().
 */

#include <asyncio/asyncio.h>

#include "free_threading.h"
#include "pyobject.h"

G_BEGIN_DECLS

/** The global interpreter lock. What is in it is the business of gil.c. */
typedef struct _Gil Gil;

/** An interpreter. */
typedef struct _PyInterpreterState PyInterpreterState;

/** A thread that runs in it. */
typedef struct _PyThreadState PyThreadState;

/** The text of a program in a form that can be run; see ceval.h. */
typedef struct _PyModule PyModule;

/** Where a thread looks whether it is to drop the GIL. */
typedef enum
{
  PY_CHECK_EVERYWHERE,      /**< between all instructions, as CPython up to 3.9 */
  PY_CHECK_JUMPS_AND_CALLS, /**< when it jumps back or begins a function, as CPython from 3.10 on */
} PyCheckPoints;

/** Which lock an interpreter has. */
typedef enum
{
  PY_GIL_YOURS, /**< take_gil() and drop_gil() of gil.c */
  PY_GIL_BARE,  /**< a mutex, which is given up at each check point and taken again: no interval, no request. For part D,
                     where a schedule alone is to decide who runs */
  PY_GIL_DISABLED, /**< none: part E. What it would protect is protected by free_threading.c */
} PyGilKind;

/** An interpreter. */
struct _PyInterpreterState
{
  Gil *gil; /**< (owned) (nullable): made by create_gil(), freed by destroy_gil() */

  /** Whether a thread that waits for the GIL wants to have it. Atomic: the holder looks at it without any lock. */
  int gil_drop_request;

  /** (nullable): the thread that ends the interpreter. Atomic. When it is set, no other one may take the GIL any more. */
  PyThreadState *finalizing;

  PyGilKind kind;             /**< which lock it has */
  GMutex bare;                /**< the lock of #PY_GIL_BARE */
  PyCheckPoints check_points; /**< where threads look at the request */
  const PyModule *module;     /**< (nullable): the program */
  PyShared *globals;          /**< (array): its global variables. They belong to who has the GIL, or each to who has its mutex */

  /** (nullable): told what the program prints, by the thread that prints, which has the GIL */
  void (*print) (const char *text, gpointer user_data);
  gpointer print_data; /**< for it */

  GMutex abandoned_mutex; /**< for the next one: who has to go has no GIL */
  GSList *abandoned;      /**< (element-type PyObject): references of threads that had to go; see py_abandon() */

  guint edge; /**< of the recording: the last time that the GIL was dropped. Belongs to who has the GIL */
};

/** A thread in an interpreter. */
struct _PyThreadState
{
  PyInterpreterState *interp; /**< where it runs */
};

/**
 * Makes an interpreter, with a GIL that nobody has. For #PY_GIL_YOURS it calls create_gil().
 *
 * @param module  (nullable): its program, which must stay
 * @param kind  which lock it has
 * @param check_points  where threads look whether they are to drop it
 * @return (transfer full)
 */
PyInterpreterState *py_interpreter_state_new (const PyModule *module,
                                              PyGilKind       kind,
                                              PyCheckPoints   check_points);

/** Frees an interpreter, and its GIL with destroy_gil(). No thread may be in it, nor come to it any more. */
void py_interpreter_state_free (PyInterpreterState *self);

/**
 * Ends an interpreter: from now on no thread but the current one gets the GIL; `Py_Finalize()`.
 *
 * The current thread must be attached. To free the interpreter is the caller's business, when no other thread can be in it any
 * more.
 */
void py_finalize (void);

/**
 * Leaves a reference to an interpreter, which gives it up when it is freed. Any thread.
 *
 * A thread that has to go has references, and no GIL any more with which it could give them up. (In CPython they are lost.)
 */
void py_abandon (PyInterpreterState *self,
                 PyObject           *object);

/** Makes a thread state, which is not attached. Any thread. @return (transfer full) */
PyThreadState *py_thread_state_new (PyInterpreterState *interp);

/** Frees a thread state. It must be detached; see also py_thread_state_delete_current(). */
void py_thread_state_free (PyThreadState *self);

/** Frees the current thread state and gives up its GIL, for the last time: drop_gil() is called without a thread state. */
void py_thread_state_delete_current (void);

/** The current thread state of the system's thread. @return (transfer none) (nullable): NULL if none is attached */
PyThreadState *py_thread_state_get (void);

/**
 * Takes the GIL and makes a thread state the current one. errno stays what it was, if take_gil() sees to that.
 *
 * @param self  a thread state; this thread must have no current one
 * @return FALSE if the interpreter is being ended, and this thread must go. It is not attached then
 */
gboolean py_thread_state_attach (PyThreadState *self);

/**
 * The reverse. The current thread state must be @p self.
 *
 * @param self  the current thread state
 * @param why  for recordings: "asked to", "blocks"
 */
void py_thread_state_detach (PyThreadState *self,
                             const char    *why);

/** Whether this thread must not run Python code any more; `tstate_must_exit()`. Any thread. */
gboolean tstate_must_exit (PyThreadState *tstate);

/** Asks the thread that has the GIL to drop it; `SET_GIL_DROP_REQUEST()`. Any thread. */
void set_gil_drop_request (PyInterpreterState *interp);

/** Takes that back; `RESET_GIL_DROP_REQUEST()`. Any thread. */
void reset_gil_drop_request (PyInterpreterState *interp);

/** Whether somebody has asked for it; `gil_drop_request`. Any thread. It is asked at each check point, so it must cost next to
 * nothing. */
static inline gboolean
gil_drop_is_requested (PyInterpreterState *interp)
{
  return g_atomic_int_get (&interp->gil_drop_request);
}

/**
 * What a thread does at a check point: if it is asked to, it drops the GIL and takes it again; `_Py_HandlePending()`.
 *
 * @param tstate  the current thread state
 * @return FALSE if this thread must go; it is not attached then
 */
gboolean eval_frame_handle_pending (PyThreadState *tstate);

G_END_DECLS
