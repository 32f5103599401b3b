/* SPDX-License-Identifier: MIT */

/*
 * An alternative solution of lab 3.12 that enters the context as a program does, by asyncio_context_run(), as CPython does
 * with self._context.run(). What is done in there is a function of its own, which notes how far it got.
 */

#include "eager_tasks.h"

#include <asyncio/tasks-private.h>

typedef struct
{
  AsyncioTask *task;
  gboolean has_begun;
  GError *raised; /* (nullable) */
} FirstStep;

static gpointer
take_first_step (gpointer   user_data,
                 GError   **error)
{
  FirstStep *step = user_data;
  AsyncioLoop *loop = asyncio_future_get_loop (ASYNCIO_FUTURE (step->task));
  AsyncioTask *creator;

  (void) error;

  step->has_begun = TRUE;
  asyncio_register_task (step->task);
  creator = asyncio_swap_current_task (loop, step->task);
  asyncio_task_step_run_and_handle_result (step->task, NULL, &step->raised);
  (void) asyncio_swap_current_task (loop, creator);

  return NULL;
}

AsyncioTask *
asyncio_task_new_full (AsyncioLoop         *loop,
                       AsyncioCoroutine    *coroutine,
                       const char          *name,
                       AsyncioContextVars  *context,
                       gboolean             eager_start,
                       GError             **error)
{
  FirstStep step = { NULL, FALSE, NULL };

  if (!eager_start || !asyncio_loop_is_running (loop))
    return asyncio_task_new (loop, coroutine, name, context, error);

  step.task = asyncio_task_new_unstarted (loop, coroutine, name, context, error);
  if (step.task == NULL)
    return NULL;

  (void) asyncio_context_run (asyncio_task_get_context (step.task), take_first_step, &step, error);

  if (step.has_begun && asyncio_task_done (step.task))
    asyncio_unref (g_steal_pointer (&step.task->coro));
  if (!step.has_begun)
    asyncio_task_set_log_destroy_pending (step.task, FALSE);
  if (step.raised != NULL)
    g_propagate_error (error, step.raised);
  if (!step.has_begun || step.raised != NULL)
    g_clear_pointer (&step.task, asyncio_unref);

  return step.task;
}

struct _AsyncioEagerTaskFactory
{
  AsyncioTaskConstructor constructor;
  gpointer user_data;
  GDestroyNotify destroy;
};

AsyncioFuture *
asyncio_eager_task_factory (AsyncioLoop         *loop,
                            AsyncioCoroutine    *coroutine,
                            AsyncioContextVars  *context,
                            gpointer             user_data,
                            GError             **error)
{
  AsyncioEagerTaskFactory *factory = user_data;

  if (factory != NULL)
    return (AsyncioFuture *) factory->constructor (loop, coroutine, NULL, context, TRUE, factory->user_data, error);

  return (AsyncioFuture *) asyncio_task_new_full (loop, coroutine, NULL, context, TRUE, error);
}

AsyncioEagerTaskFactory *
asyncio_create_eager_task_factory (AsyncioTaskConstructor  constructor,
                                   gpointer                user_data,
                                   GDestroyNotify          destroy)
{
  AsyncioEagerTaskFactory factory = { constructor, user_data, destroy };

  return g_memdup2 (&factory, sizeof factory);
}

void
asyncio_eager_task_factory_free (gpointer factory)
{
  AsyncioEagerTaskFactory *self = factory;

  if (self != NULL && self->destroy != NULL)
    self->destroy (self->user_data);

  g_free (self);
}
