/* SPDX-License-Identifier: MIT */
#pragma once

/**
 * @file
 * What a program of graded tests is made of.
 *
 * A graded test is a GLib test. It takes names and numbers from a *seed*, so that its trace cannot be known
 * beforehand, runs in virtual time, and writes a trace of what it saw. It does not know what is
 * right: whoever runs it compares the trace with that of the reference solution for the same seed.
 *
 * ~~~{.c}
 * // main returns a word. run() gives it to the caller.
 * static void
 * test_value (void)
 * {
 *   const char *word = seed_word ();
 *   ...
 *   trace ("run -> %s", (char *) asyncio_run (main_coroutine (word), &error));
 * }
 *
 * int
 * main (int argc, char **argv)
 * {
 *   graded_test_init (&argc, &argv);
 *   graded_test_add ("/3.7/run/value", test_value);
 *   return g_test_run ();
 * }
 * ~~~
 */

#include "trace.h"

G_BEGIN_DECLS

/**
 * Begins a program of graded tests; calls g_test_init().
 *
 * Besides GLib's options the program takes `--lab-seed=N` (with `-` for N it reads the seed, and the key of
 * the trace's seals if there is one, from standard input) and `--trace-fd=N`. Without the latter the trace is printed as TAP comments. With
 * `--record` besides, a recording of the whole program goes there, with the lines of the trace as marks; see asyncio_recording_start().
 *
 * @param argc  as main() got it
 * @param argv  as main() got it
 */
void graded_test_init (int    *argc,
                       char ***argv);

/**
 * Adds a test.
 *
 * Before it is called, the seed is set, the thread gets a virtual clock, and what the core logs goes into the trace;
 * the trace has a first line before the test and a last line after it.
 *
 * @param path  its name, as in the rubric; static
 * @param func  the test
 */
void graded_test_add (const char *path,
                      void      (*func) (void));

/** A number of the seed, from @p low up to and including @p high. */
int seed_int (int low,
              int high);

/** Whether or not, as the seed will have it. */
gboolean seed_bool (void);

/** A word of the seed; a different one each time in a test. @return static */
const char *seed_word (void);

/** An error of the seed: one of ValueError, OSError, TypeError, with a word as its message. @return (transfer full) */
GError *seed_error (void);

G_END_DECLS
