/* SPDX-License-Identifier: MIT */

/*
 * Coroutines: send, throw, close and await.
 *
 * The life of a coroutine, and the calls that move it:
 *
 *        CREATED ──send──> RUNNING ──the body returns or raises──> CLOSED
 *           │               │   ^                                    ^
 *           │          await│   │send, throw                         │
 *           │               v   │                                    │
 *           │             SUSPENDED ──close (raises GeneratorExit)───┤
 *           └──close, throw──────────────────────────────────────────┘
 *
 * A coroutine that awaits another one drives it, and passes on what that one yields:
 * so the future at the bottom of a chain of awaits comes out of the send() at its top,
 * which is the task's. This is what Python's `yield from` does.
 */

#include "coroutines-private.h"

#include "futures-private.h"
#include "thread-state-private.h"

#include <asyncio/exceptions.h>

/* How often a coroutine that is thrown away may await again before we give it up. */
#define MAX_CLOSE_ATTEMPTS 10

void
asyncio_coroutine_init (AsyncioCoroutine            *self,
                        const AsyncioCoroutineClass *klass,
                        const char                  *name,
                        const char                  *location)
{
  asyncio_object_init (&self->parent, &klass->parent);
  self->parent.floating = TRUE;
  self->name = name;
  self->location = location;
  self->state = ASYNCIO_CORO_CREATED;
}

static const AsyncioCoroutineClass *
class_of (AsyncioCoroutine *self)
{
  return (const AsyncioCoroutineClass *) self->parent.klass;
}

char *
asyncio_coroutine_repr (gconstpointer object)
{
  const AsyncioCoroutine *self = object;

  return g_strdup_printf ("<coroutine object %s at %s>", self->name, self->location);
}

AsyncioCoroutine *
asyncio_coroutine_get_current (void)
{
  return asyncio_thread_state ()->current_coroutine;
}

static void
become_closed (AsyncioCoroutine *self)
{
  self->state = ASYNCIO_CORO_CLOSED;
  self->awaiting = NULL;
  class_of (self)->closed (self);
}

static gboolean
check_may_run (AsyncioCoroutine  *self,
               GError           **error)
{
  switch (self->state)
    {
    case ASYNCIO_CORO_RUNNING:
      g_set_error_literal (error, ASYNCIO_ERROR, ASYNCIO_ERROR_VALUE, "coroutine already executing");
      return FALSE;

    case ASYNCIO_CORO_CLOSED:
      g_set_error_literal (error, ASYNCIO_ERROR, ASYNCIO_ERROR_RUNTIME,
                           "cannot reuse already awaited coroutine");
      return FALSE;

    case ASYNCIO_CORO_SUSPENDED:
      /* Its stack, and what it holds there, belongs to the thread that it ran in. */
      if (self->thread != g_thread_self ())
        {
          g_set_error (error, ASYNCIO_ERROR, ASYNCIO_ERROR_RUNTIME,
                       "coroutine '%s' (%s) was started in another thread and must go on there",
                       self->name, self->location);
          return FALSE;
        }
      return TRUE;

    case ASYNCIO_CORO_CREATED:
    default:
      return TRUE;
    }
}

/* StopIteration is how Python's send() tells that a coroutine has returned, so no body may raise it. */
static void
refuse_stop_iteration (GError **error)
{
  if (error != NULL && g_error_matches (*error, ASYNCIO_ERROR, ASYNCIO_ERROR_STOP_ITERATION))
    {
      g_clear_error (error);
      g_set_error_literal (error, ASYNCIO_ERROR, ASYNCIO_ERROR_RUNTIME, "coroutine raised StopIteration");
    }
}

/* thrown: (transfer full) (nullable) */
static AsyncioSendResult
resume (AsyncioCoroutine  *self,
        GError            *thrown,
        gpointer          *out,
        GError           **error)
{
  AsyncioThreadState *thread = asyncio_thread_state ();
  AsyncioSendResult result;

  if (self->state == ASYNCIO_CORO_CREATED)
    {
      self->thread = g_thread_self ();

      if (thrown != NULL)
        {
          become_closed (self);
          g_propagate_error (error, thrown);
          refuse_stop_iteration (error);
          return ASYNCIO_SEND_ERROR;
        }
    }

  /* The body may drop the last reference that others hold. */
  asyncio_ref (self);

  self->state = ASYNCIO_CORO_RUNNING;
  self->resumer = thread->current_coroutine;
  thread->current_coroutine = self;

  result = class_of (self)->resume (self, thrown, out, error);

  thread->current_coroutine = g_steal_pointer (&self->resumer);
  if (result == ASYNCIO_SEND_ERROR)
    refuse_stop_iteration (error);
  if (result == ASYNCIO_SEND_NEXT)
    self->state = ASYNCIO_CORO_SUSPENDED;
  else
    become_closed (self);

  asyncio_unref (self);

  return result;
}

