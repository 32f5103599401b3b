/* SPDX-License-Identifier: MIT */

/* The twin of gil-p07-thread-life.py: the life of a thread, what cannot be done with it, and what becomes of its error. */

#include "kit.h"
#include "threading.h"

/* threading.Event. Where Python's scenario waits for some time, this one waits until it is so. */
typedef struct
{
  GMutex mutex;
  GCond cond;
  gboolean is_set;
} Event;

static Event go, told, gate;

static void
event_set (Event *self)
{
  g_mutex_lock (&self->mutex);
  self->is_set = TRUE;
  g_cond_broadcast (&self->cond);
  g_mutex_unlock (&self->mutex);
}

static void
event_wait (Event *self)
{
  g_mutex_lock (&self->mutex);
  while (!self->is_set)
    g_cond_wait (&self->cond, &self->mutex);
  g_mutex_unlock (&self->mutex);
}

static void
excepthook (const char   *name,
            const GError *error)
{
  (void) name;
  trace ("excepthook: %s", trace_error (error));
}

static void
tell (const char *label,
      GError     *error)
{
  trace ("%s %s", label, error != NULL ? trace_error (error) : "ok");
  g_clear_error (&error);
}

static void
attempt_start (const char      *label,
               ThreadingThread *thread)
{
  GError *error = NULL;

  threading_thread_start (thread, &error);
  tell (label, error);
}

static void
attempt_join (const char      *label,
              ThreadingThread *thread)
{
  GError *error = NULL;

  threading_thread_join (thread, THREADING_NO_TIMEOUT, &error);
  tell (label, error);
}

static gpointer
fails (gpointer   user_data,
       GError   **error)
{
  (void) user_data;
  event_wait (&go);
  attempt_join ("join itself:", threading_current_thread ());
  event_set (&told);
  event_wait (&gate);
  g_set_error_literal (error, ASYNCIO_ERROR, ASYNCIO_ERROR_VALUE, "boom");

  return NULL;
}

int
main (void)
{
  g_autoptr (ThreadingThread) t = threading_thread_new (fails, NULL, "fails", NULL);

  kit_init ();
  threading_set_excepthook (excepthook);

  trace ("new: alive %s", trace_bool (threading_thread_is_alive (t)));
  attempt_join ("join before start:", t);
  threading_thread_start (t, NULL);
  attempt_start ("start again:", t);
  event_set (&go);
  event_wait (&told);
  threading_thread_join (t, 0.01, NULL);
  trace ("after a join with timeout: alive %s", trace_bool (threading_thread_is_alive (t)));
  event_set (&gate);
  threading_thread_join (t, THREADING_NO_TIMEOUT, NULL);
  trace ("joined: alive %s", trace_bool (threading_thread_is_alive (t)));
  attempt_join ("join again:", t);

  return 0;
}
