/* SPDX-License-Identifier: MIT */

/*
 * Two workers, before and after Python 3.11: when all goes well, and when one fails.
 */

#include "taskgroups.h"

typedef struct
{
  const char *name;
  double seconds;
  gboolean fails;
} Worker;

/*
 * async def worker(name):
 *     await asyncio.sleep(1)
 *     print(f"Worker {name} done")
 */
static gpointer
worker (gpointer   user_data,
        GError   **error)
{
  const Worker *self = user_data;

  if (!asyncio_sleep (self->seconds, error))
    {
      g_print ("Worker %s cancelled\n", self->name);
      return NULL;
    }

  if (self->fails)
    g_set_error (error, ASYNCIO_ERROR, ASYNCIO_ERROR_VALUE, "worker %s", self->name);
  else
    g_print ("Worker %s done\n", self->name);

  return NULL;
}

static AsyncioCoroutine *
new_worker (const Worker *self)
{
  return asyncio_coroutine_new (worker, (gpointer) self, NULL);
}

/* Before: await asyncio.gather(worker("A"), worker("B")) */
static gboolean
before (const Worker  *workers,
        GError       **error)
{
  g_autoptr (AsyncioFuture) all = asyncio_gather (error, new_worker (&workers[0]), new_worker (&workers[1]), NULL);

  return all != NULL && asyncio_await (all, error) != NULL;
}

/*
 * Since:
 *     async with asyncio.TaskGroup() as group:
 *         group.create_task(worker("A"))
 *         group.create_task(worker("B"))
 */
static void
block (AsyncioTaskGroup  *group,
       gpointer           user_data,
       GError           **error)
{
  const Worker *workers = user_data;

  for (int i = 0; i < 2; i++)
    {
      g_autoptr (AsyncioTask) task = asyncio_task_group_create_task (group, new_worker (&workers[i]), error);

      if (task == NULL)
        return;
    }
}

static gboolean
since (const Worker  *workers,
       GError       **error)
{
  return asyncio_task_group_run (block, (gpointer) workers, error);
}

static void
show (const char  *what,
      gboolean   (*run) (const Worker *workers, GError **error),
      const Worker *workers)
{
  g_autoptr (GError) error = NULL;
  g_autofree char *text = NULL;

  g_print ("%s\n", what);
  if (!run (workers, &error))
    {
      text = asyncio_error_to_string (error);
      g_print ("raised %s\n", text);
    }
}

static gpointer
async_main (gpointer   user_data,
            GError   **error)
{
  static const Worker good[] = { { "A", 1.0, FALSE }, { "B", 1.0, FALSE } };
  static const Worker bad[] = { { "C", 0.5, TRUE }, { "D", 1.0, FALSE } };

  (void) user_data;

  show ("Before Python 3.11: gather()", before, good);
  show ("Since Python 3.11: a TaskGroup", since, good);

  show ("Before, and C fails: what becomes of D?", before, bad);
  g_print ("... main goes on\n");
  if (!asyncio_sleep (1.0, error))
    return NULL;
  show ("Since, and C fails", since, bad);
  g_print ("... main goes on\n");

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
