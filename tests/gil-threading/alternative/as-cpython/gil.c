/* SPDX-License-Identifier: MIT */

/*
 * Line by line what Python/ceval_gil.c does: atomic variables, `if` where it has `if`, and a request that is reset in two
 * places.
 */

#include "gil.h"

#include <errno.h>

struct _Gil
{
  int locked; /* atomic */
  gulong interval;
  gpointer last_holder; /* atomic */
  gulong switch_number;
  GCond cond;
  GMutex mutex;
  GCond switch_cond;
  GMutex switch_mutex;
};

void
create_gil (PyInterpreterState *interp)
{
  struct _Gil *gil = g_malloc0 (sizeof *gil);

  g_mutex_init (&gil->mutex);
  g_mutex_init (&gil->switch_mutex);
  g_cond_init (&gil->cond);
  g_cond_init (&gil->switch_cond);
  gil->interval = GIL_DEFAULT_INTERVAL;
  g_atomic_pointer_set (&gil->last_holder, NULL);
  g_atomic_int_set (&gil->locked, 0);
  interp->gil = gil;
}

void
destroy_gil (PyInterpreterState *interp)
{
  struct _Gil *gil = interp->gil;

  if (gil == NULL)
    return;
  g_cond_clear (&gil->cond);
  g_mutex_clear (&gil->mutex);
  g_cond_clear (&gil->switch_cond);
  g_mutex_clear (&gil->switch_mutex);
  g_free (gil);
  interp->gil = NULL;
}

void
drop_gil (PyInterpreterState *interp,
          PyThreadState      *tstate)
{
  struct _Gil *gil = interp->gil;

  if (tstate != NULL)
    g_atomic_pointer_set (&gil->last_holder, tstate);

  g_mutex_lock (&gil->mutex);
  g_atomic_int_set (&gil->locked, 0);
  g_cond_signal (&gil->cond);
  g_mutex_unlock (&gil->mutex);

  if (tstate != NULL && gil_drop_is_requested (interp))
    {
      g_mutex_lock (&gil->switch_mutex);
      if (g_atomic_pointer_get (&gil->last_holder) == tstate)
        {
          reset_gil_drop_request (interp);
          g_cond_wait (&gil->switch_cond, &gil->switch_mutex);
        }
      g_mutex_unlock (&gil->switch_mutex);
    }
}

gboolean
take_gil (PyThreadState *tstate)
{
  int err = errno;
  int drop_requested = 0;
  PyInterpreterState *interp = tstate->interp;
  struct _Gil *gil = interp->gil;

  if (tstate_must_exit (tstate))
    return FALSE;

  g_mutex_lock (&gil->mutex);
  if (!g_atomic_int_get (&gil->locked))
    goto ready;

  while (g_atomic_int_get (&gil->locked))
    {
      gulong saved_switchnum = gil->switch_number;
      gulong interval = gil->interval >= 1 ? gil->interval : 1;
      int timed_out = !g_cond_wait_until (&gil->cond, &gil->mutex, g_get_monotonic_time () + (gint64) interval);

      if (timed_out && g_atomic_int_get (&gil->locked) && gil->switch_number == saved_switchnum)
        {
          if (tstate_must_exit (tstate))
            {
              if (drop_requested)
                reset_gil_drop_request (interp);
              g_mutex_unlock (&gil->mutex);
              errno = err;
              return FALSE;
            }
          set_gil_drop_request (interp);
          drop_requested = 1;
        }
    }

ready:
  g_mutex_lock (&gil->switch_mutex);
  g_atomic_int_set (&gil->locked, 1);
  if (tstate != g_atomic_pointer_get (&gil->last_holder))
    {
      g_atomic_pointer_set (&gil->last_holder, tstate);
      ++gil->switch_number;
    }
  g_cond_signal (&gil->switch_cond);
  g_mutex_unlock (&gil->switch_mutex);

  if (gil_drop_is_requested (interp))
    reset_gil_drop_request (interp);
  g_mutex_unlock (&gil->mutex);

  if (tstate_must_exit (tstate))
    {
      drop_gil (interp, NULL);
      errno = err;
      return FALSE;
    }

  errno = err;

  return TRUE;
}

gulong
gil_get_switch_number (PyInterpreterState *interp)
{
  return interp->gil->switch_number;
}

gconstpointer
gil_get_last_holder (PyInterpreterState *interp)
{
  return g_atomic_pointer_get (&interp->gil->last_holder);
}

double
sys_getswitchinterval (PyInterpreterState *interp)
{
  gulong microseconds;

  g_mutex_lock (&interp->gil->mutex);
  microseconds = interp->gil->interval;
  g_mutex_unlock (&interp->gil->mutex);

  return 1e-6 * microseconds;
}

gboolean
sys_setswitchinterval (PyInterpreterState  *interp,
                       double               interval,
                       GError             **error)
{
  if (interval <= 0.0)
    {
      g_set_error_literal (error, ASYNCIO_ERROR, ASYNCIO_ERROR_VALUE, "switch interval must be strictly positive");
      return FALSE;
    }

  g_mutex_lock (&interp->gil->mutex);
  interp->gil->interval = interval > 1e-6 ? (gulong) (1e6 * MIN (interval, 1e6) + 0.5) : 1;
  g_mutex_unlock (&interp->gil->mutex);

  return TRUE;
}

PyThreadState *
py_eval_save_thread (void)
{
  PyThreadState *tstate = py_thread_state_get ();

  if (tstate)
    py_thread_state_detach (tstate, "blocks");

  return tstate;
}

gboolean
py_eval_restore_thread (PyThreadState *tstate)
{
  return !tstate || py_thread_state_attach (tstate);
}

gboolean
allow_threads (PyBlockingCall  call,
               gpointer        user_data,
               int            *value)
{
  int err;

  do
    {
      PyThreadState *save = py_eval_save_thread ();

      errno = 0;
      *value = call (user_data);
      err = errno;
      if (!py_eval_restore_thread (save))
        return FALSE;
    }
  while (*value < 0 && err == EINTR);

  errno = err;

  return TRUE;
}
