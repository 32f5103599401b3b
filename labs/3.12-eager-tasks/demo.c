/* SPDX-License-Identifier: MIT */

/*
 * A task of foo(), before and after Python 3.12: lazily it starts when main() waits, eagerly in the middle of create_task().
 */

#include "eager_tasks.h"

/*
 * async def foo():
 *     print("Foo started")
 *     await asyncio.sleep(1)
 *     print("Foo finished")
 */
static gpointer
foo (gpointer   user_data,
     GError   **error)
{
  (void) user_data;

  g_print ("  Foo started\n");
  if (asyncio_sleep (1.0, error))
    g_print ("  Foo finished\n");

  return NULL;
}

/*
 * async def main():
 *     task = asyncio.create_task(foo())
 *     print("Main goes on")
 *     await task
 */
static gpointer
async_main (gpointer   user_data,
            GError   **error)
{
  g_autoptr (AsyncioTask) task = asyncio_create_task (asyncio_coroutine_new (foo, NULL, NULL), error);

  (void) user_data;

  g_print ("  Main goes on\n");
  if (task != NULL)
    (void) asyncio_await (task, error);

  return NULL;
}

/*
 * async def eager_main():
 *     asyncio.get_running_loop().set_task_factory(asyncio.eager_task_factory)
 *     await main()
 */
static gpointer
eager_main (gpointer   user_data,
            GError   **error)
{
  asyncio_loop_set_task_factory (asyncio_get_running_loop (error), asyncio_eager_task_factory, NULL, NULL);

  return async_main (user_data, error);
}

/* asyncio.run(main()), as far as this needs it: a loop of its own, whatever loops there are. */
static gboolean
run (AsyncioCoroutineFunc   main,
     GError               **error)
{
  g_autoptr (AsyncioLoop) loop = asyncio_new_event_loop ();
  g_autoptr (GError) raised = NULL;

  asyncio_set_event_loop (loop);
  (void) asyncio_loop_run_until_complete (loop, asyncio_coroutine_new (main, NULL, NULL), &raised);
  asyncio_set_event_loop (NULL);
  asyncio_loop_close (loop, NULL);

  if (raised == NULL)
    return TRUE;

  g_propagate_error (error, g_steal_pointer (&raised));
  return FALSE;
}

/*
 * loop = asyncio.new_event_loop()
 * loop.set_task_factory(asyncio.eager_task_factory)
 * asyncio.run(main())
 */
static gboolean
run_beside_an_eager_loop (GError **error)
{
  g_autoptr (AsyncioLoop) loop = asyncio_new_event_loop ();
  gboolean ok;

  asyncio_loop_set_task_factory (loop, asyncio_eager_task_factory, NULL, NULL);
  asyncio_set_event_loop (loop);
  ok = run (async_main, error);
  asyncio_loop_close (loop, NULL);

  return ok;
}

int
main (void)
{
  g_autoptr (GError) error = NULL;
  gboolean ok;

  g_print ("Before Python 3.12, lazily:\n");
  ok = run (async_main, &error);

  if (ok)
    {
      g_print ("Since Python 3.12, with the eager task factory set in main():\n");
      ok = run (eager_main, &error);
    }

  /* The trap: run() makes a loop of its own, which has no factory. */
  if (ok)
    {
      g_print ("With the factory set on a loop that run() does not use:\n");
      ok = run_beside_an_eager_loop (&error);
    }

  if (!ok)
    {
      g_autofree char *what = asyncio_error_to_string (error);

      g_printerr ("%s\n", what);
      return 1;
    }

  return 0;
}
