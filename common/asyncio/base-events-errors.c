/* SPDX-License-Identifier: MIT */

/*
 * The exception handler of a loop (Lib/asyncio/base_events.py): who is told of errors that nobody else can be told of.
 */

#include "base-events-private.h"

#include "contextvars-private.h"
#include "futures-private.h"

#include <asyncio/exceptions.h>
#include <asyncio/versions.h>

void
asyncio_loop_set_exception_handler (AsyncioLoop             *loop,
                                    AsyncioExceptionHandler  handler,
                                    gpointer                 user_data,
                                    GDestroyNotify           destroy)
{
  gpointer old_data;
  GDestroyNotify old_destroy;

  g_return_if_fail (loop != NULL);

  old_data = loop->exception_handler_data;
  old_destroy = loop->exception_handler_destroy;
  loop->exception_handler = handler;
  loop->exception_handler_data = user_data;
  loop->exception_handler_destroy = destroy;

  if (old_destroy != NULL)
    old_destroy (old_data);
}

/* value: (transfer full) */
static void
append_line (GString    *text,
             const char *title,
             char       *value)
{
  g_string_append_printf (text, "\n%s%s", title, value);
  g_free (value);
}

void
asyncio_loop_default_exception_handler (AsyncioLoop                   *loop,
                                        const AsyncioExceptionContext *context)
{
  g_autoptr (GString) text = NULL;

  g_return_if_fail (loop != NULL);
  g_return_if_fail (context != NULL);

  text = g_string_new (context->message != NULL ? context->message : "Unhandled exception in event loop");

  /* In the order of their names, as Python has them. */
  if (context->future != NULL)
    append_line (text, "future: ", asyncio_repr (context->future));
  if (context->handle != NULL)
    append_line (text, "handle: ", asyncio_handle_repr (context->handle));
  if (context->source_traceback == NULL && loop->current_handle != NULL && loop->current_handle->location != NULL)
    append_line (text, "handle_traceback: Handle created at (most recent call last):\n  ",
                 g_strdup (loop->current_handle->location));
  if (context->source_traceback != NULL)
    append_line (text, "source_traceback: Object created at (most recent call last):\n  ",
                 g_strdup (context->source_traceback));
  if (context->task != NULL)
    append_line (text, "task: ", asyncio_repr (context->task));
  if (context->exception != NULL)
    append_line (text, "", asyncio_error_to_string (context->exception));

  g_warning ("%s", text->str);
}

/* The slot of the context of what is reported, if that has one. A plain future has none. */
static AsyncioContextVars **
slot_of_reported (const AsyncioExceptionContext *context)
{
  if (!asyncio_version_rules.exception_handler_has_context)
    return NULL;

  if (context->task != NULL)
    return &context->task->handle.context;

  if (context->future != NULL)
    return asyncio_is_task (context->future) ? &((AsyncioTask *) context->future)->handle.context : NULL;

  return context->handle != NULL ? &context->handle->context : NULL;
}

static void
call_custom_handler (AsyncioLoop                    *self,
                     const AsyncioExceptionContext  *context,
                     GError                        **error)
{
  AsyncioContextVars **slot = slot_of_reported (context);
  AsyncioContextVars **outer;

  if (slot == NULL)
    {
      self->exception_handler (self, context, self->exception_handler_data, error);
    }
  else if (asyncio_context_vars_enter (slot, &outer, error))
    {
      self->exception_handler (self, context, self->exception_handler_data, error);
      asyncio_context_vars_exit (outer);
    }
}

void
asyncio_loop_call_exception_handler (AsyncioLoop                   *loop,
                                     const AsyncioExceptionContext *context)
{
  g_autoptr (GError) error = NULL;

  g_return_if_fail (loop != NULL);
  g_return_if_fail (context != NULL);

  if (loop->exception_handler == NULL)
    {
      asyncio_loop_default_exception_handler (loop, context);
      return;
    }

  call_custom_handler (loop, context, &error);

  if (error != NULL)
    asyncio_loop_default_exception_handler (loop, &(AsyncioExceptionContext) {
                                                      .message = "Unhandled error in exception handler",
                                                      .exception = error,
                                                  });
}
