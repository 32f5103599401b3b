/* SPDX-License-Identifier: MIT */

/*
 * GIL lab, given: interpreters and their threads, and where the GIL is taken and dropped.
 */

#include "pystate.h"

#include "ceval.h"
#include "gil.h"

/* The current thread state of each thread of the system. */
static GPrivate current = G_PRIVATE_INIT (NULL);

/* `Py_FatalError()`. The explorer takes the assertion for the end of the schedule. */
static void G_GNUC_NORETURN
fatal_error (const char *what)
{
  g_assertion_message_expr ("asyncio", __FILE__, __LINE__, G_STRFUNC, what);
}

/* --- Interpreters ------------------------------------------------------------------- */

PyInterpreterState *
py_interpreter_state_new (const PyModule *module,
                          PyGilKind       kind,
                          PyCheckPoints   check_points)
{
  PyInterpreterState *self = g_new0 (PyInterpreterState, 1);

  self->kind = kind;
  self->check_points = check_points;
  self->module = module;
  self->globals = module != NULL ? py_module_new_globals (module) : NULL;
  g_mutex_init (&self->bare);
  g_mutex_init (&self->abandoned_mutex);
  if (kind == PY_GIL_YOURS)
    create_gil (self);
  if (kind == PY_GIL_DISABLED)
    py_set_free_threaded (TRUE);

  return self;
}

void
py_interpreter_state_free (PyInterpreterState *self)
{
  guint n_globals = self->module != NULL ? self->module->names->len : 0;

  for (guint i = 0; i < n_globals; i++)
    if (self->globals[i].object != NULL)
      py_decref (self->globals[i].object);
  for (GSList *l = self->abandoned; l != NULL; l = l->next)
    py_decref (l->data);

  if (self->kind == PY_GIL_YOURS)
    destroy_gil (self);
  if (self->kind == PY_GIL_DISABLED)
    py_set_free_threaded (FALSE);
  g_slist_free (self->abandoned);
  g_mutex_clear (&self->abandoned_mutex);
  g_mutex_clear (&self->bare);
  g_free (self->globals);
  g_free (self);
}

void
py_finalize (void)
{
  PyThreadState *tstate = py_thread_state_get ();

  if (tstate == NULL)
    fatal_error ("the interpreter is ended by a thread that is not attached");

  g_atomic_pointer_set (&tstate->interp->finalizing, tstate);
}

void
py_abandon (PyInterpreterState *self,
            PyObject           *object)
{
  g_mutex_lock (&self->abandoned_mutex);
  self->abandoned = g_slist_prepend (self->abandoned, object);
  g_mutex_unlock (&self->abandoned_mutex);
}

/* --- Thread states -------------------------------------------------------------------- */

PyThreadState *
py_thread_state_new (PyInterpreterState *interp)
{
  PyThreadState *self = g_new0 (PyThreadState, 1);

  self->interp = interp;

  return self;
}

void
py_thread_state_free (PyThreadState *self)
{
  g_free (self);
}

PyThreadState *
py_thread_state_get (void)
{
  return g_private_get (&current);
}

gboolean
tstate_must_exit (PyThreadState *tstate)
{
  PyThreadState *finalizing = g_atomic_pointer_get (&tstate->interp->finalizing);

  return finalizing != NULL && finalizing != tstate;
}

/* --- To attach and to detach --------------------------------------------------------------- */

/* The arrow of a timeline, from who dropped the GIL to who takes it. */
static void
record_taken (PyInterpreterState *interp)
{
  if (asyncio_is_recording () && interp->kind != PY_GIL_DISABLED)
    asyncio_record (&(AsyncioRecord) { .kind = ASYNCIO_RECORD_GIL_TAKEN, .edge = interp->edge });
}

static void
record_dropped (PyInterpreterState *interp,
                const char         *why)
{
  if (!asyncio_is_recording () || interp->kind == PY_GIL_DISABLED)
    return;

  interp->edge = asyncio_record_new_edge ();
  asyncio_record (&(AsyncioRecord) { .kind = ASYNCIO_RECORD_GIL_DROPPED, .edge = interp->edge, .detail = why });
}

gboolean
py_thread_state_attach (PyThreadState *self)
{
  if (py_thread_state_get () != NULL)
    fatal_error ("this thread is attached already");

  if (asyncio_is_recording () && self->interp->kind != PY_GIL_DISABLED)
    asyncio_record (&(AsyncioRecord) { .kind = ASYNCIO_RECORD_GIL_WAITS });

  if (self->interp->kind == PY_GIL_BARE)
    g_mutex_lock (&self->interp->bare);
  else if (self->interp->kind == PY_GIL_YOURS && !take_gil (self))
    return FALSE;

  record_taken (self->interp);
  g_private_set (&current, self);

  return TRUE;
}

/* tstate: as for drop_gil() */
static void
detach_current (PyInterpreterState *interp,
                PyThreadState      *tstate,
                const char         *why)
{
  g_private_set (&current, NULL);
  record_dropped (interp, why);

  if (interp->kind == PY_GIL_BARE)
    g_mutex_unlock (&interp->bare);
  else if (interp->kind == PY_GIL_YOURS)
    drop_gil (interp, tstate);
}

void
py_thread_state_detach (PyThreadState *self,
                        const char    *why)
{
  if (self == NULL || py_thread_state_get () != self)
    fatal_error ("this thread state is not attached here");

  detach_current (self->interp, self, why);
}

void
py_thread_state_delete_current (void)
{
  PyThreadState *self = py_thread_state_get ();
  PyInterpreterState *interp;

  if (self == NULL)
    fatal_error ("this thread is not attached");

  interp = self->interp;
  py_thread_state_free (self);
  detach_current (interp, NULL, "ends");
}

/* --- Requests ------------------------------------------------------------------------------- */

void
set_gil_drop_request (PyInterpreterState *interp)
{
  g_atomic_int_set (&interp->gil_drop_request, TRUE);
  asyncio_record_mark ("asks for the GIL");
}

void
reset_gil_drop_request (PyInterpreterState *interp)
{
  g_atomic_int_set (&interp->gil_drop_request, FALSE);
}

gboolean
eval_frame_handle_pending (PyThreadState *tstate)
{
  PyGilKind kind = tstate->interp->kind;

  if (kind == PY_GIL_DISABLED || (kind == PY_GIL_YOURS && !gil_drop_is_requested (tstate->interp)))
    return TRUE;

  py_thread_state_detach (tstate, "asked to");

  return py_thread_state_attach (tstate);
}
