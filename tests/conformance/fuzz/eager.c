/* SPDX-License-Identifier: MIT */

/*
 * The statements of lab 3.12: tasks that take their first step at once, and who makes the tasks of the loop. Compiled anew for
 * every library, and empty for those without the lab.
 */

#include "interpreter.h"

#ifdef HAS_LAB_12
#include <eager_tasks.h>

/* Program.make_task() */
static AsyncioTask *
make_task (AsyncioLoop         *loop,
           AsyncioCoroutine    *coroutine,
           const char          *name,
           AsyncioContextVars  *context,
           gboolean             eager_start,
           gpointer             user_data,
           GError             **error)
{
  (void) user_data;

  tell ("factory", "makes %s", shown_name (coroutine));

  return asyncio_task_new_full (loop, coroutine, name, context, eager_start, error);
}

static void
set_eager_factory (const char *kind)
{
  if (g_str_equal (kind, "custom"))
    asyncio_loop_set_task_factory (program.loop, asyncio_eager_task_factory,
                                   asyncio_create_eager_task_factory (make_task, NULL, NULL), asyncio_eager_task_factory_free);
  else if (g_str_equal (kind, "eager"))
    asyncio_loop_set_task_factory (program.loop, asyncio_eager_task_factory, NULL, NULL);
  else
    asyncio_loop_set_task_factory (program.loop, NULL, NULL, NULL);
}

static void
op_factory (Frame      *frame,
            JsonArray  *statement,
            GError    **error)
{
  (void) frame;
  (void) error;

  set_eager_factory (json_array_get_string_element (statement, 1));
}

static void
op_eager_spawn (Frame      *frame,
                JsonArray  *statement,
                GError    **error)
{
  AsyncioCoroutine *coroutine = coroutine_new (json_array_get_int_element (statement, 2));
  AsyncioTask *task;

  (void) frame;

  if (coroutine == NULL)
    return;

  task = asyncio_task_new_full (program.loop, coroutine, NULL, NULL, TRUE, error);
  if (task == NULL)
    return; /* the loop is closed */

  note_one (task, coroutine);
  slot_set (statement, task);
}

void (*const set_factory) (const char *kind) = set_eager_factory;
#else
void (*const set_factory) (const char *kind) = NULL;
#endif

const StatementName statements_eager[] = {
#ifdef HAS_LAB_12
  { "eager_spawn", op_eager_spawn, NULL },
  { "factory", op_factory, NULL },
#endif
  { NULL, NULL, NULL },
};
