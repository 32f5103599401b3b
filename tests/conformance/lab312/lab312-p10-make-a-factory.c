/* SPDX-License-Identifier: MIT */

/* The twin of lab312-p10-make-a-factory.py: an eager factory with a constructor of its own; a loop that is not used; one
 * that does not run. */

#include "eager_tasks.h"
#include "kit.h"
#include "runners.h"

static AsyncioTask *
noted (AsyncioLoop         *loop,
       AsyncioCoroutine    *coro,
       const char          *name,
       AsyncioContextVars  *context,
       gboolean             eager_start,
       gpointer             user_data,
       GError             **error)
{
  (void) user_data;
  trace ("constructor got eager_start %s", trace_bool (eager_start));

  return asyncio_task_new_full (loop, coro, name, context, eager_start, error);
}

static gpointer
job (gpointer   user_data,
     GError   **error)
{
  trace ("%s start", (const char *) user_data);
  (void) kit_pause (1, error);

  return NULL;
}

static AsyncioCoroutine *
new_job (const char *name)
{
  return asyncio_coroutine_new (job, (gpointer) name, NULL);
}

static gpointer
async_main (gpointer   user_data,
            GError   **error)
{
  AsyncioLoop *loop = asyncio_get_running_loop (error);
  g_autoptr (AsyncioTask) t = asyncio_create_task (new_job ("on run's own loop"), error);
  g_autoptr (AsyncioTask) other = NULL;

  (void) user_data;

  trace ("created");
  (void) asyncio_await (t, error);
  asyncio_loop_set_task_factory (loop, asyncio_eager_task_factory, asyncio_create_eager_task_factory (noted, NULL, NULL),
                                 asyncio_eager_task_factory_free);
  other = asyncio_create_task (new_job ("own class"), error);
  trace ("created Noted");
  asyncio_loop_set_task_factory (loop, NULL, NULL, NULL);
  (void) asyncio_await (other, error);

  return NULL;
}

int
main (void)
{
  g_autoptr (AsyncioLoop) other = NULL;
  g_autoptr (AsyncioTask) t = NULL;
  g_autoptr (GError) error = NULL;

  kit_init ();
  other = asyncio_new_event_loop ();
  asyncio_loop_set_task_factory (other, asyncio_eager_task_factory, NULL, NULL);
  asyncio_run (asyncio_coroutine_new (async_main, NULL, NULL), NULL);
  t = asyncio_loop_create_task (other, new_job ("loop not running"), &error);
  trace ("created");
  (void) asyncio_loop_run_until_complete (other, t, &error);
  g_assert_no_error (error);
  asyncio_loop_close (other, NULL);

  return 0;
}
