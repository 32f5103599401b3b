/* SPDX-License-Identifier: MIT */

/*
 * The version rules: the one file that is compiled anew for every version library,
 * with ASYNCIO_MINOR set to 6 for libasyncio-3.6, 7 for libasyncio-3.7 and so on.
 *
 * A line says in which version a rule came. Nothing else in the core knows a
 * version number.
 */

#include <asyncio/versions.h>

#define SINCE(minor) (ASYNCIO_MINOR >= (minor))

static const AsyncioCleanupStep cleanup_steps[] = {
  { NULL, NULL },
};

const AsyncioVersionRules asyncio_version_rules = {
  .version = "3." G_STRINGIFY (ASYNCIO_MINOR),

  .task_refuses_results = SINCE (7),
  .wait_for_awaits_cleanup = SINCE (7),
  .wait_for_zero_never_starts = SINCE (7),
  .sleep_negative_is_zero = SINCE (7),
  .gather_watches_at_once = SINCE (7),

  .run_switches_debug_off = !SINCE (8),
  .cancelled_is_base = SINCE (8),
  .self_cancel_ends_cancelled = SINCE (8),
  .executor_is_modest = SINCE (8),
  .executor_reuses_idle_threads = SINCE (8),

  .semaphore_is_fair = SINCE (9),

  .semaphore_waiters_lock = SINCE (10),
  .binds_on_first_use = SINCE (10),

  .cleanup_steps = cleanup_steps,
};
