/* SPDX-License-Identifier: MIT */

/* The twin of lab312-p03-raises-at-once.py: an error in the eager step stays in the task. */

#include "eager_tasks.h"
#include "kit.h"
#include "runners.h"

static gpointer
fails (gpointer   user_data,
       GError   **error)
{
  (void) user_data;
  trace ("fails: raising");
  g_set_error_literal (error, ASYNCIO_ERROR, ASYNCIO_ERROR_VALUE, "boom");

  return NULL;
}

static gpointer
async_main (gpointer   user_data,
            GError   **error)
{
  AsyncioLoop *loop = asyncio_get_running_loop (error);
  g_autoptr (GError) e = NULL;
  AsyncioTask *t;

  (void) user_data;

  trace_exception_handler (loop);
  asyncio_loop_set_task_factory (loop, asyncio_eager_task_factory, NULL, NULL);
  t = asyncio_create_task (asyncio_coroutine_new (fails, NULL, NULL), error);
  trace ("created: %s", kit_state (t));
  (void) asyncio_await (t, &e);
  trace ("await raised %s", trace_error (e));
  asyncio_unref (t);

  t = asyncio_create_task (asyncio_coroutine_new (fails, NULL, NULL), error);
  trace ("dropping it");
  asyncio_unref (t);
  if (kit_pause (1, error))
    trace ("end");

  return NULL;
}

int
main (void)
{
  kit_init ();
  asyncio_run (asyncio_coroutine_new (async_main, NULL, NULL), NULL);

  return 0;
}
