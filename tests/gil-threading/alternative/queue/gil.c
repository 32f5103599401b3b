/* SPDX-License-Identifier: MIT */

/*
 * Threads that wait stand in a queue, each with a condition of its own, and who drops the GIL hands it to the first one. It is
 * never free while somebody waits, so nobody can be quicker, and there is no switch to be forced.
 */

#include "gil.h"

#include <errno.h>

typedef struct
{
  GCond called;
  gboolean has_it;
} Waiter;

struct _Gil
{
  GMutex mutex;
  GQueue waiters;
  gboolean is_taken;
  PyThreadState *last_holder;
  gulong n_switches;
  guint64 microseconds;
};

void
create_gil (PyInterpreterState *interp)
{
  Gil *gil = interp->gil = g_new0 (Gil, 1);

  g_mutex_init (&gil->mutex);
  g_queue_init (&gil->waiters);
  gil->microseconds = GIL_DEFAULT_INTERVAL;
}

void
destroy_gil (PyInterpreterState *interp)
{
  if (interp->gil == NULL)
    return;

  g_mutex_clear (&interp->gil->mutex);
  g_clear_pointer (&interp->gil, g_free);
}

/* With the mutex. */
static void
hand_over (Gil *gil)
{
  Waiter *first = g_queue_pop_head (&gil->waiters);

  gil->is_taken = first != NULL;
  if (first != NULL)
    {
      first->has_it = TRUE;
      g_cond_signal (&first->called);
    }
}

/* With the mutex. FALSE: this thread must go, and is not in the queue any more. */
static gboolean
wait_in_queue (PyThreadState *tstate)
{
  Gil *gil = tstate->interp->gil;
  Waiter self = { .has_it = FALSE };
  gboolean has_asked = FALSE;
  gboolean must_go = FALSE;

  g_cond_init (&self.called);
  g_queue_push_tail (&gil->waiters, &self);
  while (!self.has_it && !must_go)
    {
      gint64 end = g_get_monotonic_time () + (gint64) gil->microseconds;
      gulong n_switches = gil->n_switches;
      gboolean in_time = TRUE;

      while (!self.has_it && in_time)
        in_time = g_cond_wait_until (&self.called, &gil->mutex, end);
      if (self.has_it || gil->n_switches != n_switches)
        continue;
      must_go = tstate_must_exit (tstate);
      if (!must_go)
        set_gil_drop_request (tstate->interp);
      has_asked = has_asked || !must_go;
    }

  if (must_go)
    {
      g_queue_remove (&gil->waiters, &self);
      if (has_asked)
        reset_gil_drop_request (tstate->interp);
    }
  g_cond_clear (&self.called);

  return !must_go;
}

gboolean
take_gil (PyThreadState *tstate)
{
  Gil *gil = tstate->interp->gil;
  int saved_errno = errno;
  gboolean has_it = TRUE;

  if (tstate_must_exit (tstate))
    return FALSE;

  g_mutex_lock (&gil->mutex);
  if (gil->is_taken)
    has_it = wait_in_queue (tstate);
  else
    gil->is_taken = TRUE;

  if (has_it && tstate_must_exit (tstate))
    {
      reset_gil_drop_request (tstate->interp);
      hand_over (gil);
      has_it = FALSE;
    }
  if (has_it)
    {
      if (tstate != gil->last_holder)
        gil->n_switches++;
      gil->last_holder = tstate;
      reset_gil_drop_request (tstate->interp);
    }
  g_mutex_unlock (&gil->mutex);
  errno = saved_errno;

  return has_it;
}

void
drop_gil (PyInterpreterState *interp,
          PyThreadState      *tstate)
{
  Gil *gil = interp->gil;

  (void) tstate;

  g_mutex_lock (&gil->mutex);
  hand_over (gil);
  g_mutex_unlock (&gil->mutex);
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
  guint64 microseconds;

  g_mutex_lock (&interp->gil->mutex);
  microseconds = interp->gil->microseconds;
  g_mutex_unlock (&interp->gil->mutex);

  return (double) microseconds / 1e6;
}

gboolean
sys_setswitchinterval (PyInterpreterState  *interp,
                       double               seconds,
                       GError             **error)
{
  if (!(seconds > 0))
    {
      g_set_error_literal (error, ASYNCIO_ERROR, ASYNCIO_ERROR_VALUE, "switch interval must be strictly positive");
      return FALSE;
    }

  g_mutex_lock (&interp->gil->mutex);
  interp->gil->microseconds = (guint64) MAX (1, MIN (seconds, 3600) * 1e6);
  g_mutex_unlock (&interp->gil->mutex);

  return TRUE;
}

PyThreadState *
py_eval_save_thread (void)
{
  PyThreadState *tstate = py_thread_state_get ();

  if (tstate == NULL)
    return NULL;
  py_thread_state_detach (tstate, "waits");

  return tstate;
}

gboolean
py_eval_restore_thread (PyThreadState *tstate)
{
  return tstate != NULL ? py_thread_state_attach (tstate) : TRUE;
}

gboolean
allow_threads (PyBlockingCall  call,
               gpointer        user_data,
               int            *value)
{
  for (;;)
    {
      PyThreadState *tstate = py_eval_save_thread ();
      int code;

      *value = call (user_data);
      code = errno;
      if (!py_eval_restore_thread (tstate))
        return FALSE;
      errno = code;
      if (*value != -1 || code != EINTR)
        return TRUE;
    }
}
