/* SPDX-License-Identifier: MIT */

/* The twin of core-207-queue-join.py: when join() returns. */

#include "kit.h"

static AsyncioQueue *q;

static gpointer
joiner (gpointer   user_data,
        GError   **error)
{
  const char *name = user_data;

  if (asyncio_queue_join (q, error))
    trace ("%s joined, size %u", name, asyncio_queue_qsize (q));
  else
    trace ("%s cancelled", name);

  return NULL;
}

static void
put_nowait (int item)
{
  g_assert_true (asyncio_queue_put_nowait (q, GINT_TO_POINTER (item), NULL));
}

static gpointer
async_main (gpointer   user_data,
            GError   **error)
{
  g_autoptr (AsyncioTask) a = NULL;
  g_autoptr (AsyncioTask) b = NULL;
  g_autoptr (AsyncioTask) c = NULL;
  g_autoptr (AsyncioTask) d = NULL;
  g_autoptr (GError) e = NULL;
  int first, second;

  (void) user_data;

  q = asyncio_queue_new (0, NULL);
  if (!asyncio_queue_join (q, error))
    return NULL;
  trace ("join of an empty queue returns");

  put_nowait (0);
  put_nowait (1);
  a = kit_spawn (asyncio_coroutine_new (joiner, "A", NULL));
  b = kit_spawn (asyncio_coroutine_new (joiner, "B", NULL));
  c = kit_spawn (asyncio_coroutine_new (joiner, "C", NULL));
  if (!kit_pause (1, error))
    return NULL;
  first = GPOINTER_TO_INT (asyncio_queue_get (q, error));
  second = GPOINTER_TO_INT (asyncio_queue_get (q, error));
  trace ("got %d %d empty %s", first, second, trace_bool (asyncio_queue_empty (q)));
  if (!kit_pause (2, error))
    return NULL;
  asyncio_task_cancel (c);
  if (!kit_pause (2, error))
    return NULL;
  asyncio_queue_task_done (q, error);
  if (!kit_pause (2, error))
    return NULL;
  put_nowait (2);
  asyncio_queue_task_done (q, error);
  if (!kit_pause (2, error))
    return NULL;
  trace ("one is not done: A %s B %s C %s", kit_done (a), kit_done (b), kit_done (c));
  asyncio_queue_task_done (q, error);
  put_nowait (3);
  trace ("all done, and one more put in");
  if (!kit_pause (2, error))
    return NULL;
  trace ("A %s B %s", kit_done (a), kit_done (b));
  d = kit_spawn (asyncio_coroutine_new (joiner, "D", NULL));
  if (!kit_pause (2, error))
    return NULL;
  trace ("D %s", kit_done (d));
  asyncio_queue_task_done (q, error);
  if (!kit_pause (2, error))
    return NULL;
  trace ("D %s size %u", kit_done (d), asyncio_queue_qsize (q));
  if (!asyncio_queue_task_done (q, &e))
    trace ("error %s", trace_error (e));

  asyncio_queue_unref (q);

  return NULL;
}

int
main (void)
{
  kit_init ();
  kit_run (asyncio_coroutine_new (async_main, NULL, NULL));

  return 0;
}
