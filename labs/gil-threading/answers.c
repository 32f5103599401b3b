/* SPDX-License-Identifier: MIT */

/*
 * GIL lab, part D: what can come of a program with two threads.
 *
 * Hand in this file. The questions are in questions.h, how to find the answers and how to write a witness is in README.md.
 */

#include "questions.h"

#ifdef SOLUTION
/* Two of four additions: one thread has loaded 0 before the other one has done both, and stores after it. Of those the first is
 * lost, and then two are left. With one switch more, one of its additions comes after that. */
static const Answer add_3_9[] = { { 4, "e" }, { 3, "e18.1-27.1" }, { 2, "e18.1" } };

/* There is no check point in it. */
static const Answer add_3_10[] = { { 4, "e" } };

/* The call is between load and store, and is a check point. */
static const Answer call[] = { { 4, "e" }, { 3, "e8.1-12.1" }, { 2, "e8.1" } };

/* Who loads has the lock until it has stored. That the GIL is given up in between does not matter then. */
static const Answer lock[] = { { 4, "e" } };

/* Both have seen 0; then both add, one after the other. If one adds before the other one has looked it is 1; and also if both
 * add at once. */
static const Answer check[] = { { 1, "e" }, { 2, "e12.1" } };

/* Who computes gives the GIL up in each round, and is the first to take it again: nobody forces a switch. */
static const Answer convoy[] = { { 0, "e" }, { 1, "e13.1" }, { 2, "e13.1-15.1" } };
#endif

const Answer *
answers_get (Question  question,
             guint    *n)
{
#ifdef SOLUTION
  static const struct { const Answer *answers; guint n; } all[N_QUESTIONS] = {
    [QUESTION_ADD_3_9] = { add_3_9, G_N_ELEMENTS (add_3_9) },
    [QUESTION_ADD_3_10] = { add_3_10, G_N_ELEMENTS (add_3_10) },
    [QUESTION_CALL] = { call, G_N_ELEMENTS (call) },
    [QUESTION_LOCK] = { lock, G_N_ELEMENTS (lock) },
    [QUESTION_CHECK] = { check, G_N_ELEMENTS (check) },
    [QUESTION_CONVOY] = { convoy, G_N_ELEMENTS (convoy) },
  };

  *n = all[question].n;

  return all[question].answers;
#else
  /* TODO: for each question all that x can be, and a schedule for each. */
  (void) question;
  *n = 0;

  return NULL;
#endif
}
