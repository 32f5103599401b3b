/* SPDX-License-Identifier: MIT */

/*
 * Futures (Lib/asyncio/futures.py).
 *
 *        PENDING ──set_result, set_exception──> FINISHED
 *           └──────────────cancel─────────────> CANCELLED
 *
 * The callbacks of a future are handles that wait for it instead of for their turn. In the
 * moment in which it gets done they move to the loop's ready queue; none is ever called inline.
 * So whoever completes a future goes on undisturbed, and those who wait for it run in the order
 * in which they came.
 */

#include "futures-private.h"

#include "base-events-private.h"
#include "recorder-private.h"
#include "tasks-private.h"

#include <asyncio/exceptions.h>
#include <asyncio/versions.h>

/* --- Life ---------------------------------------------------------------------- */

static void
future_finalize (gpointer object)
{
  AsyncioFuture *self = object;

  asyncio_future_report_unretrieved (self);
  asyncio_future_clear (self);
  g_free (self);
}

char *
asyncio_future_repr_end (const AsyncioFuture *self)
{
  return self->location != NULL ? g_strdup_printf (" created at %s>", self->location) : g_strdup (">");
}

char *
asyncio_future_repr (gconstpointer object)
{
  static const char *const states[] = { "pending", "cancelled", "finished" };
  const AsyncioFuture *self = object;
  gboolean failed = self->state == ASYNCIO_FUTURE_FINISHED && self->exception != NULL;
  g_autofree char *what = failed ? asyncio_error_to_string (self->exception) : g_strdup ("");
  g_autofree char *end = asyncio_future_repr_end (self);

  return g_strconcat ("<Future ", states[self->state], failed ? " exception=" : "", what, end, NULL);
}

static const AsyncioFutureClass future_class = {
  .parent = {
    .kind = ASYNCIO_KIND_FUTURE,
    .finalize = future_finalize,
    .repr = asyncio_future_repr,
  },
  .name = "Future",
  .cancel = asyncio_future_base_cancel,
};

static const AsyncioFutureClass *
class_of (AsyncioFuture *self)
{
  return (const AsyncioFutureClass *) self->parent.klass;
}

void
asyncio_future_init (AsyncioFuture            *self,
                     const AsyncioFutureClass *klass,
                     AsyncioLoop              *loop)
{
  asyncio_object_init (&self->parent, &klass->parent);
  self->loop = asyncio_loop_ref (loop);
}

AsyncioFuture *
asyncio_future_new_at (AsyncioLoop *loop,
                       const char  *location)
{
  AsyncioFuture *self;

  g_return_val_if_fail (loop != NULL, NULL);

  self = g_new0 (AsyncioFuture, 1);
  asyncio_future_init (self, &future_class, loop);
  self->location = asyncio_loop_note_location (loop, location);

  return self;
}

AsyncioFuture *
ASYNCIO_FUTURE (gpointer object)
{
  g_return_val_if_fail (object == NULL || asyncio_isfuture (object), NULL);

  return object;
}

/* Future.__del__ */
void
asyncio_future_report_unretrieved (AsyncioFuture *self)
{
  g_autofree char *message = NULL;

  if (!self->log_traceback)
    return;

  message = g_strdup_printf ("%s exception was never retrieved", class_of (self)->name);

  /* The handler gets the future, and may take a reference for as long as it runs. */
  self->parent.ref_count++;
  asyncio_loop_call_exception_handler (self->loop, &(AsyncioExceptionContext) {
                                                     .message = message,
                                                     .exception = self->exception,
                                                     .future = self,
                                                     .source_traceback = self->location,
                                                   });
  self->parent.ref_count--;
}

static void
unlink_from_awaited (AsyncioFuture *self)
{
  if (self->previous_awaited != NULL)
    self->previous_awaited->next_awaited = self->next_awaited;
  else
    self->loop->awaited = self->next_awaited;

  if (self->next_awaited != NULL)
    self->next_awaited->previous_awaited = self->previous_awaited;

  self->previous_awaited = NULL;
  self->next_awaited = NULL;
}

static void
link_to_awaited (AsyncioFuture *self)
{
  self->next_awaited = self->loop->awaited;
  if (self->next_awaited != NULL)
    self->next_awaited->previous_awaited = self;

  self->loop->awaited = self;
}

