/* SPDX-License-Identifier: MIT */

/*
 * GIL lab, part A: threads (Lib/threading.py).
 *
 * Hand in this file. What each function must do is in threading.h, how to go about it in README.md.
 */

#include "threading-private.h"

#include "gil.h"
#ifdef SOLUTION

/* With the lock. */
static guint n_named;       /* threads that were called "Thread-N" */
static guint n_alive;
static guint n_not_daemons; /* of those that are alive */
static GCond someone_ended;

/* The one that runs in this thread of the system. */
static GPrivate current = G_PRIVATE_INIT (NULL);

/* With the lock. (transfer full) */
static char *
next_name (const char *target_name)
{
  n_named++;
  if (target_name == NULL)
    return g_strdup_printf ("Thread-%u", n_named);

  return g_strdup_printf ("Thread-%u (%s)", n_named, target_name);
}
#endif

ThreadingThread *
threading_thread_new (ThreadingTarget  target,
                      gpointer         user_data,
                      const char      *target_name,
                      const char      *name)
{
  ThreadingThread *self = g_new0 (ThreadingThread, 1);

  g_atomic_ref_count_init (&self->ref_count);
  g_cond_init (&self->cond);
  self->target = target;
  self->user_data = user_data;
#ifdef SOLUTION
  threading_lock ();
  self->name = name != NULL ? g_strdup (name) : next_name (target_name);
  self->daemon = threading_current_thread () != NULL && threading_current_thread ()->daemon;
  threading_unlock ();
#else
  /* TODO: give it a name, and make it a daemon if this thread is one. */
  (void) target_name;
  (void) name;
#endif

  return self;
}

ThreadingThread *
threading_current_thread (void)
{
#ifdef SOLUTION
  return g_private_get (&current);
#else
  /* TODO: give the thread that asks. */
  return NULL;
#endif
}
#ifdef SOLUTION

/* The life of a thread, in it. self: (transfer full) */
static gpointer
bootstrap (gpointer user_data)
{
  ThreadingThread *self = user_data;
  g_autoptr (GError) raised = NULL;

  g_private_set (&current, self);
  self->target (self->user_data, &raised);
  if (raised != NULL)
    threading_report (self, raised);

  /* All who wait are to know, and there may be many. */
  threading_lock ();
  self->state = THREADING_ENDED;
  n_alive--;
  if (!self->daemon)
    n_not_daemons--;
  g_cond_broadcast (&self->cond);
  g_cond_broadcast (&someone_ended);
  threading_unlock ();

  g_private_set (&current, NULL);
  threading_thread_unref (self);

  return NULL;
}

/* With the lock, without which the new thread does not come to its end. */
static gboolean
start (ThreadingThread *self)
{
  GThread *thread = g_thread_try_new (self->name, bootstrap, threading_thread_ref (self), NULL);

  if (thread == NULL)
    {
      threading_thread_unref (self);
      return FALSE;
    }

  self->state = THREADING_STARTED;
  n_alive++;
  if (!self->daemon)
    n_not_daemons++;
  g_thread_unref (thread);

  return TRUE;
}
#endif

gboolean
threading_thread_start (ThreadingThread  *self,
                        GError          **error)
{
#ifdef SOLUTION
  const char *reason = NULL;

  threading_lock ();
  if (self->state != THREADING_NEW)
    reason = "threads can only be started once";
  else if (!start (self))
    reason = "can't start new thread";
  threading_unlock ();

  if (reason != NULL)
    g_set_error_literal (error, ASYNCIO_ERROR, ASYNCIO_ERROR_RUNTIME, reason);

  return reason == NULL;
#else
  /* TODO: start a thread of the system that calls the target. */
  (void) self;
  g_set_error_literal (error, ASYNCIO_ERROR, ASYNCIO_ERROR_NOT_IMPLEMENTED, "threading_thread_start() is not implemented yet");

  return FALSE;
#endif
}
#ifdef SOLUTION

