/* SPDX-License-Identifier: MIT */

/*
 * One mutex and one condition for everything that happens: the GIL was dropped, the GIL was taken. Whoever waits is woken each
 * time and looks whether it was for him.
 */

#include "gil.h"

#include <errno.h>

struct _Gil
{
  GMutex mutex;
  GCond changed;
  gboolean is_taken;
  gconstpointer last_holder;
  gulong n_switches;
  double interval; /* in seconds */
};

void
create_gil (PyInterpreterState *interp)
{
  interp->gil = g_new0 (Gil, 1);
  g_mutex_init (&interp->gil->mutex);
  g_cond_init (&interp->gil->changed);
  interp->gil->interval = GIL_DEFAULT_INTERVAL / 1e6;
}

void
destroy_gil (PyInterpreterState *interp)
{
  if (interp->gil != NULL)
    {
      g_mutex_clear (&interp->gil->mutex);
      g_cond_clear (&interp->gil->changed);
    }
  g_clear_pointer (&interp->gil, g_free);
}

/* With the mutex. Waits for one interval at most. FALSE: it was a whole one, and nothing has come of it. */
static gboolean
wait_for_change (Gil *self)
{
  gint64 end = g_get_monotonic_time () + (gint64) (self->interval * 1e6 + 0.5);
  gulong n_switches = self->n_switches;

  while (self->is_taken && self->n_switches == n_switches)
    if (!g_cond_wait_until (&self->changed, &self->mutex, end))
      return !self->is_taken || self->n_switches != n_switches;

  return TRUE;
}

static gboolean
wait_until_free (PyThreadState *tstate)
{
  Gil *self = tstate->interp->gil;
  gboolean asked = FALSE;

  while (self->is_taken)
    {
      if (wait_for_change (self))
        continue;
      if (tstate_must_exit (tstate))
        {
          if (asked)
            reset_gil_drop_request (tstate->interp);
          return FALSE;
        }
      set_gil_drop_request (tstate->interp);
      asked = TRUE;
    }

  return TRUE;
}

gboolean
take_gil (PyThreadState *tstate)
{
  int code = errno;
  Gil *self = tstate->interp->gil;
  gboolean is_ours;

  if (tstate_must_exit (tstate))
    return FALSE;

  g_mutex_lock (&self->mutex);
  is_ours = wait_until_free (tstate);
  if (is_ours)
    {
      self->is_taken = TRUE;
      self->n_switches += self->last_holder != tstate;
      self->last_holder = tstate;
      reset_gil_drop_request (tstate->interp);
      g_cond_broadcast (&self->changed);
    }
  g_mutex_unlock (&self->mutex);

  if (is_ours && tstate_must_exit (tstate))
    {
      drop_gil (tstate->interp, NULL);
      is_ours = FALSE;
    }

  errno = code;

  return is_ours;
}

void
drop_gil (PyInterpreterState *interp,
          PyThreadState      *tstate)
{
  Gil *self = interp->gil;
  gulong n_switches;
  gboolean is_wanted;

  g_mutex_lock (&self->mutex);
  is_wanted = tstate != NULL && gil_drop_is_requested (interp);
  n_switches = self->n_switches;
  self->is_taken = FALSE;
  g_cond_broadcast (&self->changed);
  while (is_wanted && self->n_switches == n_switches)
    g_cond_wait (&self->changed, &self->mutex);
  g_mutex_unlock (&self->mutex);
}

gulong
gil_get_switch_number (PyInterpreterState *interp)
{
  return interp->gil->n_switches;
}

gconstpointer
gil_get_last_holder (PyInterpreterState *interp)
{
  return interp->gil->last_holder;
}

double
sys_getswitchinterval (PyInterpreterState *interp)
{
  double interval;

  g_mutex_lock (&interp->gil->mutex);
  interval = interp->gil->interval;
  g_mutex_unlock (&interp->gil->mutex);

  return interval;
}

gboolean
sys_setswitchinterval (PyInterpreterState  *interp,
                       double               seconds,
                       GError             **error)
{
  if (seconds <= 0 || seconds != seconds)
    {
      g_set_error (error, ASYNCIO_ERROR, ASYNCIO_ERROR_VALUE, "switch interval must be strictly positive");
      return FALSE;
    }

  g_mutex_lock (&interp->gil->mutex);
  interp->gil->interval = CLAMP (seconds, 1e-6, 1e5);
  g_mutex_unlock (&interp->gil->mutex);

  return TRUE;
}

PyThreadState *
py_eval_save_thread (void)
{
  if (py_thread_state_get () == NULL)
    return NULL;

  PyThreadState *tstate = py_thread_state_get ();

  py_thread_state_detach (tstate, "blocks");

  return tstate;
}

gboolean
py_eval_restore_thread (PyThreadState *tstate)
{
  if (tstate == NULL)
    return TRUE;

  return py_thread_state_attach (tstate);
}

gboolean
allow_threads (PyBlockingCall  call,
               gpointer        user_data,
               int            *value)
{
  PyThreadState *tstate = py_eval_save_thread ();
  gboolean was_interrupted;
  int code;

  *value = call (user_data);
  code = errno;
  was_interrupted = *value == -1 && code == EINTR;
  if (!py_eval_restore_thread (tstate))
    return FALSE;
  errno = code;

  return was_interrupted ? allow_threads (call, user_data, value) : TRUE;
}
