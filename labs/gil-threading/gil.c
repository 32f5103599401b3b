/* SPDX-License-Identifier: MIT */

/*
 * GIL lab, parts B and C: the global interpreter lock (Python/ceval_gil.c).
 *
 * Hand in this file. What each function must do is in gil.h, how to go about it in README.md.
 *
 * The GIL is a number: it is taken or it is not. All that is interesting is how one waits for it, and how one lets go.
 */

#include "gil.h"

#include <errno.h>

/* Given, and yours to change: nothing but this file looks into it. */
struct _Gil
{
  GMutex mutex;    /* for all that follows; held for moments only */
  GCond cond;      /* the GIL has become free */
  guint n_waiters; /* of cond: a signal that nobody waits for is a system call in vain */
  gboolean locked;
  gint64 interval; /* in microseconds */
  gulong switch_number;

  GMutex switch_mutex;        /* who changes last_holder has both, so who has one may read it */
  GCond switch_cond;          /* somebody has taken it */
  guint n_switching;          /* waiters of switch_cond */
  PyThreadState *last_holder; /* (unowned) (nullable): never to be followed, it may be gone */
};

/* --- Part B: the lock ----------------------------------------------------------------- */

void
create_gil (PyInterpreterState *interp)
{
#ifdef SOLUTION
  Gil *gil = g_new0 (Gil, 1);

  g_mutex_init (&gil->mutex);
  g_cond_init (&gil->cond);
  g_mutex_init (&gil->switch_mutex);
  g_cond_init (&gil->switch_cond);
  gil->interval = GIL_DEFAULT_INTERVAL;
  interp->gil = gil;
#else
  /* TODO: make a GIL that nobody has. */
  (void) interp;
#endif
}

void
destroy_gil (PyInterpreterState *interp)
{
#ifdef SOLUTION
  Gil *gil = g_steal_pointer (&interp->gil);

  if (gil == NULL)
    return;

  g_cond_clear (&gil->cond);
  g_mutex_clear (&gil->mutex);
  g_cond_clear (&gil->switch_cond);
  g_mutex_clear (&gil->switch_mutex);
  g_free (gil);
#else
  /* TODO: free it, and all that it is made of. */
  (void) interp;
#endif
}
#ifdef SOLUTION

/* With gil->mutex. Returns whether it was a whole interval in which the GIL did not change hands. */
static gboolean
wait_for_an_interval (Gil *gil)
{
  gulong switch_number = gil->switch_number;
  gint64 deadline = g_get_monotonic_time () + gil->interval;
  gboolean timed_out;

  gil->n_waiters++;
  timed_out = !g_cond_wait_until (&gil->cond, &gil->mutex, deadline);
  gil->n_waiters--;
  return timed_out && gil->locked && gil->switch_number == switch_number;
}

/* With gil->mutex. The GIL is ours; who dropped it on request waits for that. */
static void
hold (Gil           *gil,
      PyThreadState *tstate)
{
  g_mutex_lock (&gil->switch_mutex);
  gil->locked = TRUE;
  if (gil->last_holder != tstate)
    {
      gil->last_holder = tstate;
      gil->switch_number++;
    }
  if (gil->n_switching > 0)
    g_cond_signal (&gil->switch_cond);
  g_mutex_unlock (&gil->switch_mutex);
}
#endif

gboolean
take_gil (PyThreadState *tstate)
{
#ifdef SOLUTION
  PyInterpreterState *interp = tstate->interp;
  Gil *gil = interp->gil;
  gboolean has_asked = FALSE, must_exit = FALSE;
  int saved_errno = errno;

  if (tstate_must_exit (tstate))
    return FALSE;

  g_mutex_lock (&gil->mutex);
  while (gil->locked && !must_exit)
    if (wait_for_an_interval (gil))
      {
        must_exit = tstate_must_exit (tstate);
        if (!must_exit)
          set_gil_drop_request (interp);
        has_asked |= !must_exit;
      }
  /* Whoever asked, it is over. Who goes takes its request back as well: nobody would come, and drop_gil() waits until somebody
   * does. */
  if (!must_exit)
    hold (gil, tstate);
  if (!must_exit || has_asked)
    reset_gil_drop_request (interp);
  g_mutex_unlock (&gil->mutex);
  /* It has been taken even so: who dropped it may be waiting for that. */
  if (!must_exit && tstate_must_exit (tstate))
    {
      must_exit = TRUE;
      drop_gil (interp, NULL);
    }
  errno = saved_errno;
  return !must_exit;
#else
  /* TODO: wait until the GIL is free, and take it. Ask for it after an interval. */
  (void) tstate;
  return TRUE;
#endif
}

