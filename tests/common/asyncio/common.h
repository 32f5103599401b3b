/* SPDX-License-Identifier: MIT */
#pragma once

/*
 * What the tests of the core have in common.
 *
 * Each test gets a fresh loop in virtual time. What happens is noted down, as one line of words that is compared as a
 * whole; so a test says what is to happen, in which order, and that nothing else does. When it is over, nothing may
 * be left: no note that was not looked at, no value that was not freed, and the loop is closed and must be freed
 * by that. As every future and task holds a reference to its loop, whatever a test or the core forgets shows there.
 */

#include <asyncio/asyncio.h>

/* --- Tests ------------------------------------------------------------------------ */

typedef struct
{
  const char *path;
  void (*func) (void);
} TestCase;

/* A program of tests; the cases must be static. */
int run_tests (int             argc,
               char          **argv,
               const TestCase *cases,
               gsize           n_cases);

/* The same with each test's loop as the current one of the thread, for what belongs to that when it is made. */
int run_tests_in_current_loop (int             argc,
                               char          **argv,
                               const TestCase *cases,
                               gsize           n_cases);

/* --- The loop ---------------------------------------------------------------------- */

/* The loop of the test that runs. What it reports goes into the notes: [message: error]. */
extern AsyncioLoop *loop;

/* Another one, with a virtual clock of its own or in real time. It must be given to end_loop(). */
AsyncioLoop *new_virtual_loop (void);
AsyncioLoop *new_real_loop (void);

/* Has the notes and the count of what is left include a loop that was made in another way. */
void watch_loop (AsyncioLoop *made);

/* Closes a loop and gives up the reference. */
void end_loop (AsyncioLoop *ended);

/* Replaces the test's loop by one in real time, for tests with threads and files. */
void use_real_time (void);

/* Closes the test's loop before the test is over. What the loop lets go of, it lets go of here. */
void close_loop (void);

/* Has the loop take so many turns. Time does not go on. */
void run_turns (guint n);

/* Runs the loop until nothing is left that could wake it; for virtual time. */
void run_to_the_end (void);

/* Runs the loop until the awaitable is done, and notes what came of it: its value or its error. */
void run_and_note (gpointer awaitable);

/* --- Notes -------------------------------------------------------------------------- */

/* Adds to the notes. */
void note (const char *format,
           ...) G_GNUC_PRINTF (1, 2);

/* Compares all notes since the last time with one line, and forgets them. */
#define assert_notes(expected) assert_notes_at (G_STRLOC, (expected))
void assert_notes_at (const char *location,
                      const char *expected);

/* What came of something: the error as Python prints it, else the value, which is text, or None. */
const char *outcome (gconstpointer value,
                     const GError *error);

/* Says "Class: message" of an error and clears it; "-" for none. */
const char *take_error (GError **error);

/* Compares an error with what Python would print, and clears it. */
#define assert_error(error, expected) g_assert_cmpstr (take_error (&(error)), ==, (expected))

/* The core warns, next and with nothing in between. assert_warned() says that it has. */
#define expect_warning(pattern) g_test_expect_message ("asyncio", G_LOG_LEVEL_WARNING, (pattern))
#define expect_critical(pattern) g_test_expect_message ("asyncio", G_LOG_LEVEL_CRITICAL, (pattern))
#define assert_warned() g_test_assert_expected_messages ()

/* An error to raise: ValueError with this message. */
GError *value_error (const char *message) G_GNUC_WARN_UNUSED_RESULT;

/* --- Values --------------------------------------------------------------------------- */

/* A value that must be freed exactly once. As text it is its name. */
gpointer value_new (const char *name) G_GNUC_WARN_UNUSED_RESULT;
void value_free (gpointer value);

/* How many are not freed. */
extern gint n_values;

/* --- Callbacks and coroutines ----------------------------------------------------------- */

/* A callback that notes its data, a text. */
void note_text (gpointer   text,
                GError   **error);

/* A done-callback that notes its data, a text. */
void note_done (AsyncioFuture  *future,
                gpointer        text,
                GError        **error);

/* A callback that stops the loop, whatever its data. */
void stop_loop (gpointer   unused,
                GError   **error);

/* A coroutine that awaits something, notes "name=outcome" and gives on what it got. */
AsyncioCoroutine *waits_for (const char *name,
                             gpointer    awaitable);

/* A coroutine that sleeps and returns its name. */
AsyncioCoroutine *sleeper (const char *name,
                           double      delay);

/*
 * Tries every way of cancelling two of several tasks: any two (also one of them twice), the first after any number of turns
 * and the second in the same turn or any later one. After each, what can run runs.
 *
 * start_all: (transfer full): makes what is to be tried, and tasks that use it
 * check: looks at what has become of them. Returns what is wrong, or NULL. Tasks that wait are cancelled afterwards
 */
void explore_cancellations (GPtrArray  *(*start_all) (void),
                            const char *(*check) (GPtrArray *tasks),
                            guint         n_turns);

/* Notes how a task ended: "finished" or "cancelled" with its outcome, or that it is pending. */
void note_task (AsyncioTask *task);

/* Makes a task of the test's loop. */
AsyncioTask *start (AsyncioCoroutine *coroutine) G_GNUC_WARN_UNUSED_RESULT;

/* The same for a task that nobody but the loop needs. */
void start_and_forget (AsyncioCoroutine *coroutine);
