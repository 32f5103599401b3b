/* SPDX-License-Identifier: MIT */
#pragma once

/*
 * What the explored tests of the GIL lab have in common.
 *
 * A test is a small program with threads. Mostly it is run under every schedule up to a number of preemptions, and what it must
 * not come to is asserted in it. Where it is about time it is run once, as it goes by itself: nobody is preempted, and time
 * passes only when all wait. That is a machine with a processor for each thread and no other load, on which everything happens
 * to the microsecond.
 */

#include "ceval.h"
#include "gil.h"
#include "threading.h"

#include "graded-explore.h"

/* --- Threads that run in an interpreter -------------------------------------------------- */

typedef struct
{
  PyThreadState *tstate;
  void (*func) (PyThreadState *tstate, gpointer data);
  gpointer data;
} Worker;

static inline gpointer
worker_main (gpointer user_data)
{
  Worker *self = user_data;

  self->func (self->tstate, self->data);

  return NULL;
}

/* Starts a thread. It is not attached when func begins. */
static inline GThread *
worker_start (Worker             *self,
              PyInterpreterState *interp,
              const char         *name,
              void              (*func) (PyThreadState *tstate, gpointer data),
              gpointer            data)
{
  *self = (Worker) { .tstate = py_thread_state_new (interp), .func = func, .data = data };

  return g_thread_new (name, worker_main, self);
}

static inline void
worker_join (Worker  *self,
             GThread *thread)
{
  g_thread_join (thread);
  py_thread_state_free (self->tstate);
}

/* --- Programs that are run once, as they go by themselves ------------------------------------ */

/* What a program notes. It lies on the heap, since the explorer puts global variables back. */
typedef struct
{
  guint n;
  char lines[100][120];
} Notes;

static Notes *notes;

/* Something happened, at a time that is part of the trace. (The explorer does not look at how it is written down: only one
 * thread runs at a time.) */
static inline void G_GNUC_PRINTF (1, 2) __attribute__ ((no_sanitize ("thread")))
note (const char *format,
      ...)
{
  gint64 now = g_get_monotonic_time ();
  va_list args;
  int n;

  if (notes->n == G_N_ELEMENTS (notes->lines))
    return;

  n = g_snprintf (notes->lines[notes->n], sizeof notes->lines[0], "%6.1f ms  ", (double) now / 1000);
  va_start (args, format);
  g_vsnprintf (notes->lines[notes->n] + n, sizeof notes->lines[0] - n, format, args);
  va_end (args);
  notes->n++;
}

/* Runs a program once. The trace is what it noted. */
static inline void
run_by_itself (ExplorerBody body,
               gpointer     user_data)
{
  ExplorerOptions options = { .replay = "e", .max_steps = 3000 };

  notes = g_new0 (Notes, 1);
  graded_explore (body, user_data, &options);
  for (guint i = 0; i < notes->n; i++)
    trace ("%s", notes->lines[i]);
  g_clear_pointer (&notes, g_free);
}
