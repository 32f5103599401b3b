/* SPDX-License-Identifier: MIT */
#pragma once

/**
 * @file
 * GIL lab, given: what the files of the interpreter have in common.
 */

#include "ceval.h"

G_BEGIN_DECLS

/** A function that runs: its variables, and what it is computing with. */
typedef struct
{
  PyThreadState *tstate;           /**< who runs it */
  const PyCode *code;              /**< its text */
  guint next;                      /**< the instruction that comes next */
  PyObject *locals[PY_MAX_LOCALS]; /**< (owned) */
  PyObject *stack[PY_MAX_STACK];   /**< (owned) */
  guint depth;                     /**< how many are on the stack */
} PyFrame;

/** What an instruction came to. */
typedef enum
{
  PY_GO_ON,    /**< the next one comes */
  PY_RETURNED, /**< the function's value is on the stack */
  PY_RAISED,   /**< there is an error */
  PY_MUST_GO,  /**< this thread is not attached any more */
} PyOutcome;

/** Puts an object on the stack. @param object  (transfer full) */
static inline void
py_push (PyFrame  *frame,
         PyObject *object)
{
  frame->stack[frame->depth++] = object;
}

/** Takes one from it. @return (transfer full) */
static inline PyObject *
py_pop (PyFrame *frame)
{
  return frame->stack[--frame->depth];
}

/** Does an instruction of a function; instructions.c. */
PyOutcome py_do_instruction (PyFrame              *frame,
                             const PyInstruction  *instruction,
                             GError              **error);

/** WITH_ENTER and WITH_EXIT, when the lock is on the stack; blocking.c. */
PyOutcome py_do_with (PyFrame              *frame,
                      const PyInstruction  *instruction,
                      GError              **error);

/** BLOCKING_IO; blocking.c. */
PyOutcome py_do_blocking_io (PyFrame             *frame,
                             const PyInstruction *instruction);

/** The value of a global variable. @return (transfer full) (nullable) */
PyObject *py_get_global (PyInterpreterState *interp,
                         gint64              index);

/** Sets a global variable. @param value  (transfer full) */
void py_set_global_at (PyInterpreterState *interp,
                       gint64              index,
                       PyObject           *value);

/** Says that an instruction failed. @return #PY_RAISED */
PyOutcome py_raise (GError       **error,
                    AsyncioError   code,
                    const char    *message);

G_END_DECLS
