/* SPDX-License-Identifier: MIT */

/*
 * The version rules: the one file that is compiled anew for every version library,
 * with ASYNCIO_MINOR set to 6 for libasyncio-3.6, 7 for libasyncio-3.7 and so on.
 *
 * A line says in which version a rule came. Nothing else in the core knows a
 * version number.
 */

#include <asyncio/tasks.h>
#include <asyncio/versions.h>

#define SINCE(minor) (ASYNCIO_MINOR >= (minor))

/*
 * Whether the lab of a version is linked as well, so that its functions can be named here (behind #if). Where it is not, the core does without:
 *
 *     the core alone                 no lab
 *     one lab on the core            ASYNCIO_FIRST_LAB is its own version
 *     the library of a version       ASYNCIO_FIRST_LAB is 7, the first of all
 */
#ifndef ASYNCIO_FIRST_LAB
#define ASYNCIO_FIRST_LAB G_MAXINT
#endif
#define HAS_LAB(minor) (SINCE (minor) && (minor) >= ASYNCIO_FIRST_LAB)

#if HAS_LAB (10)
#define GET_BOUND_LOOP asyncio_loop_bound_get_loop_on_first_use

AsyncioLoop *asyncio_loop_bound_get_loop_on_first_use (struct _AsyncioLoopBound  *self,
                                                       GError                   **error);
gpointer asyncio_shutdown_default_executor_step (gpointer   user_data,
                                                 GError   **error);
#else
#define GET_BOUND_LOOP NULL
#endif

static const AsyncioCleanupStep cleanup_steps[] = {
#if HAS_LAB (10)
  { "shutdown_default_executor", asyncio_shutdown_default_executor_step },
#endif
  { NULL, NULL },
};

const AsyncioVersionRules asyncio_version_rules = {
  .version = "3." G_STRINGIFY (ASYNCIO_MINOR),

  .task_refuses_results = SINCE (7),
  .wait_for_awaits_cleanup = SINCE (7),
  .wait_for_zero_never_starts = SINCE (7),
  .wait_for_zero_awaits_cleanup = SINCE (8),
  .wait_for_cancelled_awaits_cleanup = SINCE (8),
  .wait_for_result_beats_cancel = SINCE (8),
  .wait_for_gives_late_result = SINCE (9),
  .wait_for_is_timeout_block = SINCE (12),
  .wait_refuses_coroutines = SINCE (11),
  .shield_reports_lost_errors = SINCE (7),
  .sleep_negative_is_zero = SINCE (7),
  .gather_watches_at_once = SINCE (7),
  .gather_asks_at_the_end = SINCE (7),
  .gather_sees_done_at_once = SINCE (12),

  .run_switches_debug_off = !SINCE (8),
  .cancelled_is_base = SINCE (8),
  .task_has_name = SINCE (8),
  .self_cancel_ends_cancelled = SINCE (8),
  .cancel_has_message = SINCE (9),
  .cancelled_error_is_passed_on = SINCE (11),
  .executor_is_modest = SINCE (8),
  .executor_reuses_idle_threads = SINCE (8),

  .semaphore_is_fair = SINCE (9),

  .semaphore_waiters_lock = SINCE (10),
  .get_bound_loop = GET_BOUND_LOOP,
  .ensure_future_closes_refused = SINCE (10),

  .timeout_error_is_builtin = SINCE (11),

  .exception_handler_has_context = SINCE (12),
  .thread_join_timeout = SINCE (12) ? 300.0 : ASYNCIO_NO_TIMEOUT,

  .cleanup_steps = cleanup_steps,
};
