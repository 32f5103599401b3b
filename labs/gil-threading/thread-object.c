/* SPDX-License-Identifier: MIT */

/*
 * GIL lab, given: what every object in C needs, and the excepthook.
 */

#include "threading-private.h"

static GMutex mutex;
static ThreadingExcepthook excepthook; /* with the mutex */

void
threading_lock (void)
{
  g_mutex_lock (&mutex);
}

void
threading_unlock (void)
{
  g_mutex_unlock (&mutex);
}

GMutex *
threading_get_mutex (void)
{
  return &mutex;
}

/* --- References ------------------------------------------------------------------------ */

ThreadingThread *
threading_thread_ref (ThreadingThread *self)
{
  g_atomic_ref_count_inc (&self->ref_count);

  return self;
}

void
threading_thread_unref (ThreadingThread *self)
{
  if (!g_atomic_ref_count_dec (&self->ref_count))
    return;

  g_cond_clear (&self->cond);
  g_free (self->name);
  g_free (self);
}

/* --- What it is called -------------------------------------------------------------------- */

char *
threading_thread_get_name (ThreadingThread *self)
{
  char *name;

  threading_lock ();
  name = g_strdup (self->name);
  threading_unlock ();

  return name;
}

void
threading_thread_set_name (ThreadingThread *self,
                           const char      *name)
{
  char *copy = g_strdup (name);

  threading_lock ();
  g_free (self->name);
  self->name = copy;
  threading_unlock ();
}

gboolean
threading_thread_get_daemon (ThreadingThread *self)
{
  gboolean daemon;

  threading_lock ();
  daemon = self->daemon;
  threading_unlock ();

  return daemon;
}

/* --- What it raises ------------------------------------------------------------------------ */

void
threading_set_excepthook (ThreadingExcepthook hook)
{
  threading_lock ();
  excepthook = hook;
  threading_unlock ();
}

void
threading_report (ThreadingThread *self,
                  const GError    *raised)
{
  g_autofree char *name = threading_thread_get_name (self);
  ThreadingExcepthook hook;

  threading_lock ();
  hook = excepthook;
  threading_unlock ();

  if (hook != NULL)
    hook (name, raised);
  else
    {
      g_autofree char *text = asyncio_error_to_string (raised);

      g_printerr ("Exception in thread %s: %s\n", name, text);
    }
}