/* Takes the callbacks away from the future. */
static AsyncioHandleQueue
take_callbacks (AsyncioFuture *self)
{
  AsyncioHandleQueue callbacks = self->callbacks;

  if (callbacks.head != NULL)
    unlink_from_awaited (self);
  self->callbacks = (AsyncioHandleQueue) { NULL, NULL, 0 };

  return callbacks;
}

static void
drop_callbacks (AsyncioFuture *self)
{
  AsyncioHandleQueue callbacks = take_callbacks (self);

  asyncio_handle_queue_clear (&callbacks);
}

void
asyncio_future_list_abandon (AsyncioFuture **awaited)
{
  while (*awaited != NULL)
    {
      AsyncioFuture *self = asyncio_ref (*awaited);

      drop_callbacks (self);
      asyncio_unref (self);
    }
}

/* NULL is Python's None: there is nothing to free. */
static void
free_value (gpointer       value,
            GDestroyNotify destroy)
{
  if (value != NULL && destroy != NULL)
    destroy (value);
}

void
asyncio_future_clear (AsyncioFuture *self)
{
  drop_callbacks (self);
  free_value (self->value, self->value_destroy);
  g_clear_error (&self->exception);
  g_clear_pointer (&self->loop, asyncio_loop_unref);
  self->parent.kind = ASYNCIO_KIND_FREED;
}

AsyncioLoop *
asyncio_future_get_loop (AsyncioFuture *future)
{
  g_return_val_if_fail (asyncio_isfuture (future), NULL);

  return future->loop;
}

/* --- Asking ------------------------------------------------------------------------ */

gboolean
asyncio_future_done (AsyncioFuture *future)
{
  g_return_val_if_fail (asyncio_isfuture (future), FALSE);

  return future->state != ASYNCIO_FUTURE_PENDING;
}

gboolean
asyncio_future_cancelled (AsyncioFuture *future)
{
  g_return_val_if_fail (asyncio_isfuture (future), FALSE);

  return future->state == ASYNCIO_FUTURE_CANCELLED;
}

/* Future._make_cancelled_error(). What a task ended with is for one asker only: in Python each of several would add to
 * the traceback of the same object. */
static GError *
make_cancelled_error (AsyncioFuture *self)
{
  if (self->exception == NULL)
    return asyncio_error_new_cancelled (NULL);

  return self->gives_error_once ? g_steal_pointer (&self->exception) : g_error_copy (self->exception);
}

static gboolean
check_finished (AsyncioFuture  *self,
                const char     *message,
                GError        **error)
{
  switch (self->state)
    {
    case ASYNCIO_FUTURE_FINISHED:
      return TRUE;

    case ASYNCIO_FUTURE_CANCELLED:
      g_propagate_error (error, make_cancelled_error (self));
      return FALSE;

    case ASYNCIO_FUTURE_PENDING:
    default:
      g_set_error_literal (error, ASYNCIO_ERROR, ASYNCIO_ERROR_INVALID_STATE, message);
      return FALSE;
    }
}

gpointer
asyncio_future_result (AsyncioFuture  *future,
                       GError        **error)
{
  g_return_val_if_fail (asyncio_isfuture (future), NULL);

  if (!check_finished (future, "Result is not set.", error))
    return NULL;

  future->log_traceback = FALSE;
  if (future->exception != NULL)
    {
      g_propagate_error (error, g_error_copy (future->exception));
      return NULL;
    }

  return future->value;
}

gpointer
asyncio_future_steal_result (AsyncioFuture  *future,
                             GError        **error)
{
  gpointer value = asyncio_future_result (future, error);

  if (value != NULL && future->value_is_shared)
    {
      g_set_error_literal (error, ASYNCIO_ERROR, ASYNCIO_ERROR_RUNTIME,
                           "the value belongs to a concurrent future and cannot be taken out of this one");
      return NULL;
    }

  future->value = NULL;
  future->value_destroy = NULL;

  return value;
}

const GError *
asyncio_future_exception (AsyncioFuture  *future,
                          GError        **error)
{
  g_return_val_if_fail (asyncio_isfuture (future), NULL);

  if (!check_finished (future, "Exception is not set.", error))
    return NULL;

  future->log_traceback = FALSE;

  return future->exception;
}

