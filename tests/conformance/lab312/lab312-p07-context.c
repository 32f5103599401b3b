/* SPDX-License-Identifier: MIT */

/* The twin of lab312-p07-context.py: the eager step runs in the context of the task. */

#include "eager_tasks.h"
#include "kit.h"
#include "runners.h"

static AsyncioContextVar *var;

static const char *
get (void)
{
  return asyncio_context_var_get (var, NULL);
}

static void
set (const char *value)
{
  asyncio_context_var_set (var, (gpointer) value, NULL, NULL);
}

static gpointer
job (gpointer   user_data,
     GError   **error)
{
  (void) user_data;

  trace ("job sees %s", get ());
  set ("job's");
  if (kit_pause (1, error))
    trace ("job later sees %s", get ());

  return NULL;
}

static gpointer
async_main (gpointer   user_data,
            GError   **error)
{
  AsyncioLoop *loop = asyncio_get_running_loop (error);
  g_autoptr (AsyncioContextVars) ctx = NULL;
  g_autoptr (AsyncioTask) t = NULL;
  g_autoptr (AsyncioTask) other = NULL;

  (void) user_data;

  asyncio_loop_set_task_factory (loop, asyncio_eager_task_factory, NULL, NULL);
  set ("main's");
  t = asyncio_create_task (asyncio_coroutine_new (job, NULL, NULL), error);
  trace ("main sees %s", get ());
  set ("main's second");
  (void) asyncio_await (t, error);
  ctx = asyncio_context_new ();
  other = asyncio_loop_create_task_with_context (loop, asyncio_coroutine_new (job, NULL, NULL), ctx, error);
  trace ("main sees %s | the given context has %s", get (), (const char *) asyncio_context_get (ctx, var));
  (void) asyncio_await (other, error);

  return NULL;
}

int
main (void)
{
  kit_init ();
  var = asyncio_context_var_new_with_default ("var", (gpointer) "default", NULL);
  asyncio_run (asyncio_coroutine_new (async_main, NULL, NULL), NULL);
  asyncio_context_var_unref (var);

  return 0;
}
