/* SPDX-License-Identifier: MIT */

/*
 * GIL lab, given: what the instructions do.
 */

#include "ceval-private.h"

/* --- Variables ---------------------------------------------------------------------------------- */

PyObject *
py_get_global (PyInterpreterState *interp,
               gint64              index)
{
  PyShared *variable = &interp->globals[index];

  if (interp->kind == PY_GIL_DISABLED)
    return py_shared_load (variable);

  return variable->object != NULL ? py_incref (variable->object) : NULL;
}

void
py_set_global_at (PyInterpreterState *interp,
                  gint64              index,
                  PyObject           *value)
{
  PyShared *variable = &interp->globals[index];
  PyObject *old;

  if (interp->kind == PY_GIL_DISABLED)
    {
      py_shared_store (variable, value);
      return;
    }

  old = variable->object;
  variable->object = value;
  if (old != NULL)
    py_decref (old);
}

/* --- What is on the stack --------------------------------------------------------------------------- */

PyOutcome
py_raise (GError       **error,
          AsyncioError   code,
          const char    *message)
{
  g_set_error_literal (error, ASYNCIO_ERROR, code, message);

  return PY_RAISED;
}

/* value: (transfer full) (nullable) */
static PyOutcome
load (PyFrame              *self,
      PyObject             *value,
      const PyInstruction  *instruction,
      GError              **error)
{
  g_autofree char *message = NULL;

  if (value != NULL)
    {
      py_push (self, value);
      return PY_GO_ON;
    }

  message = g_strdup_printf ("name '%s' is not defined", instruction->text);

  return py_raise (error, ASYNCIO_ERROR_VALUE, message);
}

static PyOutcome
load_fast (PyFrame              *self,
           const PyInstruction  *instruction,
           GError              **error)
{
  PyObject *value = self->locals[instruction->operand];

  return load (self, value != NULL ? py_incref (value) : NULL, instruction, error);
}

static void
store_fast (PyFrame             *self,
            const PyInstruction *instruction)
{
  PyObject *old = self->locals[instruction->operand];

  self->locals[instruction->operand] = py_pop (self);
  if (old != NULL)
    py_decref (old);
}

/* --- Numbers ------------------------------------------------------------------------------------- */

static PyOutcome
binary (PyFrame   *self,
        PyOpcode   opcode,
        GError   **error)
{
  PyObject *right = py_pop (self);
  PyObject *left = py_pop (self);
  gboolean are_numbers = left->kind == PY_INT && right->kind == PY_INT;

  if (are_numbers)
    py_push (self, py_int_new (opcode == PY_BINARY_ADD ? left->value + right->value : left->value < right->value));
  py_decref (left);
  py_decref (right);

  return are_numbers ? PY_GO_ON : py_raise (error, ASYNCIO_ERROR_TYPE, "unsupported operand type(s)");
}

static void
pop_jump_if_false (PyFrame             *self,
                   const PyInstruction *instruction)
{
  PyObject *condition = py_pop (self);

  if (condition->kind == PY_NONE || (condition->kind == PY_INT && condition->value == 0))
    self->next = instruction->operand;
  py_decref (condition);
}

/* --- Functions ----------------------------------------------------------------------------------- */

static PyOutcome
call (PyFrame              *self,
      const PyInstruction  *instruction,
      GError              **error)
{
  PyObject *argument = instruction->operand == 1 ? py_pop (self) : NULL;
  PyObject *function = self->stack[self->depth - 1];
  PyObject *value;

  if (function->kind != PY_FUNCTION || function->code->n_parameters != instruction->operand)
    {
      if (argument != NULL)
        py_decref (argument);
      return py_raise (error, ASYNCIO_ERROR_TYPE, "this cannot be called, or not with this number of arguments");
    }

  value = py_eval (self->tstate, function->code, argument, error);
  if (value == NULL)
    return py_thread_state_get () == NULL ? PY_MUST_GO : PY_RAISED;

  py_decref (py_pop (self));
  py_push (self, value);

  return PY_GO_ON;
}

