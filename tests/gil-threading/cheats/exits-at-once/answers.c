/* SPDX-License-Identifier: MIT */

/*
 * What: ends the program as if all were well
 * Named: was exit() called?
 */

#include "questions.h"

#include <unistd.h>

static void
cheat (void)
{
  _exit (0);
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
