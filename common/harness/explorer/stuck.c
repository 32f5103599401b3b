/* SPDX-License-Identifier: MIT */

/*
 * What is told of a program that does not come to its end: because nobody can go on, or because somebody always does.
 */

#include "explorer-private.h"

/* --- Nobody can go on ------------------------------------------------------------------- */

/* Whether a thread waits for what another one signalled before. */
static gboolean
has_lost_signal (const ExplorerThread *thread)
{
  const ExplorerObject *object = thread->op.object;

  return object != NULL && object->lost_place != NULL && object->lost_by != thread;
}

static ExplorerVerdict
classify_deadlock (Explorer *self)
{
  ExplorerVerdict verdict = self->threads[0].ended ? EXPLORER_THREAD_LEFT : EXPLORER_DEADLOCK;

  for (guint i = 0; i < self->n_threads; i++)
    {
      const ExplorerThread *thread = &self->threads[i];

      if (!thread->ended && has_lost_signal (thread))
        verdict = EXPLORER_LOST_WAKE_UP;
    }

  return verdict;
}

static void
describe_waiting (const ExplorerThread *thread,
                  GString              *text)
{
  const ExplorerObject *object = thread->op.object;
  g_autofree char *place = explorer_mark_place (thread->op.place);

  if (text->len > 0)
    g_string_append (text, "; ");
  g_string_append_printf (text, "%s %s", thread->name, thread->op.verb);
  if (object != NULL)
    g_string_append_printf (text, " %s %u", object->kind, object->number);
  if (object != NULL && object->owner != NULL)
    g_string_append_printf (text, ", which %s has,", object->owner == thread ? "it" : object->owner->name);
  g_string_append_printf (text, " at %s", place);

  if (has_lost_signal (thread))
    {
      g_autofree char *lost = explorer_mark_place (object->lost_place);

      g_string_append_printf (text, " for a signal that %s sent when nobody waited, at %s", object->lost_by->name, lost);
    }
}

void
explorer_fail_with_deadlock (Explorer *self)
{
  g_autoptr (GString) text = g_string_new (NULL);
  g_autofree char *message = NULL;

  for (guint i = 0; i < self->n_threads; i++)
    if (!self->threads[i].ended)
      {
        describe_waiting (&self->threads[i], text);
        explorer_note_step (self, &self->threads[i], '!');
      }

  message = g_string_free (g_steal_pointer (&text), FALSE);
  explorer_fail_with (classify_deadlock (self), "%s", message);
}

/* --- The program does not end ------------------------------------------------------------- */

void
explorer_fail_with_livelock (Explorer *self)
{
  g_autoptr (GString) text = g_string_new (NULL);
  g_autofree char *message = NULL;

  for (guint i = 0; i < self->n_threads; i++)
    if (!self->threads[i].ended)
      {
        describe_waiting (&self->threads[i], text);
        g_string_append_printf (text, " (%u steps)", self->threads[i].n_steps);
      }

  message = g_string_free (g_steal_pointer (&text), FALSE);
  explorer_fail_with (EXPLORER_LIVELOCK, "the program has not ended after %u steps: %s", self->n_steps, message);
}
