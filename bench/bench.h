/* SPDX-License-Identifier: MIT */
#pragma once

/*
 * What the workloads have in common.
 *
 * A workload does the same thing many times, and counts how often it was done where it happens: in the task that was woken,
 * in the callback that was called. main() compares that with what was asked for, so a benchmark that is fast
 * because it does nothing fails. Each workload exists once more in Python, under the same name: workloads.py.
 */

#include <asyncio/asyncio.h>

/* What a workload is to do, and what it has done. */
typedef struct
{
  guint n;           /* how many operations there are to do */
  guint done;        /* how many were done */
  AsyncioLoop *loop; /* where: bench_run_main() and bench_run_callback() set it */
} Work;

typedef struct
{
  const char *name;
  guint n;         /* how many operations it does if nothing else is said */
  gboolean warm;   /* whether it is done once before it is measured, so that what is made once is there */
  void (*func) (Work *work);
} Workload;

/* Each list ends with a workload without a name. */
extern const Workload bench_task_workloads[];
extern const Workload bench_loop_workloads[];

/* The lists that this program has, and NULL. */
extern const Workload *const bench_lists[];

/* Ends the program with a message unless there is no error. */
void bench_check (const GError *error);

/* Runs a coroutine, which gets the work, in a loop of its own. */
#define bench_run_main(main, work) bench_run_main_named ((main), (work), G_STRINGIFY (main))
void bench_run_main_named (AsyncioCoroutineFunc  main,
                           Work                 *work,
                           const char           *name);

/* Closes work->loop and gives it up; for workloads that make their loop themselves. */
void bench_close_loop (Work *work);

/* Runs a loop of its own from a first callback, which gets the work, until asyncio_loop_stop(). */
void bench_run_callback (AsyncioCallback  first,
                         Work            *work);

/* The share of a worker when n operations are done by so many. */
guint bench_share (guint n,
                   guint n_workers,
                   guint worker);

/* Makes n tasks of a coroutine function, the data of each being what get_data gives for its number, and awaits them all. */
gboolean bench_spawn (guint                  n,
                      AsyncioCoroutineFunc   func,
                      gpointer             (*get_data) (Work *work, guint i),
                      GDestroyNotify         data_destroy,
                      Work                  *work,
                      GError               **error);
