/* SPDX-License-Identifier: MIT */

/*
 * Python's exceptions as GLib errors.
 *
 * Python raises an object and the interpreter unwinds the stack; C returns, and
 * the error travels through a GError out-parameter. What is the same is the
 * rule who may stop it: `except Exception` must let a BaseException pass. C has
 * no class hierarchy to ask, so asyncio_error_is_base() is that question.
 */

#include <asyncio/exceptions.h>
#include <asyncio/versions.h>


static const char *const names[] = {
  [ASYNCIO_ERROR_RUNTIME] = "RuntimeError",
  [ASYNCIO_ERROR_VALUE] = "ValueError",
  [ASYNCIO_ERROR_TYPE] = "TypeError",
  [ASYNCIO_ERROR_OS] = "OSError",
  [ASYNCIO_ERROR_MEMORY] = "MemoryError",
  [ASYNCIO_ERROR_ASSERTION] = "AssertionError",
  [ASYNCIO_ERROR_NOT_IMPLEMENTED] = "NotImplementedError",
  [ASYNCIO_ERROR_STOP_ITERATION] = "StopIteration",
  [ASYNCIO_ERROR_CANCELLED] = "CancelledError",
  [ASYNCIO_ERROR_INVALID_STATE] = "InvalidStateError",
  [ASYNCIO_ERROR_QUEUE_EMPTY] = "QueueEmpty",
  [ASYNCIO_ERROR_QUEUE_FULL] = "QueueFull",
  [ASYNCIO_ERROR_TIMEOUT] = "TimeoutError",
  [ASYNCIO_ERROR_GENERATOR_EXIT] = "GeneratorExit",
  [ASYNCIO_ERROR_KEYBOARD_INTERRUPT] = "KeyboardInterrupt",
  [ASYNCIO_ERROR_SYSTEM_EXIT] = "SystemExit",
  [ASYNCIO_ERROR_EXCEPTION_GROUP] = "ExceptionGroup",
  [ASYNCIO_ERROR_BASE_EXCEPTION_GROUP] = "BaseExceptionGroup",
  [ASYNCIO_ERROR_LOOKUP] = "LookupError",
  [ASYNCIO_ERROR_BROKEN_BARRIER] = "BrokenBarrierError",
  [ASYNCIO_ERROR_EOF] = "EOFError",
  [ASYNCIO_ERROR_BROKEN_PIPE] = "BrokenPipeError",
  [ASYNCIO_ERROR_BROKEN_PROCESS_POOL] = "BrokenProcessPool",
};

const char *
asyncio_error_get_name (const GError *error)
{
  g_return_val_if_fail (error != NULL, NULL);

  if (error->domain != ASYNCIO_ERROR)
    return g_quark_to_string (error->domain);

  if (error->code < 0 || (guint) error->code >= G_N_ELEMENTS (names))
    return "Exception";

  return names[error->code];
}

char *
asyncio_error_to_string (const GError *error)
{
  g_return_val_if_fail (error != NULL, NULL);

  if (error->message == NULL || error->message[0] == '\0')
    return g_strdup (asyncio_error_get_name (error));

  return g_strdup_printf ("%s: %s", asyncio_error_get_name (error), error->message);
}

gboolean
asyncio_error_is_base (const GError *error)
{
  g_return_val_if_fail (error != NULL, FALSE);

  if (error->domain != ASYNCIO_ERROR)
    return FALSE;

  switch ((AsyncioError) error->code)
    {
    case ASYNCIO_ERROR_KEYBOARD_INTERRUPT:
    case ASYNCIO_ERROR_SYSTEM_EXIT:
    case ASYNCIO_ERROR_GENERATOR_EXIT:
    case ASYNCIO_ERROR_BASE_EXCEPTION_GROUP:
      return TRUE;

    case ASYNCIO_ERROR_CANCELLED:
      return asyncio_version_rules.cancelled_is_base;

    default:
      return FALSE;
    }
}

gboolean
asyncio_error_ends_loop (const GError *error)
{
  return g_error_matches (error, ASYNCIO_ERROR, ASYNCIO_ERROR_KEYBOARD_INTERRUPT) ||
         g_error_matches (error, ASYNCIO_ERROR, ASYNCIO_ERROR_SYSTEM_EXIT);
}

GError *
asyncio_error_new_cancelled (const char *message)
{
  return g_error_new_literal (ASYNCIO_ERROR, ASYNCIO_ERROR_CANCELLED, message != NULL ? message : "");
}

gboolean
asyncio_error_is_cancelled (const GError *error)
{
  return g_error_matches (error, ASYNCIO_ERROR, ASYNCIO_ERROR_CANCELLED);
}
