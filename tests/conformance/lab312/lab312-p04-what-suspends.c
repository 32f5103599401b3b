/* SPDX-License-Identifier: MIT */

/* The twin of lab312-p04-what-suspends.py: the eager step goes on through awaits that do not suspend, and ends at the
 * first that does. */

#include "eager_tasks.h"
#include "kit.h"
#include "runners.h"

typedef struct
{
  AsyncioFuture *done;
  AsyncioFuture *pending;
} Steps;

static gpointer
nothing (gpointer   user_data,
         GError   **error)
{
  (void) user_data;
  (void) error;

  return (gpointer) "coroutine";
}

static gpointer
steps (gpointer   user_data,
       GError   **error)
{
  Steps *self = user_data;

  trace ("steps: %s", (const char *) asyncio_await (asyncio_coroutine_new (nothing, NULL, NULL), error));
  trace ("steps: %s", (const char *) asyncio_await (self->done, error));
  if (!kit_pause (1, error))
    return NULL;
  trace ("steps: after sleep(0)");
  trace ("steps: %s", (const char *) asyncio_await (self->pending, error));

  return (gpointer) "end";
}

static gpointer
async_main (gpointer   user_data,
            GError   **error)
{
  AsyncioLoop *loop = asyncio_get_running_loop (error);
  g_autoptr (AsyncioFuture) done = asyncio_loop_create_future (loop);
  g_autoptr (AsyncioFuture) pending = asyncio_loop_create_future (loop);
  g_autoptr (AsyncioTask) t = NULL;

  (void) user_data;

  asyncio_loop_set_task_factory (loop, asyncio_eager_task_factory, NULL, NULL);
  asyncio_future_set_result (done, (gpointer) "done future", NULL, error);
  t = asyncio_create_task (kit_coroutine (steps, Steps, done, pending), error);
  trace ("main: created %s", kit_state (t));
  if (!kit_pause (3, error))
    return NULL;
  trace ("main: waits for the pending one %s", kit_state (t));
  asyncio_future_set_result (pending, (gpointer) "pending future", NULL, error);
  trace ("main: set, not woken yet");
  trace ("main: got %s", (const char *) asyncio_await (t, error));

  return NULL;
}

int
main (void)
{
  kit_init ();
  asyncio_run (asyncio_coroutine_new (async_main, NULL, NULL), NULL);

  return 0;
}
