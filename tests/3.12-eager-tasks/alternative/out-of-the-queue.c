/* SPDX-License-Identifier: MIT */

/*
 * An alternative solution of lab 3.12 that knows nothing of steps: it makes an ordinary task while the ready queue is put
 * aside, finds the one handle that the task has scheduled, and calls that as the loop would have done in the next turn. The
 * handle enters the context, and the step that it calls knows how to put a current task back.
 *
 * Every factory has a constructor here; that of asyncio.eager_task_factory makes an asyncio.Task.
 */

#include "eager_tasks.h"

#include <asyncio/base-events-private.h>

/* Makes a task, and takes what it has scheduled out of the loop. handle: (out) (transfer full) */
static AsyncioTask *
make_and_catch (AsyncioLoop         *loop,
                AsyncioCoroutine    *coroutine,
                const char          *name,
                AsyncioContextVars  *context,
                AsyncioHandle      **handle,
                GError             **error)
{
  AsyncioHandleQueue others = loop->ready;
  AsyncioTask *task;

  loop->ready = (AsyncioHandleQueue) { NULL, NULL, 0 };
  task = asyncio_task_new (loop, coroutine, name, context, error);
  *handle = asyncio_handle_queue_pop (&loop->ready);
  loop->ready = others;

  return task;
}

AsyncioTask *
asyncio_task_new_full (AsyncioLoop         *loop,
                       AsyncioCoroutine    *coroutine,
                       const char          *name,
                       AsyncioContextVars  *context,
                       gboolean             eager_start,
                       GError             **error)
{
  g_autoptr (AsyncioTask) task = NULL;
  AsyncioHandle *handle = NULL;
  GError *raised = NULL;

  if (!eager_start || !asyncio_loop_is_running (loop))
    return asyncio_task_new (loop, coroutine, name, context, error);

  task = make_and_catch (loop, coroutine, name, context, &handle, error);
  if (task == NULL)
    return NULL;

  asyncio_handle_run (handle, &raised);
  asyncio_handle_unref (handle);

  if (asyncio_task_done (task))
    g_clear_pointer (&task->coro, asyncio_unref);

  if (raised == NULL)
    return g_steal_pointer (&task);

  /* Either the coroutine has raised what ends a loop, or the context could not be entered and nothing has happened. */
  if (!asyncio_task_done (task))
    {
      asyncio_task_set_log_destroy_pending (task, FALSE);
      asyncio_unregister_task (task);
    }
  g_propagate_error (error, raised);

  return NULL;
}

struct _AsyncioEagerTaskFactory
{
  AsyncioTaskConstructor constructor;
  gpointer user_data;
  GDestroyNotify destroy;
};

static AsyncioTask *
construct_task (AsyncioLoop         *loop,
                AsyncioCoroutine    *coroutine,
                const char          *name,
                AsyncioContextVars  *context,
                gboolean             eager_start,
                gpointer             user_data,
                GError             **error)
{
  (void) user_data;

  return asyncio_task_new_full (loop, coroutine, name, context, eager_start, error);
}

static const AsyncioEagerTaskFactory plain = { construct_task, NULL, NULL };

AsyncioFuture *
asyncio_eager_task_factory (AsyncioLoop         *loop,
                            AsyncioCoroutine    *coroutine,
                            AsyncioContextVars  *context,
                            gpointer             user_data,
                            GError             **error)
{
  const AsyncioEagerTaskFactory *self = user_data != NULL ? user_data : &plain;

  return (AsyncioFuture *) self->constructor (loop, coroutine, NULL, context, TRUE, self->user_data, error);
}

AsyncioEagerTaskFactory *
asyncio_create_eager_task_factory (AsyncioTaskConstructor  constructor,
                                   gpointer                user_data,
                                   GDestroyNotify          destroy)
{
  AsyncioEagerTaskFactory *self = g_new0 (AsyncioEagerTaskFactory, 1);

  *self = (AsyncioEagerTaskFactory) { constructor, user_data, destroy };

  return self;
}

static void
ignore (gpointer data)
{
  (void) data;
}

void
asyncio_eager_task_factory_free (gpointer factory)
{
  AsyncioEagerTaskFactory *self = factory;
  GDestroyNotify destroy;

  if (self == NULL)
    return;

  destroy = self->destroy != NULL ? self->destroy : ignore;
  destroy (self->user_data);
  g_free (self);
}
