/* SPDX-License-Identifier: MIT */
#pragma once

/**
 * @file
 * GIL lab, given: the interpreter (`Python/ceval.c`) and its programs.
 *
 * A program is a text, in which functions are written as the `dis` module shows them:
 *
 * ~~~
 * def add_one              # def add_one():
 *     LOAD_GLOBAL x        #     global x; x += 1
 *     LOAD_CONST 1
 *     BINARY_ADD
 *     STORE_GLOBAL x
 *     LOAD_CONST None
 *     RETURN_VALUE
 *
 * def worker n             # a function has one parameter, or none
 *     LOAD_FAST n
 *     PRINT Worker:        # print("Worker:", n)
 * ...
 * ~~~
 *
 * | Instruction | What it does | Stack |
 * |---|---|---|
 * | LOAD_CONST n, LOAD_CONST None | a number, or None | + 1 |
 * | LOAD_FAST a, STORE_FAST a | a local variable | + 1, - 1 |
 * | LOAD_GLOBAL x, STORE_GLOBAL x | a global variable | + 1, - 1 |
 * | POP_TOP | forgets | - 1 |
 * | BINARY_ADD | adds two numbers | - 2 + 1 |
 * | COMPARE_LT | 1 if the first is less than the second, else 0 | - 2 + 1 |
 * | POP_JUMP_IF_FALSE label | goes on there if it is 0 | - 1 |
 * | JUMP_FORWARD label, JUMP_BACKWARD label | goes on there; a line `label:` says where that is | |
 * | CALL 0, CALL 1 | calls a function, which was loaded first, with so many arguments | - 1 - n + 1 |
 * | RETURN_VALUE | ends the function | - 1 |
 * | WITH_ENTER lock, WITH_EXIT lock | the beginning and the end of `with lock:`, of a global variable | |
 * | BLOCKING_IO n | waits for something outside that takes n milliseconds, without the GIL | |
 * | COMPUTE n | a function in C that takes n milliseconds, with the GIL | |
 * | PRINT text | prints the text and what is on the stack | - 1 |
 */

#include "pystate.h"

G_BEGIN_DECLS

/** What is an instruction to do. */
typedef enum
{
  PY_LOAD_CONST,
  PY_LOAD_FAST,
  PY_STORE_FAST,
  PY_LOAD_GLOBAL,
  PY_STORE_GLOBAL,
  PY_POP_TOP,
  PY_BINARY_ADD,
  PY_COMPARE_LT,
  PY_POP_JUMP_IF_FALSE,
  PY_JUMP_FORWARD,
  PY_JUMP_BACKWARD,
  PY_CALL,
  PY_RETURN_VALUE,
  PY_WITH_ENTER,
  PY_WITH_EXIT,
  PY_BLOCKING_IO,
  PY_COMPUTE,
  PY_PRINT,
  PY_N_OPCODES,
} PyOpcode;

/** An instruction. */
typedef struct
{
  PyOpcode opcode; /**< what to do */
  gint64 operand;  /**< a number, or the index of a variable or instruction */
  const char *text; /**< (nullable): what was written there */
} PyInstruction;

/** The operand of LOAD_CONST that stands for None. */
#define PY_CONST_NONE G_MININT64

/** How many local variables a function may have. */
#define PY_MAX_LOCALS 8

/** How many objects may be on its stack. */
#define PY_MAX_STACK 8

/** A function. */
struct _PyCode
{
  const char *name;     /**< (unowned): what it is called */
  guint n_parameters;   /**< 0 or 1: the first local variable */
  GArray *instructions; /**< (element-type PyInstruction) */
};

/** A program. */
struct _PyModule
{
  GStringChunk *texts;  /**< what the names are made of */
  GPtrArray *names;     /**< (element-type utf8): global variables, functions among them */
  GPtrArray *functions; /**< (element-type PyCode) */
};

/* --- Programs (assemble.c) ------------------------------------------------------------------ */

/**
 * Makes a program of its text.
 *
 * @param text  see above
 * @param error  ValueError, with the line
 * @return (transfer full) (nullable): the program, which no thread changes any more
 */
PyModule *py_assemble (const char  *text,
                       GError     **error);

/** Frees a program. */
void py_module_free (PyModule *self);

/** The global variables of a program as it begins: functions are there, others are NULL. @return (transfer full) */
PyShared *py_module_new_globals (const PyModule *self);

/* --- To run them (ceval.c) ------------------------------------------------------------------- */

/**
 * Sets a global variable of the program. With the GIL, or before there are threads.
 *
 * @param interp  an interpreter
 * @param name  a variable that the program has
 * @param value  (transfer full): its value
 */
void py_set_global (PyInterpreterState *interp,
                    const char         *name,
                    PyObject           *value);

/** The value of a global variable that is a number. With the GIL, or when there are no threads any more. */
gint64 py_get_global_int (PyInterpreterState *interp,
                          const char         *name);

/**
 * Calls a function; `_PyEval_EvalFrameDefault()`.
 *
 * @param tstate  the current thread state
 * @param code  the function
 * @param argument  (transfer full) (nullable): for its parameter, if it has one
 * @param error  NameError and TypeError of Python are ValueError and TypeError; SystemExit if this thread must go. Then, and
 *   only then, it is not attached any more
 * @return (transfer full) (nullable): what it returned
 */
PyObject *py_eval (PyThreadState  *tstate,
                   const PyCode   *code,
                   PyObject       *argument,
                   GError        **error);

/** What a thread is to run. */
typedef struct
{
  PyInterpreterState *interp; /**< where */
  const char *function;       /**< the name of a function of its program */
  gint64 argument;            /**< for its parameter, if it has one */
} PyRun;

/**
 * Runs a function in a thread state of its own. A target for threads, see threading.h.
 *
 * @param run  a #PyRun, which must stay
 * @param error  what py_eval() raised. That this thread must go is none
 * @return NULL
 */
gpointer py_run (gpointer   run,
                 GError   **error);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (PyModule, py_module_free)

G_END_DECLS
