/* SPDX-License-Identifier: MIT */

/*
 * Threads that are coroutines, and the decision who goes on.
 *
 * A thread runs undisturbed until it is about to do something that others can notice. Then it announces that operation in explorer_step(),
 * and the explorer looks at what all threads have announced:
 *
 *        main     locks mutex 1      can be done
 *        worker   locks mutex 1      can be done         -> two alternatives: a choice
 *        third    waits for cond 1   only by a timeout   -> a third one
 *
 * One of them is picked by the strategy, and its thread does the operation and runs on to its next one. Since between two
 * operations threads cannot notice each other (if they do, that is a data race, and told as such), no other order of
 * execution can come to anything else.
 */

#include "explorer-private.h"

#include <errno.h>
#include <stdarg.h>
#include <string.h>

/* As many steps a thread may make in a row while others could go on: no fair scheduler would let it make more. */
#define MAX_IN_A_ROW 200

Explorer *explorer;

void
explorer_note_step (Explorer             *self,
                    const ExplorerThread *thread,
                    char                  mark)
{
  const ExplorerOp *op = &thread->op;
  ExplorerStep step = {
    .thread = thread->id,
    .verb = op->verb,
    .kind = op->object != NULL ? op->object->kind : NULL,
    .number = op->object != NULL ? op->object->number : 0,
    .place = op->place,
    .variant = mark == '!' ? EXPLORER_NORMAL : thread->variant,
    .mark = mark,
  };

  if (self->steps != NULL)
    g_array_append_val (self->steps, step);
}

/* --- Failing ------------------------------------------------------------------------ */

/* Leaves the program, all of whose threads stay where they are for ever. */
static void G_GNUC_NORETURN
leave_program (Explorer       *self,
               ExplorerThread *thread)
{
  self->current = NULL;
  thread->core_state = asyncio_thread_state_swap (self->outside_state);
  asyncio_context_leave (&thread->context, &self->outside);
}

void
explorer_fail_with (ExplorerVerdict  verdict,
                    const char      *format,
                    ...)
{
  Explorer *self = explorer;
  va_list args;

  va_start (args, format);
  self->busy++;
  self->failed = TRUE;
  self->verdict = verdict;
  g_free (self->message);
  self->message = g_strdup_vprintf (format, args);
  va_end (args);

  self->failed_in = self->current->id;
  leave_program (self, self->current);
}

/* --- The step ----------------------------------------------------------------------------- */

static void
set_hash (Explorer       *self,
          ExplorerThread *thread,
          guint64         hash)
{
  self->state += explorer_share_of_state (thread, hash) - explorer_share_of_state (thread, thread->hash);
  thread->hash = hash;
}

/* Has a thread's operation be the next one that happens. */
static void
take (Explorer                  *self,
      const ExplorerAlternative *alternative,
      gboolean                   chosen)
{
  ExplorerThread *thread = alternative->thread;
  const ExplorerOp *op = &thread->op;
  guint64 hash = alternative->hash;

  thread->variant = alternative->variant;
  self->n_preemptions += alternative->cost;
  self->n_spurious += alternative->variant == EXPLORER_SPURIOUS ? 1 : 0;
  self->n_steps++;

  for (guint i = 0; i < self->n_threads; i++)
    if (i != thread->id)
      {
        self->threads[i].yielded = FALSE;
        self->threads[i].n_in_a_row = 0;
      }
  thread->yielded = ++thread->n_in_a_row >= MAX_IN_A_ROW;
  thread->n_steps++;
  thread->n_new_objects = 0;

  set_hash (self, thread, hash);
  for (guint i = 0; i < 2; i++)
    {
      ExplorerObject *object = i == 0 ? op->object : op->second;

      if (object == NULL)
        continue;
      if (op->reads_only)
        object->reads += hash;
      else
        {
          object->last = hash;
          object->reads = 0;
        }
    }

  if (alternative->variant == EXPLORER_TIMEOUT)
    {
      self->now = MAX (self->now, op->deadline);
      self->time->last = hash;
    }

  explorer_note_step (self, thread, chosen ? '*' : ' ');
}

