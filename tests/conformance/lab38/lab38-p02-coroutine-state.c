/* SPDX-License-Identifier: MIT */

/* The twin of lab38-p02-coroutine-state.py: through get_coro() one sees what the coroutine is doing. */

#include "introspection.h"
#include "kit.h"
#include "runners.h"

static const char *
look (AsyncioTask *task)
{
  static const char *const states[] = { "CREATED", "RUNNING", "SUSPENDED", "CLOSED" };

  return states[asyncio_coroutine_get_state (asyncio_task_get_coro (task))];
}

static gpointer
body (gpointer   user_data,
      GError   **error)
{
  (void) user_data;

  trace ("body: %s", look (asyncio_current_task (NULL, NULL)));
  if (!kit_pause (1, error))
    return NULL;
  trace ("body again: %s", look (asyncio_current_task (NULL, NULL)));

  return NULL;
}

static gpointer
async_main (gpointer   user_data,
            GError   **error)
{
  AsyncioTask *t = asyncio_create_task (asyncio_coroutine_new (body, NULL, NULL), error);

  (void) user_data;

  trace ("created: %s", look (t));
  kit_pause (1, error);
  trace ("first await: %s", look (t));
  asyncio_await (t, error);
  trace ("done: %s %s", look (t), kit_state (t));
  asyncio_unref (t);

  t = asyncio_create_task (asyncio_coroutine_new (body, NULL, NULL), error);
  kit_pause (1, error);
  asyncio_task_cancel (t);
  trace ("cancel requested: %s", look (t));
  asyncio_wait ((const gpointer[]) { t }, 1, ASYNCIO_NO_TIMEOUT, ASYNCIO_ALL_COMPLETED, NULL, NULL, error);
  trace ("cancelled: %s %s", look (t), kit_state (t));
  asyncio_unref (t);

  return NULL;
}

int
main (void)
{
  kit_init ();
  asyncio_run (asyncio_coroutine_new (async_main, NULL, NULL), NULL);

  return 0;
}
