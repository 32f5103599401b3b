/* SPDX-License-Identifier: MIT */

/*
 * What: ends the program as if all were well
 * Named: was exit() called?
 */

#include "threading-private.h"

#include <unistd.h>

static void
cheat (void)
{
  _exit (0);
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
