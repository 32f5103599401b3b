/* SPDX-License-Identifier: MIT */

/* The twin of lab312-p01-starts-at-once.py: an eager task starts inside the call that creates it. */

#include "eager_tasks.h"
#include "kit.h"
#include "runners.h"

static gpointer
job (gpointer   user_data,
     GError   **error)
{
  const char *name = user_data;

  trace ("%s start", name);
  if (kit_pause (1, error))
    trace ("%s end", name);

  return NULL;
}

static AsyncioTask *
create (const char  *name,
        GError     **error)
{
  return asyncio_create_task (asyncio_coroutine_new (job, (gpointer) name, NULL), error);
}

static gpointer
async_main (gpointer   user_data,
            GError   **error)
{
  AsyncioLoop *loop = asyncio_get_running_loop (error);
  g_autoptr (AsyncioTask) lazy = create ("lazy", error);
  g_autoptr (AsyncioTask) eager = NULL;
  g_autoptr (AsyncioTask) again = NULL;

  (void) user_data;

  trace ("main: lazy created");
  asyncio_loop_set_task_factory (loop, asyncio_eager_task_factory, NULL, NULL);
  eager = create ("eager", error);
  trace ("main: eager created, done %s", kit_done (eager));
  asyncio_loop_set_task_factory (loop, NULL, NULL, NULL);
  again = create ("again lazy", error);
  trace ("main: again lazy created");
  (void) asyncio_wait ((const gpointer[]) { lazy, eager, again }, 3, ASYNCIO_NO_TIMEOUT, ASYNCIO_ALL_COMPLETED, NULL, NULL,
                       error);

  return NULL;
}

int
main (void)
{
  kit_init ();
  asyncio_run (asyncio_coroutine_new (async_main, NULL, NULL), NULL);

  return 0;
}
