/* SPDX-License-Identifier: MIT */
#pragma once

/**
 * @file
 * Graded tests that try every schedule of their threads.
 *
 * The program of such tests is called `explore-NAME.c`. It is judged as others are, by its trace; but instead of what happened once, the
 * trace tells what can happen: whether a schedule fails, and which outcomes there are.
 *
 * ~~~{.c}
 * static void
 * two_threads (gpointer user_data)          // run under each schedule
 * {
 *   ...
 *   explorer_outcome ("%s first", name);
 * }
 *
 * static void
 * test_two_threads (void)                   // run once
 * {
 *   graded_explore (two_threads, NULL, NULL);
 * }
 * ~~~
 */

#include "graded-test.h"

#include "explorer.h"

G_BEGIN_DECLS

/**
 * Begins a program of graded tests that are explored: explorer_init() and graded_test_init().
 *
 * @param argc  as main() got it
 * @param argv  as main() got it
 */
void graded_explore_init (int    *argc,
                          char ***argv);

/**
 * In a graded test: runs a program under every schedule, and traces what was found.
 *
 * The first line is "every schedule is correct", or what fails; the others are the outcomes, sorted. How many schedules there are is not told: a
 * solution is free to take other steps than the reference. Of a schedule that fails, the output has a token to run it again, and its table.
 *
 * What @p body does must not depend on the seed in the midst of it: seed_word() and the like are asked before, and trace() is not called
 * in @p body.
 *
 * @param body  the first thread of the program
 * @param user_data  what @p body gets
 * @param options  (nullable): how to search. It should be so that correct solutions in any style are searched to the end; what is not is
 *   no failure, but the outcomes may not be complete
 */
void graded_explore (ExplorerBody           body,
                     gpointer               user_data,
                     const ExplorerOptions *options);

G_END_DECLS
