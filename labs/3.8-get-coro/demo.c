/* SPDX-License-Identifier: MIT */

/*
 * A task of foo(), and its coroutine: before and after Python 3.8.
 */

#include "introspection.h"

/*
 * async def foo():
 *     await asyncio.sleep(1)
 */
static gpointer
foo (gpointer   user_data,
     GError   **error)
{
  (void) user_data;
  asyncio_sleep (1.0, error);

  return NULL;
}

/* Before: a task does not tell what it runs. Who wants to know has to keep the coroutine. */
static gboolean
before (GError **error)
{
  g_autoptr (AsyncioCoroutine) coroutine = asyncio_ref_sink (asyncio_coroutine_new (foo, NULL, NULL));
  g_autoptr (AsyncioTask) task = asyncio_create_task (coroutine, error);
  g_autofree char *repr = asyncio_repr (coroutine);

  if (task == NULL)
    return FALSE;

  g_print ("Before Python 3.8, kept beside the task: %s\n", repr);
  (void) asyncio_await (task, error);

  return *error == NULL;
}

/*
 * Since:
 *     task = asyncio.create_task(foo())
 *     print(task.get_coro())
 *     await task
 */
static gboolean
since (GError **error)
{
  g_autoptr (AsyncioTask) task = asyncio_create_task (asyncio_coroutine_new (foo, NULL, NULL), error);
  g_autofree char *repr = NULL;

  if (task == NULL)
    return FALSE;

  repr = asyncio_repr (asyncio_task_get_coro (task));
  g_print ("Since Python 3.8, task.get_coro(): %s\n", repr);
  (void) asyncio_await (task, error);
  asyncio_task_print_stack (task, ASYNCIO_NO_LIMIT, stdout);

  return *error == NULL;
}

static gpointer
async_main (gpointer   user_data,
            GError   **error)
{
  (void) user_data;

  if (before (error))
    since (error);

  return NULL;
}

int
main (void)
{
  g_autoptr (AsyncioLoop) loop = asyncio_new_event_loop ();
  g_autoptr (GError) error = NULL;
  g_autoptr (AsyncioCoroutine) too_early = asyncio_ref_sink (asyncio_coroutine_new (foo, NULL, NULL));

  /* The trap: no loop runs here, so nothing can become of a task. */
  (void) !asyncio_create_task (too_early, &error);
  g_print ("create_task() outside a running loop: %s\n", error != NULL ? error->message : "a task");
  g_clear_error (&error);
  asyncio_coroutine_close (too_early, NULL);

  asyncio_set_event_loop (loop);
  (void) asyncio_loop_run_until_complete (loop, asyncio_coroutine_new (async_main, NULL, NULL), &error);
  asyncio_set_event_loop (NULL);
  asyncio_loop_close (loop, NULL);

  if (error != NULL)
    {
      g_autofree char *what = asyncio_error_to_string (error);

      g_printerr ("%s\n", what);
      return 1;
    }

  return 0;
}
