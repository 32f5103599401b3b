/* SPDX-License-Identifier: MIT */

/* The twin of lab312-p02-done-at-once.py: a coroutine that never suspends is finished when create_task returns. */

#include "eager_tasks.h"
#include "kit.h"
#include "runners.h"

static gpointer
value (gpointer   user_data,
       GError   **error)
{
  (void) user_data;
  (void) error;

  return (gpointer) "42";
}

static void
on_done (AsyncioFuture  *t,
         gpointer        user_data,
         GError        **error)
{
  (void) t;
  (void) user_data;
  (void) error;
  trace ("done callback");
}

static gpointer
async_main (gpointer   user_data,
            GError   **error)
{
  AsyncioLoop *loop = asyncio_get_running_loop (error);
  g_autoptr (AsyncioTask) t = NULL;

  (void) user_data;

  asyncio_loop_set_task_factory (loop, asyncio_eager_task_factory, NULL, NULL);
  asyncio_loop_call_soon (loop, kit_trace, (gpointer) "a callback queued before", NULL, error);
  t = asyncio_create_task (asyncio_coroutine_new (value, NULL, NULL), error);
  trace ("created: %s", kit_state (t));
  asyncio_future_add_done_callback (ASYNCIO_FUTURE (t), on_done, NULL, NULL);
  trace ("await gives %s", (const char *) asyncio_await (t, error));
  trace ("main did not suspend");
  if (kit_pause (1, error))
    trace ("main suspended once");

  return NULL;
}

int
main (void)
{
  kit_init ();
  asyncio_run (asyncio_coroutine_new (async_main, NULL, NULL), NULL);

  return 0;
}
