/* SPDX-License-Identifier: MIT */
#pragma once

/*
 * What the explored tests of part D use: work that hangs, and to give it up.
 */

#include "explore.h"

/* The one piece of work. It is submitted to the executor itself, so no future of the loop waits for it. */
static struct
{
  GMutex lock;
  GCond changed;
  gboolean may_go; /* lock */
  gboolean done;   /* lock */
} hanging;

static inline gpointer
hang (gpointer   user_data,
      GError   **error)
{
  (void) error;

  g_mutex_lock (&hanging.lock);
  while (!hanging.may_go)
    g_cond_wait (&hanging.changed, &hanging.lock);
  hanging.done = TRUE;
  g_mutex_unlock (&hanging.lock);

  return user_data;
}

static inline gboolean
start_work_that_hangs (GError **error)
{
  AsyncioLoop *loop = asyncio_get_running_loop (error);
  g_autoptr (AsyncioConcurrentFuture) future = asyncio_executor_submit (loop->default_executor, hang, NULL, NULL, NULL, error);

  g_assert_nonnull (future);

  return TRUE;
}

static inline void
let_go (void)
{
  g_mutex_lock (&hanging.lock);
  hanging.may_go = TRUE;
  g_cond_broadcast (&hanging.changed);
  g_mutex_unlock (&hanging.lock);
}

static inline gboolean
is_done (void)
{
  gboolean done;

  g_mutex_lock (&hanging.lock);
  done = hanging.done;
  g_mutex_unlock (&hanging.lock);

  return done;
}

/* Of the seed, before the exploration. */
static double timeout;
static char *warning;

static inline void
choose_timeout (void)
{
  timeout = seed_int (1, 9) + (seed_bool () ? 0.5 : 0.0);
  g_free (warning);
  warning = g_strdup_printf ("The executor did not finishing joining its threads within %g seconds.", timeout);
}

/* Waits for that time, in vain. */
static inline void
give_up_waiting (void)
{
  g_autoptr (GError) error = NULL;
  AsyncioLoop *loop = asyncio_get_running_loop (NULL);
  double begin = asyncio_loop_time (loop);
  gboolean succeeded = asyncio_loop_shutdown_default_executor_with_timeout (loop, timeout, &error);

  g_assert_no_error (error);
  g_assert_true (succeeded);
  g_assert_cmpfloat (asyncio_loop_time (loop) - begin, >=, timeout);
  expect_warning (warning);
}
