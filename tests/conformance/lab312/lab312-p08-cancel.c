/* SPDX-License-Identifier: MIT */

/* The twin of lab312-p08-cancel.py: an eager task that has suspended is cancelled like any other. */

#include "eager_tasks.h"
#include "kit.h"
#include "runners.h"
#include "tasks-private.h"

static gpointer
blocks (gpointer   user_data,
        GError   **error)
{
  (void) user_data;

  trace ("blocks: start");
  (void) asyncio_sleep (3600, error);
  trace ("blocks: cleaned up");

  return NULL;
}

static gpointer
quick (gpointer   user_data,
       GError   **error)
{
  (void) user_data;
  (void) error;

  return (gpointer) "value";
}

static gpointer
async_main (gpointer   user_data,
            GError   **error)
{
  g_autoptr (AsyncioTask) t = NULL;
  g_autoptr (AsyncioTask) other = NULL;
  g_autoptr (GError) e = NULL;
  gboolean cancelled;

  (void) user_data;

  asyncio_loop_set_task_factory (asyncio_get_running_loop (error), asyncio_eager_task_factory, NULL, NULL);
  t = asyncio_create_task (asyncio_coroutine_new (blocks, NULL, NULL), error);
  cancelled = asyncio_task_cancel (t);
  trace ("cancel %s %s", trace_bool (cancelled), kit_state (t));
  (void) asyncio_await (t, &e);
  trace ("await raised %s, %s", trace_error (e), kit_state (t));

  other = asyncio_create_task (asyncio_coroutine_new (quick, NULL, NULL), error);
  cancelled = asyncio_task_cancel (other);
  trace ("cancel %s %s cancelling %u", trace_bool (cancelled), kit_state (other), other->num_cancels_requested);

  return NULL;
}

int
main (void)
{
  kit_init ();
  asyncio_run (asyncio_coroutine_new (async_main, NULL, NULL), NULL);

  return 0;
}
