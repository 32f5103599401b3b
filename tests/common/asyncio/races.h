/* SPDX-License-Identifier: MIT */
#pragma once

/*
 * What the tests of races have in common.
 *
 * Such a program is compiled with ThreadSanitizer only. Each test runs in a process of its own, because a report makes the process
 * fail. No race in them depends on who comes first: what is reported is that nothing decides it.
 */

#include "threads.h"

typedef struct
{
  const char *path;
  void (*func) (void); /* with a loop in real time */

  /* What is to be reported, and what it must name, as patterns; nothing, if all is in order. */
  const char *report;
  const char *places[3];
} RaceCase;

#define DATA_RACE "*WARNING: ThreadSanitizer: data race*"
#define LOCK_ORDER "*WARNING: ThreadSanitizer: lock-order-inversion*"

/* Where it was: a function of the test, as the innermost frame. */
#define AT(function) "*#0 " function " *test-races*.c:*"

/* A program of tests; the cases must be static. */
int run_race_tests (int              argc,
                    char           **argv,
                    const RaceCase  *cases,
                    gsize            n_cases);

/* Has two threads do something each, at the same time as far as anybody knows. */
void both (GThreadFunc one,
           GThreadFunc other,
           gpointer    data);

/* A flag that tells another thread how far this one is, and on purpose orders nothing else. */
void raise_flag (gint *flag);
void watch_flag (gint *flag);
