/* SPDX-License-Identifier: MIT */

/*
 * Random schedules, for programs that are too large to be searched (PCT: Burckhardt and others, "A randomized scheduler with
 * probabilistic guarantees of finding bugs", 2010).
 *
 * Each thread gets a random priority, and the one with the highest that can go on does. At a few random steps the priority of the thread that runs
 * becomes the lowest of all. A bug that needs d such changes, in a program of n threads and k steps, is found by a schedule
 * with a probability of at least 1 / (n k^d): far more often than by picking anew at each step.
 */

#include "explorer-private.h"

/* Of eight chances to let a wait end by a timeout or for no reason, one is taken. */
#define ONE_IN 8

/* xorshift64*: the same numbers everywhere, from a seed. */
static guint64
next_random (Explorer *self)
{
  guint64 x = self->random_state;

  x ^= x >> 12;
  x ^= x << 25;
  x ^= x >> 27;
  self->random_state = x;

  return x * G_GUINT64_CONSTANT (0x2545f4914f6cdd1d);
}

static guint
random_below (Explorer *self,
              guint     n)
{
  return (guint) ((next_random (self) >> 32) % n);
}

static gboolean
is_change (const Explorer *self)
{
  for (guint i = 0; i < self->random_changes->len; i++)
    if (g_array_index (self->random_changes, guint, i) == self->n_steps)
      return TRUE;

  return FALSE;
}

static guint
pick_random (Explorer            *self,
             ExplorerAlternative *alternatives,
             guint                n)
{
  guint best = 0;
  guint n_normal = 0;

  /* A choice of the program's own. */
  if (alternatives[0].thread == alternatives[1].thread && alternatives[0].variant == alternatives[1].variant)
    return random_below (self, n);

  while (n_normal < n && alternatives[n_normal].variant == EXPLORER_NORMAL)
    n_normal++;
  if (n_normal == 0)
    return random_below (self, n);
  if (n_normal < n && random_below (self, ONE_IN) == 0)
    return n_normal + random_below (self, n - n_normal);

  /* Priorities are made when they are first needed; those of the changes lie below all of them. */
  for (guint i = 0; i < n_normal; i++)
    if (alternatives[i].thread->priority == 0)
      alternatives[i].thread->priority = G_MAXUINT / 2 + random_below (self, G_MAXUINT / 2);
  if (is_change (self))
    self->current->priority = 1 + random_below (self, G_MAXUINT / 4);

  for (guint i = 1; i < n_normal; i++)
    if (alternatives[i].thread->priority > alternatives[best].thread->priority)
      best = i;

  return best;
}

void
explorer_random_run (Explorer *self)
{
  self->random_state = explorer_mix (self->options.seed, 1) | 1;
  self->random_length = 20;
  self->random_changes = g_array_new (FALSE, FALSE, sizeof (guint));
  self->pick = pick_random;

  for (guint64 i = 0; i < self->options.random_schedules; i++)
    {
      g_array_set_size (self->random_changes, 0);
      for (guint j = 0; j < self->options.random_depth; j++)
        {
          guint change = random_below (self, self->random_length);

          g_array_append_val (self->random_changes, change);
        }

      if (!explorer_run_once (self))
        {
          self->report->verdict = self->verdict;
          self->replay = g_array_copy (self->taken);
          break;
        }
      self->random_length = MAX (self->random_length, self->n_steps);
    }

  g_array_unref (self->random_changes);
}