const GError *
asyncio_future_peek_exception (AsyncioFuture *self)
{
  return self->exception;
}

void
asyncio_future_forgive (AsyncioFuture *self)
{
  self->log_traceback = FALSE;
}

/* --- Getting done ------------------------------------------------------------------- */

static gboolean
schedule_callbacks (AsyncioFuture  *self,
                    GError        **error)
{
  AsyncioHandleQueue callbacks = take_callbacks (self);

  if (callbacks.head == NULL)
    return TRUE;

  if (!asyncio_loop_check_closed (self->loop, error))
    {
      asyncio_handle_queue_clear (&callbacks);
      return FALSE;
    }

  for (AsyncioHandle *handle = callbacks.head; handle != NULL; handle = handle->next)
    {
      handle->future = asyncio_ref (self);
      if (asyncio_recorder_is_on ())
        asyncio_record_scheduled (self->loop, handle);
    }
  asyncio_handle_queue_append (&self->loop->ready, &callbacks);

  return TRUE;
}

static gboolean
check_pending (AsyncioFuture  *self,
               GError        **error)
{
  g_autofree char *repr = NULL;

  if (self->state == ASYNCIO_FUTURE_PENDING)
    return TRUE;

  repr = asyncio_repr (self);
  g_set_error (error, ASYNCIO_ERROR, ASYNCIO_ERROR_INVALID_STATE, "%s: %s",
               self->state == ASYNCIO_FUTURE_CANCELLED ? "CANCELLED" : "FINISHED", repr);
  return FALSE;
}

gboolean
asyncio_future_finish_with_value (AsyncioFuture   *self,
                                  gpointer         value,
                                  GDestroyNotify   destroy,
                                  GError         **error)
{
  if (!check_pending (self, error))
    {
      free_value (value, destroy);
      return FALSE;
    }

  self->value = value;
  self->value_destroy = destroy;
  self->state = ASYNCIO_FUTURE_FINISHED;

  return schedule_callbacks (self, error);
}

gboolean
asyncio_future_finish_with_error (AsyncioFuture  *self,
                                  GError         *exception,
                                  GError        **error)
{
  if (!check_pending (self, error))
    {
      g_error_free (exception);
      return FALSE;
    }

  if (g_error_matches (exception, ASYNCIO_ERROR, ASYNCIO_ERROR_STOP_ITERATION))
    {
      g_error_free (exception);
      g_set_error_literal (error, ASYNCIO_ERROR, ASYNCIO_ERROR_TYPE,
                           "StopIteration interacts badly with generators and cannot be raised into a Future");
      return FALSE;
    }

  self->exception = exception;
  self->state = ASYNCIO_FUTURE_FINISHED;
  self->log_traceback = TRUE;

  return schedule_callbacks (self, error);
}

/* Since 3.7 only a task itself says how it ended. */
static gboolean
check_may_be_set (AsyncioFuture  *self,
                  const char     *what,
                  GError        **error)
{
  if (self->parent.kind != ASYNCIO_KIND_TASK || !asyncio_version_rules.task_refuses_results)
    return TRUE;

  g_set_error (error, ASYNCIO_ERROR, ASYNCIO_ERROR_RUNTIME, "Task does not support set_%s operation", what);
  return FALSE;
}

gboolean
asyncio_future_set_result (AsyncioFuture   *future,
                           gpointer         value,
                           GDestroyNotify   destroy,
                           GError         **error)
{
  g_return_val_if_fail (asyncio_isfuture (future), FALSE);

  if (!check_may_be_set (future, "result", error))
    {
      free_value (value, destroy);
      return FALSE;
    }

  return asyncio_future_finish_with_value (future, value, destroy, error);
}

gboolean
asyncio_future_set_exception (AsyncioFuture  *future,
                              GError         *exception,
                              GError        **error)
{
  g_return_val_if_fail (asyncio_isfuture (future), FALSE);
  g_return_val_if_fail (exception != NULL, FALSE);

  if (!check_may_be_set (future, "exception", error))
    {
      g_error_free (exception);
      return FALSE;
    }

  return asyncio_future_finish_with_error (future, exception, error);
}

