/* SPDX-License-Identifier: MIT */

/*
 * An alternative solution of lab 3.8 that remembers nothing of where it has been: it counts the members of the chain
 * beforehand, with two walkers of whom one is twice as fast (Floyd's tortoise and hare). Names are interned, so they are valid for ever.
 */

#include "introspection.h"

#include <asyncio/coroutines-private.h>
#include <asyncio/tasks-private.h>

/* What one has to wait for before an object can go on; NULL if that is not known. */
static gpointer
next_of (gpointer object)
{
  if (asyncio_iscoroutine (object))
    return asyncio_coroutine_get_await (object);

  return asyncio_task_get_coro (object);
}

/* How many different objects there are from one on. */
static guint
count_from (gpointer first)
{
  gpointer slow = first;
  gpointer fast = first;
  guint n = 0;

  do
    {
      slow = next_of (slow);
      fast = next_of (fast);
      fast = fast != NULL ? next_of (fast) : NULL;
    }
  while (fast != NULL && fast != slow);

  if (fast == NULL)
    {
      for (gpointer object = first; object != NULL; object = next_of (object))
        n++;
      return n;
    }

  /* They have met in a circle. From the beginning to its entrance is as far as from where they met. */
  for (slow = first; slow != fast; slow = next_of (slow), fast = next_of (fast))
    n++;
  do
    {
      fast = next_of (fast);
      n++;
    }
  while (fast != slow);

  return n;
}

AsyncioCoroutine *
asyncio_task_get_coro (AsyncioTask *task)
{
  AsyncioCoroutine *coroutine = NULL;

  if (asyncio_is_task (task))
    coroutine = task->coro;

  return coroutine;
}

const char *
asyncio_task_get_name (AsyncioTask *task)
{
  char automatic[32];

  if (!asyncio_is_task (task))
    return NULL;
  if (task->name != NULL)
    return g_intern_string (task->name);

  g_snprintf (automatic, sizeof automatic, "Task-%u", task->number);

  return g_intern_string (automatic);
}

void
asyncio_task_set_name (AsyncioTask *task,
                       const char  *name)
{
  if (asyncio_is_task (task))
    asyncio_task_give_name (task, name != NULL ? g_intern_string (name) : "None");
}

gpointer
asyncio_coroutine_get_await (AsyncioCoroutine *coroutine)
{
  gboolean suspended = asyncio_coroutine_get_state (coroutine) == ASYNCIO_CORO_SUSPENDED;

  return suspended ? coroutine->awaiting : NULL;
}

GPtrArray *
asyncio_task_get_await_chain (AsyncioTask *task)
{
  gpointer object = asyncio_task_get_coro (task);
  guint n = object != NULL ? count_from (object) : 0;
  GPtrArray *chain = g_ptr_array_new_full (n, asyncio_unref);

  for (guint i = 0; i < n; i++, object = next_of (object))
    g_ptr_array_add (chain, asyncio_ref (object));

  return chain;
}

/* --- The stack: which of three kinds a task has -------------------------------------------- */

typedef enum
{
  NO_STACK,
  STACK,
  TRACEBACK,
} Kind;

static Kind
kind_of (AsyncioTask *task)
{
  gboolean over = asyncio_coroutine_get_state (task->coro) == ASYNCIO_CORO_CLOSED;
  gboolean failed = !asyncio_task_cancelled (task) && asyncio_future_peek_exception (ASYNCIO_FUTURE (task)) != NULL;

  return failed ? TRACEBACK : over ? NO_STACK : STACK;
}

GPtrArray *
asyncio_task_get_stack (AsyncioTask *task,
                        int          limit)
{
  GPtrArray *frames = g_ptr_array_new_with_free_func (asyncio_unref);

  if (limit >= 1 && asyncio_is_task (task) && kind_of (task) != NO_STACK)
    g_ptr_array_add (frames, asyncio_ref (task->coro));

  return frames;
}

/* The colon is looked for from the end of the place: a file's name may have one. */
static void
print_frame (AsyncioCoroutine *coroutine,
             FILE             *file)
{
  g_auto (GStrv) reversed = NULL;
  g_autofree char *place = g_strreverse (g_strdup (coroutine->location));

  reversed = g_strsplit (place, ":", 2);
  g_strreverse (reversed[0]);
  g_strreverse (reversed[1]);
  fprintf (file, "  File \"%s\", line %s, in %s\n", reversed[1], reversed[0], asyncio_coroutine_get_name (coroutine));
}

void
asyncio_task_print_stack (AsyncioTask *task,
                          int          limit,
                          FILE        *file)
{
  g_autofree char *repr = NULL;
  FILE *out = file != NULL ? file : stderr;
  Kind kind;

  if (!asyncio_is_task (task))
    return;

  kind = kind_of (task);
  repr = asyncio_repr (task);
  if (limit < 1 || kind == NO_STACK)
    fprintf (out, "No stack for %s\n", repr);
  else if (kind == STACK)
    fprintf (out, "Stack for %s (most recent call last):\n", repr);
  else
    fprintf (out, "Traceback for %s (most recent call last):\n", repr);

  if (limit >= 1 && kind != NO_STACK)
    print_frame (task->coro, out);

  if (kind == TRACEBACK)
    {
      g_autofree char *text = asyncio_error_to_string (asyncio_future_peek_exception (ASYNCIO_FUTURE (task)));

      fprintf (out, "%s\n", text);
    }
}
