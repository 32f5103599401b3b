/* SPDX-License-Identifier: MIT */
#pragma once

/**
 * @file
 * Coroutines (`Lib/asyncio/coroutines.py` and Python's own coroutine objects).
 *
 * In Python `async def` makes a function whose call gives a *coroutine object*:
 * nothing of its body has run yet. Something, usually a task, drives it with
 * `send()`: the body runs until it awaits a future that is not done, and the
 * coroutine is suspended there until the next `send()`.
 *
 * In C the body is an ordinary function, and the coroutine object gives it a
 * stack of its own, so that it can stop in the middle:
 *
 * ~~~{.c}
 * static gpointer
 * hello (gpointer user_data, GError **error)
 * {
 *   g_print ("Hello ...\n");
 *   if (!asyncio_sleep (1.0, error))     // await asyncio.sleep(1)
 *     return NULL;
 *   g_print ("... World!\n");
 *   return NULL;
 * }
 *
 * // asyncio.create_task(hello())
 * task = asyncio_create_task (asyncio_coroutine_new (hello, NULL, NULL), &error);
 * ~~~
 *
 * To await another coroutine function one simply calls it, as one calls
 * asyncio_sleep() above; asyncio_await() awaits coroutine *objects*, futures and tasks.
 */

#include <asyncio/objects.h>

G_BEGIN_DECLS

/**
 * The body of a coroutine.
 *
 * It may call functions that suspend. It fails by setting @p error, then the
 * value that it returns is not looked at.
 *
 * @param user_data  what was given to asyncio_coroutine_new()
 * @param error  where to put an error, never NULL
 * @return the coroutine's value, NULL being Python's None
 */
typedef gpointer (*AsyncioCoroutineFunc) (gpointer   user_data,
                                          GError   **error);

/** How a step of a coroutine ended, CPython's `PySendResult`. */
typedef enum
{
  ASYNCIO_SEND_NEXT,   /**< suspended: it awaits a future, or yields the turn */
  ASYNCIO_SEND_RETURN, /**< it returned a value and is closed */
  ASYNCIO_SEND_ERROR,  /**< it raised an error and is closed */
} AsyncioSendResult;

/** What a coroutine is doing, `inspect.getcoroutinestate()`. */
typedef enum
{
  ASYNCIO_CORO_CREATED,   /**< waiting to start: nothing of its body has run */
  ASYNCIO_CORO_RUNNING,   /**< its body is running, or it runs a coroutine that it awaits */
  ASYNCIO_CORO_SUSPENDED, /**< suspended at an await */
  ASYNCIO_CORO_CLOSED,    /**< its body is over */
} AsyncioCoroutineState;

/**
 * Makes a coroutine object, as calling an `async def` function does.
 *
 * The coroutine is named after the function, as in Python, and knows the line that made it.
 *
 * @param func  its body
 * @param user_data  what the body gets
 * @param user_data_destroy  (nullable): frees @p user_data when the body is over or was given up
 * @return (transfer floating): the coroutine; see asyncio_ref_sink()
 */
#define asyncio_coroutine_new(func, user_data, user_data_destroy) \
  asyncio_coroutine_new_full ((func), (user_data), (user_data_destroy), NULL, G_STRINGIFY (func), G_STRLOC)

/**
 * Makes a coroutine object whose value must be freed, or that needs another name.
 *
 * @param func  its body
 * @param user_data  what the body gets
 * @param user_data_destroy  (nullable): frees @p user_data when the body is over or was given up
 * @param value_destroy  (nullable): frees the value that the body returns
 * @param name  its name, static
 * @param location  "file:line" of its creation, static; G_STRLOC
 * @return (transfer floating): the coroutine; see asyncio_ref_sink()
 */
AsyncioCoroutine *asyncio_coroutine_new_full (AsyncioCoroutineFunc  func,
                                              gpointer              user_data,
                                              GDestroyNotify        user_data_destroy,
                                              GDestroyNotify        value_destroy,
                                              const char           *name,
                                              const char           *location);

/**
 * Runs a coroutine up to its next suspension, `coro.send(None)`.
 *
 * Tasks do this; a program rarely does.
 *
 * @param coroutine  a coroutine that is not running
 * @param out  (out): with #ASYNCIO_SEND_NEXT the future that it awaits (transfer none),
 *   or NULL if it only yields the turn; with #ASYNCIO_SEND_RETURN its value
 *   (transfer full, see asyncio_coroutine_get_value_destroy()); else NULL
 * @param error  with #ASYNCIO_SEND_ERROR what it raised. Also RuntimeError "cannot reuse
 *   already awaited coroutine" and ValueError "coroutine already executing"
 */
AsyncioSendResult asyncio_coroutine_send (AsyncioCoroutine  *coroutine,
                                          gpointer          *out,
                                          GError           **error);

/**
 * Raises an error in a coroutine at the await where it is suspended, `coro.throw(exc)`.
 *
 * A coroutine that has not started ends with the error; nothing of its body runs.
 *
 * @param coroutine  a coroutine that is not running
 * @param exception  (transfer full): what to raise
 * @param out  (out): as for asyncio_coroutine_send()
 * @param error  as for asyncio_coroutine_send()
 */
AsyncioSendResult asyncio_coroutine_throw (AsyncioCoroutine  *coroutine,
                                           GError            *exception,
                                           gpointer          *out,
                                           GError           **error);

/**
 * Ends a coroutine: GeneratorExit is raised where it is suspended, `coro.close()`.
 *
 * One that has not started is closed without a word; one that is closed stays so.
 *
 * @param coroutine  a coroutine that is not running
 * @param error  what else the coroutine raised, or RuntimeError
 *   "coroutine ignored GeneratorExit" if it awaits again
 * @return TRUE if it is closed
 */
gboolean asyncio_coroutine_close (AsyncioCoroutine  *coroutine,
                                  GError           **error);

/** The name of a coroutine, `coro.__name__`. */
const char *asyncio_coroutine_get_name (AsyncioCoroutine *coroutine);

/** What a coroutine is doing, `inspect.getcoroutinestate()`. */
AsyncioCoroutineState asyncio_coroutine_get_state (AsyncioCoroutine *coroutine);

/** (nullable): The function that frees the value which the coroutine returns. */
GDestroyNotify asyncio_coroutine_get_value_destroy (AsyncioCoroutine *coroutine);

/**
 * Awaits something, `await x`.
 *
 * A future's value stays with the future, since many may read it: it is lent to
 * the caller for as long as the future lives. A coroutine can be awaited only once,
 * so its value is handed over. A future that is done is not waited for: the
 * caller goes on without giving up its turn.
 *
 * @param awaitable  a coroutine (a floating one is taken over), future or task
 * @param error  the future's or coroutine's error; ASYNCIO_ERROR_CANCELLED when it, or
 *   the task that awaits it, was cancelled; RuntimeError when called outside a coroutine;
 *   TypeError when @p awaitable is none
 * @return the value (of a future: transfer none, of a coroutine: transfer full); NULL with
 *   an error, or as a value
 */
ASYNCIO_SUSPENDS gpointer asyncio_await (gpointer   awaitable,
                                         GError   **error);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (AsyncioCoroutine, asyncio_unref)

G_END_DECLS
