/* SPDX-License-Identifier: MIT */

/*
 * Workloads of eager tasks, each beside the same one with lazy tasks. A program of its own, as it needs lab 3.12: what it
 * prints is what bench-core prints of other workloads.
 *
 *     many       a task that does nothing, of 100,000 that are made before the first is awaited
 *     one        the same, each awaited before the next one is made
 *     yield      a task with one sleep(0), of 1,000 that are suspended at the same time
 */

#include "bench.h"

#include "eager_tasks.h"

#define YIELDING 1000

static gpointer
trivial (gpointer   user_data,
         GError   **error)
{
  Work *work = user_data;

  (void) error;
  work->done++;

  return NULL;
}

static gpointer
yield_once (gpointer   user_data,
            GError   **error)
{
  Work *work = user_data;

  if (asyncio_sleep (0, error))
    work->done++;

  return NULL;
}

/* Makes n tasks, and then awaits them. */
static gboolean
create_and_await (Work                  *work,
                  guint                  n,
                  AsyncioCoroutineFunc   func,
                  GError               **error)
{
  g_autoptr (GPtrArray) tasks = g_ptr_array_new_full (n, asyncio_unref);

  for (guint i = 0; i < n && *error == NULL; i++)
    g_ptr_array_add (tasks, asyncio_create_task (asyncio_coroutine_new (func, work, NULL), error));
  for (guint i = 0; i < tasks->len && *error == NULL; i++)
    (void) asyncio_await (tasks->pdata[i], error);

  return *error == NULL;
}

static gpointer
many_main (gpointer   user_data,
           GError   **error)
{
  Work *work = user_data;

  (void) create_and_await (work, work->n, trivial, error);

  return NULL;
}

static gpointer
one_main (gpointer   user_data,
          GError   **error)
{
  Work *work = user_data;

  for (guint i = 0; i < work->n && create_and_await (work, 1, trivial, error); i++)
    continue;

  return NULL;
}

static gpointer
yield_main (gpointer   user_data,
            GError   **error)
{
  Work *work = user_data;
  guint left = work->n;

  while (left > 0 && create_and_await (work, MIN (left, YIELDING), yield_once, error))
    left -= MIN (left, YIELDING);

  return NULL;
}

/* --- Each of them lazily and eagerly ------------------------------------------------------ */

static AsyncioCoroutineFunc eager_main_body;

static gpointer
eager_main (gpointer   user_data,
            GError   **error)
{
  Work *work = user_data;

  asyncio_loop_set_task_factory (work->loop, asyncio_eager_task_factory, NULL, NULL);

  return eager_main_body (user_data, error);
}

static void
run_eagerly (AsyncioCoroutineFunc  main,
             Work                 *work)
{
  eager_main_body = main;
  bench_run_main (eager_main, work);
}

static void
many_lazy (Work *work)
{
  bench_run_main (many_main, work);
}

static void
many_eager (Work *work)
{
  run_eagerly (many_main, work);
}

static void
one_lazy (Work *work)
{
  bench_run_main (one_main, work);
}

static void
one_eager (Work *work)
{
  run_eagerly (one_main, work);
}

static void
yield_lazy (Work *work)
{
  bench_run_main (yield_main, work);
}

static void
yield_eager (Work *work)
{
  run_eagerly (yield_main, work);
}

static const Workload workloads[] = {
  { "many-lazy", 100000, TRUE, many_lazy },
  { "many-eager", 100000, TRUE, many_eager },
  { "one-lazy", 200000, TRUE, one_lazy },
  { "one-eager", 200000, TRUE, one_eager },
  { "yield-lazy", 100000, TRUE, yield_lazy },
  { "yield-eager", 100000, TRUE, yield_eager },
  { NULL, 0, FALSE, NULL },
};

const Workload *const bench_lists[] = { workloads, NULL };
