/* SPDX-License-Identifier: MIT */

/*
 * Work in threads at the end of a program, and a lock at its beginning: before and after.
 */

#include "shutdown.h"

/* What a thread takes its time for. */
static int n_saved; /* atomic */

/*
 * def save():
 *     time.sleep(0.05)
 *     ...
 */
static gpointer
save (gpointer   user_data,
      GError   **error)
{
  (void) user_data;
  (void) error;

  g_usleep (50 * 1000);
  g_atomic_int_inc (&n_saved);

  return NULL;
}

/* Before: whoever starts work in a thread keeps its future, and waits for it in the end. What is forgotten is lost. */
static gboolean
before (AsyncioLoop  *loop,
        GError      **error)
{
  g_autoptr (AsyncioFuture) saving = asyncio_loop_run_in_executor (loop, NULL, save, NULL, NULL, NULL, error);

  if (saving == NULL)
    return FALSE;

  (void) asyncio_await (saving, error);
  g_print ("Before, main waits for each of them: saved %d\n", g_atomic_int_get (&n_saved));

  return *error == NULL;
}

/*
 * Since:
 *     loop.run_in_executor(None, save)
 *     await loop.shutdown_default_executor()
 */
static gboolean
since (AsyncioLoop  *loop,
       GError      **error)
{
  g_autoptr (AsyncioFuture) forgotten = asyncio_loop_run_in_executor (loop, NULL, save, NULL, NULL, NULL, error);

  if (forgotten == NULL || !asyncio_loop_shutdown_default_executor (loop, error))
    return FALSE;

  g_print ("Since, the loop waits for all of them: saved %d\n", g_atomic_int_get (&n_saved));

  return TRUE;
}

/*
 * lock = asyncio.Lock()        # at the top of the module
 *
 * async def second():
 *     async with lock:
 *         print("...")
 */
static AsyncioLock *lock;

static gpointer
second (gpointer   user_data,
        GError   **error)
{
  (void) user_data;

  if (!asyncio_lock_acquire (lock, error))
    return NULL;
  g_print ("A lock that was made before the loop: the second one has it, too\n");
  asyncio_lock_release (lock, NULL);

  return NULL;
}

static gboolean
wait_for_lock (GError **error)
{
  g_autoptr (AsyncioTask) task = NULL;

  if (!asyncio_lock_acquire (lock, error))
    return FALSE;
  task = asyncio_create_task (asyncio_coroutine_new (second, NULL, NULL), error);
  if (task == NULL || !asyncio_sleep (0, error))
    return FALSE;
  asyncio_lock_release (lock, NULL);
  (void) asyncio_await (task, error);

  return *error == NULL;
}

static gpointer
async_main (gpointer   user_data,
            GError   **error)
{
  AsyncioLoop *loop = asyncio_get_running_loop (error);
  g_autoptr (GError) refused = NULL;

  (void) user_data;

  if (!wait_for_lock (error) || !before (loop, error) || !since (loop, error))
    return NULL;

  (void) !asyncio_loop_run_in_executor (loop, NULL, save, NULL, NULL, NULL, &refused);
  g_print ("run_in_executor() after that: %s\n", refused != NULL ? refused->message : "a future");

  return NULL;
}

int
main (void)
{
  g_autoptr (AsyncioLoop) loop = NULL;
  g_autoptr (GError) error = NULL;

  lock = asyncio_lock_new ();

  /* What run() does. Its clean-up steps are where it calls the shutdown by itself. */
  loop = asyncio_new_event_loop ();
  asyncio_set_event_loop (loop);
  (void) asyncio_loop_run_until_complete (loop, asyncio_coroutine_new (async_main, NULL, NULL), &error);
  asyncio_loop_run_cleanup_steps (loop, error == NULL ? &error : NULL);
  asyncio_set_event_loop (NULL);
  asyncio_loop_close (loop, NULL);

  asyncio_lock_unref (lock);

  if (error != NULL)
    {
      g_autofree char *what = asyncio_error_to_string (error);

      g_printerr ("%s\n", what);
      return 1;
    }

  return 0;
}
