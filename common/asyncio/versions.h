/* SPDX-License-Identifier: MIT */
#pragma once

/**
 * @file
 * What a Python version changed in features that were there before.
 *
 * A program that is linked with `libasyncio-3.8` behaves as CPython 3.8 does,
 * also where 3.8 changed something that 3.6 had. Each such change is a named
 * rule in one constant table; the code asks for a rule by its name and never
 * for a version number.
 */

#include <asyncio/coroutines.h>

G_BEGIN_DECLS

/** Something that a version does before a loop is closed. @see asyncio_loop_run_cleanup_steps() */
typedef struct
{
  const char *name;          /**< for messages; NULL ends a list */
  AsyncioCoroutineFunc func; /**< the body of a coroutine, called without data */
} AsyncioCleanupStep;

struct _AsyncioLoopBound;

/** The rules that one version library follows. */
typedef struct
{
  /** The Python version that this library behaves as, e.g. "3.7". */
  const char *version;

  /** Since 3.7 a task refuses set_result() and set_exception(). */
  gboolean task_refuses_results;

  /** Since 3.7 wait_for() waits for the inner task's clean-up before it raises TimeoutError. */
  gboolean wait_for_awaits_cleanup;

  /** Since 3.7 wait_for() with a timeout of zero or less never starts the coroutine. */
  gboolean wait_for_zero_never_starts;

  /**
   * Since 3.8 wait_for() with a timeout of zero or less waits for the end of the future that it cancels, and raises
   * the error that this ends with, if it is another one.
   */
  gboolean wait_for_zero_awaits_cleanup;

  /** Since 3.8 a cancelled wait_for() waits for the inner task's clean-up before it raises CancelledError. */
  gboolean wait_for_cancelled_awaits_cleanup;

  /** Since 3.8 a wait_for() that is cancelled when its result has just come gives the result, and the cancel is lost. */
  gboolean wait_for_result_beats_cancel;

  /** Since 3.9 what the inner task returns or raises after its time gets out of wait_for(), before TimeoutError. */
  gboolean wait_for_gives_late_result;

  /**
   * Since 3.12 wait_for() is a timeout block around a plain await in the caller's task. Clean-up is waited for and what it
   * gives comes out because there is no other task, and a cancel is not lost any more.
   */
  gboolean wait_for_is_timeout_block;

  /** Since 3.11 wait() refuses coroutines, before it makes a task of each. */
  gboolean wait_refuses_coroutines;

  /** Since 3.7 an error behind a shield whose waiter was cancelled is reported as never retrieved, before it is lost. */
  gboolean shield_reports_lost_errors;

  /** Since 3.7 sleep() with a negative delay yields just one turn, as sleep(0) does. */
  gboolean sleep_negative_is_zero;

  /** Since 3.7 gather() watches each child before it makes the next one's task, before when it has made all. */
  gboolean gather_watches_at_once;

  /** Since 3.7 gather() with return_exceptions asks for the errors of its children when all are done, before for each at once. */
  gboolean gather_asks_at_the_end;

  /** Since 3.12 gather() does not wait for the callbacks of what is done when it is called. */
  gboolean gather_sees_done_at_once;

  /** Up to 3.7 run() without debug= switches debug mode off, since 3.8 it leaves it as the loop was made. */
  gboolean run_switches_debug_off;

  /** Since 3.8 CancelledError derives from BaseException, so `except Exception` lets it pass. */
  gboolean cancelled_is_base;

  /** Since 3.8 a task has a name, which its description shows; at first it is numbered. */
  gboolean task_has_name;

  /** Since 3.8 a task that cancels itself and then returns ends as cancelled, before as failed. */
  gboolean self_cancel_ends_cancelled;

  /** Since 3.9 cancel() takes a message for the CancelledError. */
  gboolean cancel_has_message;

  /** Since 3.11 who first awaits a cancelled task gets the very CancelledError that ended it, before a new one. */
  gboolean cancelled_error_is_passed_on;

  /** Since 3.8 the default executor has min (32, cpus + 4) threads, before 5 times the cpus. */
  gboolean executor_is_modest;

  /** Since 3.8 the default executor starts a thread only if none is idle. */
  gboolean executor_reuses_idle_threads;

  /** Since 3.11 asyncio.TimeoutError is the built-in TimeoutError. (C has only one in any case.) */
  gboolean timeout_error_is_builtin;

  /** Since 3.9 a newcomer to a semaphore waits behind those who were woken and have not run yet, before it could overtake. */
  gboolean semaphore_is_fair;

  /** Since 3.10 a share is off a semaphore's counter as soon as a waiter is woken for it, and one with waiters is locked. */
  gboolean semaphore_waiters_lock;

  /** Since 3.10 ensure_future() closes a coroutine for which the loop makes no task (RuntimeError), before it was never awaited. */
  gboolean ensure_future_closes_refused;

  /**
   * Since 3.10 locks and queues belong to the loop in which they first wait, and this finds it (lab 3.10). NULL before, and
   * without the lab: then they belong to the loop that was the current one when they were made.
   */
  AsyncioLoop *(*get_bound_loop) (struct _AsyncioLoopBound  *self,
                                  GError                   **error);

  /** Since 3.12 the exception handler runs in the context of the task or callback that is reported. */
  gboolean exception_handler_has_context;

  /** Since 3.12 run() gives the threads of the default executor 300 seconds to end, before as long as it takes (lab 3.10). */
  double thread_join_timeout;

  /** What is done before a loop is closed, ended by a name that is NULL. */
  const AsyncioCleanupStep *cleanup_steps;
} AsyncioVersionRules;

/** The rules of the library that this program is linked with. */
extern const AsyncioVersionRules asyncio_version_rules;

G_END_DECLS
