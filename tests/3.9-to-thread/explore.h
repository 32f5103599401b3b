/* SPDX-License-Identifier: MIT */
#pragma once

/*
 * What the explored tests of lab 3.9 have in common. A program has a loop, a pool of one thread, and a function that counts its
 * calls; it is run under every schedule of the two threads, in real time, which stands still.
 */

#include "graded-explore.h"
#include "to-thread.h"

#include <string.h>

/* --- Tokens ---------------------------------------------------------------------------- */

/* What must be freed once, in whatever thread. */
typedef struct
{
  int n_freed; /* atomic */
} Token;

static inline void
token_free (gpointer data)
{
  g_atomic_int_inc (&((Token *) data)->n_freed);
}

static inline int
token_count (Token *self)
{
  return g_atomic_int_get (&self->n_freed);
}

/* --- Messages ------------------------------------------------------------------------------ */

/* Global variables are put back before each schedule. Only one thread runs at a time, and the log is not the program's: it is
 * not watched. */
static int n_refused;      /* outcomes that a closed loop did not take */
static char logged[256];   /* (or empty) what must not have been logged */

__attribute__ ((no_sanitize ("thread"))) static inline void
note_message (const char     *domain,
              GLogLevelFlags  level,
              const char     *message,
              gpointer        user_data)
{
  (void) domain;
  (void) level;
  (void) user_data;

  if (g_str_has_prefix (message, "exception calling callback for <Future") && strstr (message, "Event loop is closed") != NULL)
    n_refused++;
  else
    g_strlcpy (logged, message, sizeof logged);
}

__attribute__ ((no_sanitize ("thread"))) static inline int
count_refused (void)
{
  return n_refused;
}

/* The log cannot be left from its middle, so a schedule fails at its end. */
__attribute__ ((no_sanitize ("thread"))) static inline void
check_log (void)
{
  if (logged[0] != '\0')
    explorer_fail ("logged: %s", logged);
}

/* --- The program -------------------------------------------------------------------------- */

static AsyncioLoop *loop;
static AsyncioExecutor *pool;
static Token data;  /* what the function gets */
static Token value; /* what it returns */
static int n_calls; /* atomic */

static inline gpointer
work (gpointer   user_data,
      GError   **error)
{
  (void) error;
  g_assert_true (user_data == &data);
  g_assert_cmpint (token_count (&data), ==, 0);
  g_atomic_int_inc (&n_calls);

  return &value;
}

static inline AsyncioFuture *
start_work (void)
{
  AsyncioFuture *future = asyncio_loop_run_in_default_executor (loop, work, &data, token_free, token_free, NULL);

  g_assert_nonnull (future);

  return future;
}

static inline void
begin (void)
{
  loop = asyncio_new_event_loop ();
  pool = asyncio_thread_pool_executor_new (1);
  asyncio_loop_set_default_executor (loop, pool);
}

static inline void
close_loop (void)
{
  g_assert_true (asyncio_loop_close (loop, NULL));
}

/* The pool's thread has ended after this, and has nothing any more. */
static inline void
end_pool (void)
{
  asyncio_executor_shutdown (pool, TRUE);
  asyncio_executor_unref (pool);
}

/* The function was called or not; what it got, and what it returned, is freed once. */
static inline void
check_end (void)
{
  int n = g_atomic_int_get (&n_calls);

  g_clear_pointer (&loop, asyncio_loop_unref);
  g_assert_cmpint (n, <=, 1);
  g_assert_cmpint (token_count (&data), ==, 1);
  g_assert_cmpint (token_count (&value), ==, n);
  check_log ();
}

/* Explores a program up to so many preemptions: what goes wrong with two threads needs one or two. */
static inline void
explore (ExplorerBody body,
         guint        max_preemptions)
{
  ExplorerOptions options = { .max_preemptions = max_preemptions };

  /* What is done once in the life of a process must have been done before the first schedule. */
  (void) ASYNCIO_ERROR;

  g_log_set_handler ("asyncio", G_LOG_LEVEL_MASK | G_LOG_FLAG_RECURSION, note_message, NULL);
  graded_explore (body, NULL, &options);
}
