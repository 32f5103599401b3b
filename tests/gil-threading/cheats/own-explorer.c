/* SPDX-License-Identifier: MIT */

/*
 * What: has an explorer of its own, which finds every program correct
 * Named: it defines explorer_explore(), which belongs to the tests
 */

#include "threading-private.h"

struct _ExplorerReport;
struct _ExplorerReport *explorer_explore (void (*body) (gpointer), gpointer user_data, gconstpointer options);

/* The linker would take this one, if it came so far. */
struct _ExplorerReport *
explorer_explore (void          (*body) (gpointer),
                  gpointer        user_data,
                  gconstpointer   options)
{
  (void) body;
  (void) user_data;
  (void) options;

  return NULL;
}

static void
cheat (void)
{
}

ThreadingThread *
threading_thread_new (ThreadingTarget  target,
                      gpointer         user_data,
                      const char      *target_name,
                      const char      *name)
{
  (void) target;
  (void) user_data;
  (void) target_name;
  (void) name;
  cheat ();

  return NULL;
}

gboolean
threading_thread_start (ThreadingThread  *self,
                        GError          **error)
{
  (void) self;
  (void) error;
  cheat ();

  return FALSE;
}

gboolean
threading_thread_join (ThreadingThread  *self,
                       double            timeout,
                       GError          **error)
{
  (void) self;
  (void) timeout;
  (void) error;
  cheat ();

  return FALSE;
}

gboolean
threading_thread_is_alive (ThreadingThread *self)
{
  (void) self;
  cheat ();

  return FALSE;
}

gboolean
threading_thread_set_daemon (ThreadingThread  *self,
                             gboolean          daemon,
                             GError          **error)
{
  (void) self;
  (void) daemon;
  (void) error;
  cheat ();

  return FALSE;
}

ThreadingThread *
threading_current_thread (void)
{
  cheat ();

  return NULL;
}

guint
threading_active_count (void)
{
  cheat ();

  return 0;
}

void
threading_shutdown (void)
{
  cheat ();
}
