/* SPDX-License-Identifier: MIT */
#pragma once

/*
 * What several tests of lab 3.12 use. Most functions take NULL for a task: a solution may give none.
 */

#include "eager_tasks.h"
#include "graded-tasks.h"
#include "tasks-private.h"

#include <string.h>

/* --- Loops and tasks ------------------------------------------------------------------ */

/* Runs main in a loop, without lab 3.7. Tasks that are left over are given up with the loop. */
static inline void
run_main_in (AsyncioLoop          *loop,
             AsyncioCoroutineFunc  main)
{
  trace_exception_handler (loop);
  run_in_loop (loop, main);
}

/* The same in a loop of its own. */
static inline void
run_main (AsyncioCoroutineFunc main)
{
  g_autoptr (AsyncioLoop) loop = asyncio_new_event_loop ();

  run_main_in (loop, main);
}

static inline AsyncioLoop *
running_loop (void)
{
  return asyncio_get_running_loop (NULL);
}

/* A coroutine with a name, which must be static, as those of the seed are. */
static inline AsyncioCoroutine *
named (const char           *name,
       AsyncioCoroutineFunc  func,
       gpointer              user_data)
{
  return asyncio_coroutine_new_full (func, user_data, NULL, NULL, name, "test.c:1");
}

/* Says when it starts and when it ends, and returns its name. */
static inline gpointer
start_and_end (gpointer   user_data,
               GError   **error)
{
  const char *name = user_data;

  trace ("%s starts", name);
  if (asyncio_sleep (0, error))
    trace ("%s ends", name);

  return user_data;
}

/* A coroutine that raises an error. */
static inline gpointer
raise_error (gpointer   user_data,
             GError   **error)
{
  trace ("step: raises");
  g_propagate_error (error, g_error_copy (user_data));

  return NULL;
}

/* raise: (transfer full) */
static inline AsyncioCoroutine *
raising (GError *raise)
{
  return asyncio_coroutine_new (raise_error, raise, (GDestroyNotify) g_error_free);
}

/* Makes a task by the student's function. */
static inline AsyncioTask *
start (AsyncioCoroutine   *coroutine,
       AsyncioContextVars *context,
       gboolean            eager_start)
{
  g_autoptr (GError) error = NULL;
  AsyncioTask *task = asyncio_task_new_full (running_loop (), coroutine, NULL, context, eager_start, &error);

  if (error != NULL)
    trace ("no task: %s", trace_error (error));

  return task;
}

static inline AsyncioTask *
start_eagerly (AsyncioCoroutine *coroutine)
{
  return start (coroutine, NULL, TRUE);
}

/* Makes a task by create_task(), as most programs do. */
static inline AsyncioTask *
create_task (AsyncioCoroutine *coroutine)
{
  g_autoptr (GError) error = NULL;
  AsyncioTask *task = asyncio_create_task (coroutine, &error);

  if (error != NULL)
    trace ("no task: %s", trace_error (error));

  return task;
}

/* A lazy task of the core, whatever the student's functions do. */
static inline AsyncioTask *
start_lazily (AsyncioCoroutine *coroutine)
{
  g_autoptr (GError) error = NULL;
  AsyncioTask *task = asyncio_task_new (running_loop (), coroutine, NULL, NULL, &error);

  g_assert_no_error (error);

  return task;
}

/* --- Waiting --------------------------------------------------------------------------- */

/* --- What is seen ------------------------------------------------------------------------ */

static inline const char *
state_of (AsyncioTask *task)
{
  return task != NULL ? trace_state (task) : "no task";
}

/* What a task is called in a trace: its coroutine's name. */
static inline const char *
name_of (AsyncioTask *task)
{
  if (task == NULL)
    return "None";

  return task->coro != NULL ? asyncio_coroutine_get_name (task->coro) : "no coroutine";
}

/* The name of the current task. */
static inline const char *
current (void)
{
  return name_of (asyncio_current_task (NULL, NULL));
}

static inline int
compare_names (gconstpointer a,
               gconstpointer b)
{
  return strcmp (*(const char *const *) a, *(const char *const *) b);
}

/* The names of all tasks of the running loop, sorted, as all_tasks() is a set in Python. */
static inline const char *
all_tasks (void)
{
  g_autoptr (GPtrArray) tasks = asyncio_all_tasks (NULL, NULL);
  g_autoptr (GPtrArray) names = g_ptr_array_new ();
  g_autofree char *text = NULL;

  /* A coroutine that a wrong solution has left over runs once more when the loop is closed. */
  if (tasks == NULL)
    return "no loop";

  for (guint i = 0; i < tasks->len; i++)
    g_ptr_array_add (names, (gpointer) name_of (g_ptr_array_index (tasks, i)));
  g_ptr_array_sort (names, compare_names);
  g_ptr_array_add (names, NULL);
  text = g_strjoinv (" ", (char **) names->pdata);

  return g_intern_string (text);
}

/* The name that a task has in messages. */
static inline const char *
name_in_repr (AsyncioTask *task)
{
  g_autofree char *repr = asyncio_repr (task);
  char *begin = strstr (repr, "name='");
  char *end = begin != NULL ? strchr (begin + strlen ("name='"), '\'') : NULL;

  if (end == NULL)
    return "no name";
  *end = '\0';

  return g_intern_string (begin + strlen ("name='"));
}

/* An #AsyncioCallback that writes the text that it was scheduled with. */
static inline void
on_call (gpointer   text,
         GError   **error)
{
  (void) error;
  trace ("callback %s", (const char *) text);
}

static inline void
call_soon (const char *text)
{
  (void) asyncio_loop_call_soon (running_loop (), on_call, (gpointer) text, NULL, NULL);
}
