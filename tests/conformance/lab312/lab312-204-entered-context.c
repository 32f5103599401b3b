/* SPDX-License-Identifier: MIT */

/* The twin of lab312-204-entered-context.py: a context that is entered already cannot be entered again. */

#include "eager_tasks.h"
#include "kit.h"

#include <string.h>

static gpointer
job (gpointer   name,
     GError   **error)
{
  (void) error;
  trace ("%s runs", (const char *) name);

  return NULL;
}

static gpointer
attempt (gpointer   ctx,
         GError   **error)
{
  AsyncioLoop *loop = asyncio_get_running_loop (error);
  g_autoptr (AsyncioCoroutine) coro = asyncio_ref_sink (asyncio_coroutine_new (job, (gpointer) "must not", NULL));
  g_autoptr (AsyncioTask) task = NULL;
  g_autoptr (GPtrArray) tasks = NULL;
  g_autoptr (GError) e = NULL;

  task = asyncio_loop_create_task_with_context (loop, coro, ctx, &e);
  if (task != NULL)
    {
      asyncio_task_cancel (task);
      trace ("created");
    }
  else
    {
      *strchr (e->message, ':') = '\0';
      trace ("create_task raised %s", e->message);
      (void) asyncio_coroutine_close (coro, error);
    }
  tasks = asyncio_all_tasks (NULL, NULL);
  trace ("current task is None: %s | tasks %u", trace_bool (asyncio_current_task (NULL, NULL) == NULL), tasks->len);

  return NULL;
}

static void
callback (gpointer   user_data,
          GError   **error)
{
  g_autoptr (AsyncioContextVars) ctx = asyncio_copy_context ();

  (void) user_data;
  (void) asyncio_context_run (ctx, attempt, ctx, error);
}

int
main (void)
{
  g_autoptr (AsyncioLoop) loop = NULL;
  g_autoptr (AsyncioTask) lazy = NULL;

  kit_init ();
  loop = kit_new_loop ();
  asyncio_loop_set_task_factory (loop, asyncio_eager_task_factory, NULL, NULL);
  asyncio_loop_call_soon (loop, callback, NULL, NULL, NULL);
  asyncio_loop_call_soon (loop, kit_stop, loop, NULL, NULL);
  asyncio_loop_run_forever (loop, NULL);
  lazy = asyncio_loop_create_task (loop, asyncio_coroutine_new (job, (gpointer) "a later task", NULL), NULL);
  asyncio_loop_call_soon (loop, kit_stop, loop, NULL, NULL);
  asyncio_loop_run_forever (loop, NULL);
  trace ("done %s", kit_done (lazy));
  asyncio_set_event_loop (NULL);
  asyncio_loop_close (loop, NULL);

  return 0;
}