AsyncioSendResult
asyncio_coroutine_send (AsyncioCoroutine  *coroutine,
                        gpointer          *out,
                        GError           **error)
{
  gpointer unused;

  if (out == NULL)
    out = &unused;
  *out = NULL;

  g_return_val_if_fail (asyncio_iscoroutine (coroutine), ASYNCIO_SEND_ERROR);

  if (!check_may_run (coroutine, error))
    return ASYNCIO_SEND_ERROR;

  return resume (coroutine, NULL, out, error);
}

AsyncioSendResult
asyncio_coroutine_throw (AsyncioCoroutine  *coroutine,
                         GError            *exception,
                         gpointer          *out,
                         GError           **error)
{
  gpointer unused;

  if (out == NULL)
    out = &unused;
  *out = NULL;

  g_return_val_if_fail (asyncio_iscoroutine (coroutine), ASYNCIO_SEND_ERROR);
  g_return_val_if_fail (exception != NULL, ASYNCIO_SEND_ERROR);

  if (!check_may_run (coroutine, error))
    {
      g_error_free (exception);
      return ASYNCIO_SEND_ERROR;
    }

  return resume (coroutine, exception, out, error);
}

gboolean
asyncio_coroutine_close (AsyncioCoroutine  *coroutine,
                         GError           **error)
{
  g_autoptr (GError) raised = NULL;
  gpointer out = NULL;

  g_return_val_if_fail (asyncio_iscoroutine (coroutine), FALSE);

  if (coroutine->state == ASYNCIO_CORO_CLOSED)
    return TRUE;

  if (!check_may_run (coroutine, error))
    return FALSE;

  switch (resume (coroutine,
                  g_error_new_literal (ASYNCIO_ERROR, ASYNCIO_ERROR_GENERATOR_EXIT, ""),
                  &out, &raised))
    {
    case ASYNCIO_SEND_NEXT:
      g_set_error_literal (error, ASYNCIO_ERROR, ASYNCIO_ERROR_RUNTIME, "coroutine ignored GeneratorExit");
      return FALSE;

    case ASYNCIO_SEND_RETURN:
      if (coroutine->value_destroy != NULL && out != NULL)
        coroutine->value_destroy (out);
      return TRUE;

    case ASYNCIO_SEND_ERROR:
    default:
      if (g_error_matches (raised, ASYNCIO_ERROR, ASYNCIO_ERROR_GENERATOR_EXIT))
        return TRUE;
      g_propagate_error (error, g_steal_pointer (&raised));
      return FALSE;
    }
}

gboolean
asyncio_coroutine_dispose (AsyncioCoroutine *self)
{
  if (self->state == ASYNCIO_CORO_CREATED)
    {
      g_warning ("coroutine '%s' was never awaited (made at %s)", self->name, self->location);
      become_closed (self);
    }

  for (guint i = 0; self->state == ASYNCIO_CORO_SUSPENDED && i < MAX_CLOSE_ATTEMPTS; i++)
    {
      g_autoptr (GError) error = NULL;

      self->parent.ref_count++; /* its body runs again, and must find it alive */
      if (!asyncio_coroutine_close (self, &error))
        g_warning ("exception ignored in coroutine '%s': %s", self->name, error->message);
      self->parent.ref_count--;
    }

  if (self->state == ASYNCIO_CORO_CLOSED)
    return TRUE;

  g_critical ("coroutine '%s' (made at %s) was given up but does not end: its stack is lost",
              self->name, self->location);
  return FALSE;
}

const char *
asyncio_coroutine_get_name (AsyncioCoroutine *coroutine)
{
  g_return_val_if_fail (asyncio_iscoroutine (coroutine), NULL);

  return coroutine->name;
}

AsyncioCoroutineState
asyncio_coroutine_get_state (AsyncioCoroutine *coroutine)
{
  g_return_val_if_fail (asyncio_iscoroutine (coroutine), ASYNCIO_CORO_CLOSED);

  return coroutine->state;
}

