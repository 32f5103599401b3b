/* SPDX-License-Identifier: MIT */

/*
 * What: has the core's own run_in_executor() do the work
 * Named: it uses asyncio_loop_run_in_executor(), and to do that by yourself is what this lab is about
 */

#include "to-thread.h"

#include <asyncio/base-events-private.h>
#include <asyncio/coroutines-private.h>

AsyncioFuture *
asyncio_loop_run_in_default_executor (AsyncioLoop          *loop,
                                      AsyncioExecutorFunc   func,
                                      gpointer              user_data,
                                      GDestroyNotify        user_data_destroy,
                                      GDestroyNotify        value_destroy,
                                      GError              **error)
{
  return asyncio_loop_run_in_executor (loop, NULL, func, user_data, user_data_destroy, value_destroy, error);
}

/* --- Part C: to_thread --------------------------------------------------------------- */

/* A function with what it gets, and the context that it is to run in: functools.partial(ctx.run, func, *args). */
typedef struct
{
  AsyncioExecutorFunc func;
  gpointer user_data;
  GDestroyNotify user_data_destroy; /* (nullable) NULL also if the data was passed on */
  GDestroyNotify value_destroy;     /* (nullable) */
  AsyncioContextVars *context;      /* (owned) (nullable) */
} Call;

static void
call_free (gpointer data)
{
  Call *self = data;

  if (self->user_data_destroy != NULL)
    self->user_data_destroy (self->user_data);
  g_clear_pointer (&self->context, asyncio_context_unref);
  g_free (self);
}

/* In a thread of the pool. */
static gpointer
call_in_context (gpointer   user_data,
                 GError   **error)
{
  Call *self = user_data;

  return asyncio_context_run (self->context, self->func, self->user_data, error);
}

gpointer
asyncio_to_thread (AsyncioExecutorFunc   func,
                   gpointer              user_data,
                   GDestroyNotify        user_data_destroy,
                   GDestroyNotify        value_destroy,
                   GError              **error)
{
  AsyncioLoop *loop = asyncio_get_running_loop (error);
  g_autoptr (AsyncioFuture) future = NULL;
  g_autoptr (GError) raised = NULL;
  Call *call;

  if (loop == NULL || !asyncio_coroutine_check_inside (error))
    {
      if (user_data_destroy != NULL)
        user_data_destroy (user_data);
      return NULL;
    }

  call = g_new (Call, 1);
  *call = (Call) { func, user_data, user_data_destroy, value_destroy, asyncio_copy_context () };
  future = asyncio_loop_run_in_default_executor (loop, call_in_context, call, call_free, value_destroy, error);
  if (future == NULL)
    return NULL;

  (void) asyncio_await (future, &raised);
  if (raised != NULL)
    {
      g_propagate_error (error, g_steal_pointer (&raised));
      return NULL;
    }

  /* An await only lends the value, and the future goes with us. */
  return asyncio_future_steal_result (future, NULL);
}

/* The body of the coroutine. */
static gpointer
to_thread (gpointer   user_data,
           GError   **error)
{
  Call *self = user_data;
  GDestroyNotify destroy = self->user_data_destroy;

  /* From here on the data is the thread's business. */
  self->user_data_destroy = NULL;

  return asyncio_to_thread (self->func, self->user_data, destroy, self->value_destroy, error);
}

AsyncioCoroutine *
asyncio_to_thread_coroutine (AsyncioExecutorFunc func,
                             gpointer            user_data,
                             GDestroyNotify      user_data_destroy,
                             GDestroyNotify      value_destroy)
{
  Call *call = g_new (Call, 1);

  *call = (Call) { func, user_data, user_data_destroy, value_destroy, NULL };

  return asyncio_coroutine_new_full (to_thread, call, call_free, value_destroy, "to_thread", G_STRLOC);
}
