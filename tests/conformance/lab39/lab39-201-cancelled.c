/* SPDX-License-Identifier: MIT */

/* The twin of lab39-201-cancelled.py: a task is cancelled that awaits a function in a thread. */

#include "kit.h"
#include "runners.h"
#include "to-thread.h"

#include <string.h>

/* threading.Event */
typedef struct
{
  GMutex lock;
  GCond changed;
  gboolean is_set;
} Event;

static void
event_set (Event *self)
{
  g_mutex_lock (&self->lock);
  self->is_set = TRUE;
  g_cond_broadcast (&self->changed);
  g_mutex_unlock (&self->lock);
}

static gboolean
event_is_set (Event *self)
{
  gboolean is_set;

  g_mutex_lock (&self->lock);
  is_set = self->is_set;
  g_mutex_unlock (&self->lock);

  return is_set;
}

static void
event_wait (Event *self)
{
  g_mutex_lock (&self->lock);
  while (!self->is_set)
    g_cond_wait (&self->changed, &self->lock);
  g_mutex_unlock (&self->lock);
}

typedef struct
{
  const char *name;
  const char *error; /* (nullable) */
  Event begun;
  Event may_end;
  Event ended;
} Work;

static gpointer
work (gpointer   user_data,
      GError   **error)
{
  Work *self = user_data;

  trace ("%s starts", self->name);
  event_set (&self->begun);
  event_wait (&self->may_end);
  trace ("%s ends", self->name);
  event_set (&self->ended);
  if (self->error != NULL)
    g_set_error_literal (error, ASYNCIO_ERROR, ASYNCIO_ERROR_VALUE, self->error);

  return (gpointer) self->name;
}

/* len() */
static gpointer
length (gpointer   text,
        GError   **error)
{
  (void) error;

  return GSIZE_TO_POINTER (strlen (text));
}

static gpointer
async_main (gpointer   user_data,
            GError   **error)
{
  static Work works[] = { { .name = "A" }, { .name = "C", .error = "boom" } };
  static Work b = { .name = "B" };
  g_autoptr (AsyncioExecutor) executor = asyncio_thread_pool_executor_new (1);

  (void) user_data;

  trace_exception_handler (kit_loop_now ());
  asyncio_loop_set_default_executor (kit_loop_now (), executor);
  for (guint i = 0; i < G_N_ELEMENTS (works); i++)
    {
      Work *first = &works[i];
      g_autoptr (AsyncioTask) running = kit_spawn (asyncio_to_thread_coroutine (work, first, NULL, NULL));
      g_autoptr (AsyncioTask) queued = NULL;

      while (!event_is_set (&first->begun))
        if (!kit_pause (1, error))
          return NULL;
      queued = kit_spawn (asyncio_to_thread_coroutine (work, &b, NULL, NULL));
      if (!kit_pause (2, error))
        return NULL;
      asyncio_task_cancel (running);
      asyncio_task_cancel (queued);
      if (!kit_pause (3, error))
        return NULL;
      trace ("running %s queued %s", kit_state (running), kit_state (queued));
      event_set (&first->may_end);
      event_wait (&first->ended);
      trace ("next call %" G_GSIZE_FORMAT, GPOINTER_TO_SIZE (asyncio_to_thread (length, (gpointer) "abc", NULL, NULL, error)));
    }

  return NULL;
}

int
main (void)
{
  kit_init ();

  (void) asyncio_run (asyncio_coroutine_new (async_main, NULL, NULL), NULL);

  return 0;
}
