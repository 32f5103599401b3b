/* SPDX-License-Identifier: MIT */
#pragma once

/**
 * @file
 * Lab 3.7: `asyncio.run()` (`Lib/asyncio/runners.py`). What the functions must do; the work is in runners.c.
 */

#include <asyncio/asyncio.h>

G_BEGIN_DECLS

/** Whether `asyncio.run()` puts its loop in debug mode, the parameter `debug`. */
typedef enum
{
  ASYNCIO_DEBUG_DEFAULT, /**< not given: off in Python 3.7, as the loop was made since 3.8 */
  ASYNCIO_DEBUG_OFF,     /**< `debug=False` */
  ASYNCIO_DEBUG_ON,      /**< `debug=True` */
} AsyncioDebug;

/**
 * Part A. Runs a coroutine as programs did before Python 3.7:
 *
 * ~~~{.py}
 * loop = asyncio.new_event_loop()
 * asyncio.set_event_loop(loop)
 * try:
 *     return loop.run_until_complete(main)
 * finally:
 *     asyncio.set_event_loop(None)
 *     loop.close()
 * ~~~
 *
 * Nothing is done about tasks that are still pending when @p main ends.
 *
 * @param main  a coroutine; a floating one is taken over
 * @param error  the error of @p main, or of what was called
 * @return (transfer full) (nullable): the value of @p main; NULL with an error, or as a value
 */
gpointer asyncio_run_explicitly (gpointer   main,
                                 GError   **error);

/**
 * Parts B and C. Runs a coroutine in a loop of its own and cleans up, `asyncio.run(main, debug=debug)`.
 *
 * Whatever happens, when this returns the tasks that were left over have ended, the loop is
 * closed, and the thread has no current loop.
 *
 * @param main  a coroutine; a floating one is taken over, also with an error
 * @param debug  whether the loop is put in debug mode
 * @param error  the error of @p main; RuntimeError "asyncio.run() cannot be called from a running event loop";
 *   ValueError "a coroutine was expected, got ..."; KeyboardInterrupt or SystemExit from the clean-up
 * @return (transfer full) (nullable): the value of @p main; NULL with an error, or as a value
 */
gpointer asyncio_run_with_debug (gpointer       main,
                                 AsyncioDebug   debug,
                                 GError       **error);

/** `asyncio.run(main)`: asyncio_run_with_debug() with #ASYNCIO_DEBUG_DEFAULT. */
gpointer asyncio_run (gpointer   main,
                      GError   **error);

G_END_DECLS
