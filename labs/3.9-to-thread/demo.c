/* SPDX-License-Identifier: MIT */

/*
 * A function that blocks, called in a thread: before and since Python 3.9.
 */

#include "to-thread.h"

/*
 * def blocking_io():
 *     time.sleep(2)
 *     print("Blocking IO finished")
 */
static gpointer
blocking_io (gpointer   user_data,
             GError   **error)
{
  (void) user_data;
  (void) error;

  g_usleep (2 * G_USEC_PER_SEC);
  g_print ("Blocking IO finished\n");

  return NULL;
}

/* Shows that the loop goes on meanwhile. */
static gpointer
ticker (gpointer   user_data,
        GError   **error)
{
  (void) user_data;

  for (int i = 0; i < 3; i++)
    {
      g_print ("tick\n");
      if (!asyncio_sleep (0.1, error))
        return NULL;
    }

  return NULL;
}

/*
 * Before:
 *     loop = asyncio.get_running_loop()
 *     await loop.run_in_executor(None, blocking_io)
 */
static gboolean
before (GError **error)
{
  AsyncioLoop *loop = asyncio_get_running_loop (error);
  g_autoptr (AsyncioFuture) future = NULL;

  future = asyncio_loop_run_in_default_executor (loop, blocking_io, NULL, NULL, NULL, error);
  if (future != NULL)
    (void) asyncio_await (future, error);

  return *error == NULL;
}

/*
 * Since:
 *     await asyncio.to_thread(blocking_io)
 */
static gboolean
since (GError **error)
{
  (void) asyncio_to_thread (blocking_io, NULL, NULL, NULL, error);

  return *error == NULL;
}

static gpointer
async_main (gpointer   user_data,
            GError   **error)
{
  static gboolean (*const ways[]) (GError **error) = { before, since };
  static const char *const titles[] = {
    "Before Python 3.9, loop.run_in_executor():",
    "Since Python 3.9, asyncio.to_thread():",
  };

  (void) user_data;

  for (guint i = 0; i < G_N_ELEMENTS (ways); i++)
    {
      g_autoptr (AsyncioTask) task = asyncio_create_task (asyncio_coroutine_new (ticker, NULL, NULL), error);

      if (task == NULL)
        return NULL;
      g_print ("%s\n", titles[i]);
      if (!ways[i] (error))
        {
          asyncio_task_cancel (task);
          return NULL;
        }
      (void) asyncio_await (task, error);
    }

  return NULL;
}

int
main (void)
{
  g_autoptr (AsyncioLoop) loop = asyncio_new_event_loop ();
  g_autoptr (GError) error = NULL;

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
