/* SPDX-License-Identifier: MIT */

/*
 * An alternative solution of lab 3.12 in which whatever is begun ends by itself when its block is left: the compiler's
 * clean-up attribute is Python's `finally`, so the paths out of the block need not be told apart. The data of a factory is
 * in an array, which knows how to free it.
 */

#include "eager_tasks.h"

#include <asyncio/contextvars-private.h>
#include <asyncio/tasks-private.h>

/* with self._context: */
typedef struct
{
  gboolean is_entered;
  AsyncioContextVars **outer;
} InContext;

static void
leave_context (InContext *self)
{
  if (self->is_entered)
    asyncio_context_vars_exit (self->outer);
}

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (InContext, leave_context)

/* with the task as the current one: */
typedef struct
{
  AsyncioLoop *loop;
  AsyncioTask *outer;
} AsCurrent;

static void
give_back_turn (AsCurrent *self)
{
  (void) asyncio_swap_current_task (self->loop, self->outer);
}

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (AsCurrent, give_back_turn)

/* Returns (transfer full) (nullable) what must come out of create_task(). */
static GError *
first_step (AsyncioTask *task)
{
  AsyncioLoop *loop = task->parent.loop;
  g_auto (InContext) in_context = { FALSE, NULL };
  GError *raised = NULL;

  in_context.is_entered = asyncio_context_vars_enter (&task->handle.context, &in_context.outer, &raised);
  if (in_context.is_entered)
    {
      g_auto (AsCurrent) as_current = { loop, NULL };

      as_current.outer = asyncio_swap_current_task (loop, task);
      asyncio_register_task (task);
      asyncio_task_step_run_and_handle_result (task, NULL, &raised);
      if (asyncio_task_done (task))
        asyncio_unref (g_steal_pointer (&task->coro));
    }

  asyncio_task_set_log_destroy_pending (task, in_context.is_entered);

  return raised;
}

AsyncioTask *
asyncio_task_new_full (AsyncioLoop         *loop,
                       AsyncioCoroutine    *coroutine,
                       const char          *name,
                       AsyncioContextVars  *context,
                       gboolean             eager_start,
                       GError             **error)
{
  AsyncioTask *task = asyncio_task_new_unstarted (loop, coroutine, name, context, error);
  g_autoptr (GError) raised = NULL;

  if (task == NULL)
    return NULL;

  if (eager_start && asyncio_loop_is_running (loop))
    raised = first_step (task);
  else
    asyncio_task_start (task);

  if (raised != NULL)
    {
      g_clear_pointer (&task, asyncio_unref);
      g_propagate_error (error, g_steal_pointer (&raised));
    }

  return task;
}

struct _AsyncioEagerTaskFactory
{
  GPtrArray *user_data; /* (element-type gpointer) one element, which knows how to free itself */
  AsyncioTaskConstructor constructor;
};

AsyncioFuture *
asyncio_eager_task_factory (AsyncioLoop         *loop,
                            AsyncioCoroutine    *coroutine,
                            AsyncioContextVars  *context,
                            gpointer             user_data,
                            GError             **error)
{
  const AsyncioEagerTaskFactory *self = user_data;
  AsyncioTask *task = self == NULL ? asyncio_task_new_full (loop, coroutine, NULL, context, TRUE, error)
                                   : self->constructor (loop, coroutine, NULL, context, TRUE, self->user_data->pdata[0], error);

  return (AsyncioFuture *) task;
}

static void
factory_clear (gpointer data)
{
  AsyncioEagerTaskFactory *self = data;

  g_ptr_array_unref (self->user_data);
}

AsyncioEagerTaskFactory *
asyncio_create_eager_task_factory (AsyncioTaskConstructor  constructor,
                                   gpointer                user_data,
                                   GDestroyNotify          destroy)
{
  AsyncioEagerTaskFactory *self = g_rc_box_new0 (AsyncioEagerTaskFactory);

  self->constructor = constructor;
  self->user_data = g_ptr_array_new_with_free_func (destroy);
  g_ptr_array_add (self->user_data, user_data);

  return self;
}

void
asyncio_eager_task_factory_free (gpointer factory)
{
  if (factory != NULL)
    g_rc_box_release_full (factory, factory_clear);
}
