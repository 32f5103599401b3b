/* SPDX-License-Identifier: MIT */
#pragma once

/*
 * What the explored tests of lab 3.10 use. Their programs are small: every step of a thread multiplies the schedules. Where
 * the work itself does not matter there is none, and the threads are the loop's and the helper's.
 *
 * In them real time is the explorer's: a wait with a deadline ends by it when nobody can go on, or earlier, as if the machine
 * had been busy.
 */

#include "graded-explore.h"
#include "shutdown.h"

#include <asyncio/base-events-private.h>

#include <string.h>

/* --- What is logged ------------------------------------------------------------------------------------------ */

/* Global, so that each schedule begins without any. Only one thread runs at a time, and these are none of the program's. */
static guint n_warnings;
static char last_warning[256];

/* Who logs holds locks of GLib's, so nothing can fail in here. */
__attribute__ ((no_sanitize ("thread"))) static inline void
note_warning (const char     *domain,
              GLogLevelFlags  level,
              const char     *message,
              gpointer        user_data)
{
  (void) domain;
  (void) level;
  (void) user_data;
  n_warnings++;
  g_strlcpy (last_warning, message, sizeof last_warning);
}

/* In a program: fails if something else was logged so far than this, once; NULL for nothing at all. */
__attribute__ ((no_sanitize ("thread"))) static inline void
expect_warning (const char *message)
{
  if (n_warnings > 0 && message == NULL)
    explorer_fail ("logged: %s", last_warning);
  if (message != NULL && n_warnings == 0)
    explorer_fail ("nothing was logged");
  if (message != NULL && strcmp (last_warning, message) != 0)
    explorer_fail ("logged: %s", last_warning);
  if (n_warnings > 1)
    explorer_fail ("logged %u times: %s", n_warnings, last_warning);
}

/* graded_explore(), with what is logged left to expect_warning(). */
static inline void
explore (ExplorerBody body,
         gpointer     user_data,
         guint        max_preemptions)
{
  guint handler;

  (void) ASYNCIO_ERROR; /* what is done once in the life of a process is done before */
  handler = g_log_set_handler ("asyncio", G_LOG_LEVEL_MASK, note_warning, NULL);
  graded_explore (body, user_data, &(ExplorerOptions) { .max_preemptions = max_preemptions });
  g_log_remove_handler ("asyncio", handler);
}

/* --- The loop ------------------------------------------------------------------------------------------------- */

static inline void
fail_if_told (AsyncioLoop                   *loop,
              const AsyncioExceptionContext *context,
              gpointer                       user_data,
              GError                       **error)
{
  (void) loop;
  (void) user_data;
  (void) error;
  explorer_fail ("the exception handler was told: %s", context->message);
}

/* A loop with a default executor of one thread. */
static inline AsyncioLoop *
new_loop_with_executor (void)
{
  g_autoptr (AsyncioExecutor) executor = asyncio_thread_pool_executor_new (1);
  AsyncioLoop *loop = asyncio_new_event_loop ();

  asyncio_loop_set_exception_handler (loop, fail_if_told, NULL, NULL);
  asyncio_loop_set_default_executor (loop, executor);

  return loop;
}

/* Runs main; no error may come out. */
static inline void
run_main (AsyncioLoop          *loop,
          AsyncioCoroutineFunc  main)
{
  g_autoptr (GError) error = NULL;

  (void) asyncio_loop_run_until_complete (loop, asyncio_coroutine_new (main, NULL, NULL), &error);
  g_assert_no_error (error);
}

/* The loop is gone when this returns, unless somebody else holds it. */
static inline void
end_loop (AsyncioLoop *loop)
{
  g_assert_true (asyncio_loop_close (loop, NULL));
  asyncio_loop_unref (loop);
}

/* Shuts down; that must succeed. */
static inline void
shut_down (void)
{
  g_autoptr (GError) error = NULL;
  gboolean succeeded = asyncio_loop_shutdown_default_executor (asyncio_get_running_loop (NULL), &error);

  g_assert_no_error (error);
  g_assert_true (succeeded);
}

/* A task that waits in the shutdown, and may be interrupted. */
static inline gpointer
waiter_body (gpointer   user_data,
             GError   **error)
{
  (void) user_data;
  (void) asyncio_loop_shutdown_default_executor (asyncio_get_running_loop (NULL), error);

  return NULL;
}

static inline AsyncioTask *
start_waiter (void)
{
  g_autoptr (GError) error = NULL;
  AsyncioTask *task = asyncio_create_task (asyncio_coroutine_new (waiter_body, NULL, NULL), &error);

  g_assert_no_error (error);

  return task;
}
