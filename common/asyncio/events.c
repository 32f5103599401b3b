/* SPDX-License-Identifier: MIT */

/*
 * Handles, and which loop is whose (Lib/asyncio/events.py).
 *
 * A handle is a callback that waits for its turn. Where it waits differs: in the loop's ready
 * queue, in its timer heap, or at a future for the future to be done. It
 * is the same object all the time, and moving it on is relinking it.
 */

#include "events-private.h"

#include "base-events-private.h"
#include "contextvars-private.h"
#include "futures-private.h"
#include "thread-state-private.h"

#include <asyncio/exceptions.h>

#include <unistd.h>

/* --- Handle ------------------------------------------------------------------ */

static void
handle_free (AsyncioHandle *self)
{
  g_clear_pointer (&self->context, asyncio_context_unref);
  g_free (self);
}

void
asyncio_handle_init (AsyncioHandle *self,
                     void         (*finalize) (AsyncioHandle *self))
{
  self->ref_count = 1;
  self->finalize = finalize;
}

AsyncioHandle *
asyncio_handle_new (AsyncioCallback  callback,
                    gpointer         user_data,
                    GDestroyNotify   destroy,
                    const char      *name)
{
  AsyncioHandle *self = g_new0 (AsyncioHandle, 1);

  asyncio_handle_init (self, handle_free);
  self->name = name;
  self->callback = callback;
  self->user_data = user_data;
  self->destroy = destroy;
  self->context = asyncio_context_vars_copy_current ();

  return self;
}

void
asyncio_handle_set_context (AsyncioHandle      *self,
                            AsyncioContextVars *context)
{
  if (context == NULL)
    return;

  g_clear_pointer (&self->context, asyncio_context_unref);
  self->context = asyncio_context_ref (context);
}

AsyncioHandle *
asyncio_handle_new_done (AsyncioFutureCallback  callback,
                         gpointer               user_data,
                         GDestroyNotify         destroy,
                         const char            *name)
{
  AsyncioHandle *self = asyncio_handle_new (NULL, user_data, destroy, name);

  self->done_callback = callback;

  return self;
}

AsyncioHandle *
asyncio_handle_ref (AsyncioHandle *handle)
{
  g_return_val_if_fail (handle != NULL, NULL);

  handle->ref_count++;

  return handle;
}

void
asyncio_handle_clear (AsyncioHandle *self)
{
  gpointer user_data = g_steal_pointer (&self->user_data);
  GDestroyNotify destroy = self->destroy;

  self->destroy = NULL;
  self->callback = NULL;
  self->done_callback = NULL;
  g_clear_pointer (&self->future, asyncio_unref);

  if (destroy != NULL)
    destroy (user_data);
}

void
asyncio_handle_unref (AsyncioHandle *handle)
{
  g_return_if_fail (handle != NULL);
  g_return_if_fail (handle->ref_count > 0);

  if (--handle->ref_count == 0)
    {
      asyncio_handle_clear (handle);
      handle->finalize (handle);
    }
}

void
asyncio_handle_cancel (AsyncioHandle *handle)
{
  g_return_if_fail (handle != NULL);

  if (handle->cancelled)
    return;

  handle->cancelled = TRUE;
  asyncio_handle_ref (handle);

  /* A timer leaves the heap at once; what is ready stays in its queue and is passed over. */
  if (handle->heap_index != 0)
    asyncio_loop_remove_timer (handle->loop, handle);

  /* A callback that cancels itself goes on to use its data. */
  if (!handle->running)
    asyncio_handle_clear (handle);

  asyncio_handle_unref (handle);
}

gboolean
asyncio_handle_cancelled (AsyncioHandle *handle)
{
  g_return_val_if_fail (handle != NULL, FALSE);

  return handle->cancelled;
}

double
asyncio_timer_handle_when (AsyncioHandle *handle)
{
  g_return_val_if_fail (handle != NULL, 0.0);

  return (double) handle->when_ns / 1e9;
}

