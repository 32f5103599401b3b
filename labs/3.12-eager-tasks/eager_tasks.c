/* SPDX-License-Identifier: MIT */

/*
 * Lab 3.12: eager tasks (Lib/asyncio/tasks.py).
 *
 * Hand in this file. What each function must do is in eager_tasks.h, how to go about it in README.md.
 */

#include "eager_tasks.h"

/* This lab works on the inside of tasks. Read these two. */
#include <asyncio/contextvars-private.h>
#include <asyncio/tasks-private.h>

/* --- Parts A and B: a task that takes its first step at once -------------------------- */
#ifdef SOLUTION

/* Task.__eager_start: the first step of a task, inside whatever runs now. Returns FALSE with an error that is to come out of
 * create_task(). */
static gboolean
eager_start (AsyncioTask  *self,
             GError      **error)
{
  AsyncioLoop *loop = self->parent.loop;
  AsyncioContextVars **outer;
  AsyncioTask *creator;
  GError *raised = NULL;

  /* The first that can fail, as nothing is to be undone yet. A task that could not even begin is nobody's loss. */
  if (!asyncio_context_vars_enter (&self->handle.context, &outer, error))
    {
      asyncio_task_set_log_destroy_pending (self, FALSE);
      return FALSE;
    }

  /* The creator, if a task is one, is in the middle of a step of its own. It is set aside until this one is over. */
  creator = asyncio_swap_current_task (loop, self);
  asyncio_register_task (self);
  asyncio_task_step_run_and_handle_result (self, NULL, &raised);
  (void) asyncio_swap_current_task (loop, creator);
  asyncio_context_vars_exit (outer);

  /* Nobody has seen the task yet, so nobody can miss the coroutine, and it may go right away, with all that it holds. */
  if (asyncio_task_done (self))
    g_clear_pointer (&self->coro, asyncio_unref);

  if (raised != NULL)
    {
      g_propagate_error (error, raised);
      return FALSE;
    }

  return TRUE;
}
#endif

/* Task.__init__ */
AsyncioTask *
asyncio_task_new_full (AsyncioLoop         *loop,
                       AsyncioCoroutine    *coroutine,
                       const char          *name,
                       AsyncioContextVars  *context,
                       gboolean             eagerly,
                       GError             **error)
{
#ifdef SOLUTION
  g_autoptr (AsyncioTask) self = NULL;

  g_return_val_if_fail (loop != NULL, NULL);

  self = asyncio_task_new_unstarted (loop, coroutine, name, context, error);
  if (self == NULL)
    return NULL;

  if (!eagerly || !asyncio_loop_is_running (loop))
    asyncio_task_start (self);
  else if (!eager_start (self, error))
    return NULL;

  return g_steal_pointer (&self);
#else
  /* TODO: make a task, and start it: at once if it is to be eager and can be. */
  (void) loop;
  (void) name;
  (void) context;
  (void) eagerly;

  if (asyncio_iscoroutine (coroutine))
    asyncio_unref (asyncio_ref_sink (coroutine));

  g_set_error_literal (error, ASYNCIO_ERROR, ASYNCIO_ERROR_NOT_IMPLEMENTED, "asyncio_task_new_full() is not implemented yet");
  return NULL;
#endif
}

/* --- Part C: the factories -------------------------------------------------------------- */

struct _AsyncioEagerTaskFactory
{
#ifdef SOLUTION
  AsyncioTaskConstructor constructor;
  gpointer user_data;
  GDestroyNotify destroy; /* (nullable) of user_data */
#else
  char nothing_yet; /* TODO: what does a factory have to remember? */
#endif
};

AsyncioFuture *
asyncio_eager_task_factory (AsyncioLoop         *loop,
                            AsyncioCoroutine    *coroutine,
                            AsyncioContextVars  *context,
                            gpointer             user_data,
                            GError             **error)
{
#ifdef SOLUTION
  AsyncioEagerTaskFactory *self = user_data;
  AsyncioTask *task;

  /* The name comes from create_task() when the task is there. Its eager step is over then. */
  if (self == NULL)
    task = asyncio_task_new_full (loop, coroutine, NULL, context, TRUE, error);
  else
    task = self->constructor (loop, coroutine, NULL, context, TRUE, self->user_data, error);

  return (AsyncioFuture *) task;
#else
  /* TODO: make the task, by asyncio_task_new_full() or by the factory's constructor. */
  (void) loop;
  (void) coroutine;
  (void) context;
  (void) user_data;

  g_set_error_literal (error, ASYNCIO_ERROR, ASYNCIO_ERROR_NOT_IMPLEMENTED,
                       "asyncio_eager_task_factory() is not implemented yet");
  return NULL;
#endif
}

AsyncioEagerTaskFactory *
asyncio_create_eager_task_factory (AsyncioTaskConstructor  constructor,
                                   gpointer                user_data,
                                   GDestroyNotify          destroy)
{
#ifdef SOLUTION
  AsyncioEagerTaskFactory *self;

  g_return_val_if_fail (constructor != NULL, NULL);

  self = g_new (AsyncioEagerTaskFactory, 1);
  self->constructor = constructor;
  self->user_data = user_data;
  self->destroy = destroy;

  return self;
#else
  /* TODO: make a factory that remembers the constructor and its data. Until then the data is freed here, so that none is
   * lost. */
  (void) constructor;

  if (destroy != NULL)
    destroy (user_data);

  return NULL;
#endif
}

void
asyncio_eager_task_factory_free (gpointer factory)
{
#ifdef SOLUTION
  AsyncioEagerTaskFactory *self = factory;

  if (self == NULL)
    return;

  if (self->destroy != NULL)
    self->destroy (self->user_data);
  g_free (self);
#else
  /* TODO: free the factory, and the data of its constructor. */
  (void) factory;
#endif
}
