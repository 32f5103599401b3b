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

void
asyncio_loop_default_exception_handler (AsyncioLoop                   *loop,
                                        const AsyncioExceptionContext *context)
{
  g_autoptr (GString) text = NULL;

  g_return_if_fail (loop != NULL);
  g_return_if_fail (context != NULL);

  text = g_string_new (context->message != NULL ? context->message : "Unhandled exception in event loop");

  if (context->future != NULL)
    {
      g_autofree char *repr = asyncio_repr (context->future);

      g_string_append_printf (text, "\nfuture: %s", repr);
    }

  if (context->handle != NULL)
    g_string_append_printf (text, "\nhandle: <Handle %s>", context->handle->name);

  if (context->exception != NULL)
    {
      g_autofree char *what = asyncio_error_to_string (context->exception);

      g_string_append_printf (text, "\n%s", what);
    }

  g_warning ("%s", text->str);
}

/* The slot of the context of what is reported, if that has one. A plain future has none. */
static AsyncioContextVars **
slot_of_reported (const AsyncioExceptionContext *context)
{
  if (!asyncio_version_rules.exception_handler_has_context)
    return NULL;

  if (context->future != NULL)
    return context->future->parent.kind == ASYNCIO_KIND_TASK ? &((AsyncioTask *) context->future)->handle.context : NULL;

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
