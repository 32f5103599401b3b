/* SPDX-License-Identifier: MIT */

/*
 * Stackful coroutines: plain C functions on stacks of their own.
 *
 * Resuming one switches to its stack; the switch returns when the coroutine suspends
 * or ends. Both sides leave what they have for each other in the object before they switch:
 *
 *        resume:  thrown ──────>  suspend returns it
 *        resume returns  <──────  result, out, error
 */

#include "coroutines-private.h"

#include "context-private.h"
#include "stack-overflow-private.h"
#include "thread-state-private.h"

typedef struct
{
  AsyncioCoroutine parent;

  AsyncioCoroutineFunc func;
  gpointer user_data;
  GDestroyNotify user_data_destroy;

  AsyncioStack *stack;     /* (nullable) taken at the first step, given back after the last */
  AsyncioContext context;  /* where it is suspended */
  AsyncioContext *resumer; /* where to switch back to, while it runs */

  /* What is handed over at a switch. */
  GError *thrown;
  AsyncioSendResult result;
  gpointer out;
  GError *error;
} Stackful;

/* The first and last function on a coroutine's stack. */
static void
run_body (gpointer data)
{
  Stackful *self = data;

  asyncio_context_landed (&self->context);

  self->out = self->func (self->user_data, &self->error);
  self->result = self->error == NULL ? ASYNCIO_SEND_RETURN : ASYNCIO_SEND_ERROR;

  asyncio_context_leave (&self->context, self->resumer);
}

GError *
asyncio_stackful_suspend (AsyncioCoroutine *coroutine,
                          AsyncioFuture    *future)
{
  Stackful *self = (Stackful *) coroutine;

  self->result = ASYNCIO_SEND_NEXT;
  self->out = future;

  asyncio_context_switch (&self->context, self->resumer);

  return g_steal_pointer (&self->thrown);
}

static AsyncioSendResult
stackful_resume (AsyncioCoroutine  *coroutine,
                 GError            *thrown,
                 gpointer          *out,
                 GError           **error)
{
  Stackful *self = (Stackful *) coroutine;
  AsyncioThreadState *thread = asyncio_thread_state ();

  if (self->stack == NULL)
    {
      if (G_UNLIKELY (thread->stacks.slabs == NULL))
        asyncio_stack_overflow_watch (thread);

      self->stack = asyncio_stack_pool_take (&thread->stacks, error);
      if (self->stack == NULL)
        return ASYNCIO_SEND_ERROR;

      asyncio_context_init (&self->context, self->stack, run_body, self);
    }

  self->thrown = thrown;
  self->resumer = thread->context;
  thread->context = &self->context;
  asyncio_context_switch (self->resumer, &self->context);
  thread->context = g_steal_pointer (&self->resumer);

  if (self->result == ASYNCIO_SEND_ERROR)
    g_propagate_error (error, g_steal_pointer (&self->error));
  else
    *out = g_steal_pointer (&self->out);

  return self->result;
}

const AsyncioStack *
asyncio_stackful_get_stack (AsyncioCoroutine *coroutine)
{
  return ((Stackful *) coroutine)->stack;
}

/* Contexts are looked at, not current_coroutine: that is hidden while a plain function may not await. */
AsyncioCoroutine *
asyncio_stackful_find_guard (gconstpointer address)
{
  AsyncioThreadState *thread = asyncio_thread_state_peek ();
  AsyncioContext *context = thread != NULL ? thread->context : NULL;

  while (context != NULL && context != &thread->root)
    {
      Stackful *self = (Stackful *) ((guint8 *) context - G_STRUCT_OFFSET (Stackful, context));

      if (asyncio_stack_is_guard (self->stack, address))
        return &self->parent;
      context = self->resumer;
    }

  return NULL;
}

static void
stackful_closed (AsyncioCoroutine *coroutine)
{
  Stackful *self = (Stackful *) coroutine;
  gpointer user_data = g_steal_pointer (&self->user_data);

  if (self->stack != NULL)
    {
      asyncio_context_clear (&self->context);
      asyncio_stack_pool_give_back (&asyncio_thread_state ()->stacks, g_steal_pointer (&self->stack));
    }

  if (self->user_data_destroy != NULL && user_data != NULL)
    self->user_data_destroy (user_data);
}

static void
stackful_finalize (gpointer object)
{
  Stackful *self = object;

  if (!asyncio_coroutine_dispose (&self->parent))
    return;

  self->parent.parent.kind = ASYNCIO_KIND_FREED;
  g_free (self);
}

static const AsyncioCoroutineClass stackful_class = {
  .parent = {
    .kind = ASYNCIO_KIND_COROUTINE,
    .finalize = stackful_finalize,
    .repr = asyncio_coroutine_repr,
  },
  .resume = stackful_resume,
  .closed = stackful_closed,
};

AsyncioCoroutine *
asyncio_coroutine_new_full (AsyncioCoroutineFunc  func,
                            gpointer              user_data,
                            GDestroyNotify        user_data_destroy,
                            GDestroyNotify        value_destroy,
                            const char           *name,
                            const char           *location)
{
  Stackful *self;

  g_return_val_if_fail (func != NULL, NULL);

  self = g_new0 (Stackful, 1);
  asyncio_coroutine_init (&self->parent, &stackful_class, name, location);
  self->parent.value_destroy = value_destroy;
  self->func = func;
  self->user_data = user_data;
  self->user_data_destroy = user_data_destroy;

  return &self->parent;
}