static void
print (PyFrame             *self,
       const PyInstruction *instruction)
{
  PyInterpreterState *interp = self->tstate->interp;
  PyObject *object = py_pop (self);
  g_autofree char *text = object->kind == PY_INT ? g_strdup_printf ("%s %" G_GINT64_FORMAT, instruction->text, object->value)
                                                 : g_strdup (instruction->text);

  if (interp->print != NULL)
    interp->print (text, interp->print_data);
  else
    g_print ("%s\n", text);
  py_decref (object);
}

/* --- All of them -------------------------------------------------------------------------------- */

/* How many objects an instruction takes from the stack, and how many it puts there. */
static gboolean
fits (const PyFrame       *self,
      const PyInstruction *instruction)
{
  static const struct
  {
    gint8 pops, pushes;
  } effects[PY_N_OPCODES] = {
    [PY_LOAD_CONST] = { 0, 1 },  [PY_LOAD_FAST] = { 0, 1 },    [PY_STORE_FAST] = { 1, 0 },
    [PY_LOAD_GLOBAL] = { 0, 1 }, [PY_STORE_GLOBAL] = { 1, 0 }, [PY_POP_TOP] = { 1, 0 },
    [PY_BINARY_ADD] = { 2, 1 },  [PY_COMPARE_LT] = { 2, 1 },   [PY_POP_JUMP_IF_FALSE] = { 1, 0 },
    [PY_CALL] = { 1, 1 },        [PY_RETURN_VALUE] = { 1, 0 }, [PY_PRINT] = { 1, 0 },
    [PY_WITH_ENTER] = { 0, 1 },  [PY_WITH_EXIT] = { 0, 1 },
  };
  guint pops = effects[instruction->opcode].pops + (instruction->opcode == PY_CALL ? (guint) instruction->operand : 0);

  return self->depth >= pops && self->depth - pops + effects[instruction->opcode].pushes <= PY_MAX_STACK;
}

PyOutcome
py_do_instruction (PyFrame              *self,
                   const PyInstruction  *instruction,
                   GError              **error)
{
  PyInterpreterState *interp = self->tstate->interp;
  PyOutcome outcome;

  if (!fits (self, instruction))
    return py_raise (error, ASYNCIO_ERROR_RUNTIME, "the stack is too small, or nothing is on it");

  switch (instruction->opcode)
    {
    case PY_LOAD_CONST:
      py_push (self, instruction->operand == PY_CONST_NONE ? py_none () : py_int_new (instruction->operand));
      return PY_GO_ON;
    case PY_LOAD_FAST:
      return load_fast (self, instruction, error);
    case PY_STORE_FAST:
      store_fast (self, instruction);
      return PY_GO_ON;
    case PY_LOAD_GLOBAL:
      return load (self, py_get_global (interp, instruction->operand), instruction, error);
    case PY_STORE_GLOBAL:
      py_set_global_at (interp, instruction->operand, py_pop (self));
      return PY_GO_ON;
    case PY_POP_TOP:
      py_decref (py_pop (self));
      return PY_GO_ON;
    case PY_BINARY_ADD:
    case PY_COMPARE_LT:
      return binary (self, instruction->opcode, error);
    case PY_POP_JUMP_IF_FALSE:
      pop_jump_if_false (self, instruction);
      return PY_GO_ON;
    case PY_JUMP_FORWARD:
    case PY_JUMP_BACKWARD:
      self->next = instruction->operand;
      return PY_GO_ON;
    case PY_CALL:
      return call (self, instruction, error);
    case PY_RETURN_VALUE:
      return PY_RETURNED;
    case PY_WITH_ENTER:
    case PY_WITH_EXIT:
      outcome = load (self, py_get_global (interp, instruction->operand), instruction, error);
      return outcome == PY_GO_ON ? py_do_with (self, instruction, error) : outcome;
    case PY_BLOCKING_IO:
      return py_do_blocking_io (self, instruction);
    case PY_COMPUTE:
      g_usleep (1000 * instruction->operand);
      return PY_GO_ON;
    case PY_PRINT:
      print (self, instruction);
      return PY_GO_ON;
    case PY_N_OPCODES:
    default:
      g_assert_not_reached ();
    }
}
