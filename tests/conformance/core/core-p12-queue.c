/* SPDX-License-Identifier: MIT */

/* The twin of core-p12-queue.py: queues of the three kinds. Their items are the texts "0", "1", ... instead of numbers. */

#include "kit.h"

#include <string.h>

static AsyncioQueue *q;

static gpointer
producer (gpointer   user_data,
          GError   **error)
{
  static const char *const items[] = { "0", "1", "2", "3" };

  (void) user_data;

  for (guint i = 0; i < G_N_ELEMENTS (items); i++)
    {
      if (!asyncio_queue_put (q, (gpointer) items[i], error))
        return NULL;
      trace ("put %s size %u", items[i], asyncio_queue_qsize (q));
    }

  return NULL;
}

static gpointer
consumer (gpointer   user_data,
          GError   **error)
{
  (void) user_data;

  for (guint i = 0; i < 4; i++)
    {
      const char *got;

      if (!kit_sleep (1, error))
        return NULL;
      got = asyncio_queue_get (q, error);
      if (got == NULL)
        return NULL;
      trace ("got %s", got);
      asyncio_queue_task_done (q, NULL);
    }

  return NULL;
}

static gpointer
joiner (gpointer   user_data,
        GError   **error)
{
  (void) user_data;

  if (asyncio_queue_join (q, error))
    trace ("join returns");

  return NULL;
}

static int
compare_texts (gconstpointer a,
               gconstpointer b,
               gpointer      user_data)
{
  (void) user_data;

  return strcmp (a, b);
}

static void
try_kind (const char   *name,
          AsyncioQueue *made)
{
  static const char *const items[] = { "2", "3", "1" };
  g_autoptr (AsyncioQueue) k = made;
  g_autoptr (GPtrArray) got = g_ptr_array_new ();

  for (guint i = 0; i < G_N_ELEMENTS (items); i++)
    asyncio_queue_put_nowait (k, (gpointer) items[i], NULL);
  for (guint i = 0; i < G_N_ELEMENTS (items); i++)
    g_ptr_array_add (got, asyncio_queue_get_nowait (k, NULL));
  trace ("%s %s", name, kit_row (got));
}

static gpointer
async_main (gpointer   user_data,
            GError   **error)
{
  g_autoptr (AsyncioTask) p = NULL;
  g_autoptr (AsyncioTask) c = NULL;
  g_autoptr (AsyncioTask) j = NULL;
  g_autoptr (GError) e = NULL;

  (void) user_data;

  q = asyncio_queue_new (2, NULL);
  p = kit_spawn (asyncio_coroutine_new (producer, NULL, NULL));
  c = kit_spawn (asyncio_coroutine_new (consumer, NULL, NULL));
  if (!kit_pause (1, error))
    return NULL;
  j = kit_spawn (asyncio_coroutine_new (joiner, NULL, NULL));
  trace ("full %s", trace_bool (asyncio_queue_full (q)));
  if (!asyncio_queue_put_nowait (q, "9", &e) && g_error_matches (e, ASYNCIO_ERROR, ASYNCIO_ERROR_QUEUE_FULL))
    trace ("QueueFull");
  g_clear_error (&e);
  if (!asyncio_wait ((gpointer[]) { p, c, j }, 3, ASYNCIO_NO_TIMEOUT, ASYNCIO_ALL_COMPLETED, NULL, NULL, error))
    return NULL;
  if (asyncio_queue_get_nowait (q, &e) == NULL && g_error_matches (e, ASYNCIO_ERROR, ASYNCIO_ERROR_QUEUE_EMPTY))
    trace ("QueueEmpty");
  g_clear_error (&e);
  if (!asyncio_queue_task_done (q, &e))
    trace ("error %s", trace_error (e));
  try_kind ("LifoQueue", asyncio_lifo_queue_new (0, NULL));
  try_kind ("PriorityQueue", asyncio_priority_queue_new (0, compare_texts, NULL, NULL));

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
