/* SPDX-License-Identifier: MIT */

/*
 * The statements that need lab 3.7 or 3.8, compiled anew for every library: with HAS_LAB_7 and HAS_LAB_8 for that of 3.8.
 *
 * A lab adds its statements behind its own #ifdef, and the same in statements.py and generator.py. Those of 3.11 are in
 * groups.c, those of 3.12 in eager.c.
 */

#include "interpreter.h"

#ifdef HAS_LAB_7
#include <runners.h>
#endif
#ifdef HAS_LAB_8
#include <introspection.h>
#endif

/* --- 3.7: run ------------------------------------------------------------------------------------ */

#ifdef HAS_LAB_7
static void
run_with_run (void)
{
  GError *error = NULL;
  gpointer value = asyncio_run (asyncio_coroutine_new (root, NULL, NULL), &error);

  if (error != NULL)
    tell ("run", "raised %s", show_error (error));
  else
    tell ("run", "returned %s", show (value));
  g_clear_error (&error);
}
#endif

/* --- 3.8: names and coroutines -------------------------------------------------------------------- */

#ifdef HAS_LAB_8
/* The task in the slot that the first argument names. (nullable): there may be none, or a future */
static AsyncioTask *
task_of (JsonArray *statement)
{
  AsyncioFuture *future = slot_of (statement, 1);

  return asyncio_is_task (future) ? (AsyncioTask *) future : NULL;
}

static void
op_name (Frame      *frame,
         JsonArray  *statement,
         GError    **error)
{
  AsyncioTask *task = task_of (statement);
  const char *name;

  (void) error;

  if (task == NULL)
    return;

  /* Numbers depend on which programs ran before. */
  name = asyncio_task_get_name (task);
  tell (frame->name, "name of %s %s", json_array_get_string_element (statement, 1),
        g_str_has_prefix (name, "Task-") ? "Task" : name);
}

static void
op_set_name (Frame      *frame,
             JsonArray  *statement,
             GError    **error)
{
  AsyncioTask *task = task_of (statement);

  (void) frame;
  (void) error;

  if (task != NULL)
    asyncio_task_set_name (task, json_array_get_string_element (statement, 2));
}

static void
op_coroutine (Frame      *frame,
              JsonArray  *statement,
              GError    **error)
{
  static const char *const states[] = { "created", "running", "suspended", "closed" };
  AsyncioTask *task = task_of (statement);
  AsyncioCoroutine *coroutine;

  (void) error;

  if (task == NULL)
    return;

  coroutine = asyncio_task_get_coro (task);
  tell (frame->name, "coroutine of %s %s %s", json_array_get_string_element (statement, 1), name_of (task),
        coroutine != NULL ? states[asyncio_coroutine_get_state (coroutine)] : "gone");
}
#endif

#ifdef HAS_LAB_7
void (*const run_program_with_run) (void) = run_with_run;
#else
void (*const run_program_with_run) (void) = NULL;
#endif

const StatementName statements_labs[] = {
#ifdef HAS_LAB_8
  { "coroutine", op_coroutine, NULL },
  { "name", op_name, NULL },
  { "set_name", op_set_name, NULL },
#endif
  { NULL, NULL, NULL },
};
