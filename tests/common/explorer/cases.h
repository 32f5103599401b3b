/* SPDX-License-Identifier: MIT */
#pragma once

/*
 * Small programs with all that can come of them. What a stand-in does is compared with the real function: a program that does not fail is
 * also run without the explorer, with the system's threads, and what comes of it then must be one of the outcomes that were found.
 */

#include <explorer.h>

typedef struct
{
  const char *path;
  ExplorerBody body;
  ExplorerVerdict verdict;
  const char *expected; /* the outcomes, in their order and with " | " between them; of one that fails, a part of the message */
  gboolean only_explored; /* what the real functions do depends on the machine */
} Case;

/* Adds a test for each. */
void add_cases (const Case *cases,
                guint       n_cases);

/* In place of explorer_outcome(): also without the explorer. */
void outcome (const char *format,
              ...) G_GNUC_PRINTF (1, 2);
