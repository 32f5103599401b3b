/* SPDX-License-Identifier: MIT */
#pragma once

/**
 * @file
 * The explorer: runs a small program with threads under every schedule.
 *
 * A test of thread code that passes says little: the machine tried one of thousands of orders, and mostly the same. The
 * explorer tries them all. The program's threads are coroutines in one thread of the system. Before each operation that threads
 * can notice of each other (a lock, a wait, an atomic variable) it decides who goes on, and when the program has come to its end
 * it starts it again and decides otherwise.
 *
 * ~~~{.c}
 * static void
 * counter (gpointer user_data)              // the first thread; called once for each schedule
 * {
 *   int n = 0;
 *   GThread *other = g_thread_new ("other", increment, &n);
 *
 *   increment (&n);
 *   g_thread_join (other);
 *   g_assert_cmpint (n, ==, 2);
 * }
 *
 * explorer_assert_correct (counter, NULL, NULL);
 * ~~~
 *
 * The program is not changed for this. It is compiled with `-fsanitize=thread` and linked with the explorer, which takes the
 * place of the sanitizer's library, and of GLib's and the system's threads, locks and clocks.
 *
 * **What it must be.** Apart from the order of its threads it does the same each time: no real time, no random numbers, no input. Global
 * variables are put back before each schedule.
 *
 * **What is searched.** First all schedules without a preemption (a thread that could go on is made to wait), then those with one, with two, and so
 * on up to a bound: nearly all bugs need few (Musuvathi and Qadeer, "Iterative context bounding", 2007), and the first failure
 * found has the least. Schedules that differ only in the order of operations which have nothing to do with each other are
 * tried once. The memory model is sequential consistency, with data races found by vector clocks whatever the schedule: in a program without
 * races there is no difference (but for atomic operations weaker than sequentially consistent, which are not weakened here).
 */

#include <glib.h>

G_BEGIN_DECLS

/** The first thread of a program. It is called once for each schedule. */
typedef void (*ExplorerBody) (gpointer user_data);

/** What was found. */
typedef enum
{
  EXPLORER_CORRECT,        /**< nothing */
  EXPLORER_ASSERTION,      /**< an assertion failed */
  EXPLORER_DEADLOCK,       /**< threads wait for each other */
  EXPLORER_LOST_WAKE_UP,   /**< a thread waits for a signal that was sent when nobody waited */
  EXPLORER_LIVELOCK,       /**< the program does not end */
  EXPLORER_RACE,           /**< two threads use memory, one of them writes, and nothing orders them */
  EXPLORER_USE_AFTER_FREE, /**< memory is used that another operation has freed */
  EXPLORER_MISUSE,         /**< unlock by who does not hold the lock, a held lock destroyed, and the like */
  EXPLORER_THREAD_LEFT,    /**< the first thread has ended and another one waits for ever */
  EXPLORER_LIMIT,          /**< more threads or objects than the explorer has room for */
  EXPLORER_NOT_REPEATABLE, /**< the program did something else under the same schedule */
} ExplorerVerdict;

/** How to search. Zero in a field means the value that is given here. */
typedef struct
{
  guint max_preemptions;    /**< 2; #EXPLORER_UNBOUNDED for all there are */
  gboolean no_preemption;   /**< only schedules in which threads are never preempted */
  guint64 max_schedules;    /**< 10,000,000 */
  guint max_steps;          /**< 20,000 operations in one schedule: more is a livelock */
  guint max_spurious;       /**< how many spurious wake-ups a schedule may have: 0 */
  guint64 random_schedules; /**< instead of searching: so many random ones (PCT) */
  guint64 seed;             /**< for random ones */
  guint random_depth;       /**< how many changes of priority a random schedule has: 3 */
  const char *replay;       /**< (nullable) instead of searching: the schedule of this token */
  gboolean all_failures;    /**< a schedule that fails is an outcome like others, "deadlock" for example, and the search goes on */
  gboolean at_once;         /**< begins with the highest bound instead of raising it step by step: less work if nothing fails */
  gboolean every_order;     /**< tries equivalent schedules as well: to check that leaving them out loses nothing */
} ExplorerOptions;

/** For #ExplorerOptions.max_preemptions: as many as there are. */
#define EXPLORER_UNBOUNDED G_MAXUINT

