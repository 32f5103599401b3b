/* SPDX-License-Identifier: MIT */

/* The twin of lab311-p01-waits-for-all.py: a group waits for all its tasks, also for those that they make. */

#include "introspection.h"
#include "kit.h"
#include "runners.h"
#include "taskgroups.h"

typedef struct
{
  const char *name;
  int steps;
  AsyncioTaskGroup *group;
} Job;

static AsyncioTask *extra;

static gpointer
job (gpointer   user_data,
     GError   **error)
{
  Job *self = user_data;
  const char *name = self->name;

  trace ("%s start", name);
  if (self->group != NULL)
    extra = asyncio_task_group_create_task (self->group, kit_coroutine (job, Job, "extra", 3, NULL), error);
  if (!kit_sleep (self->steps, error))
    return NULL;
  trace ("%s end", name);

  return (gpointer) name;
}

static gpointer
async_main (gpointer   user_data,
            GError   **error)
{
  g_autoptr (AsyncioTaskGroup) g = asyncio_task_group_new ();
  g_autoptr (AsyncioTaskGroup) empty = asyncio_task_group_new ();
  g_autoptr (AsyncioTask) a = NULL;
  g_autoptr (AsyncioTask) b = NULL;

  (void) user_data;

  asyncio_task_group_enter (g, error);
  a = asyncio_task_group_create_task (g, kit_coroutine (job, Job, "A", 2, g), error);
  b = asyncio_task_group_create_task_full (g, kit_coroutine (job, Job, "B", 1, NULL), "bee", NULL, G_STRLOC, error);
  trace ("body ends, nothing started yet");
  if (!asyncio_task_group_exit (g, NULL, error))
    return NULL;
  trace ("after the group: %s | %s | %s", kit_state (a), kit_state (b), kit_state (extra));
  trace ("name %s", asyncio_task_get_name (b));

  asyncio_task_group_enter (empty, error);
  if (!asyncio_task_group_exit (empty, NULL, error))
    return NULL;
  trace ("empty group left");
  g_clear_pointer (&extra, asyncio_unref);

  return NULL;
}

int
main (void)
{
  kit_init ();
  asyncio_run (asyncio_coroutine_new (async_main, NULL, NULL), NULL);

  return 0;
}
