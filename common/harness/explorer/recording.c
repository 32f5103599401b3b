/* SPDX-License-Identifier: MIT */

/*
 * A schedule as a recording, for `lab trace`: a lane for each thread, and an arrow from who gave something up to who had waited for it.
 *
 * What is recorded is the one schedule that the report is about: the one that failed, or that was asked for (--replay). The program itself
 * would record each of the thousands that are tried, if it makes a loop; so while it is explored it does not know that it is to.
 */

#include "explorer-private.h"

#include <asyncio/recorder.h>

#include <string.h>

#define VARIABLE "ASYNCIO_TRACE"

void
explorer_recording_begin (Explorer *self)
{
  self->recording = g_strdup (g_getenv (VARIABLE));
  g_unsetenv (VARIABLE);
}

/* --- What a step means ------------------------------------------------------------------ */

static gboolean
is_mutex (const char *kind)
{
  return kind != NULL && g_str_has_suffix (kind, "mutex");
}

static AsyncioRecordKind
kind_of (const ExplorerStep *step)
{
  gboolean locks = strcmp (step->verb, "locks") == 0 || strcmp (step->verb, "wakes up and locks") == 0;

  if (!is_mutex (step->kind))
    return ASYNCIO_RECORD_MARK;
  if (locks)
    return step->mark == '!' ? ASYNCIO_RECORD_MUTEX_WAITS : ASYNCIO_RECORD_MUTEX_LOCKED;
  if (strcmp (step->verb, "unlocks") == 0)
    return ASYNCIO_RECORD_MUTEX_UNLOCKED;

  return ASYNCIO_RECORD_MARK;
}

/* The step by which another thread gave up what this one locks, or -1. */
static int
find_release (const GArray *steps,
              guint         place)
{
  const ExplorerStep *step = &g_array_index (steps, ExplorerStep, place);

  for (guint i = place; i-- > 0;)
    {
      const ExplorerStep *earlier = &g_array_index (steps, ExplorerStep, i);

      if (earlier->kind == step->kind && earlier->number == step->number && kind_of (earlier) != ASYNCIO_RECORD_MARK)
        return kind_of (earlier) == ASYNCIO_RECORD_MUTEX_UNLOCKED && earlier->thread != step->thread ? (int) i : -1;
    }

  return -1;
}

/* --- The recording ------------------------------------------------------------------------- */

static void
record_step (const Explorer     *self,
             const ExplorerStep *step,
             const char         *text,
             guint               edge)
{
  AsyncioRecordKind kind = kind_of (step);
  g_autofree char *mutex = g_strdup_printf ("%s %u", step->kind, step->number);

  asyncio_record (&(AsyncioRecord) {
      .kind = kind,
      .task = step->thread + 1,
      .task_name = self->threads[step->thread].name,
      .edge = edge,
      .name = kind == ASYNCIO_RECORD_MARK ? text : mutex,
      .detail = kind == ASYNCIO_RECORD_MARK ? NULL : text,
  });
}

static void
record_steps (const Explorer *self)
{
  g_auto (GStrv) texts = explorer_steps_to_strings (self->steps);
  g_autofree guint *edges = g_new0 (guint, self->steps->len);

  for (guint i = 0; i < self->steps->len; i++)
    {
      int release = kind_of (&g_array_index (self->steps, ExplorerStep, i)) == ASYNCIO_RECORD_MUTEX_LOCKED ? find_release (self->steps, i) : -1;

      if (release >= 0)
        edges[i] = edges[release] = asyncio_record_new_edge ();
    }

  for (guint i = 0; i < self->steps->len; i++)
    record_step (self, &g_array_index (self->steps, ExplorerStep, i), texts[i], edges[i]);
}

void
explorer_recording_end (Explorer *self)
{
  g_autoptr (GError) error = NULL;

  if (self->recording == NULL)
    return;

  if (self->steps != NULL && !asyncio_recording_start (self->recording, &error))
    {
      g_warning ("the schedule is not recorded: %s", error->message);
    }
  else if (self->steps != NULL)
    {
      record_steps (self);
      asyncio_recording_stop ();
    }

  g_setenv (VARIABLE, self->recording, TRUE);
  g_clear_pointer (&self->recording, g_free);
}
