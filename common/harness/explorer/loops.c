/* SPDX-License-Identifier: MIT */

/*
 * Threads that wait in a loop.
 *
 * A thread that looks at the same thing again and again waits for another one to change it. To let it go on looking leads nowhere, and there is no
 * end to it, so after a few times it is passed over until another thread has made a step.
 *
 * Whether it is follows from what this thread has done alone, and not from when others did something: equivalent schedules must have the same
 * alternatives.
 */

#include "explorer-private.h"

/* So many steps in a row may come to nothing. One who tries something up to three times, and then something else, is still seen in all that it can do. */
#define MAX_IDLE 2

static void
note_idle_step (ExplorerThread *thread)
{
  thread->n_idle = thread->idle_step == thread->n_steps - 1 ? thread->n_idle + 1 : 1;
  thread->idle_step = thread->n_steps;
}

void
explorer_pause_begins (gconstpointer place)
{
  ExplorerThread *thread = explorer->current;

  if (thread->pause_place == place && thread->n_pauses >= MAX_IDLE)
    thread->yielded = TRUE;
}

void
explorer_pause_ends (gconstpointer place)
{
  ExplorerThread *thread = explorer->current;

  thread->n_pauses = thread->pause_place == place ? thread->n_pauses + 1 : 1;
  thread->pause_place = place;
  note_idle_step (thread);
}

static gboolean
is_same_look (const ExplorerThread *thread,
              gconstpointer         address,
              gconstpointer         place)
{
  return thread->look_place == place && thread->look_address == address;
}

void
explorer_look_begins (gconstpointer address,
                      gconstpointer place)
{
  ExplorerThread *thread = explorer->current;

  if (is_same_look (thread, address, place) && thread->idle_step == thread->n_steps && thread->n_idle >= MAX_IDLE)
    thread->yielded = TRUE;
}

void
explorer_look_ends (gconstpointer address,
                    guint64       value,
                    gconstpointer place)
{
  ExplorerThread *thread = explorer->current;

  if (is_same_look (thread, address, place) && thread->look_value == value)
    {
      note_idle_step (thread);
      return;
    }

  thread->n_idle = 0;
  thread->idle_step = thread->n_steps;
  thread->look_place = place;
  thread->look_address = address;
  thread->look_value = value;
}