GDestroyNotify
asyncio_coroutine_get_value_destroy (AsyncioCoroutine *coroutine)
{
  g_return_val_if_fail (asyncio_iscoroutine (coroutine), NULL);

  return coroutine->value_destroy;
}

/* --- await ------------------------------------------------------------------- */

gboolean
asyncio_coroutine_check_inside (GError **error)
{
  if (asyncio_coroutine_get_current () != NULL)
    return TRUE;

  g_set_error_literal (error, ASYNCIO_ERROR, ASYNCIO_ERROR_RUNTIME, "await outside a coroutine");
  return FALSE;
}

gboolean
asyncio_coroutine_yield (AsyncioFuture  *future,
                         GError        **error)
{
  AsyncioCoroutine *self = asyncio_coroutine_get_current ();
  GError *thrown;

  if (!asyncio_coroutine_check_inside (error))
    return FALSE;

  thrown = asyncio_stackful_suspend (self, future);
  if (thrown != NULL)
    {
      g_propagate_error (error, thrown);
      return FALSE;
    }

  return TRUE;
}

/* Future.__await__ */
static gpointer
await_future (AsyncioCoroutine  *self,
              AsyncioFuture     *future,
              GError           **error)
{
  if (!asyncio_future_done (future))
    {
      gboolean resumed;

      future->blocking = TRUE;
      self->awaiting = future;
      resumed = asyncio_coroutine_yield (future, error);
      self->awaiting = NULL;

      if (!resumed)
        return NULL;

      if (!asyncio_future_done (future))
        {
          g_set_error_literal (error, ASYNCIO_ERROR, ASYNCIO_ERROR_RUNTIME, "await wasn't used with future");
          return NULL;
        }
    }

  return asyncio_future_result (future, error);
}

/* Raises an error in a coroutine that is awaited. GeneratorExit closes it instead, and is then raised in the one that
 * awaits it, whatever the inner one made of it. thrown: (transfer full) */
static AsyncioSendResult
throw_into (AsyncioCoroutine  *inner,
            GError            *thrown,
            gpointer          *out,
            GError           **error)
{
  if (!g_error_matches (thrown, ASYNCIO_ERROR, ASYNCIO_ERROR_GENERATOR_EXIT))
    return asyncio_coroutine_throw (inner, thrown, out, error);

  if (asyncio_coroutine_close (inner, error))
    g_propagate_error (error, thrown);
  else
    g_error_free (thrown);

  return ASYNCIO_SEND_ERROR;
}

/* `yield from`: drives inner, passing on upwards what it yields and downwards what is thrown. */
static gpointer
await_coroutine (AsyncioCoroutine  *self,
                 AsyncioCoroutine  *inner,
                 GError           **error)
{
  AsyncioSendResult result;
  gpointer out = NULL;

  /* A suspended one belongs to whoever drives it so far. */
  if (inner->state == ASYNCIO_CORO_SUSPENDED)
    {
      g_set_error_literal (error, ASYNCIO_ERROR, ASYNCIO_ERROR_RUNTIME, "coroutine is being awaited already");
      return NULL;
    }

  self->awaiting = inner;
  result = asyncio_coroutine_send (inner, &out, error);

  while (result == ASYNCIO_SEND_NEXT)
    {
      g_autoptr (GError) thrown = NULL;

      if (asyncio_coroutine_yield (out, &thrown))
        result = asyncio_coroutine_send (inner, &out, error);
      else
        result = throw_into (inner, g_steal_pointer (&thrown), &out, error);
    }

  self->awaiting = NULL;

  return result == ASYNCIO_SEND_RETURN ? out : NULL;
}

gpointer
asyncio_await (gpointer   awaitable,
               GError   **error)
{
  AsyncioCoroutine *self = asyncio_coroutine_get_current ();
  gpointer held = NULL;
  gpointer value = NULL;

  if (!asyncio_iscoroutine (awaitable) && !asyncio_isfuture (awaitable))
    {
      g_autofree char *what = asyncio_repr (awaitable);

      g_set_error (error, ASYNCIO_ERROR, ASYNCIO_ERROR_TYPE,
                   "object %s can't be used in 'await' expression", what);
      return NULL;
    }

  held = asyncio_ref_sink (awaitable);

  if (asyncio_coroutine_check_inside (error))
    value = asyncio_iscoroutine (held) ? await_coroutine (self, held, error) : await_future (self, held, error);

  asyncio_unref (held);

  return value;
}
