/* SPDX-License-Identifier: MIT */
#pragma once

/**
 * @file
 * `asyncio.Runner` (`Lib/asyncio/runners.py` since Python 3.11), which asyncio.run() is made of there. For the library of
 * the version only: a handout does not have it, as it has in it what lab 3.7 asks for.
 *
 * ~~~{.py}
 * with asyncio.Runner() as runner:
 *     runner.run(first())
 *     runner.run(second())       # in the same loop, and in the same context
 * ~~~
 */

#include <asyncio/asyncio.h>

#include "runners.h"

G_BEGIN_DECLS

/** Makes a loop when it is needed, runs coroutines in it, and cleans up at the end, `asyncio.Runner`. It belongs to one thread. */
typedef struct _AsyncioRunner AsyncioRunner;

/**
 * Makes a runner, `asyncio.Runner(debug=debug)`. The loop is made when it is first needed.
 *
 * @param debug  whether the loop is put in debug mode
 * @return (transfer full): the runner
 */
AsyncioRunner *asyncio_runner_new (AsyncioDebug debug) G_GNUC_WARN_UNUSED_RESULT;

/**
 * Runs a coroutine in the runner's loop, `runner.run(coro)`, as often as one likes.
 *
 * If this is the main thread, and nobody else handles SIGINT (Ctrl-C), the runner does meanwhile. The first one cancels the
 * coroutine's task, so that it can clean up; if it ends with CancelledError and nobody else had cancelled it, KeyboardInterrupt
 * is raised instead. The second one raises KeyboardInterrupt at once. Both come when the loop gets its turn: a busy coroutine
 * is not interrupted before it awaits.
 *
 * @param runner  a runner
 * @param coroutine  a coroutine; a floating one is taken over
 * @param error  the error of @p coroutine; KeyboardInterrupt; ValueError "a coroutine was expected, got ..."; RuntimeError
 *   "Runner.run() cannot be called from a running event loop", "Runner is closed"
 * @return (transfer full) (nullable): the value of @p coroutine; NULL with an error, or as a value
 */
gpointer asyncio_runner_run (AsyncioRunner  *runner,
                             gpointer        coroutine,
                             GError        **error);

/**
 * The loop of a runner, `runner.get_loop()`, which is made if there is none yet.
 *
 * @param runner  a runner
 * @param error  RuntimeError "Runner is closed"
 * @return (transfer none) (nullable): the loop, or NULL with an error
 */
AsyncioLoop *asyncio_runner_get_loop (AsyncioRunner  *runner,
                                      GError        **error);

/**
 * Ends it, `runner.close()`: cancels all tasks and waits for them, runs the clean-up steps, closes the loop. Done twice it does
 * nothing.
 *
 * @param runner  a runner
 * @param error  KeyboardInterrupt or SystemExit from the clean-up; then the loop is closed all the same
 * @return TRUE, or FALSE with an error
 */
gboolean asyncio_runner_close (AsyncioRunner  *runner,
                               GError        **error);

/** Closes it if that was not done, and frees it. @param runner  (transfer full): a runner */
void asyncio_runner_free (AsyncioRunner *runner);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (AsyncioRunner, asyncio_runner_free)

G_END_DECLS
