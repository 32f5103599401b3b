/* SPDX-License-Identifier: MIT */
#pragma once

/*
 * Running `lab` as its users do, for tests of its commands.
 */

#include <gio/gio.h>

/* A run of the program, in a world of its own: TMPDIR is a folder that must be empty again afterwards. */
typedef struct
{
  char *folder;        /* for the test to write to */
  char *tmpdir;        /* where `lab` puts its temporary files */
  const char *wrapper; /* (nullable) a program that runs `lab` in its turn */
  int status;          /* the exit status, or -N for signal N */
  char *out;
  char *err;
} LabRunner;

void lab_runner_init (LabRunner *self);

/* Checks that nothing is left in TMPDIR and that no process is left that has to do with it. */
void lab_runner_clear (LabRunner *self);

/* Runs `lab` with arguments, ended by NULL, and waits for it. */
void lab_runner_run (LabRunner  *self,
                     const char *argument,
                     ...) G_GNUC_NULL_TERMINATED;

/* A path in the test's folder. (transfer full) */
char *lab_runner_path (LabRunner  *self,
                       const char *name);

/* Whether this machine has a level of the sandbox; marks the test as skipped if not. */
gboolean lab_runner_has_level (LabRunner *self,
                               int        level);

/* Waits until something holds, as another process makes it so; fails if that takes a minute. */
void lab_runner_wait_until (gboolean (*holds) (gpointer data),
                            gpointer data);

/* The number of processes in whose command line a text is. */
guint lab_count_processes (const char *text);

#define lab_assert_contains(text, part) \
  g_assert_cmpstr (strstr ((text), (part)) != NULL ? (part) : (text), ==, (part))