typedef struct
{
  ThreadingThread *thread;
  double timeout;
} Join;

/* Without the GIL, if this thread has one. */
static int
wait_until_ended (gpointer user_data)
{
  const Join *join = user_data;
  gboolean is_limited = join->timeout < (double) G_MAXINT;
  gint64 deadline = is_limited ? g_get_monotonic_time () + (gint64) (MAX (join->timeout, 0) * G_USEC_PER_SEC) : 0;
  gboolean timed_out = FALSE;

  threading_lock ();
  while (join->thread->state != THREADING_ENDED && !timed_out)
    {
      if (is_limited)
        timed_out = !g_cond_wait_until (&join->thread->cond, threading_get_mutex (), deadline);
      else
        g_cond_wait (&join->thread->cond, threading_get_mutex ());
    }
  threading_unlock ();

  return 0;
}
#endif

gboolean
threading_thread_join (ThreadingThread  *self,
                       double            timeout,
                       GError          **error)
{
#ifdef SOLUTION
  Join join = { self, timeout };
  const char *reason = NULL;
  int value;

  threading_lock ();
  if (self->state == THREADING_NEW)
    reason = "cannot join thread before it is started";
  else if (self == threading_current_thread ())
    reason = "cannot join current thread";
  threading_unlock ();

  if (reason != NULL)
    g_set_error_literal (error, ASYNCIO_ERROR, ASYNCIO_ERROR_RUNTIME, reason);
  else
    allow_threads (wait_until_ended, &join, &value);

  return reason == NULL;
#else
  /* TODO: wait until it has ended, or for so long. Others may run meanwhile. */
  (void) self;
  (void) timeout;
  g_set_error_literal (error, ASYNCIO_ERROR, ASYNCIO_ERROR_NOT_IMPLEMENTED, "threading_thread_join() is not implemented yet");

  return FALSE;
#endif
}

gboolean
threading_thread_is_alive (ThreadingThread *self)
{
#ifdef SOLUTION
  gboolean is_alive;

  threading_lock ();
  is_alive = self->state == THREADING_STARTED;
  threading_unlock ();
  return is_alive;
#else
  /* TODO: tell whether it runs. */
  (void) self;
  return FALSE;
#endif
}

gboolean
threading_thread_set_daemon (ThreadingThread  *self,
                             gboolean          daemon,
                             GError          **error)
{
#ifdef SOLUTION
  gboolean is_new;

  threading_lock ();
  is_new = self->state == THREADING_NEW;
  if (is_new)
    self->daemon = daemon;
  threading_unlock ();

  if (!is_new)
    g_set_error_literal (error, ASYNCIO_ERROR, ASYNCIO_ERROR_RUNTIME, "cannot set daemon status of active thread");

  return is_new;
#else
  /* TODO: a thread that has been started stays what it is. */
  (void) self;
  (void) daemon;
  g_set_error_literal (error, ASYNCIO_ERROR, ASYNCIO_ERROR_NOT_IMPLEMENTED,
                       "threading_thread_set_daemon() is not implemented yet");

  return FALSE;
#endif
}

guint
threading_active_count (void)
{
#ifdef SOLUTION
  guint n;

  threading_lock ();
  n = n_alive + 1;
  threading_unlock ();
  return n;
#else
  /* TODO: count those that are alive. */
  return 0;
#endif
}
#ifdef SOLUTION

static int
wait_for_all (gpointer user_data)
{
  (void) user_data;

  threading_lock ();
  while (n_not_daemons > 0)
    g_cond_wait (&someone_ended, threading_get_mutex ());
  threading_unlock ();

  return 0;
}
#endif

void
threading_shutdown (void)
{
#ifdef SOLUTION
  int value;

  allow_threads (wait_for_all, NULL, &value);
#else
  /* TODO: wait for all that are no daemons. */
#endif
}
