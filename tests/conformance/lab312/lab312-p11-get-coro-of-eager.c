/* SPDX-License-Identifier: MIT */

/* The twin of lab312-p11-get-coro-of-eager.py: a task that finished in its eager step has no coroutine any more. */

#include "eager_tasks.h"
#include "introspection.h"
#include "kit.h"
#include "runners.h"

static gpointer
pause_once (gpointer   user_data,
            GError   **error)
{
  (void) user_data;
  (void) kit_pause (1, error);

  return NULL;
}

static gpointer
quick (gpointer   user_data,
       GError   **error)
{
  (void) user_data;
  (void) error;
  trace ("inside its eager step: is None %s", trace_bool (asyncio_task_get_coro (asyncio_current_task (NULL, NULL)) == NULL));

  return NULL;
}

static gpointer
async_main (gpointer   user_data,
            GError   **error)
{
  g_autoptr (AsyncioCoroutine) coro = asyncio_ref_sink (asyncio_coroutine_new (pause_once, NULL, NULL));
  g_autoptr (AsyncioTask) t = NULL;
  g_autoptr (AsyncioTask) other = NULL;

  (void) user_data;

  asyncio_loop_set_task_factory (asyncio_get_running_loop (error), asyncio_eager_task_factory, NULL, NULL);
  t = asyncio_create_task (coro, error);
  trace ("suspended: same %s", trace_bool (asyncio_task_get_coro (t) == coro));
  (void) asyncio_await (t, error);
  trace ("finished later: same %s", trace_bool (asyncio_task_get_coro (t) == coro));
  other = asyncio_create_task (asyncio_coroutine_new (quick, NULL, NULL), error);
  trace ("finished eagerly: is None %s", trace_bool (asyncio_task_get_coro (other) == NULL));

  return NULL;
}

int
main (void)
{
  kit_init ();
  asyncio_run (asyncio_coroutine_new (async_main, NULL, NULL), NULL);

  return 0;
}
