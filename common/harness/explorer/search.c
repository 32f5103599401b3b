/* SPDX-License-Identifier: MIT */

/*
 * The search through all schedules, depth first.
 *
 * A schedule is the list of what was picked wherever there was a choice. The next one is found by going back to the last choice that has
 * an alternative left, and running the program again from its start: the same picks up to there, then the alternative,
 * and whatever happens by itself after it.
 *
 *        first     0  0  0  0        second    0  0  0 [1] 0  0        third     0  0 [1] 0
 *
 * Two things keep this finite in practice. A *bound*: schedules with more preemptions than that are left out; it is raised step by
 * step. And a memory of *states*: an alternative that leads to a state from where everything was tried before, with at least as many
 * preemptions to spare, is left out. A state is known by a hash of what each thread has done and learned, so that schedules that differ only in the
 * order of independent operations meet in the same states (CHESS calls this happens-before caching). If two states had the same
 * 64 bits, one would be missed; with a million states the odds of any such pair are one in 37 million.
 */

#include "explorer-private.h"

/* What is left to do at a choice. */
typedef struct
{
  guint8 n;        /* alternatives */
  guint8 picked;
  guint32 open;    /* those that are still to be tried, as bits */
  guint first;     /* of its alternatives, in Search.alternatives */
  guint n_preemptions; /* before it */
} Choice;

typedef struct
{
  guint64 key;
  guint cost;
} Alternative;

/* --- The states that were visited ------------------------------------------------------- */

#define MAX_STATES_BITS 22
#define MAX_PROBES 8

typedef struct
{
  guint64 key; /* 0: empty */
  guint n_preemptions;
} State;

typedef struct
{
  State *states;
  guint bits;
  guint n_used;
} States;

static void
states_clear (States *self)
{
  g_free (self->states);
  self->bits = 10;
  self->n_used = 0;
  self->states = g_new0 (State, 1u << self->bits);
}

static State *
states_find (States  *self,
             guint64  key)
{
  guint mask = (1u << self->bits) - 1;
  guint n_probes = self->bits < MAX_STATES_BITS ? 1u << self->bits : MAX_PROBES;
  State *state = NULL;

  /* Nothing gives way while there is room to grow: how many schedules a search takes must not depend on the hashes. */
  for (guint i = 0; i < n_probes; i++)
    {
      state = &self->states[(key + i) & mask];
      if (state->key == key || state->key == 0)
        return state;
    }

  return NULL;
}

static void
states_grow (States *self)
{
  g_autofree State *old = self->states;
  guint n_old = 1u << self->bits;

  self->bits++;
  self->n_used = 0;
  self->states = g_new0 (State, 1u << self->bits);

  for (guint i = 0; i < n_old; i++)
    if (old[i].key != 0)
      {
        State *state = states_find (self, old[i].key);

        if (state != NULL)
          {
            *state = old[i];
            self->n_used++;
          }
      }
}

/* Returns FALSE if a state was visited before, with at least as many preemptions to spare. */
static gboolean
states_visit (States  *self,
              guint64  key,
              guint    n_preemptions)
{
  State *state;

  key |= 1;
  if (self->bits < MAX_STATES_BITS && 2 * self->n_used >= 1u << self->bits)
    states_grow (self);

  /* When the memory is full, an old state gives way: it may be searched twice then, but never missed. */
  state = states_find (self, key);
  if (state == NULL)
    state = &self->states[key & ((1u << self->bits) - 1)];

  if (state->key == key && state->n_preemptions <= n_preemptions)
    return FALSE;

  self->n_used += state->key == 0 ? 1 : 0;
  *state = (State) { key, n_preemptions };

  return TRUE;
}

/* --- Choices ------------------------------------------------------------------------------ */

struct _ExplorerSearch
{
  GArray *choices;      /* (element-type Choice) of the schedule that runs */
  GArray *alternatives; /* (element-type Alternative) of all of them */
  guint position;       /* the next choice */
  guint bound;
  gboolean known;       /* what comes now was tried before: only let it end */
  gboolean left_out;    /* an alternative, because of the bound */
  States states;
};

static gboolean
is_new_state (Explorer *explorer_,
              guint64   key,
              guint     n_preemptions)
{
  return explorer_->options.every_order || states_visit (&explorer_->search->states, key, n_preemptions);
}

/* A choice that was made in the schedule before. */
static guint
repeat_choice (ExplorerSearch            *self,
               const ExplorerAlternative *alternatives,
               guint                      n)
{
  const Choice *choice = &g_array_index (self->choices, Choice, self->position++);
  const Alternative *known = &g_array_index (self->alternatives, Alternative, choice->first + choice->picked);

  if (choice->n != n || known->key != alternatives[choice->picked].key)
    explorer_fail_with (EXPLORER_NOT_REPEATABLE,
                        "the program does not do the same each time: choice %u had %u possibilities, and now has %u%s",
                        self->position, choice->n, n, choice->n == n ? ", others" : "");

  return choice->picked;
}

