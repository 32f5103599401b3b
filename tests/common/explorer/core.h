/* SPDX-License-Identifier: MIT */
#pragma once

/*
 * What the explored tests of the core have in common: a table of small programs, each of which is run under every schedule up to its bound.
 */

#include <explorer.h>

#include <asyncio/asyncio.h>

typedef struct
{
  const char *path;       /* of the test */
  ExplorerBody body;      /* its first thread */
  guint max_preemptions;  /* the bound, within which the search is complete */
  gboolean exhausted;     /* whether that is all there is: no schedule needs more */
  guint max_spurious;     /* how many wake-ups for no reason each schedule may have */
} CoreProgram;

/*
 * The main function. Each program is a test: no schedule may fail, nor log a warning.
 *
 * With "--report PATH" the program of that path is explored, and what came out is printed: the test of planted faults wants
 * to see a failure.
 */
int core_main (int                argc,
               char             **argv,
               const CoreProgram *programs,
               guint              n);

/* In a program: warnings that match one of the patterns are expected. Static, ends with NULL. */
void core_expect_warnings (const char *const *patterns);
/* How many there were so far. */
guint core_count_warnings (void);

/* A loop whose end is that of the program: closes it, and gives up the reference. */
void core_end_loop (AsyncioLoop *loop);

/* Something that must be freed once, in whatever thread; what it is given to gets core_token_free(). */
typedef struct
{
  int n_freed; /* atomic */
} CoreToken;

void core_token_free (gpointer token);
guint core_token_n_freed (CoreToken *token);

/* A flag for which a thread can block. */
typedef struct
{
  GMutex lock;
  GCond changed;
  gboolean is_open; /* lock */
} CoreGate;

void core_gate_open (CoreGate *self);
void core_gate_pass (CoreGate *self);
