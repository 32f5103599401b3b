/* SPDX-License-Identifier: MIT */

/* The twin of lab312-202-cancelled-in-the-step.py: CancelledError and cancel() in the eager step. */

#include "eager_tasks.h"
#include "kit.h"
#include "runners.h"

static gpointer
raises (gpointer   user_data,
        GError   **error)
{
  (void) user_data;
  g_propagate_error (error, asyncio_error_new_cancelled (NULL));

  return NULL;
}

static gpointer
cancels_itself (gpointer   turns,
                GError   **error)
{
  trace ("cancel %s", trace_bool (asyncio_task_cancel (asyncio_current_task (NULL, NULL))));
  trace ("goes on");
  if (!kit_pause (GPOINTER_TO_UINT (turns), error))
    trace ("interrupted");
  else
    trace ("at the end");

  return NULL;
}

static gpointer
awaits_then (gpointer   fut,
             GError   **error)
{
  asyncio_task_cancel (asyncio_current_task (NULL, NULL));
  (void) asyncio_await (fut, error);
  if (*error != NULL)
    trace ("interrupted, the future is %s", trace_state (fut));

  return NULL;
}

static gpointer
cancels (gpointer   creator,
         GError   **error)
{
  (void) error;
  trace ("cancel the creator %s", trace_bool (asyncio_task_cancel (creator)));

  return NULL;
}

static gpointer
creator (gpointer   user_data,
         GError   **error)
{
  AsyncioTask *self = asyncio_current_task (NULL, NULL);
  g_autoptr (AsyncioTask) t = asyncio_create_task (asyncio_coroutine_new (cancels, self, NULL), error);

  (void) user_data;

  trace ("creator goes on, %s", kit_state (t));
  trace ("awaited a done task: %s", kit_text (asyncio_await (t, error)));
  if (!kit_pause (1, error))
    trace ("creator interrupted");

  return NULL;
}

static void
follow (AsyncioCoroutine  *coro,
        AsyncioFuture     *fut,
        GError           **error)
{
  g_autoptr (AsyncioTask) t = asyncio_create_task (coro, error);

  if (fut != NULL)
    trace ("created: %s | the future is %s", kit_state (t), trace_state (fut));
  else
    trace ("created: %s", kit_state (t));
  (void) asyncio_wait ((const gpointer[]) { t }, 1, ASYNCIO_NO_TIMEOUT, ASYNCIO_ALL_COMPLETED, NULL, NULL, error);
  trace ("then: %s", kit_state (t));
}

static gpointer
async_main (gpointer   user_data,
            GError   **error)
{
  AsyncioLoop *loop = asyncio_get_running_loop (error);
  g_autoptr (AsyncioFuture) fut = asyncio_loop_create_future (loop);
  g_autoptr (AsyncioTask) t = NULL;

  (void) user_data;

  asyncio_loop_set_task_factory (loop, asyncio_eager_task_factory, NULL, NULL);
  t = asyncio_create_task (asyncio_coroutine_new (raises, NULL, NULL), error);
  trace ("raises: %s", kit_state (t));
  for (guint turns = 0; turns < 2; turns++)
    follow (asyncio_coroutine_new (cancels_itself, GUINT_TO_POINTER (turns), NULL), NULL, error);
  follow (asyncio_coroutine_new (awaits_then, fut, NULL), fut, error);
  follow (asyncio_coroutine_new (creator, NULL, NULL), NULL, error);

  return NULL;
}

int
main (void)
{
  kit_init ();
  asyncio_run (asyncio_coroutine_new (async_main, NULL, NULL), NULL);

  return 0;
}
