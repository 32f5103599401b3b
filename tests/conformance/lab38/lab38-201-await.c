/* SPDX-License-Identifier: MIT */

/* The twin of lab38-201-await.py: only a suspended coroutine awaits something. */

#include "introspection.h"
#include "kit.h"
#include "runners.h"

static AsyncioCoroutine *o;
static AsyncioCoroutine *i;

static const char *
what (AsyncioCoroutine *coro)
{
  gpointer awaited = asyncio_coroutine_get_await (coro);

  if (awaited == NULL)
    return "nothing";

  return asyncio_iscoroutine (awaited) ? asyncio_coroutine_get_name (awaited) : "a future";
}

static void
look (const char *when)
{
  trace ("%s outer awaits %s inner awaits %s", when, what (o), what (i));
}

static gpointer
inner (gpointer   fut,
       GError   **error)
{
  look ("inner runs:");
  asyncio_await (fut, error);
  look ("inner goes on:");

  return NULL;
}

static gpointer
outer (gpointer   user_data,
       GError   **error)
{
  (void) user_data;
  asyncio_await (i, error);
  look ("outer goes on:");

  return NULL;
}

static gpointer
async_main (gpointer   user_data,
            GError   **error)
{
  g_autoptr (AsyncioFuture) fut = asyncio_loop_create_future (asyncio_get_running_loop (NULL));
  g_autoptr (AsyncioTask) task = NULL;

  (void) user_data;

  i = asyncio_ref_sink (asyncio_coroutine_new (inner, fut, NULL));
  o = asyncio_ref_sink (asyncio_coroutine_new (outer, NULL, NULL));
  task = asyncio_create_task (o, error);
  look ("created:");
  kit_pause (1, error);
  look ("suspended:");
  asyncio_future_set_result (fut, NULL, NULL, error);
  look ("to be woken:");
  asyncio_await (task, error);
  look ("over:");

  asyncio_unref (o);
  asyncio_unref (i);

  return NULL;
}

int
main (void)
{
  kit_init ();
  asyncio_run (asyncio_coroutine_new (async_main, NULL, NULL), NULL);

  return 0;
}