char *
asyncio_handle_repr (const AsyncioHandle *self)
{
  GString *text = g_string_new (self->loop != NULL ? "<TimerHandle" : "<Handle");

  if (self->cancelled)
    g_string_append (text, " cancelled");
  if (self->loop != NULL)
    g_string_append_printf (text, " when=%.3f", (double) self->when_ns / 1e9);
  g_string_append_printf (text, " %s", self->name);
  if (self->location != NULL)
    g_string_append_printf (text, " created at %s", self->location);
  g_string_append_c (text, '>');

  return g_string_free (text, FALSE);
}

void
asyncio_handle_run (AsyncioHandle  *self,
                    GError        **error)
{
  AsyncioContextVars **outer;

  if (!asyncio_context_vars_enter (&self->context, &outer, error))
    return;

  self->running = TRUE;

  if (self->callback != NULL)
    self->callback (self->user_data, error);
  else if (self->done_callback != NULL)
    {
      /* A task's handle may be waiting for the next future when this one has been told of. */
      g_autoptr (AsyncioFuture) future = g_steal_pointer (&self->future);

      self->done_callback (future, self->user_data, error);
    }

  self->running = FALSE;
  asyncio_context_vars_exit (outer);
  if (self->cancelled)
    asyncio_handle_clear (self);
}

/* --- Queues of handles ------------------------------------------------------- */

void
asyncio_handle_queue_push (AsyncioHandleQueue *self,
                           AsyncioHandle      *handle)
{
  handle->next = NULL;
  handle->queued = TRUE;

  if (self->tail != NULL)
    self->tail->next = handle;
  else
    self->head = handle;

  self->tail = handle;
  self->length++;
}

AsyncioHandle *
asyncio_handle_queue_pop (AsyncioHandleQueue *self)
{
  AsyncioHandle *handle = self->head;

  if (handle == NULL)
    return NULL;

  self->head = handle->next;
  if (self->head == NULL)
    self->tail = NULL;
  self->length--;

  handle->next = NULL;
  handle->queued = FALSE;

  return handle;
}

void
asyncio_handle_queue_append (AsyncioHandleQueue *self,
                             AsyncioHandleQueue *other)
{
  if (other->head == NULL)
    return;

  if (self->tail != NULL)
    self->tail->next = other->head;
  else
    self->head = other->head;

  self->tail = other->tail;
  self->length += other->length;

  *other = (AsyncioHandleQueue) { NULL, NULL, 0 };
}

void
asyncio_handle_queue_clear (AsyncioHandleQueue *self)
{
  AsyncioHandle *handle;

  while ((handle = asyncio_handle_queue_pop (self)) != NULL)
    asyncio_handle_unref (handle);
}

/* --- Which loop is whose ------------------------------------------------------- */

void
asyncio_set_running_loop (AsyncioLoop *loop)
{
  asyncio_thread_state ()->running_loop = loop;
}

AsyncioLoop *
asyncio_get_running_loop (GError **error)
{
  AsyncioLoop *loop = asyncio_thread_state ()->running_loop;

  if (loop == NULL)
    g_set_error_literal (error, ASYNCIO_ERROR, ASYNCIO_ERROR_RUNTIME, "no running event loop");

  return loop;
}

static gboolean
in_main_thread (void)
{
  return gettid () == getpid ();
}

AsyncioLoop *
asyncio_get_event_loop (GError **error)
{
  AsyncioThreadState *thread = asyncio_thread_state ();

  if (thread->running_loop != NULL)
    return thread->running_loop;

  if (thread->event_loop == NULL && !thread->event_loop_was_set && in_main_thread ())
    {
      g_autoptr (AsyncioLoop) loop = asyncio_new_event_loop ();

      asyncio_set_event_loop (loop);
    }

  if (thread->event_loop == NULL)
    g_set_error (error, ASYNCIO_ERROR, ASYNCIO_ERROR_RUNTIME,
                 "There is no current event loop in thread '%s'.",
                 in_main_thread () ? "MainThread" : "Thread");

  return thread->event_loop;
}

void
asyncio_set_event_loop (AsyncioLoop *loop)
{
  AsyncioThreadState *thread = asyncio_thread_state ();
  AsyncioLoop *previous = g_steal_pointer (&thread->event_loop);

  thread->event_loop = loop != NULL ? asyncio_loop_ref (loop) : NULL;
  thread->event_loop_was_set = TRUE;

  g_clear_pointer (&previous, asyncio_loop_unref);
}
