/* SPDX-License-Identifier: MIT */
#pragma once

/*
 * Running hostile.c in the sandbox, at each level that the machine has.
 */

#include "sandbox.h"
#include "workspace.h"

/* The program is where the grader has its programs, in a workspace. Its name is in the command line of all its processes. */
extern LabWorkspace *workspace;
extern char *program;

/* By their levels; NULL is one that this machine does not have, and why. */
extern LabSandbox *sandboxes[3];
extern char *why_not[3];

/* None of the programs is given the time that a test gets. */
extern const LabLimits small_limits;

/* What a test does with a sandbox, on a loop. */
typedef struct
{
  LabSandbox *sandbox;
  const char *const *arguments;
  const char *writable;
  LabLimits limits;
  gboolean has_trace;
  gboolean has_children;
  LabRunResult result;
  GError *error;
} Run;

/* What must become of a program. */
typedef struct
{
  const char *arguments[3];
  LabRunEnd end;
  int value;
  guint n_survivors;
} Case;

/* Compiles the program, and makes the sandboxes and their loop. */
void hostile_begin (void);
void hostile_end (void);

/* The number of processes of the program. */
guint count_processes (void);

/* The body of a coroutine that does a Run, its data. */
gpointer run_body (gpointer   user_data,
                   GError   **error);

/* Runs a coroutine on the loop to which the sandboxes belong. */
void on_loop (AsyncioCoroutine *coroutine);

/* Runs programs side by side, and waits until all have ended and nothing of them runs any more. (element-type Run) */
void run_all (int        level,
              GPtrArray *runs);

/* Runs the program with arguments and small limits. */
void run (Run               *self,
          int                level,
          const char *const *arguments);

/* Side by side, as those of a submission. */
void run_cases (int         level,
                const Case *cases,
                gsize       n);
