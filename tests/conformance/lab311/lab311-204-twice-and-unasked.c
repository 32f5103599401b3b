/* SPDX-License-Identifier: MIT */

/* The twin of lab311-204-twice-and-unasked.py: a parent that is cancelled twice, and one that nobody cancels. */

#include "kit.h"
#include "runners.h"
#include "taskgroups.h"

typedef struct
{
  const char *name;
  int cleanup;
} Long;

static gpointer
long_ (gpointer   user_data,
       GError   **error)
{
  Long *self = user_data;
  g_autoptr (GError) e = NULL;

  if (kit_sleep (50, &e))
    return NULL;
  trace ("%s cancelled", self->name);
  if (!kit_sleep (self->cleanup, error))
    return NULL;
  trace ("%s cleaned up", self->name);
  g_propagate_error (error, g_steal_pointer (&e));

  return NULL;
}

static void
makes_one (AsyncioTaskGroup  *g,
           gpointer           user_data,
           GError           **error)
{
  (void) user_data;
  asyncio_unref (asyncio_task_group_create_task (g, kit_coroutine (long_, Long, "A", 4), error));
}

static void
awaits_cancelled (AsyncioTaskGroup  *g,
                  gpointer           user_data,
                  GError           **error)
{
  g_autoptr (AsyncioTask) b = asyncio_task_group_create_task (g, kit_coroutine (long_, Long, "B", 1), error);

  (void) user_data;
  asyncio_unref (asyncio_task_group_create_task (g, kit_coroutine (long_, Long, "C", 2), error));
  kit_sleep (1, error);
  asyncio_task_cancel (b);
  (void) asyncio_await (b, error);
}

static gpointer
parent (gpointer   user_data,
        GError   **error)
{
  if (!asyncio_task_group_run (GPOINTER_TO_INT (user_data) ? makes_one : awaits_cancelled, NULL, error))
    trace ("raised %s cancelling %u", trace_error (*error), asyncio_task_cancelling (asyncio_current_task (NULL, NULL)));

  return NULL;
}

static void
wait_for (AsyncioTask  *p,
          GError      **error)
{
  asyncio_wait ((const gpointer[]) { p }, 1, ASYNCIO_NO_TIMEOUT, ASYNCIO_ALL_COMPLETED, NULL, NULL, error);
  trace ("parent %s cancelling %u", kit_state (p), asyncio_task_cancelling (p));
}

static gpointer
async_main (gpointer   user_data,
            GError   **error)
{
  g_autoptr (AsyncioTask) p = kit_spawn (asyncio_coroutine_new (parent, GINT_TO_POINTER (TRUE), NULL));
  g_autoptr (AsyncioTask) other = NULL;

  (void) user_data;

  kit_sleep (1, error);
  asyncio_task_cancel (p);
  kit_sleep (2, error);
  asyncio_task_cancel (p);
  trace ("asked again");
  wait_for (p, error);
  other = kit_spawn (asyncio_coroutine_new (parent, GINT_TO_POINTER (FALSE), NULL));
  wait_for (other, error);

  return NULL;
}

int
main (void)
{
  kit_init ();
  asyncio_run (asyncio_coroutine_new (async_main, NULL, NULL), NULL);

  return 0;
}
