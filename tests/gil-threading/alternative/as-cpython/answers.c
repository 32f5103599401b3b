/* SPDX-License-Identifier: MIT */

/*
 * The answers in one list.
 */

#include "questions.h"

const Answer *
answers_get (Question  question,
             guint    *n)
{
  static const Answer all[] = { { 0, "e" }, { 1, "e13.1" }, { 2, "e13.1-15.1" },
                                { 2, "e18.1" }, { 3, "e18.1-27.1" }, { 4, "e" },
                                { 2, "e8.1" }, { 3, "e8.1-12.1" }, { 4, "e" }, { 1, "e" }, { 2, "e12.1" } };

  *n = question == QUESTION_ADD_3_10 || question == QUESTION_LOCK ? 1 : question == QUESTION_CHECK ? 2 : 3;

  switch (question)
    {
    case QUESTION_ADD_3_9:
      return all + 3;
    case QUESTION_ADD_3_10:
    case QUESTION_LOCK:
      return all + 5;
    case QUESTION_CALL:
      return all + 6;
    case QUESTION_CHECK:
      return all + 9;
    case QUESTION_CONVOY:
      return all;
    case N_QUESTIONS:
    default:
      *n = 0;
      return NULL;
    }
}