/** What came of a search. */
typedef struct
{
  ExplorerVerdict verdict; /**< what was found */
  guint64 n_schedules;   /**< that were run */
  guint64 n_steps;       /**< operations in all of them */
  guint preemptions;     /**< the bound that was searched last; of a failure, how many it needs */
  gboolean complete;     /**< every schedule within the bound was tried, or is equivalent to one that was */
  gboolean exhausted;    /**< there are no schedules beyond the bound either */
  char *message;         /**< (nullable) what went wrong, in one line */
  char *token;           /**< (nullable) the schedule that failed, for #ExplorerOptions.replay */
  char *table;           /**< (nullable) the schedule that failed: a column for each thread, a row for each step */
  GHashTable *outcomes;  /**< what explorer_outcome() told: text -> token of the first schedule with it */
} ExplorerReport;

/**
 * Takes the explorer's options from a command line. To be called first in main(), before g_test_init().
 *
 * - `--replay TOKEN` runs only the schedule that a failure has told;
 * - `--explore-bound N` searches with up to N preemptions, whatever the test says, and with `all` to the end;
 * - `--explore-random N,SEED` runs N random schedules instead of searching.
 *
 * They change what explorer_assert_correct() and explorer_assert_finds() do. What is wrong in them ends the process with status 2.
 *
 * @param argc  (inout)
 * @param argv  (inout): what is taken is removed from it
 */
void explorer_init (int    *argc,
                    char ***argv);

/**
 * Explores a program.
 *
 * @param body  its first thread
 * @param user_data  what @p body gets
 * @param options  (nullable): how to search
 * @return (transfer full): what was found, see explorer_report_free()
 */
ExplorerReport *explorer_explore (ExplorerBody           body,
                                  gpointer               user_data,
                                  const ExplorerOptions *options);

/**
 * Explores a program as the command line and the environment have it: a schedule that is to be replayed, another bound.
 *
 * @return (transfer full): as of explorer_explore()
 */
ExplorerReport *explorer_explore_as_told (ExplorerBody           body,
                                          gpointer               user_data,
                                          const ExplorerOptions *options);

/** Of a schedule that failed: what went wrong, and its table. @return (transfer full) */
char *explorer_report_explain (const ExplorerReport *report);

/** Frees a report. */
void explorer_report_free (ExplorerReport *report);

/**
 * For tests: explores a program and aborts with the schedule if there is one that fails, or if the search did not come to its end.
 *
 * A run of the test program with `--replay TOKEN` (see explorer_init()), or `EXPLORER_REPLAY=TOKEN` in its environment, runs that
 * schedule only. It goes on if that schedule does not fail any more.
 */
void explorer_assert_correct (ExplorerBody           body,
                              gpointer               user_data,
                              const ExplorerOptions *options);

/**
 * For tests: explores a program that is wrong, and aborts if this is not found.
 *
 * @return (transfer full): the report
 */
ExplorerReport *explorer_assert_finds (ExplorerBody           body,
                                       gpointer               user_data,
                                       const ExplorerOptions *options,
                                       ExplorerVerdict        verdict);

/** In a thread of the program: tells what came out under this schedule, for the report's set of outcomes. */
void explorer_outcome (const char *format,
                       ...) G_GNUC_PRINTF (1, 2);

/** In a thread of the program: one of @p n possibilities, each of which will be tried. @return a number below @p n */
guint explorer_choose (guint n);

/** In a thread of the program: fails this schedule. Does not return. */
void explorer_fail (const char *format,
                    ...) G_GNUC_PRINTF (1, 2) G_GNUC_NORETURN;

/**
 * In a thread of the program: does what exit() would do first, and calls what was given to atexit(), the latest first.
 *
 * A program that is explored does not end with the process, so nobody else does.
 */
void explorer_run_exit_handlers (void);

/** Whether the calling code is a thread of a program that is being explored. */
gboolean explorer_is_exploring (void);

/** Whether memory is watched that libraries free: not where AddressSanitizer has taken the place of free(). */
gboolean explorer_sees_all_of_free (void);

/** The name of a verdict, "deadlock" for example. */
const char *explorer_verdict_to_string (ExplorerVerdict verdict);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (ExplorerReport, explorer_report_free)

G_END_DECLS
