/* SPDX-License-Identifier: MIT */

/*
 * The ways in which a program can go on from where it is, and how they are told apart.
 *
 * Each thread has announced its next operation, and there is an alternative for each that can be done: as it is, by a timeout, or for no
 * reason. Each has a cost, in preemptions, and a key: what state the program will be in. A state is the sum of what each thread has done
 * and learned, as a hash, so that it does not depend on the order in which independent things were done.
 */

#include "explorer-private.h"

/* --- States ------------------------------------------------------------------------------- */

guint64
explorer_share_of_state (const ExplorerThread *thread,
                         guint64               hash)
{
  return explorer_mix (thread->origin, hash);
}

/* Where it lies in the program: where the program lies is another matter on each run, and the numbers of schedules are to be the same. */
static guint64
hash_of_verb (const char *verb)
{
  extern const char __executable_start[];

  return (guint64) (verb - __executable_start) << 2;
}

/* The hash of a thread that has done its operation: what it did before, what it does, and all that this can depend on. */
static guint64
hash_after (const Explorer       *self,
            const ExplorerThread *thread,
            ExplorerVariant       variant)
{
  const ExplorerOp *op = &thread->op;
  guint64 hash = explorer_mix (thread->hash, hash_of_verb (op->verb) + (guint) variant);

  for (guint i = 0; i < 2; i++)
    {
      const ExplorerObject *object = i == 0 ? op->object : op->second;

      if (object == NULL)
        continue;
      hash = explorer_mix (hash, object->id);
      hash = explorer_mix (hash, object->last);
      if (!op->reads_only)
        hash = explorer_mix (hash, object->reads);
    }

  if (variant == EXPLORER_TIMEOUT)
    hash = explorer_mix (hash, self->time->last);

  return hash;
}

guint64
explorer_key_of_state (const Explorer       *self,
                       const ExplorerThread *thread,
                       guint64               hash)
{
  guint64 state = self->state - explorer_share_of_state (thread, thread->hash) + explorer_share_of_state (thread, hash);

  return explorer_mix (state, explorer_mix (thread->origin, self->n_spurious));
}

/* --- Alternatives ------------------------------------------------------------------------- */

static void
add_alternative (Explorer            *self,
                 ExplorerAlternative *alternatives,
                 guint               *n,
                 ExplorerThread      *thread,
                 ExplorerVariant      variant,
                 guint                cost)
{
  guint64 hash = hash_after (self, thread, variant);

  alternatives[(*n)++] = (ExplorerAlternative) {
    .thread = thread,
    .variant = variant,
    .cost = cost,
    .hash = hash,
    .key = explorer_key_of_state (self, thread, hash),
  };
}

/* The threads whose operations can be done, as bits. One that yielded is passed over while there are others. */
static guint
find_runnable (Explorer *self)
{
  guint runnable = 0;
  guint yielded = 0;

  for (guint i = 0; i < self->n_threads; i++)
    {
      ExplorerThread *thread = &self->threads[i];

      if (thread->ended || (thread->op.enabled != NULL && !thread->op.enabled (thread)))
        continue;
      runnable |= 1u << i;
      if (thread->yielded)
        yielded |= 1u << i;
    }

  return (runnable & ~yielded) != 0 ? runnable & ~yielded : runnable;
}

/* Timeouts, the earliest first. Time can pass at any moment, but while somebody can go on it counts as a preemption to let it. */
static void
collect_timeouts (Explorer            *self,
                  guint                runnable,
                  ExplorerAlternative *alternatives,
                  guint               *n)
{
  guint first = *n;

  for (guint i = 0; i < self->n_threads; i++)
    {
      ExplorerThread *thread = &self->threads[i];

      if (!thread->ended && thread->op.has_deadline && (runnable & 1u << i) == 0 && !(thread->yielded && runnable != 0))
        add_alternative (self, alternatives, n, thread, EXPLORER_TIMEOUT, runnable != 0 ? 1 : 0);
    }

  for (guint i = first; i + 1 < *n; i++)
    for (guint j = i + 1; j < *n; j++)
      if (alternatives[j].thread->op.deadline < alternatives[i].thread->op.deadline)
        {
          ExplorerAlternative swapped = alternatives[i];

          alternatives[i] = alternatives[j];
          alternatives[j] = swapped;
        }
}

guint
explorer_collect_alternatives (Explorer            *self,
                               ExplorerAlternative *alternatives)
{
  guint runnable = find_runnable (self);
  guint current = self->current->id;
  gboolean can_go_on = (runnable & 1u << current) != 0;
  guint n = 0;

  for (guint i = 0; i < self->n_threads; i++)
    {
      guint id = (current + i) % self->n_threads;

      if ((runnable & 1u << id) != 0)
        add_alternative (self, alternatives, &n, &self->threads[id], EXPLORER_NORMAL, can_go_on && id != current ? 1 : 0);
    }

  collect_timeouts (self, runnable, alternatives, &n);

  if (n > 0 && self->n_spurious < self->options.max_spurious)
    for (guint i = 0; i < self->n_threads; i++)
      if (!self->threads[i].ended && self->threads[i].op.may_be_spurious && (runnable & 1u << i) == 0)
        add_alternative (self, alternatives, &n, &self->threads[i], EXPLORER_SPURIOUS, 1);

  return n;
}
