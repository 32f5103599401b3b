/* SPDX-License-Identifier: MIT */
#pragma once

/*
 * A task factory that starts a coroutine at once, as the eager tasks of Python 3.12 do. What it gives may be done already. It
 * is no task but a future, which is all that is asked of a factory, and takes the steps of its coroutine as a task would.
 */

#include "common.h"

typedef struct
{
  AsyncioFuture parent;
  AsyncioCoroutine *coroutine; /* (owned) */
  AsyncioFuture *awaited;      /* (owned) (nullable) what it waits for, when it is not done */
} Eager;

static inline void
eager_finalize (gpointer object)
{
  Eager *self = object;

  asyncio_future_report_unretrieved (&self->parent);
  asyncio_future_clear (&self->parent);
  asyncio_unref (self->awaited);
  asyncio_unref (self->coroutine);
  g_free (self);
}

/* As that of a task, it is passed on to what is awaited. */
static inline gboolean
eager_cancel (AsyncioFuture *future,
              const char    *message)
{
  Eager *self = (Eager *) future;

  return future->state == ASYNCIO_FUTURE_PENDING && asyncio_future_cancel_msg (self->awaited, message);
}

static const AsyncioFutureClass eager_class = {
  .parent = {
    .kind = ASYNCIO_KIND_FUTURE,
    .finalize = eager_finalize,
    .repr = asyncio_future_repr,
  },
  .name = "Eager",
  .cancel = eager_cancel,
};

static inline void eager_step (Eager  *self,
                               GError *exception);

static inline void
on_awaited_done (AsyncioFuture  *future,
                 gpointer        user_data,
                 GError        **error)
{
  GError *exception = NULL;

  (void) error;
  (void) asyncio_future_result (future, &exception);
  eager_step (user_data, exception);
}

/* exception: (transfer full) (nullable): what to throw in */
static inline void
eager_step (Eager  *self,
            GError *exception)
{
  GError *raised = NULL;
  AsyncioSendResult result;
  gpointer out;

  g_clear_pointer (&self->awaited, asyncio_unref);
  result = exception == NULL ? asyncio_coroutine_send (self->coroutine, &out, &raised)
                             : asyncio_coroutine_throw (self->coroutine, exception, &out, &raised);

  if (result == ASYNCIO_SEND_NEXT)
    {
      g_assert_nonnull (out); /* the tests await futures only */
      self->awaited = asyncio_ref (out);
      self->awaited->blocking = FALSE;
      asyncio_future_add_done_callback (self->awaited, on_awaited_done, asyncio_ref (self), asyncio_unref);
    }
  else if (result == ASYNCIO_SEND_RETURN)
    (void) asyncio_future_set_result (&self->parent, out, asyncio_coroutine_get_value_destroy (self->coroutine), NULL);
  else if (asyncio_error_is_cancelled (raised))
    asyncio_future_cancel_with_error (&self->parent, raised);
  else
    (void) asyncio_future_set_exception (&self->parent, raised, NULL);
}

static inline AsyncioFuture *
eager_factory (AsyncioLoop         *loop,
               AsyncioCoroutine    *coroutine,
               AsyncioContextVars  *context,
               gpointer             user_data,
               GError             **error)
{
  Eager *self = g_new0 (Eager, 1);

  (void) context;
  (void) user_data;
  (void) error;

  asyncio_future_init (&self->parent, &eager_class, loop);
  self->coroutine = asyncio_ref (coroutine);
  eager_step (self, NULL);

  return &self->parent;
}

/* From here on the running loop's tasks are eager. */
static inline void
start_eagerly (void)
{
  asyncio_loop_set_task_factory (asyncio_get_running_loop (NULL), eager_factory, NULL, NULL);
}

/* The body of a coroutine that fails at once with what it is given. */
static inline gpointer
fail_at_once (gpointer   user_data,
              GError   **error)
{
  trace ("a task: fails");
  g_propagate_error (error, g_error_copy (user_data));

  return NULL;
}

static inline void
free_error (gpointer error)
{
  g_error_free (error);
}

static inline AsyncioCoroutine *
new_failure (void)
{
  return asyncio_coroutine_new (fail_at_once, seed_error (), free_error);
}
