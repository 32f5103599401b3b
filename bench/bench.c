/* SPDX-License-Identifier: MIT */

/*
 * What the workloads have in common.
 */

#include "bench.h"

#include <stdlib.h>

void
bench_check (const GError *error)
{
  g_autofree char *text = NULL;

  if (error == NULL)
    return;

  text = asyncio_error_to_string (error);
  g_printerr ("bench-core: %s\n", text);
  exit (1);
}

void
bench_close_loop (Work *work)
{
  g_autoptr (GError) error = NULL;

  asyncio_loop_close (work->loop, &error);
  bench_check (error);
  g_clear_pointer (&work->loop, asyncio_loop_unref);
}

void
bench_run_main_named (AsyncioCoroutineFunc  main,
                      Work                 *work,
                      const char           *name)
{
  g_autoptr (GError) error = NULL;

  work->loop = asyncio_new_event_loop ();
  asyncio_loop_run_until_complete (work->loop, asyncio_coroutine_new_full (main, work, NULL, NULL, name, G_STRLOC), &error);
  bench_check (error);
  bench_close_loop (work);
}

void
bench_run_callback (AsyncioCallback  first,
                    Work            *work)
{
  g_autoptr (GError) error = NULL;

  work->loop = asyncio_new_event_loop ();
  asyncio_loop_call_soon (work->loop, first, work, NULL, &error);
  bench_check (error);
  asyncio_loop_run_forever (work->loop, &error);
  bench_check (error);
  bench_close_loop (work);
}

guint
bench_share (guint n,
             guint n_workers,
             guint worker)
{
  return n / n_workers + (worker < n % n_workers ? 1 : 0);
}

gboolean
bench_spawn (guint                  n,
             AsyncioCoroutineFunc   func,
             gpointer             (*get_data) (Work *work, guint i),
             GDestroyNotify         data_destroy,
             Work                  *work,
             GError               **error)
{
  g_autoptr (GPtrArray) tasks = g_ptr_array_new_full (n, asyncio_unref);
  g_autoptr (AsyncioFuture) all = NULL;

  for (guint i = 0; i < n; i++)
    {
      AsyncioTask *task = asyncio_create_task (asyncio_coroutine_new (func, get_data (work, i), data_destroy), error);

      if (task == NULL)
        return FALSE;
      g_ptr_array_add (tasks, task);
    }

  all = asyncio_gatherv (tasks->pdata, n, FALSE, error);

  return all != NULL && asyncio_await (all, error) != NULL;
}