/* Returns the alternative that the strategy picks. */
static guint
pick (Explorer            *self,
      ExplorerAlternative *alternatives,
      guint                n)
{
  guint picked = 0;

  if (self->replay == NULL)
    picked = self->pick (self, alternatives, n);
  else if (self->n_replayed < self->replay->len)
    picked = g_array_index (self->replay, guint, self->n_replayed++);

  if (picked >= n)
    explorer_fail_with (EXPLORER_NOT_REPEATABLE, "there is no such schedule: choice %u has %u possibilities", self->taken->len + 1, n);

  g_array_append_val (self->taken, picked);

  return picked;
}

/* Returns who goes on, NULL if all have ended. */
static ExplorerThread *
decide (Explorer *self)
{
  ExplorerAlternative alternatives[MAX_ALTERNATIVES];
  guint n;
  guint picked = 0;

  self->busy++;
  n = explorer_collect_alternatives (self, alternatives);
  if (n == 0)
    {
      for (guint i = 0; i < self->n_threads; i++)
        if (!self->threads[i].ended)
          explorer_fail_with_deadlock (self);
      self->busy--;
      return NULL;
    }

  if (self->n_steps >= self->options.max_steps)
    explorer_fail_with_livelock (self);

  if (n > 1)
    picked = pick (self, alternatives, n);
  take (self, &alternatives[picked], n > 1);
  self->busy--;

  return alternatives[picked].thread;
}

static void
switch_to (Explorer       *self,
           ExplorerThread *from,
           ExplorerThread *to)
{
  from->saved_errno = errno;
  from->core_state = asyncio_thread_state_swap (to->core_state);
  self->current = to;

  asyncio_context_switch (&from->context, &to->context);

  errno = from->saved_errno;
}

ExplorerVariant
explorer_step (const ExplorerOp *op)
{
  Explorer *self = explorer;
  ExplorerThread *thread = self->current;
  ExplorerThread *next;

  thread->op = *op;
  next = decide (self);
  if (next != thread)
    switch_to (self, thread, next);
  if (op->object != NULL)
    explorer_check_not_freed (op->object->address, op->place);

  return thread->variant;
}

void
explorer_release (ExplorerThread *thread,
                  const char     *verb,
                  ExplorerObject *object,
                  gboolean      (*enabled) (ExplorerThread *thread))
{
  thread->op = (ExplorerOp) {
    .verb = verb,
    .object = object,
    .place = thread->op.place,
    .enabled = enabled,
  };
}

void
explorer_thread_learns (ExplorerThread *thread,
                        guint64         what)
{
  set_hash (explorer, thread, explorer_mix (thread->hash, what));
}

guint
explorer_choose (guint n)
{
  Explorer *self = explorer;
  ExplorerThread *thread = explorer_self ();
  ExplorerAlternative alternatives[MAX_ALTERNATIVES];
  guint picked;

  if (thread == NULL || n <= 1)
    return 0;
  if (n > MAX_ALTERNATIVES)
    explorer_fail_with (EXPLORER_LIMIT, "a choice of %u possibilities; there may be %d", n, MAX_ALTERNATIVES);

  for (guint i = 0; i < n; i++)
    alternatives[i] = (ExplorerAlternative) {
      .thread = thread,
      .key = explorer_key_of_state (self, thread, explorer_mix (thread->hash, i + 1)),
    };

  explorer->busy++;
  picked = pick (self, alternatives, n);
  explorer->busy--;
  explorer_thread_learns (thread, picked + 1);

  return picked;
}

gboolean
explorer_is_exploring (void)
{
  return explorer_self () != NULL;
}

/* --- The life of a thread -------------------------------------------------------------------- */

/* The last thing that a thread does. */
static void G_GNUC_NORETURN
end_thread (Explorer       *self,
            ExplorerThread *thread)
{
  ExplorerThread *next;

  (void) explorer_step (&(ExplorerOp) { .verb = "ends", .object = explorer_object (thread, "thread") });
  explorer_clock_release (&explorer_object (thread, "thread")->clock);
  thread->ended = TRUE;

  next = decide (self);
  if (next == NULL)
    leave_program (self, thread);

  thread->core_state = asyncio_thread_state_swap (next->core_state);
  self->current = next;
  asyncio_context_leave (&thread->context, &next->context);
}

void
explorer_thread_exit (gpointer value)
{
  ExplorerThread *thread = explorer->current;

  thread->value = value;
  explorer_privates_clear (thread);
  end_thread (explorer, thread);
}

