/* SPDX-License-Identifier: MIT */

/*
 * What: ends the program as if all were well
 * Named: was exit() called?
 */

#include "eager_tasks.h"

#include <unistd.h>

static void
leave (void)
{
  _exit (0);
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
  leave ();

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
  leave ();

  return NULL;
}

void
asyncio_eager_task_factory_free (gpointer factory)
{
  (void) factory;
}
