/* SPDX-License-Identifier: MIT */

/*
 * As in CPython, start() waits until the new thread runs, and there is a list of all that are alive.
 */

#include "threading-private.h"

#include "gil.h"

static GPrivate this_thread = G_PRIVATE_INIT (NULL);
static GCond list_changed;
static GSList *alive;
static guint counter;

ThreadingThread *
threading_current_thread (void)
{
  return g_private_get (&this_thread);
}

ThreadingThread *
threading_thread_new (ThreadingTarget  target,
                      gpointer         user_data,
                      const char      *target_name,
                      const char      *name)
{
  ThreadingThread *maker = threading_current_thread ();
  ThreadingThread *self = g_new0 (ThreadingThread, 1);

  g_atomic_ref_count_init (&self->ref_count);
  g_cond_init (&self->cond);
  self->target = target;
  self->user_data = user_data;
  self->daemon = maker != NULL && threading_thread_get_daemon (maker);

  if (name != NULL)
    {
      self->name = g_strdup (name);
      return self;
    }

  threading_lock ();
  counter++;
  self->name = target_name != NULL ? g_strdup_printf ("Thread-%u (%s)", counter, target_name)
                                   : g_strdup_printf ("Thread-%u", counter);
  threading_unlock ();

  return self;
}

static gpointer
run (gpointer user_data)
{
  ThreadingThread *self = user_data;
  GError *error = NULL;

  g_private_set (&this_thread, self);
  threading_lock ();
  self->state = THREADING_STARTED;
  alive = g_slist_prepend (alive, self);
  g_cond_broadcast (&self->cond);
  threading_unlock ();

  self->target (self->user_data, &error);
  if (error != NULL)
    threading_report (self, error);
  g_clear_error (&error);

  threading_lock ();
  alive = g_slist_remove (alive, self);
  self->state = THREADING_ENDED;
  g_cond_broadcast (&self->cond);
  g_cond_broadcast (&list_changed);
  threading_unlock ();
  threading_thread_unref (self);

  return NULL;
}

gboolean
threading_thread_start (ThreadingThread  *self,
                        GError          **error)
{
  GThread *thread;
  gboolean is_new;

  threading_lock ();
  is_new = self->state == THREADING_NEW;
  threading_unlock ();
  if (!is_new)
    {
      g_set_error (error, ASYNCIO_ERROR, ASYNCIO_ERROR_RUNTIME, "threads can only be started once");
      return FALSE;
    }

  thread = g_thread_try_new ("python", run, threading_thread_ref (self), NULL);
  if (thread == NULL)
    {
      threading_thread_unref (self);
      g_set_error (error, ASYNCIO_ERROR, ASYNCIO_ERROR_RUNTIME, "can't start new thread");
      return FALSE;
    }
  g_thread_unref (thread);

  threading_lock ();
  while (self->state == THREADING_NEW)
    g_cond_wait (&self->cond, threading_get_mutex ());
  threading_unlock ();

  return TRUE;
}

static ThreadingState
get_state (ThreadingThread *self)
{
  ThreadingState state;

  threading_lock ();
  state = self->state;
  threading_unlock ();

  return state;
}

typedef struct
{
  ThreadingThread *thread;
  gint64 end; /* 0: none */
} Wait;

static int
wait_for_end (gpointer user_data)
{
  Wait *wait = user_data;
  gboolean in_time = TRUE;

  threading_lock ();
  while (wait->thread->state != THREADING_ENDED && in_time)
    if (wait->end == 0)
      g_cond_wait (&wait->thread->cond, threading_get_mutex ());
    else
      in_time = g_cond_wait_until (&wait->thread->cond, threading_get_mutex (), wait->end);
  threading_unlock ();

  return 0;
}

gboolean
threading_thread_join (ThreadingThread  *self,
                       double            timeout,
                       GError          **error)
{
  Wait wait = { .thread = self };
  const char *why = NULL;
  int value;

  if (get_state (self) == THREADING_NEW)
    why = "cannot join thread before it is started";
  else if (threading_current_thread () == self)
    why = "cannot join current thread";
  if (why != NULL)
    {
      g_set_error (error, ASYNCIO_ERROR, ASYNCIO_ERROR_RUNTIME, "%s", why);
      return FALSE;
    }

  if (timeout != THREADING_NO_TIMEOUT)
    wait.end = g_get_monotonic_time () + (gint64) (CLAMP (timeout, 0, 1e6) * 1e6);
  (void) allow_threads (wait_for_end, &wait, &value);

  return TRUE;
}

gboolean
threading_thread_is_alive (ThreadingThread *self)
{
  return get_state (self) == THREADING_STARTED;
}

gboolean
threading_thread_set_daemon (ThreadingThread  *self,
                             gboolean          daemon,
                             GError          **error)
{
  if (get_state (self) != THREADING_NEW)
    {
      g_set_error (error, ASYNCIO_ERROR, ASYNCIO_ERROR_RUNTIME, "cannot set daemon status of active thread");
      return FALSE;
    }

  threading_lock ();
  self->daemon = daemon;
  threading_unlock ();

  return TRUE;
}

guint
threading_active_count (void)
{
  guint n;

  threading_lock ();
  n = 1 + g_slist_length (alive);
  threading_unlock ();

  return n;
}

static gboolean
all_are_daemons (void)
{
  for (GSList *l = alive; l != NULL; l = l->next)
    if (!((ThreadingThread *) l->data)->daemon)
      return FALSE;

  return TRUE;
}

static int
wait_for_daemons_only (gpointer user_data)
{
  (void) user_data;

  threading_lock ();
  while (!all_are_daemons ())
    g_cond_wait (&list_changed, threading_get_mutex ());
  threading_unlock ();

  return 0;
}

void
threading_shutdown (void)
{
  int value;

  (void) allow_threads (wait_for_daemons_only, NULL, &value);
}
