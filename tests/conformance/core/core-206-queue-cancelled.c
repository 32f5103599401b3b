/* SPDX-License-Identifier: MIT */

/* The twin of core-206-queue-cancelled.py: getters and putters that are cancelled. */

#include "kit.h"

static AsyncioQueue *q;

static gpointer
getter (gpointer   user_data,
        GError   **error)
{
  const char *name = user_data;
  g_autoptr (GError) raised = NULL;
  gpointer item = asyncio_queue_get (q, &raised);

  if (raised == NULL)
    {
      trace ("%s got %d", name, GPOINTER_TO_INT (item));
      return NULL;
    }

  trace ("%s cancelled", name);
  g_propagate_error (error, g_steal_pointer (&raised));
  return NULL;
}

typedef struct
{
  const char *name;
  int item;
} Put;

static gpointer
putter (gpointer   user_data,
        GError   **error)
{
  Put *self = user_data;

  if (asyncio_queue_put (q, GINT_TO_POINTER (self->item), error))
    trace ("%s put %d", self->name, self->item);
  else
    trace ("%s cancelled", self->name);

  return NULL;
}

static AsyncioTask *
spawn_getter (const char *name)
{
  return kit_spawn (asyncio_coroutine_new (getter, (gpointer) name, NULL));
}

static AsyncioTask *
spawn_putter (const char *name,
              int         item)
{
  return kit_spawn (kit_coroutine (putter, Put, name, item));
}

static void
put_nowait (int item)
{
  g_assert_true (asyncio_queue_put_nowait (q, GINT_TO_POINTER (item), NULL));
}

static int
get_nowait (void)
{
  return GPOINTER_TO_INT (asyncio_queue_get_nowait (q, NULL));
}

static gboolean
getter_waits (GError **error)
{
  g_autoptr (AsyncioTask) a = NULL;
  g_autoptr (AsyncioTask) b = NULL;

  trace ("getters: cancelled while it waits");
  a = spawn_getter ("A");
  b = spawn_getter ("B");
  if (!kit_pause (1, error))
    return FALSE;
  asyncio_task_cancel (a);
  put_nowait (1);
  if (!kit_pause (3, error))
    return FALSE;
  trace ("A %s B %s size %u", kit_done (a), kit_done (b), asyncio_queue_qsize (q));

  return TRUE;
}

static gboolean
getter_woken (GError **error)
{
  g_autoptr (AsyncioTask) a = NULL;
  g_autoptr (AsyncioTask) b = NULL;

  trace ("getters: woken, then cancelled");
  a = spawn_getter ("C");
  b = spawn_getter ("D");
  if (!kit_pause (1, error))
    return FALSE;
  put_nowait (2);
  asyncio_task_cancel (a);
  if (!kit_pause (3, error))
    return FALSE;
  trace ("C %s D %s size %u", kit_done (a), kit_done (b), asyncio_queue_qsize (q));

  return TRUE;
}

static gboolean
getter_alone (GError **error)
{
  g_autoptr (AsyncioTask) a = NULL;
  guint size;

  trace ("getters: woken, then cancelled, and nobody else");
  a = spawn_getter ("E");
  if (!kit_pause (1, error))
    return FALSE;
  put_nowait (3);
  asyncio_task_cancel (a);
  if (!kit_pause (3, error))
    return FALSE;
  size = asyncio_queue_qsize (q);
  trace ("E %s size %u item %d", kit_done (a), size, get_nowait ());

  return TRUE;
}

static gboolean
getter_overtaken (GError **error)
{
  g_autoptr (AsyncioTask) a = NULL;
  g_autoptr (AsyncioTask) b = NULL;

  trace ("getters: overtaken");
  a = spawn_getter ("F");
  b = spawn_getter ("G");
  if (!kit_pause (1, error))
    return FALSE;
  put_nowait (4);
  trace ("taken %d", get_nowait ());
  if (!kit_pause (2, error))
    return FALSE;
  for (int item = 5; item <= 6; item++)
    {
      put_nowait (item);
      if (!kit_pause (3, error))
        return FALSE;
    }
  trace ("F %s G %s size %u", kit_done (a), kit_done (b), asyncio_queue_qsize (q));

  return TRUE;
}

static gboolean
putter_waits (GError **error)
{
  g_autoptr (AsyncioTask) a = NULL;
  g_autoptr (AsyncioTask) b = NULL;

  trace ("putters: cancelled while it waits");
  put_nowait (7);
  a = spawn_putter ("H", 8);
  b = spawn_putter ("I", 9);
  if (!kit_pause (1, error))
    return FALSE;
  asyncio_task_cancel (a);
  trace ("taken %d", get_nowait ());
  if (!kit_pause (3, error))
    return FALSE;
  trace ("H %s I %s size %u", kit_done (a), kit_done (b), asyncio_queue_qsize (q));

  return TRUE;
}

static gboolean
putter_woken (GError **error)
{
  g_autoptr (AsyncioTask) a = NULL;
  g_autoptr (AsyncioTask) b = NULL;
  int item;

  trace ("putters: woken, then cancelled");
  a = spawn_putter ("J", 10);
  b = spawn_putter ("K", 11);
  if (!kit_pause (1, error))
    return FALSE;
  trace ("taken %d", get_nowait ());
  asyncio_task_cancel (a);
  if (!kit_pause (3, error))
    return FALSE;
  trace ("J %s K %s size %u", kit_done (a), kit_done (b), asyncio_queue_qsize (q));
  item = get_nowait ();
  trace ("taken %d empty %s", item, trace_bool (asyncio_queue_empty (q)));

  return TRUE;
}

static gpointer
async_main (gpointer   user_data,
            GError   **error)
{
  (void) user_data;

  q = asyncio_queue_new (1, NULL);
  (void) (getter_waits (error) && getter_woken (error) && getter_alone (error) && getter_overtaken (error) &&
          putter_waits (error) && putter_woken (error));
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