static guint
pick_next (Explorer            *explorer_,
           ExplorerAlternative *alternatives,
           guint                n)
{
  ExplorerSearch *self = explorer_->search;
  Choice choice = { .n = (guint8) n, .first = self->alternatives->len, .n_preemptions = explorer_->n_preemptions };

  if (self->position < self->choices->len)
    return repeat_choice (self, alternatives, n);
  if (self->known)
    return 0;

  for (guint i = 0; i < n; i++)
    {
      Alternative alternative = { alternatives[i].key, alternatives[i].cost };

      g_array_append_val (self->alternatives, alternative);
      if (choice.n_preemptions + alternative.cost > self->bound)
        self->left_out = TRUE;
      else if (i > 0)
        choice.open |= 1u << i;
    }

  g_array_append_val (self->choices, choice);
  self->position++;
  self->known = !is_new_state (explorer_, alternatives[0].key, choice.n_preemptions);

  return 0;
}

/* Turns to the next schedule. Returns FALSE if there is none. */
static gboolean
go_back (Explorer *explorer_)
{
  ExplorerSearch *self = explorer_->search;

  self->position = 0;
  self->known = FALSE;

  while (self->choices->len > 0)
    {
      Choice *choice = &g_array_index (self->choices, Choice, self->choices->len - 1);

      while (choice->open != 0)
        {
          guint i = (guint) g_bit_nth_lsf (choice->open, -1);
          const Alternative *alternative = &g_array_index (self->alternatives, Alternative, choice->first + i);

          choice->open &= ~(1u << i);
          if (is_new_state (explorer_, alternative->key, choice->n_preemptions + alternative->cost))
            {
              choice->picked = (guint8) i;
              return TRUE;
            }
        }

      g_array_set_size (self->alternatives, choice->first);
      g_array_set_size (self->choices, self->choices->len - 1);
    }

  return FALSE;
}

/* --- The search ------------------------------------------------------------------------------ */

/* How many more schedules are tried after one has failed, to find one that is shorter. */
#define MAX_TRIES_FOR_SHORTER 1000

typedef struct
{
  GArray *taken; /* (nullable) the shortest schedule that failed */
  guint n_steps;
  ExplorerVerdict verdict;
  guint n_tries;
} Failure;

static void
note_failure (Explorer *self,
              Failure  *failure)
{
  if (failure->taken != NULL && (self->verdict != failure->verdict || self->n_steps >= failure->n_steps))
    return;

  g_clear_pointer (&failure->taken, g_array_unref);
  failure->taken = g_array_copy (self->taken);
  failure->n_steps = self->n_steps;
  failure->verdict = self->verdict;
}

/* Whether the program came to all the choices of the schedule before, up to the one that was to be another. */
static gboolean
was_repeated (Explorer *self)
{
  const ExplorerSearch *search = self->search;

  if (search->position >= search->choices->len)
    return TRUE;

  self->failed = TRUE;
  self->verdict = EXPLORER_NOT_REPEATABLE;
  return FALSE;
}

/* Tries all schedules within the bound. Returns FALSE if there were too many. */
static gboolean
search_within_bound (Explorer *self,
                     Failure  *failure)
{
  ExplorerSearch *search = self->search;

  search->left_out = FALSE;
  states_clear (&search->states);

  do
    {
      if (self->report->n_schedules >= self->options.max_schedules)
        return FALSE;

      if (!explorer_run_once (self) || !was_repeated (self))
        {
          if (self->options.all_failures && self->verdict != EXPLORER_NOT_REPEATABLE)
            explorer_outcome ("%s", explorer_verdict_to_string (self->verdict));
          else
            note_failure (self, failure);
        }
      if (failure->taken != NULL && failure->n_tries++ >= MAX_TRIES_FOR_SHORTER)
        return TRUE;
      if (self->failed && self->verdict == EXPLORER_NOT_REPEATABLE)
        return TRUE;
    }
  while (go_back (self));

  return TRUE;
}

static void
search_free (ExplorerSearch *self)
{
  g_array_unref (self->choices);
  g_array_unref (self->alternatives);
  g_free (self->states.states);
  g_free (self);
}

void
explorer_search_run (Explorer *self)
{
  ExplorerReport *report = self->report;
  ExplorerSearch *search = g_new0 (ExplorerSearch, 1);
  guint max_bound = self->options.no_preemption ? 0 : self->options.max_preemptions;
  Failure failure = { NULL, 0, EXPLORER_CORRECT, 0 };

  search->choices = g_array_new (FALSE, FALSE, sizeof (Choice));
  search->alternatives = g_array_new (FALSE, FALSE, sizeof (Alternative));
  search->bound = self->options.at_once ? max_bound : 0;
  self->search = search;
  self->pick = pick_next;

  do
    {
      report->preemptions = search->bound;
      report->complete = search_within_bound (self, &failure);
      report->exhausted = report->complete && !search->left_out;
    }
  while (failure.taken == NULL && report->complete && !report->exhausted && search->bound++ < max_bound);

  if (failure.taken != NULL)
    {
      report->complete = FALSE;
      report->exhausted = FALSE;
      report->verdict = failure.verdict;
      self->replay = failure.taken;
    }

  search_free (search);
  self->search = NULL;
}
