/* SPDX-License-Identifier: MIT */

/*
 * An alternative solution of lab 3.8 that thinks in recursion: the chain of an object is the object and the chain of what it waits
 * for. What is printed is made as one text first.
 */

#include "introspection.h"

#include <asyncio/coroutines-private.h>
#include <asyncio/tasks-private.h>

#include <string.h>

AsyncioCoroutine *
asyncio_task_get_coro (AsyncioTask *task)
{
  if (!asyncio_is_task (task))
    return NULL;

  return task->coro;
}

const char *
asyncio_task_get_name (AsyncioTask *task)
{
  if (asyncio_is_task (task) && task->name == NULL)
    {
      g_autofree char *automatic = g_strdup_printf ("Task-%u", task->number);

      asyncio_task_give_name (task, automatic);
    }

  return asyncio_is_task (task) ? task->name : NULL;
}

void
asyncio_task_set_name (AsyncioTask *task,
                       const char  *name)
{
  g_autofree char *old = NULL;

  if (!asyncio_is_task (task))
    return;

  old = g_steal_pointer (&task->name);
  asyncio_task_give_name (task, name != NULL ? name : "None");
}

gpointer
asyncio_coroutine_get_await (AsyncioCoroutine *coroutine)
{
  if (!asyncio_iscoroutine (coroutine))
    return NULL;

  switch (asyncio_coroutine_get_state (coroutine))
    {
    case ASYNCIO_CORO_SUSPENDED:
      return coroutine->awaiting;

    case ASYNCIO_CORO_CREATED:
    case ASYNCIO_CORO_RUNNING:
    case ASYNCIO_CORO_CLOSED:
    default:
      return NULL;
    }
}

static void
add_chain (GPtrArray  *chain,
           GHashTable *seen,
           gpointer    object)
{
  if (object == NULL || !g_hash_table_add (seen, object))
    return;

  g_ptr_array_add (chain, asyncio_ref (object));

  if (asyncio_iscoroutine (object))
    add_chain (chain, seen, asyncio_coroutine_get_await (object));
  else if (asyncio_is_task (object))
    add_chain (chain, seen, ((AsyncioTask *) object)->coro);
}

GPtrArray *
asyncio_task_get_await_chain (AsyncioTask *task)
{
  g_autoptr (GHashTable) seen = g_hash_table_new (NULL, NULL);
  GPtrArray *chain = g_ptr_array_new_with_free_func (asyncio_unref);

  add_chain (chain, seen, asyncio_task_get_coro (task));

  return chain;
}

/* The error of a task that failed, or NULL. */
static const GError *
error_of (AsyncioTask *task)
{
  if (task->parent.state != ASYNCIO_FUTURE_FINISHED)
    return NULL;

  return task->parent.exception;
}

GPtrArray *
asyncio_task_get_stack (AsyncioTask *task,
                        int          limit)
{
  GPtrArray *frames = g_ptr_array_new_full (1, asyncio_unref);
  gboolean has_frame = asyncio_is_task (task) &&
                       (asyncio_coroutine_get_state (task->coro) != ASYNCIO_CORO_CLOSED || error_of (task) != NULL);

  if (has_frame && limit > 0)
    g_ptr_array_add (frames, asyncio_ref (task->coro));

  return frames;
}

static void
append_frame (gpointer frame,
              gpointer text)
{
  const AsyncioCoroutine *coroutine = frame;
  g_autofree char *file = g_strdup (coroutine->location);
  char *line = strrchr (file, ':');

  *line++ = '\0';
  g_string_append_printf (text, "  File \"%s\", line %s, in %s\n", file, line, coroutine->name);
}

void
asyncio_task_print_stack (AsyncioTask *task,
                          int          limit,
                          FILE        *file)
{
  g_autoptr (GPtrArray) frames = asyncio_task_get_stack (task, limit);
  g_autoptr (GString) text = g_string_new (NULL);
  g_autofree char *repr = NULL;
  g_autofree char *last_line = NULL;

  if (!asyncio_is_task (task))
    return;

  if (error_of (task) != NULL)
    last_line = asyncio_error_to_string (error_of (task));

  repr = asyncio_repr (task);
  g_string_append (text, frames->len == 0 ? "No stack" : last_line != NULL ? "Traceback" : "Stack");
  g_string_append_printf (text, " for %s%s\n", repr, frames->len == 0 ? "" : " (most recent call last):");
  g_ptr_array_foreach (frames, append_frame, text);
  if (last_line != NULL)
    g_string_append_printf (text, "%s\n", last_line);

  fputs (text->str, file != NULL ? file : stderr);
}
