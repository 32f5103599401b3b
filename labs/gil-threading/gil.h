/* SPDX-License-Identifier: MIT */
#pragma once

/**
 * @file
 * GIL lab, parts B and C: the global interpreter lock (`Python/ceval_gil.c`, as of 3.12) and how it is given up around
 * what blocks. What the functions must do; the work is in gil.c.
 *
 * They are called by the interpreter (pystate.c, ceval.c), from as many threads as there are.
 */

#include "pystate.h"

G_BEGIN_DECLS

/** The switch interval of a new GIL, in microseconds; `DEFAULT_INTERVAL`. */
#define GIL_DEFAULT_INTERVAL 5000

/* --- Part B: the lock --------------------------------------------------------------------- */

/**
 * Part B. Makes the GIL of an interpreter, which nobody has; `create_gil()`.
 *
 * Its interval is #GIL_DEFAULT_INTERVAL, its switch number 0, and it has no last holder.
 *
 * @param interp  an interpreter without a GIL; PyInterpreterState::gil is set
 */
void create_gil (PyInterpreterState *interp);

/**
 * Part B. Frees the GIL of an interpreter; `destroy_gil()`. PyInterpreterState::gil is NULL then. Without a GIL nothing
 * happens.
 *
 * @param interp  an interpreter whose GIL nobody has, waits for or will ask for
 */
void destroy_gil (PyInterpreterState *interp);

/**
 * Part B. Takes the GIL; `take_gil()`.
 *
 * While another thread has it, this one waits. If it has waited for the switch interval, and the GIL has not gone from one
 * thread to another in the meantime, it asks the holder to drop it (set_gil_drop_request()), and waits on. After a switch the
 * wait starts anew.
 *
 * Who gets it is the last holder from then on, and if that was another one before, the switch number is one more. A drop
 * request is over: it is reset.
 *
 * A thread for which tstate_must_exit() is true, before, while it waits or when it has just got it, does not get the GIL, and
 * leaves no drop request of its own behind. (CPython ends the thread on the spot.)
 *
 * errno stays what it was.
 *
 * @param tstate  a thread that does not have the GIL
 * @return whether it has it now
 */
gboolean take_gil (PyThreadState *tstate);

/**
 * Part B. Gives up the GIL; `drop_gil()`.
 *
 * One of those who wait is woken. If the GIL was dropped because of a request, this thread does not go on before another one
 * has taken it: else it would be the first to take it again, as it runs already and the others have yet to wake up ("forced
 * switching").
 *
 * @param interp  an interpreter whose GIL this thread has
 * @param tstate  (nullable): the thread; NULL if it is the last time: then it does not wait, and touches neither the thread
 *   state nor the interpreter once the GIL is free, since both may be gone
 */
void drop_gil (PyInterpreterState *interp,
               PyThreadState      *tstate);

/** Part B. How many times the GIL has gone to another thread than the one before; `gil->switch_number`. With the GIL. */
gulong gil_get_switch_number (PyInterpreterState *interp);

/** Part B. Who has it, or had it last; `gil->last_holder`. With the GIL. @return (nullable): never to be followed */
gconstpointer gil_get_last_holder (PyInterpreterState *interp);

/** Part B. The switch interval in seconds; `sys.getswitchinterval()`. Any thread. */
double sys_getswitchinterval (PyInterpreterState *interp);

/**
 * Part B. Sets the switch interval; `sys.setswitchinterval()`. Any thread. A wait that has begun is not changed.
 *
 * @param interp  an interpreter with a GIL
 * @param seconds  how long; kept in whole microseconds, and at least one
 * @param error  ValueError "switch interval must be strictly positive"
 * @return FALSE with an error
 */
gboolean sys_setswitchinterval (PyInterpreterState  *interp,
                                double               seconds,
                                GError             **error);

/* --- Part C: what blocks -------------------------------------------------------------------- */

/**
 * Part C. Detaches the current thread, if it is attached; `PyEval_SaveThread()`, what `Py_BEGIN_ALLOW_THREADS` stands for.
 *
 * @return (transfer none) (nullable): the thread state, for py_eval_restore_thread(); NULL if there was none
 */
PyThreadState *py_eval_save_thread (void);

/**
 * Part C. Attaches it again; `PyEval_RestoreThread()`, `Py_END_ALLOW_THREADS`. errno stays what it was.
 *
 * @param tstate  (nullable): what py_eval_save_thread() gave; with NULL nothing happens
 * @return FALSE if this thread must go: it is not attached then
 */
gboolean py_eval_restore_thread (PyThreadState *tstate);

/** Something that may block, as a system call does: -1 is a failure, and errno says which. */
typedef int (*PyBlockingCall) (gpointer user_data);

/**
 * Part C. Calls something that may block, while other threads may run.
 *
 * A call that was interrupted (EINTR) is called again, in between with the GIL, so that the thread can be told to go. After
 * that errno is what the call left in it, whatever happened since. This is how `os.read()` is made (`_Py_read()` in
 * `Python/fileutils.c`).
 *
 * @param call  is called without the GIL, with no current thread state; it must not touch any object. It is called in any case,
 *   also in a thread that has no thread state
 * @param user_data  what it gets
 * @param value  (out): what it returned
 * @return FALSE if this thread must go: it is not attached then
 */
gboolean allow_threads (PyBlockingCall  call,
                        gpointer        user_data,
                        int            *value);

G_END_DECLS
