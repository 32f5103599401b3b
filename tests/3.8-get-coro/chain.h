/* SPDX-License-Identifier: MIT */
#pragma once

/*
 * Tasks that wait for each other, for the tests of part B.
 */

#include "common.h"

/* Writes a chain, a line for each member: "label: amber", "label: > task basil", "label: > future". */
static inline void
trace_array (const char *label,
             GPtrArray  *chain)
{
  for (guint i = 0; i < chain->len; i++)
    trace ("%s: %s%s", label, i > 0 ? "> " : "", name_of (g_ptr_array_index (chain, i)));
  trace ("%s: %u in all", label, chain->len);
}

static inline void
trace_chain (const char  *label,
             AsyncioTask *task)
{
  g_autoptr (GPtrArray) chain = asyncio_task_get_await_chain (task);

  trace_array (label, chain);
}

/* The body of a coroutine that awaits what it is given. */
static inline gpointer
await_object (gpointer   user_data,
              GError   **error)
{
  return asyncio_await (user_data, error);
}

/* A task with a name of the seed. */
static inline AsyncioTask *
start_waiting (AsyncioCoroutine *coroutine)
{
  g_autoptr (GError) error = NULL;
  AsyncioTask *task = asyncio_create_task_full (coroutine, seed_word (), NULL, NULL, &error);

  g_assert_no_error (error);

  return task;
}

/* The body of a task that awaits another one, which need not be there yet. */
static inline gpointer
await_place (gpointer   user_data,
             GError   **error)
{
  AsyncioTask **place = user_data;

  return asyncio_await (*place, error);
}

/* Starts tasks of which each awaits the next, and the last the first. */
static inline void
start_circle (AsyncioTask **tasks,
              int           n)
{
  for (int i = 0; i < n; i++)
    tasks[i] = start_waiting (new_named (await_place, &tasks[(i + 1) % n]));
  pause_for (1);
}

/* Nothing ends such tasks but the end of their loop. */
static inline void
give_up_circle (AsyncioTask **tasks,
                int           n)
{
  for (int i = 0; i < n; i++)
    asyncio_unref (tasks[i]);
}
