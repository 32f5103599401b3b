/* SPDX-License-Identifier: MIT */

/*
 * GIL lab, given: the interpreter.
 *
 * A loop that takes one instruction after the other. That is all there is to it: what makes threads interesting is a single
 * line in that loop, the check whether this one is to drop the GIL, and where it stands.
 */

#include "ceval.h"

#include "gil.h"

/* A function that runs: its variables, and what it is computing with. */
typedef struct
{
  PyThreadState *tstate;
  const PyCode *code;
  guint next; /* the instruction that comes next */
  PyObject *locals[PY_MAX_LOCALS];
  PyObject *stack[PY_MAX_STACK];
  guint depth;
} Frame;

/* What an instruction came to. */
typedef enum
{
  GO_ON,
  RETURNED,
  RAISED,
  MUST_GO, /* this thread is not attached any more */
} Outcome;

/* --- The stack ------------------------------------------------------------------------ */

static void
push (Frame    *self,
      PyObject *object)
{
  self->stack[self->depth++] = object;
}

static PyObject *
pop (Frame *self)
{
  return self->stack[--self->depth];
}

static Outcome
raise_error (GError      **error,
             AsyncioError  code,
             const char   *message)
{
  g_set_error_literal (error, ASYNCIO_ERROR, code, message);

  return RAISED;
}

/* How many objects an instruction takes from the stack, and how many it puts there. */
static gboolean
fits (const Frame         *self,
      const PyInstruction *instruction)
{
  static const struct { gint8 pops, pushes; } effects[PY_N_OPCODES] = {
    [PY_LOAD_CONST] = { 0, 1 }, [PY_LOAD_FAST] = { 0, 1 }, [PY_STORE_FAST] = { 1, 0 }, [PY_LOAD_GLOBAL] = { 0, 1 },
    [PY_STORE_GLOBAL] = { 1, 0 }, [PY_POP_TOP] = { 1, 0 }, [PY_BINARY_ADD] = { 2, 1 }, [PY_COMPARE_LT] = { 2, 1 },
    [PY_POP_JUMP_IF_FALSE] = { 1, 0 }, [PY_CALL] = { 1, 1 }, [PY_RETURN_VALUE] = { 1, 0 }, [PY_PRINT] = { 1, 0 },
    [PY_WITH_ENTER] = { 0, 1 }, [PY_WITH_EXIT] = { 0, 1 },
  };
  guint pops = effects[instruction->opcode].pops + (instruction->opcode == PY_CALL ? (guint) instruction->operand : 0);

  return self->depth >= pops && self->depth - pops + effects[instruction->opcode].pushes <= PY_MAX_STACK;
}