gboolean
asyncio_future_base_cancel (AsyncioFuture *self,
                            const char    *message)
{
  self->log_traceback = FALSE;
  if (self->state != ASYNCIO_FUTURE_PENDING)
    return FALSE;

  if (message != NULL)
    self->exception = asyncio_error_new_cancelled (message);
  self->state = ASYNCIO_FUTURE_CANCELLED;
  (void) schedule_callbacks (self, NULL);

  return TRUE;
}

void
asyncio_future_cancel_with_error (AsyncioFuture *self,
                                  GError        *cancelled)
{
  if (asyncio_version_rules.cancelled_error_is_passed_on && cancelled->message[0] != '\0')
    {
      self->exception = g_steal_pointer (&cancelled);
      self->gives_error_once = TRUE;
    }
  g_clear_error (&cancelled);

  (void) asyncio_future_base_cancel (self, NULL);
}

gboolean
asyncio_future_cancel (AsyncioFuture *future)
{
  return asyncio_future_cancel_msg (future, NULL);
}

gboolean
asyncio_future_cancel_msg (AsyncioFuture *future,
                           const char    *message)
{
  gboolean cancelled;

  g_return_val_if_fail (asyncio_isfuture (future), FALSE);

  /* Tasks that wait for each other would ask each other for ever. (CPython: RecursionError.) */
  if (future->being_cancelled)
    return FALSE;

  future->being_cancelled = TRUE;
  cancelled = class_of (future)->cancel (future, asyncio_version_rules.cancel_has_message ? message : NULL);
  future->being_cancelled = FALSE;

  return cancelled;
}

/* --- Callbacks ---------------------------------------------------------------------- */

void
asyncio_future_add_handle (AsyncioFuture *self,
                           AsyncioHandle *handle)
{
  if (!asyncio_loop_check_closed (self->loop, NULL))
    {
      asyncio_handle_unref (handle);
    }
  else if (self->state == ASYNCIO_FUTURE_PENDING)
    {
      if (self->callbacks.head == NULL)
        link_to_awaited (self);
      asyncio_handle_queue_push (&self->callbacks, handle);
    }
  else
    {
      handle->future = asyncio_ref (self);
      asyncio_loop_add_ready (self->loop, handle);
    }
}

void
asyncio_future_add_done_callback_named (AsyncioFuture          *future,
                                        AsyncioFutureCallback   callback,
                                        gpointer                user_data,
                                        GDestroyNotify          destroy,
                                        const char             *name,
                                        const char             *location,
                                        AsyncioContextVars     *context)
{
  AsyncioHandle *handle;

  g_return_if_fail (asyncio_isfuture (future));
  g_return_if_fail (callback != NULL);

  handle = asyncio_handle_new_done (callback, user_data, destroy, name);
  handle->location = asyncio_loop_note_location (future->loop, location);
  asyncio_handle_set_context (handle, context);
  asyncio_future_add_handle (future, handle);
}

/* Removes one handle, or all that have this callback and data. */
static guint
remove_handles (AsyncioFuture         *self,
                AsyncioHandle         *handle,
                AsyncioFutureCallback  callback,
                gpointer               user_data)
{
  AsyncioHandleQueue all = take_callbacks (self);
  AsyncioHandleQueue removed = { NULL, NULL, 0 };
  AsyncioHandle *next;
  guint n_removed;

  while ((next = asyncio_handle_queue_pop (&all)) != NULL)
    {
      gboolean matches = handle != NULL ? next == handle
                                        : next->done_callback == callback && next->user_data == user_data;

      asyncio_handle_queue_push (matches ? &removed : &self->callbacks, next);
    }

  if (self->callbacks.head != NULL)
    link_to_awaited (self);

  n_removed = removed.length;
  asyncio_handle_queue_clear (&removed);

  return n_removed;
}

guint
asyncio_future_remove_done_callback (AsyncioFuture         *future,
                                     AsyncioFutureCallback  callback,
                                     gpointer               user_data)
{
  g_return_val_if_fail (asyncio_isfuture (future), 0);

  return remove_handles (future, NULL, callback, user_data);
}

gboolean
asyncio_future_remove_handle (AsyncioFuture *self,
                              AsyncioHandle *handle)
{
  return remove_handles (self, handle, NULL, NULL) > 0;
}
