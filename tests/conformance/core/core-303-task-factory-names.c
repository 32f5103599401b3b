/* SPDX-License-Identifier: MIT */

/* The twin of core-303-task-factory-names.py: when a task gets its name. */

#include "kit.h"

#include <stdlib.h>
#include <string.h>

static int first;

/* task.get_name(), which is for lab 3.8 to write; the task's repr shows it. */
static char *
get_name (AsyncioTask *task)
{
  g_autofree char *repr = asyncio_repr (task);
  const char *begin = strstr (repr, "name='") + strlen ("name='");

  return g_strndup (begin, (gsize) (strchr (begin, '\'') - begin));
}

static const char *
name (AsyncioTask *task)
{
  g_autofree char *text = get_name (task);
  g_autofree char *shown = g_str_has_prefix (text, "Task-") ? g_strdup_printf ("number %d", atoi (text + strlen ("Task-")) - first)
                                                            : g_strdup (text);

  return g_intern_string (shown);
}

static gpointer
job (gpointer   user_data,
     GError   **error)
{
  (void) user_data;
  trace ("  runs as %s", name (asyncio_current_task (NULL, error)));

  return NULL;
}

static AsyncioCoroutine *
new_job (void)
{
  return asyncio_coroutine_new (job, NULL, NULL);
}

static AsyncioFuture *
factory (AsyncioLoop         *loop,
         AsyncioCoroutine    *coro,
         AsyncioContextVars  *context,
         gpointer             user_data,
         GError             **error)
{
  AsyncioTask *task = asyncio_task_new (loop, coro, NULL, context, error);

  (void) user_data;
  trace ("  in the factory %s", name (task));

  return ASYNCIO_FUTURE (task);
}

static AsyncioFuture *
naming (AsyncioLoop         *loop,
        AsyncioCoroutine    *coro,
        AsyncioContextVars  *context,
        gpointer             user_data,
        GError             **error)
{
  (void) user_data;

  return ASYNCIO_FUTURE (asyncio_task_new (loop, coro, "of the factory", context, error));
}

static void
by_loop (const char  *given,
         GError     **error)
{
  g_autoptr (AsyncioTask) task = asyncio_loop_create_task_full (kit_loop_now (), new_job (), given, NULL, G_STRLOC, error);

  trace ("  loop.create_task %s", name (task));
}

static void
by_asyncio (const char  *given,
            GError     **error)
{
  g_autoptr (AsyncioTask) task = asyncio_create_task_full (new_job (), given, NULL, G_STRLOC, error);

  trace ("  create_task %s", name (task));
}

static gpointer
async_main (gpointer   user_data,
            GError   **error)
{
  AsyncioLoop *loop = kit_loop_now ();
  g_autofree char *own = get_name (asyncio_current_task (loop, error));

  (void) user_data;
  first = atoi (own + strlen ("Task-"));

  trace ("no factory");
  by_loop (NULL, error);
  by_loop ("given", error);
  by_loop (NULL, error);
  by_asyncio ("given", error);
  by_asyncio (NULL, error);
  if (!kit_pause (1, error))
    return NULL;

  trace ("a factory");
  asyncio_loop_set_task_factory (loop, factory, NULL, NULL);
  by_loop (NULL, error);
  by_loop ("given", error);
  by_asyncio ("given", error);
  by_asyncio (NULL, error);
  if (!kit_pause (1, error))
    return NULL;

  trace ("a factory that gives names");
  asyncio_loop_set_task_factory (loop, naming, NULL, NULL);
  by_loop (NULL, error);
  by_loop ("given", error);
  by_asyncio ("given", error);
  (void) kit_pause (1, error);

  return NULL;
}

int
main (void)
{
  kit_init ();
  kit_run (asyncio_coroutine_new (async_main, NULL, NULL));

  return 0;
}
