/* SPDX-License-Identifier: MIT */
#pragma once

/*
 * What several tests of lab 3.8 use.
 */

#include "graded-tasks.h"
#include "introspection.h"
#include "tasks-private.h"

/* Runs main in a loop of its own, without lab 3.7. Tasks that are left over are given up with the loop. */
static inline void
run_main (AsyncioCoroutineFunc main)
{
  g_autoptr (AsyncioLoop) loop = asyncio_new_event_loop ();

  run_in_loop (loop, main);
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

/* Ends a task. */
static inline void
cancel_and_wait (AsyncioTask *task)
{
  asyncio_task_cancel (task);
  wait_until_done (task);
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
