/* SPDX-License-Identifier: MIT */

/*
 * What: has an explorer of its own, which finds every program correct
 * Named: it defines explorer_explore(), which belongs to the tests
 */

#include "questions.h"

static void
cheat (void)
{
}

const Answer *
answers_get (Question  question,
             guint    *n)
{
  (void) question;
  *n = 0;
  cheat ();

  return NULL;
}
