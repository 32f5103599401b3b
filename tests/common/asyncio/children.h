/* SPDX-License-Identifier: MIT */
#pragma once

/*
 * What the tests with child processes have in common: what would end a test, or change the process for the tests after it, is
 * done by a child.
 */

#include <glib.h>

/* How a child ended. */
typedef struct
{
  int status; /* as waitpid() tells it */
  char *err;  /* what it wrote to its standard error */
} Child;

/* Runs a scenario in a child, which is a copy of this process and exits with 0 if the scenario comes to its end. It leaves no core.
 * Valgrind does not count what it does wrong, but still says how it died, in the log of the test. */
Child run_in_child (void (*scenario) (void));

void child_clear (Child *self);

/* It exited, with this value. */
void assert_exited (const Child *self,
                    int          value);

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Child, child_clear)
