/* SPDX-License-Identifier: MIT */

/*
 * GIL lab, given: the interpreter.
 *
 * A loop that takes one instruction after the other. That is all there is to it: what makes threads interesting is a single
 * line in that loop, the check whether this one is to drop the GIL, and where it stands.
 */

#include "ceval-private.h"

/* --- The loop --------------------------------------------------------------------------------------- */

/* Who must go has no GIL with which it could give its references up. */
static void
frame_clear (PyFrame  *self,
             gboolean  is_attached)
{
  for (guint i = 0; i < PY_MAX_LOCALS + self->depth; i++)
    {
      PyObject *object = i < PY_MAX_LOCALS ? self->locals[i] : self->stack[i - PY_MAX_LOCALS];

      if (object != NULL && is_attached)
        py_decref (object);
      else if (object != NULL)
        py_abandon (self->tstate->interp, object);
    }
}

/* Here it is decided what one thread can do to another. A thread that has been through "load x" and not through "store x" can
 * lose the GIL in between only if one of these is true there. */
static gboolean
is_check_point (const PyFrame       *self,
                const PyInstruction *instruction)
{
  if (self->tstate->interp->check_points == PY_CHECK_EVERYWHERE)
    return TRUE;

  return self->next == 0 || instruction->opcode == PY_JUMP_BACKWARD;
}

PyObject *
py_eval (PyThreadState  *tstate,
         const PyCode   *code,
         PyObject       *argument,
         GError        **error)
{
  PyFrame frame = { .tstate = tstate, .code = code, .locals = { argument } };
  PyObject *value = NULL;
  PyOutcome outcome = PY_GO_ON;

  while (outcome == PY_GO_ON)
    {
      const PyInstruction *instruction = &g_array_index (code->instructions, PyInstruction, frame.next);

      if (is_check_point (&frame, instruction) && !eval_frame_handle_pending (tstate))
        {
          outcome = PY_MUST_GO;
          break;
        }

      frame.next++;
      outcome = py_do_instruction (&frame, instruction, error);
    }

  if (outcome == PY_RETURNED)
    value = py_pop (&frame);
  if (outcome == PY_MUST_GO && error != NULL && *error == NULL)
    g_set_error_literal (error, ASYNCIO_ERROR, ASYNCIO_ERROR_SYSTEM_EXIT, "the interpreter is being ended");
  frame_clear (&frame, outcome != PY_MUST_GO);

  return value;
}

/* --- Programs ------------------------------------------------------------------------------------------ */

static guint
find_global (PyInterpreterState *interp,
             const char         *name)
{
  guint i;

  if (!g_ptr_array_find_with_equal_func (interp->module->names, name, g_str_equal, &i))
    g_error ("the program has no global variable %s", name);

  return i;
}

void
py_set_global (PyInterpreterState *interp,
               const char         *name,
               PyObject           *value)
{
  py_set_global_at (interp, find_global (interp, name), value);
}

gint64
py_get_global_int (PyInterpreterState *interp,
                   const char         *name)
{
  const PyObject *value = interp->globals[find_global (interp, name)].object;

  g_return_val_if_fail (value != NULL && value->kind == PY_INT, 0);

  return value->value;
}

gpointer
py_run (gpointer   run,
        GError   **error)
{
  const PyRun *self = run;
  PyThreadState *tstate = py_thread_state_new (self->interp);
  g_autoptr (GError) raised = NULL;
  const PyObject *function;
  PyObject *argument = NULL;
  PyObject *value;

  if (!py_thread_state_attach (tstate))
    {
      py_thread_state_free (tstate);
      return NULL;
    }

  function = self->interp->globals[find_global (self->interp, self->function)].object;
  if (function->code->n_parameters == 1)
    argument = py_int_new (self->argument);
  value = py_eval (tstate, function->code, argument, &raised);

  /* Who had to go has lost the GIL already. */
  if (value == NULL && g_error_matches (raised, ASYNCIO_ERROR, ASYNCIO_ERROR_SYSTEM_EXIT))
    {
      py_thread_state_free (tstate);
      return NULL;
    }

  if (value != NULL)
    py_decref (value);
  py_thread_state_delete_current ();
  if (raised != NULL)
    g_propagate_error (error, g_steal_pointer (&raised));

  return NULL;
}
