/* SPDX-License-Identifier: MIT */

/*
 * What: ends the program as if all were well
 * Named: was exit() called?
 */

#include "multiprocessing-private.h"

#include <unistd.h>

void
mp_freeze_support (int    *argc,
                   char ***argv)
{
  (void) argc;
  (void) argv;
  _exit (0);
}

pid_t
mp_popen (MpProcess  *process,
          int        *sentinel,
          GError    **error)
{
  (void) process;
  (void) sentinel;
  (void) error;

  return -1;
}
