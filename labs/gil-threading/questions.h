/* SPDX-License-Identifier: MIT */
#pragma once

/**
 * @file
 * GIL lab, part D: what can come of a program with two threads. The programs are in questions.c, which is given; your
 * answers go to answers.c.
 *
 * Each program is run by two threads on a bare mutex for a GIL (#PY_GIL_BARE): at each check point the thread gives it up, and
 * a schedule decides who has it next. Nothing of this depends on your gil.c.
 */

#include "pystate.h"

G_BEGIN_DECLS

/** What is asked. In all but the last one the result is what `x` is when both threads have ended; it is 0 at first. */
typedef enum
{
  QUESTION_ADD_3_9,  /**< each thread: `x += 1; x += 1`, with check points everywhere */
  QUESTION_ADD_3_10, /**< the same, with check points at jumps and calls */
  QUESTION_CALL,     /**< each thread: `x = x + one(); x = x + one()`, with check points at jumps and calls */
  QUESTION_LOCK,     /**< each thread: `with lock: x = x + one()`, twice, with check points at jumps and calls */
  QUESTION_CHECK,    /**< each thread: `if x < 1: x += 1`, with check points everywhere */
  QUESTION_CONVOY,   /**< one thread waits for something outside, which takes no time, and counts that, twice; the other one
                          computes for three rounds of a loop. How far has the first one got when the second one is done?
                          Check points at jumps and calls */
  N_QUESTIONS,       /**< how many there are */
} Question;

/** A possible result, and how it comes about. */
typedef struct
{
  int result;          /**< the result */
  const char *witness; /**< the token of a schedule that leads to it */
} Answer;

/**
 * Part D. The answers to a question: each possible result once, and none that is not.
 *
 * @param question  the question
 * @param n  (out): how many results there are
 * @return (transfer none) (array length=n): the results, in any order
 */
const Answer *answers_get (Question  question,
                           guint    *n);

/** Given. The name of a question: "add-3.9". @return static */
const char *question_get_name (Question question);

/**
 * Given. The program of a question.
 *
 * @param question  the question
 * @return (transfer full)
 */
PyModule *question_new_module (Question question);

/**
 * Given. Runs both threads of a question, under one schedule.
 *
 * @param question  the question
 * @param module  its program
 * @return the result
 */
int question_run (Question        question,
                  const PyModule *module);

G_END_DECLS