static void
thread_main (gpointer data)
{
  ExplorerThread *thread = data;

  asyncio_context_landed (&thread->context);
  explorer_clock_acquire (&explorer_object (thread, "thread")->clock);

  explorer_thread_exit (thread->func (thread->data));
}

/* Names are what people tell threads apart by, so the second "worker" is "worker 2". The program's string need not last. */
static void
name_thread (Explorer       *self,
             ExplorerThread *thread,
             const char     *name)
{
  guint number = 1;
  gboolean taken = TRUE;

  if (name == NULL || *name == '\0')
    name = "thread";

  g_strlcpy (thread->name, name, sizeof thread->name);
  while (taken)
    {
      taken = FALSE;
      for (guint i = 0; i < thread->id; i++)
        taken = taken || strcmp (self->threads[i].name, thread->name) == 0;
      if (taken)
        g_snprintf (thread->name, sizeof thread->name, "%.24s %u", name, ++number);
    }
}

ExplorerThread *
explorer_thread_new (const char *name,
                     gpointer  (*func) (gpointer data),
                     gpointer    data)
{
  Explorer *self = explorer;
  ExplorerThread *thread = &self->threads[self->n_threads];

  if (self->n_threads == MAX_THREADS)
    explorer_fail_with (EXPLORER_LIMIT, "more than %d threads", MAX_THREADS);

  *thread = (ExplorerThread) {
    .id = self->n_threads,
    .origin = self->current != NULL ? explorer_mix (self->current->hash, ++self->current->n_new_objects) : 1,
    .func = func,
    .data = data,
    .ref_count = 1,
    .op = { .verb = "starts" },
    .stack = asyncio_stack_pool_take (&self->stacks, NULL),
  };
  if (thread->stack == NULL)
    explorer_fail_with (EXPLORER_LIMIT, "no memory for the stack of another thread");

  name_thread (self, thread, name);
  self->n_threads++;
  self->state += explorer_share_of_state (thread, 0);
  asyncio_context_init (&thread->context, thread->stack, thread_main, thread);

  /* What its maker has done happens before all that it does; and what it does first is known to nobody, as 0 would be. */
  thread->clock.of[thread->id] = 1;
  if (self->current != NULL)
    explorer_clock_release (&explorer_object (thread, "thread")->clock);

  return thread;
}

/* --- A schedule ---------------------------------------------------------------------------------- */

static gpointer
call_body (gpointer data)
{
  Explorer *self = data;

  self->body (self->user_data);

  return NULL;
}

static void
begin_schedule (Explorer *self)
{
  self->n_threads = 0;
  self->n_steps = 0;
  self->n_spurious = 0;
  self->n_preemptions = 0;
  self->state = 0;
  self->now = 0;
  self->busy = 0;
  self->failed = FALSE;
  self->failed_at = NULL;
  self->verdict = EXPLORER_CORRECT;
  self->n_replayed = 0;
  self->n_keys = 0;
  g_clear_pointer (&self->message, g_free);
  g_array_set_size (self->taken, 0);
  if (self->steps != NULL)
    g_array_set_size (self->steps, 0);
  explorer_objects_reset (self->objects);
  explorer_shadow_reset (self->shadow);
  explorer_globals_restore (self->globals);
}

static void
end_schedule (Explorer *self)
{
  for (guint i = self->n_threads; i-- > 0;)
    {
      ExplorerThread *thread = &self->threads[i];

      asyncio_context_clear (&thread->context);
      asyncio_stack_pool_give_back (&self->stacks, thread->stack);
      explorer_privates_abandon (thread);
    }
  explorer_forget_exit_handlers ();

  if (self->failed)
    explorer_descriptors_close_others (self->descriptors);
}

gboolean
explorer_run_once (Explorer *self)
{
  ExplorerThread *first;

  begin_schedule (self);

  self->current = NULL;
  first = explorer_thread_new ("main", call_body, self);
  self->current = first;
  self->time = explorer_object (&self->now, "clock");
  (void) explorer_object (first, "thread");
  self->outside_state = asyncio_thread_state_swap (NULL);
  asyncio_context_switch (&self->outside, &first->context);
  self->current = NULL;

  end_schedule (self);
  self->report->n_schedules++;
  self->report->n_steps += self->n_steps;

  return !self->failed;
}
