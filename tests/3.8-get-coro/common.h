/* SPDX-License-Identifier: MIT */
#pragma once

/*
 * What several tests of lab 3.8 use.
 */

#include "graded-test.h"
#include "introspection.h"
#include "tasks-private.h"

/* Runs main in a loop of its own, without lab 3.7. Tasks that are left over are given up with the loop. */
static inline void
run_main (AsyncioCoroutineFunc main)
{
  g_autoptr (AsyncioLoop) loop = asyncio_new_event_loop ();
  g_autoptr (GError) error = NULL;

  asyncio_set_event_loop (loop);
  (void) asyncio_loop_run_until_complete (loop, asyncio_coroutine_new (main, NULL, NULL), &error);
  asyncio_set_event_loop (NULL);
  asyncio_loop_close (loop, NULL);

  if (error != NULL)
    trace ("main raised %s", trace_error (error));
}

/* A task of the running loop, which the caller owns. */
static inline AsyncioTask *
start_task (AsyncioCoroutine *coroutine)
{
  g_autoptr (GError) error = NULL;
  AsyncioTask *task = asyncio_create_task (coroutine, &error);

  g_assert_no_error (error);

  return task;
}

/* A coroutine with a name and a place of the seed: they are static, as they must be. */
static inline AsyncioCoroutine *
new_named (AsyncioCoroutineFunc func,
           gpointer             user_data)
{
  const char *name = seed_word ();
  g_autofree char *location = g_strdup_printf ("%s.c:%d", seed_word (), seed_int (1, 999));

  return asyncio_coroutine_new_full (func, user_data, NULL, NULL, name, g_intern_string (location));
}

/* Waits until a task is done, however it ends. */
static inline void
wait_until_done (AsyncioTask *task)
{
  (void) asyncio_wait ((const gpointer[]) { task }, 1, ASYNCIO_NO_TIMEOUT, ASYNCIO_ALL_COMPLETED, NULL, NULL, NULL);
}

/* Ends a task. */
static inline void
cancel_and_wait (AsyncioTask *task)
{
  asyncio_task_cancel (task);
  wait_until_done (task);
}

/* Gives the others a whole number of turns. */
static inline void
pause_for (int turns)
{
  for (int i = 0; i < turns; i++)
    (void) asyncio_sleep (0, NULL);
}

/* What an object is called in a trace: a coroutine's name, "task" and the name that it was given, or "future". The lab's own
 * functions are not asked. */
static inline const char *
name_of (gpointer object)
{
  g_autofree char *text = NULL;

  if (object == NULL)
    return "None";
  if (asyncio_iscoroutine (object))
    return asyncio_coroutine_get_name (object);
  if (!asyncio_is_task (object))
    return "future";

  text = g_strconcat ("task ", ((AsyncioTask *) object)->name, NULL);

  return g_intern_string (text);
}
