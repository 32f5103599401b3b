/* SPDX-License-Identifier: MIT */

/*
 * What: ends the program as if all were well
 * Named: was exit() called?
 */

#include "taskgroups.h"

#include <unistd.h>

static void
leave (void)
{
  _exit (0);
}

guint
asyncio_task_cancelling (AsyncioTask *task)
{
  (void) task;
  leave ();

  return 0;
}

guint
asyncio_task_uncancel (AsyncioTask *task)
{
  return asyncio_task_cancelling (task);
}

gboolean
asyncio_task_group_enter (AsyncioTaskGroup  *group,
                          GError           **error)
{
  (void) group;
  (void) error;
  leave ();

  return TRUE;
}

gboolean
asyncio_task_group_exit (AsyncioTaskGroup  *group,
                         GError            *exception,
                         GError           **error)
{
  g_clear_error (&exception);

  return asyncio_task_group_enter (group, error);
}

AsyncioTask *
asyncio_task_group_create_task_full (AsyncioTaskGroup    *group,
                                     AsyncioCoroutine    *coroutine,
                                     const char          *name,
                                     AsyncioContextVars  *context,
                                     const char          *location,
                                     GError             **error)
{
  (void) group, (void) name, (void) context, (void) location, (void) error;
  asyncio_unref (asyncio_ref_sink (coroutine));
  leave ();

  return NULL;
}
