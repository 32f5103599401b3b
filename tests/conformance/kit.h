/* SPDX-License-Identifier: MIT */
#pragma once

/**
 * @file
 * What scenarios have in common: kit.py in C.
 *
 * | Python | C |
 * |---|---|
 * | `from kit import ...` | kit_init(), first thing in main() |
 * | `async def main()` | `async_main()`, as C needs the name for itself |
 * | `T(a, b)` | trace() |
 * | `T` as a callback | kit_trace() |
 * | `show(exc)` | trace_error() |
 * | `row(items)`, `sorted(items)` | kit_row(), kit_sorted() |
 * | `state(fut)` | kit_state() |
 * | `with unordered():` | trace_unordered_begin(), trace_unordered_end() |
 * | `STEP` | #STEP |
 * | `handler(loop)` | trace_exception_handler() |
 * | `new_loop()`, `run(coro)`, `loop_now()` | kit_new_loop(), kit_run(), kit_loop_now() |
 * | `spawn(coro)` | kit_spawn() |
 * | `await sleep(steps)`, `await pause(times)` | kit_sleep(), kit_pause() |
 * | `work(steps)` | kit_work() |
 * | `slow_reports()` | kit_slow_reports() |
 * | `f(a, b)`, not awaited | kit_coroutine() |
 *
 * Values are strings, and NULL is None.
 */

#include "trace.h"

G_BEGIN_DECLS

/** One step of time in seconds. It is a whole number, so sums of steps are exact. */
#define STEP 1.0

/** Puts the program into virtual time: the loops that it makes wait for nothing. */
void kit_init (void);

/** Makes a loop, the current one of this thread. @return (transfer full) */
AsyncioLoop *kit_new_loop (void);

/**
 * Runs a coroutine in a loop of its own, and closes the loop.
 *
 * @param coroutine  a coroutine; a floating one is taken over. An error that it raises ends the program
 */
void kit_run (AsyncioCoroutine *coroutine);

/** The loop that runs. @return (transfer none) */
AsyncioLoop *kit_loop_now (void);

/** Makes a task of the running loop. @return (transfer full) */
AsyncioTask *kit_spawn (AsyncioCoroutine *coroutine) G_GNUC_WARN_UNUSED_RESULT;

/**
 * Makes a coroutine of a function that has several parameters: `job("A", 3)` in Python is
 * `kit_coroutine (job, Job, "A", 3)` in C, where Job is a struct of the parameters and job() gets a pointer to it.
 */
#define kit_coroutine(func, Parameters, ...) \
  asyncio_coroutine_new (func, g_memdup2 (&(Parameters) { __VA_ARGS__ }, sizeof (Parameters)), g_free)

/** Sleeps for some steps. @return TRUE, or FALSE with an error */
ASYNCIO_SUSPENDS gboolean kit_sleep (double    steps,
                                     GError  **error);

/** Gives the loop some whole turns, without any timer. @return TRUE, or FALSE with an error */
ASYNCIO_SUSPENDS gboolean kit_pause (guint     times,
                                     GError  **error);

/** Is busy for some steps: time goes by, and nothing else happens. */
void kit_work (double steps);

/**
 * Writes "slow: kind name ..." for each report of debug mode that a callback, or a step of a task, took too long. Other
 * warnings go where they went.
 */
void kit_slow_reports (void);

/** An #AsyncioCallback that writes the text that it was scheduled with. */
void kit_trace (gpointer   text,
                GError   **error);

/** An #AsyncioCallback that stops the loop that it was scheduled with, `loop.stop`. */
void kit_stop (gpointer   loop,
               GError   **error);

/** A value as Python prints it. @return @p value, or "None" */
const char *kit_text (gconstpointer value);

/** Sorts strings, `sorted()`. @return (transfer none): @p strings, which is in order now */
GPtrArray *kit_sorted (GPtrArray *strings);

/** Strings joined by commas, or "-" if there are none. @return the text, valid for ever */
const char *kit_row (GPtrArray *strings);

/** Whether a task is over, as Python prints `task.done()`. */
const char *kit_done (AsyncioTask *task);

/** trace_state() that asks for the error, as state() of kit.py does: then it counts as retrieved. */
const char *kit_state (gpointer future);

G_END_DECLS