/* Who must go has no GIL with which it could give its references up. */
static void
frame_clear (Frame    *self,
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

/* --- Variables and numbers ---------------------------------------------------------------- */

/* The free-threaded build locks what several threads use, here the global variables (`Py_BEGIN_CRITICAL_SECTION()`). To load is
 * to read and to take a reference: in between nobody may store something else, and give up the last one. PY_NO_OBJECT_LOCKS:
 * the build without this, to see what becomes of it. */
static void
lock_globals (PyInterpreterState *interp)
{
#if defined (Py_GIL_DISABLED) && !defined (PY_NO_OBJECT_LOCKS)
  g_mutex_lock (&interp->globals_mutex);
#else
  (void) interp;
#endif
}

static void
unlock_globals (PyInterpreterState *interp)
{
#if defined (Py_GIL_DISABLED) && !defined (PY_NO_OBJECT_LOCKS)
  g_mutex_unlock (&interp->globals_mutex);
#else
  (void) interp;
#endif
}

/* (transfer full) (nullable) */
static PyObject *
get_global (PyInterpreterState *interp,
            gint64              index)
{
  PyObject *value;

  lock_globals (interp);
  value = interp->globals[index];
  if (value != NULL)
    py_incref (value);
  unlock_globals (interp);

  return value;
}

/* value: (transfer full) */
static void
set_global (PyInterpreterState *interp,
            gint64              index,
            PyObject           *value)
{
  PyObject *old;

  lock_globals (interp);
  old = interp->globals[index];
  interp->globals[index] = value;
  unlock_globals (interp);

  if (old != NULL)
    py_decref (old);
}

/* value: (transfer full) (nullable) */
static Outcome
load (Frame                *self,
      PyObject             *value,
      const PyInstruction  *instruction,
      GError              **error)
{
  g_autofree char *message = NULL;

  if (value != NULL)
    {
      push (self, value);
      return GO_ON;
    }

  message = g_strdup_printf ("name '%s' is not defined", instruction->text);

  return raise_error (error, ASYNCIO_ERROR_VALUE, message);
}

static Outcome
load_fast (Frame                *self,
           const PyInstruction  *instruction,
           GError              **error)
{
  PyObject *value = self->locals[instruction->operand];

  return load (self, value != NULL ? py_incref (value) : NULL, instruction, error);
}

static void
store_fast (Frame               *self,
            const PyInstruction *instruction)
{
  PyObject *old = self->locals[instruction->operand];

  self->locals[instruction->operand] = pop (self);
  if (old != NULL)
    py_decref (old);
}

static Outcome
binary (Frame     *self,
        PyOpcode   opcode,
        GError   **error)
{
  PyObject *right = pop (self);
  PyObject *left = pop (self);
  gboolean are_numbers = left->kind == PY_INT && right->kind == PY_INT;

  if (are_numbers)
    push (self, py_int_new (opcode == PY_BINARY_ADD ? left->value + right->value : left->value < right->value));
  py_decref (left);
  py_decref (right);

  return are_numbers ? GO_ON : raise_error (error, ASYNCIO_ERROR_TYPE, "unsupported operand type(s)");
}

static void
pop_jump_if_false (Frame               *self,
                   const PyInstruction *instruction)
{
  PyObject *condition = pop (self);

  if (condition->kind == PY_NONE || (condition->kind == PY_INT && condition->value == 0))
    self->next = instruction->operand;
  py_decref (condition);
}

/* --- What blocks ------------------------------------------------------------------------------ */

/* A lock of part D gives up the GIL by itself: schedules there must not depend on how you wrote allow_threads(). */
static Outcome
block (PyThreadState  *tstate,
       PyBlockingCall  call,
       gpointer        user_data)
{
  int value;

  if (tstate->interp->kind == PY_GIL_YOURS)
    return allow_threads (call, user_data, &value) ? GO_ON : MUST_GO;

  py_thread_state_detach (tstate, "blocks");
  call (user_data);

  return py_thread_state_attach (tstate) ? GO_ON : MUST_GO;
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
static Outcome
with (Frame                *self,
      const PyInstruction  *instruction,
      GError              **error)
{
  PyObject *lock = self->stack[self->depth - 1];
  Outcome outcome = GO_ON;

  if (lock->kind != PY_LOCK)
    return raise_error (error, ASYNCIO_ERROR_TYPE, "not a lock");

  if (instruction->opcode == PY_WITH_EXIT)
    lock_release (lock);
  else if (!lock_try (lock))
    outcome = block (self->tstate, lock_wait, lock);
  if (outcome == GO_ON)
    py_decref (pop (self));

  return outcome;
}

/* --- Functions ----------------------------------------------------------------------------------- */

static Outcome
call (Frame                *self,
      const PyInstruction  *instruction,
      GError              **error)
{
  PyObject *argument = instruction->operand == 1 ? pop (self) : NULL;
  PyObject *function = self->stack[self->depth - 1];
  PyObject *value;

  if (function->kind != PY_FUNCTION || function->code->n_parameters != instruction->operand)
    {
      if (argument != NULL)
        py_decref (argument);
      return raise_error (error, ASYNCIO_ERROR_TYPE, "this cannot be called, or not with this number of arguments");
    }

  value = py_eval (self->tstate, function->code, argument, error);
  if (value == NULL)
    return py_thread_state_get () == NULL ? MUST_GO : RAISED;

  py_decref (pop (self));
  push (self, value);

  return GO_ON;
}

static void
print (Frame               *self,
       const PyInstruction *instruction)
{
  PyInterpreterState *interp = self->tstate->interp;
  PyObject *object = pop (self);
  g_autofree char *text = object->kind == PY_INT ? g_strdup_printf ("%s %" G_GINT64_FORMAT, instruction->text, object->value)
                                                 : g_strdup (instruction->text);

  if (interp->print != NULL)
    interp->print (text, interp->print_data);
  else
    g_print ("%s\n", text);
  py_decref (object);
}

/* --- The loop --------------------------------------------------------------------------------------- */

static Outcome
do_instruction (Frame                *self,
                const PyInstruction  *instruction,
                GError              **error)
{
  PyInterpreterState *interp = self->tstate->interp;
  Outcome outcome;

  if (!fits (self, instruction))
    return raise_error (error, ASYNCIO_ERROR_RUNTIME, "the stack is too small, or nothing is on it");

  switch (instruction->opcode)
    {
    case PY_LOAD_CONST:
      push (self, instruction->operand == PY_CONST_NONE ? py_none () : py_int_new (instruction->operand));
      return GO_ON;
    case PY_LOAD_FAST:
      return load_fast (self, instruction, error);
    case PY_STORE_FAST:
      store_fast (self, instruction);
      return GO_ON;
    case PY_LOAD_GLOBAL:
      return load (self, get_global (interp, instruction->operand), instruction, error);
    case PY_STORE_GLOBAL:
      set_global (interp, instruction->operand, pop (self));
      return GO_ON;
    case PY_POP_TOP:
      py_decref (pop (self));
      return GO_ON;
    case PY_BINARY_ADD:
    case PY_COMPARE_LT:
      return binary (self, instruction->opcode, error);
    case PY_POP_JUMP_IF_FALSE:
      pop_jump_if_false (self, instruction);
      return GO_ON;
    case PY_JUMP_FORWARD:
    case PY_JUMP_BACKWARD:
      self->next = instruction->operand;
      return GO_ON;
    case PY_CALL:
      return call (self, instruction, error);
    case PY_RETURN_VALUE:
      return RETURNED;
    case PY_WITH_ENTER:
    case PY_WITH_EXIT:
      outcome = load (self, get_global (interp, instruction->operand), instruction, error);
      return outcome == GO_ON ? with (self, instruction, error) : outcome;
    case PY_BLOCKING_IO:
      return block (self->tstate, sleep_for, (gpointer) &instruction->operand);
    case PY_COMPUTE:
      g_usleep (1000 * instruction->operand);
      return GO_ON;
    case PY_PRINT:
      print (self, instruction);
      return GO_ON;
    case PY_N_OPCODES:
    default:
      g_assert_not_reached ();
    }
}

/* Here it is decided what one thread can do to another. A thread that has been through "load x" and not through "store x" can
 * lose the GIL in between only if one of these is true there. */
static gboolean
is_check_point (const Frame         *self,
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
  Frame frame = { .tstate = tstate, .code = code, .locals = { argument } };
  PyObject *value = NULL;
  Outcome outcome = GO_ON;

  while (outcome == GO_ON)
    {
      const PyInstruction *instruction = &g_array_index (code->instructions, PyInstruction, frame.next);

      if (is_check_point (&frame, instruction) && !eval_frame_handle_pending (tstate))
        {
          outcome = MUST_GO;
          break;
        }

      frame.next++;
      outcome = do_instruction (&frame, instruction, error);
    }

  if (outcome == RETURNED)
    value = pop (&frame);
  if (outcome == MUST_GO && error != NULL && *error == NULL)
    g_set_error_literal (error, ASYNCIO_ERROR, ASYNCIO_ERROR_SYSTEM_EXIT, "the interpreter is being ended");
  frame_clear (&frame, outcome != MUST_GO);

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
  set_global (interp, find_global (interp, name), value);
}

gint64
py_get_global_int (PyInterpreterState *interp,
                   const char         *name)
{
  const PyObject *value = interp->globals[find_global (interp, name)];

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

  function = self->interp->globals[find_global (self->interp, self->function)];
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