void
drop_gil (PyInterpreterState *interp,
          PyThreadState      *tstate)
{
#ifdef SOLUTION
  Gil *gil = interp->gil;

  g_mutex_lock (&gil->mutex);
  gil->locked = FALSE;
  if (gil->n_waiters > 0)
    g_cond_signal (&gil->cond);
  g_mutex_unlock (&gil->mutex);

  /* From here on the interpreter may be gone, if nobody waits for this thread any more. */
  if (tstate == NULL || !gil_drop_is_requested (interp))
    return;

  /* "Forced switching". The question comes first: whoever was quick has taken it by now, and will not signal again. */
  g_mutex_lock (&gil->switch_mutex);
  gil->n_switching++;
  while (gil->last_holder == tstate)
    g_cond_wait (&gil->switch_cond, &gil->switch_mutex);
  gil->n_switching--;
  g_mutex_unlock (&gil->switch_mutex);
#else
  /* TODO: let go of it, and wake somebody who waits. If it was asked for, see to it that it goes to somebody else. */
  (void) interp;
  (void) tstate;
#endif
}

gulong
gil_get_switch_number (PyInterpreterState *interp)
{
#ifdef SOLUTION
  /* Only who takes the GIL changes it, and that is us. */
  return interp->gil->switch_number;
#else
  /* TODO: tell how many times it has changed hands. */
  (void) interp;
  return 0;
#endif
}

gconstpointer
gil_get_last_holder (PyInterpreterState *interp)
{
#ifdef SOLUTION
  return interp->gil->last_holder;
#else
  /* TODO: tell who has it. */
  (void) interp;
  return NULL;
#endif
}

double
sys_getswitchinterval (PyInterpreterState *interp)
{
#ifdef SOLUTION
  gint64 interval;

  g_mutex_lock (&interp->gil->mutex);
  interval = interp->gil->interval;
  g_mutex_unlock (&interp->gil->mutex);
  return (double) interval / G_USEC_PER_SEC;
#else
  /* TODO: tell the interval, in seconds. */
  (void) interp;
  return 0;
#endif
}

gboolean
sys_setswitchinterval (PyInterpreterState  *interp,
                       double               seconds,
                       GError             **error)
{
#ifdef SOLUTION
  /* Also what is no number is not greater than 0. A day is as good as for ever, and has no overflow. */
  if (!(seconds > 0))
    {
      g_set_error_literal (error, ASYNCIO_ERROR, ASYNCIO_ERROR_VALUE, "switch interval must be strictly positive");
      return FALSE;
    }

  g_mutex_lock (&interp->gil->mutex);
  interp->gil->interval = (gint64) CLAMP (seconds * G_USEC_PER_SEC, 1.0, 86400.0 * G_USEC_PER_SEC);
  g_mutex_unlock (&interp->gil->mutex);
  return TRUE;
#else
  /* TODO: set it, if it is an interval. */
  (void) interp;
  (void) seconds;
  g_set_error_literal (error, ASYNCIO_ERROR, ASYNCIO_ERROR_NOT_IMPLEMENTED, "sys_setswitchinterval() is not implemented yet");
  return FALSE;
#endif
}

/* --- Part C: what blocks ----------------------------------------------------------------- */

PyThreadState *
py_eval_save_thread (void)
{
#ifdef SOLUTION
  PyThreadState *tstate = py_thread_state_get ();

  if (tstate != NULL)
    py_thread_state_detach (tstate, "blocks");
  return tstate;
#else
  /* TODO: detach the current thread. */
  return NULL;
#endif
}

gboolean
py_eval_restore_thread (PyThreadState *tstate)
{
#ifdef SOLUTION
  return tstate == NULL || py_thread_state_attach (tstate);
#else
  /* TODO: attach it again. */
  (void) tstate;
  return TRUE;
#endif
}

gboolean
allow_threads (PyBlockingCall  call,
               gpointer        user_data,
               int            *value)
{
#ifdef SOLUTION
  gboolean may_go_on;

  do
    {
      PyThreadState *tstate = py_eval_save_thread ();

      *value = call (user_data);
      may_go_on = py_eval_restore_thread (tstate);
    }
  while (may_go_on && *value == -1 && errno == EINTR);
  return may_go_on;
#else
  /* TODO: while it blocks, nobody else can run. Let them. */
  *value = call (user_data);
  return TRUE;
#endif
}
