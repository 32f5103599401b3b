/* SPDX-License-Identifier: MIT */
#pragma once

/**
 * @file
 * Python's exceptions as GLib errors (`Lib/asyncio/exceptions.py` and the built-in ones).
 *
 * All share one GError domain, #ASYNCIO_ERROR, with a code for each exception
 * class. Raising is returning with the error set; `except X` is
 * `g_error_matches (error, ASYNCIO_ERROR, ASYNCIO_ERROR_X)`. Errors of other
 * domains (`G_IO_ERROR`, your own) pass through the loop, futures and tasks as
 * they are.
 */

#include <asyncio/types.h>

G_BEGIN_DECLS

/** The GError domain of Python's exceptions. */
#define ASYNCIO_ERROR (asyncio_error_quark ())

/** Codes of the domain #ASYNCIO_ERROR, one for each of Python's exceptions that the core knows. */
typedef enum
{
  ASYNCIO_ERROR_RUNTIME,            /**< `RuntimeError` */
  ASYNCIO_ERROR_VALUE,              /**< `ValueError` */
  ASYNCIO_ERROR_TYPE,               /**< `TypeError` */
  ASYNCIO_ERROR_OS,                 /**< `OSError` */
  ASYNCIO_ERROR_MEMORY,             /**< `MemoryError` */
  ASYNCIO_ERROR_ASSERTION,          /**< `AssertionError` */
  ASYNCIO_ERROR_NOT_IMPLEMENTED,    /**< `NotImplementedError`, which a lab's starting point raises */
  ASYNCIO_ERROR_STOP_ITERATION,     /**< `StopIteration`, which no future takes */
  ASYNCIO_ERROR_CANCELLED,          /**< `asyncio.CancelledError` */
  ASYNCIO_ERROR_INVALID_STATE,      /**< `asyncio.InvalidStateError` */
  ASYNCIO_ERROR_QUEUE_EMPTY,        /**< `asyncio.QueueEmpty` */
  ASYNCIO_ERROR_QUEUE_FULL,         /**< `asyncio.QueueFull` */
  ASYNCIO_ERROR_TIMEOUT,            /**< `asyncio.TimeoutError` */
  ASYNCIO_ERROR_GENERATOR_EXIT,     /**< `GeneratorExit`, thrown in by asyncio_coroutine_close() */
  ASYNCIO_ERROR_KEYBOARD_INTERRUPT, /**< `KeyboardInterrupt` */
  ASYNCIO_ERROR_SYSTEM_EXIT,        /**< `SystemExit` */
  ASYNCIO_ERROR_EXCEPTION_GROUP,      /**< `ExceptionGroup`, which carries other errors; see exception-groups.h */
  ASYNCIO_ERROR_BASE_EXCEPTION_GROUP, /**< `BaseExceptionGroup`, one that carries a base exception */
  ASYNCIO_ERROR_LOOKUP,             /**< `LookupError`, of a context variable without a value */
  ASYNCIO_ERROR_BROKEN_BARRIER,     /**< `asyncio.BrokenBarrierError` */
  ASYNCIO_ERROR_EOF,                /**< `EOFError` */
  ASYNCIO_ERROR_BROKEN_PIPE,        /**< `BrokenPipeError` */
  ASYNCIO_ERROR_BROKEN_PROCESS_POOL, /**< `concurrent.futures.process.BrokenProcessPool` */
} AsyncioError;

/** The domain #ASYNCIO_ERROR as a number. */
GQuark asyncio_error_quark (void);

/**
 * The Python name of an error's class, as `type(e).__name__` gives it.
 *
 * @param error  any error
 * @return e.g. "CancelledError"; for errors of other domains the domain's name. Static.
 */
const char *asyncio_error_get_name (const GError *error);

/**
 * How Python prints an error: "Class: message", or just "Class" where there is no message.
 *
 * @param error  any error
 * @return (transfer full): the text, to be freed with g_free()
 */
char *asyncio_error_to_string (const GError *error);

/**
 * Whether `except Exception` would let this error pass, that is, whether its
 * class derives from `BaseException` only.
 *
 * CancelledError does since Python 3.8 (version rule
 * AsyncioVersionRules::cancelled_is_base); KeyboardInterrupt, SystemExit and
 * GeneratorExit always did. A group of exceptions does if one of them does.
 *
 * @param error  any error
 */
gboolean asyncio_error_is_base (const GError *error);

/**
 * Whether an error ends the running loop: KeyboardInterrupt and SystemExit.
 *
 * A task or callback that fails with one keeps it, and the call that runs the
 * loop returns with it at once; what was queued stays queued.
 *
 * @param error  any error
 */
gboolean asyncio_error_ends_loop (const GError *error);

/**
 * Makes a CancelledError.
 *
 * @param message  (nullable): its message
 * @return (transfer full): the error
 */
GError *asyncio_error_new_cancelled (const char *message) G_GNUC_WARN_UNUSED_RESULT;

/**
 * Whether an error is `asyncio.CancelledError`.
 *
 * @param error  (nullable): any error
 */
gboolean asyncio_error_is_cancelled (const GError *error);

G_END_DECLS
