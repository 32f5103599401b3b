/* SPDX-License-Identifier: MIT */

/*
 * Lab 3.8: looking into tasks (Lib/asyncio/tasks.py, Lib/asyncio/base_tasks.py).
 *
 * Hand in this file. What each function must do is in introspection.h, how to go about it in README.md.
 */

#include "introspection.h"

/* This lab works on the inside of tasks and coroutines. Read these two. */
#include <asyncio/coroutines-private.h>
#include <asyncio/tasks-private.h>

#include <string.h>

/* --- Part A: the coroutine and the name ------------------------------------------- */

AsyncioCoroutine *
asyncio_task_get_coro (AsyncioTask *task)
{
#ifdef SOLUTION
  return asyncio_is_task (task) ? task->coro : NULL;
#else
  /* TODO: give the coroutine of the task. What if it is none? */
  (void) task;

  return NULL;
#endif
}

const char *
asyncio_task_get_name (AsyncioTask *task)
{
#ifdef SOLUTION
  if (!asyncio_is_task (task))
    return NULL;

  /* Most tasks are never asked, so the name is made when one is. The number it has had since it was made. */
  if (task->name == NULL)
    task->name = g_strdup_printf ("Task-%u", task->number);

  return task->name;
#else
  /* TODO: give the task's name, or make one of its number. */
  (void) task;

  return NULL;
#endif
}

void
asyncio_task_set_name (AsyncioTask *task,
                       const char  *name)
{
#ifdef SOLUTION
  char *copy;

  if (!asyncio_is_task (task))
    return;

  /* It may be the old name itself, so it is copied before that is freed. */
  copy = g_strdup (name != NULL ? name : "None");
  g_free (task->name);
  task->name = copy;
#else
  /* TODO: name the task. */
  (void) task;
  (void) name;
#endif
}

/* --- Part B: the chain of awaits -------------------------------------------------- */

gpointer
asyncio_coroutine_get_await (AsyncioCoroutine *coroutine)
{
#ifdef SOLUTION
  /* `awaiting` is set as soon as the await begins, and a coroutine that is awaited may run for a while before anybody waits. */
  if (!asyncio_iscoroutine (coroutine) || coroutine->state != ASYNCIO_CORO_SUSPENDED)
    return NULL;

  return coroutine->awaiting;
#else
  /* TODO: give what the coroutine awaits, if it does. */
  (void) coroutine;

  return NULL;
#endif
}

GPtrArray *
asyncio_task_get_await_chain (AsyncioTask *task)
{
#ifdef SOLUTION
  GPtrArray *chain = g_ptr_array_new_with_free_func (asyncio_unref);
  gpointer object = asyncio_task_get_coro (task);

  /* Nobody awaits two things, so the only way not to come to an end is to come back. */
  while (object != NULL && !g_ptr_array_find (chain, object, NULL))
    {
      g_ptr_array_add (chain, asyncio_ref (object));
      object = asyncio_iscoroutine (object) ? asyncio_coroutine_get_await (object)
                                            : (gpointer) asyncio_task_get_coro (object);
    }

  return chain;
#else
  /* TODO: walk from the coroutine of the task to what it awaits, and on. */
  (void) task;

  return g_ptr_array_new_with_free_func (asyncio_unref);
#endif
}

/* --- Part C: the stack ------------------------------------------------------------ */
#ifdef SOLUTION

/* What the task failed with (nullable). This is not to ask for it: asyncio_task_exception() would count as that. */
static const GError *
peek_error (AsyncioTask *task)
{
  return asyncio_task_cancelled (task) ? NULL : asyncio_future_peek_exception (&task->parent);
}

/* A place is "file:line", and a file's name may have a colon, too. */
static void
print_frame (AsyncioCoroutine *frame,
             FILE             *file)
{
  const char *colon = strrchr (frame->location, ':');

  fprintf (file, "  File \"%.*s\", line %s, in %s\n", (int) (colon - frame->location), frame->location, colon + 1,
           frame->name);
}
#endif

GPtrArray *
asyncio_task_get_stack (AsyncioTask *task,
                        int          limit)
{
#ifdef SOLUTION
  GPtrArray *frames = g_ptr_array_new_with_free_func (asyncio_unref);

  if (!asyncio_is_task (task) || limit <= 0)
    return frames;

  /* Not the task is asked: its coroutine may have been closed by somebody else. (Of an eager task, lab 3.12, there may be none.) */
  if (task->coro != NULL && (task->coro->state != ASYNCIO_CORO_CLOSED || peek_error (task) != NULL))
    g_ptr_array_add (frames, asyncio_ref (task->coro));

  return frames;
#else
  /* TODO: give the frames, of which there is one at most. */
  (void) task;
  (void) limit;

  return g_ptr_array_new_with_free_func (asyncio_unref);
#endif
}

void
asyncio_task_print_stack (AsyncioTask *task,
                          int          limit,
                          FILE        *file)
{
#ifdef SOLUTION
  g_autoptr (GPtrArray) frames = asyncio_task_get_stack (task, limit);
  g_autofree char *repr = NULL;
  const GError *error;

  if (!asyncio_is_task (task))
    return;
  if (file == NULL)
    file = stderr;

  repr = asyncio_repr (task);
  error = peek_error (task);
  if (frames->len == 0)
    fprintf (file, "No stack for %s\n", repr);
  else
    fprintf (file, "%s for %s (most recent call last):\n", error != NULL ? "Traceback" : "Stack", repr);

  for (guint i = 0; i < frames->len; i++)
    print_frame (g_ptr_array_index (frames, i), file);

  if (error != NULL)
    {
      g_autofree char *text = asyncio_error_to_string (error);

      fprintf (file, "%s\n", text);
    }
#else
  /* TODO: print one of the three texts of introspection.h. */
  (void) task;
  (void) limit;
  (void) file;
#endif
}
