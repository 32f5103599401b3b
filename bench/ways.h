/* SPDX-License-Identifier: MIT */
#pragma once

/*
 * Four ways to do several things at once, measured side by side: threads under a GIL, threads without one, asyncio's tasks,
 * processes. bench-ways.c says how it is used, docs/ways.md what came of it.
 *
 * A figure is a line of six fields with tabs between them, also where it is recorded (docs/ways.tsv):
 *
 *     ours   cpu          threads-gil  2     81234.0  80111.0
 *     who    what is done in which way  n     µs       µs of the processor, in all processes
 *
 * n is the number of workers or, of messages, their length in bytes, and the times are for all of the job or for one message.
 */

#include <glib.h>

/* The ways in which a job is done; the letter stands below their bars. */
typedef struct
{
  const char *id;
  const char *title;
  char letter;
} Way;

/* Who runs a job. */
enum
{
  WAY_THREADS_GIL,
  WAY_THREADS_FREE,
  WAY_TASKS,
  WAY_PROCESSES,
  N_WAYS,
};

extern const Way ways[N_WAYS];

#define N_CROWDS 4
extern const guint crowds[N_CROWDS];

#define N_LENGTHS 9
extern const gsize lengths[N_LENGTHS];

/* --- To measure ------------------------------------------------------------------------------------------- */

/* A moment: the clock, and what this process and children that were waited for have had of the processor, in µs. */
typedef struct
{
  gint64 wall;
  gint64 cpu;
} Moment;

Moment moment_now (void);

/* Prints a figure: what was done n_times since a moment. */
void moment_print_since (Moment      since,
                         const char *what,
                         const char *way,
                         gsize       n,
                         guint       n_times);

/* Names what processes are to call. Before mp_freeze_support(). */
void ways_register_jobs (void);
void ways_register_messages (void);

/* Measures once, and prints the figures; quick: so little that the figures mean nothing. */
gboolean ways_measure_jobs (gboolean   quick,
                            GError   **error);
gboolean ways_measure_messages (gboolean   quick,
                                GError   **error);

/* --- To show ------------------------------------------------------------------------------------------------ */

/* What was recorded. */
typedef struct
{
  GHashTable *wall; /* "who TAB what TAB way TAB n" -> (element-type double): the times of all runs, in µs */
  GHashTable *cpu;  /* the same, of the processor */
  GPtrArray *whos;  /* (element-type utf8): in the order in which they come */
} Figures;

/* Reads a recording. A line that begins with # is a remark. */
Figures *figures_read (const char  *path,
                       GError     **error);
void figures_free (Figures *self);

/* The median in µs; a negative number if there is none. */
double figures_get (GHashTable *table,
                    const char *who,
                    const char *what,
                    const char *way,
                    gsize       n);

/* A time or a length with as many digits and the unit that a reader wants. (transfer full) */
char *format_time (double us);
char *format_length (gsize bytes);
char *format_rate (gsize  bytes,
                   double us);

/* Tables in Markdown. (transfer full) */
char *ways_table (const Figures *figures);

/* Pictures. (transfer full) */
char *ways_draw_job (const Figures *figures,
                     const char    *what,
                     const char    *title);
char *ways_draw_messages (const Figures *figures);
