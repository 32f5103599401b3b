/* SPDX-License-Identifier: MIT */

/* The twin of lab312-206-names.py: what a task is called in its eager step and afterwards. */

#include "eager_tasks.h"
#include "introspection.h"
#include "kit.h"
#include "runners.h"

#include <stdlib.h>
#include <string.h>

static int first;

static int
number_of (AsyncioTask *task)
{
  return atoi (asyncio_task_get_name (task) + strlen ("Task-"));
}

static const char *
name (void)
{
  AsyncioTask *task = asyncio_current_task (NULL, NULL);
  const char *text = asyncio_task_get_name (task);
  g_autofree char *number = NULL;

  if (!g_str_has_prefix (text, "Task-"))
    return text;

  number = g_strdup_printf ("number %d", number_of (task) - first);

  return g_intern_string (number);
}

static gpointer
job (gpointer   user_data,
     GError   **error)
{
  (void) user_data;
  trace ("in the step: %s", name ());
  if (kit_pause (1, error))
    trace ("later: %s", name ());

  return NULL;
}

static gpointer
outer (gpointer   user_data,
       GError   **error)
{
  g_autoptr (AsyncioTask) inner = NULL;

  (void) user_data;
  trace ("outer: %s", name ());
  inner = asyncio_create_task (asyncio_coroutine_new (job, NULL, NULL), error);
  trace ("outer again: %s", name ());
  (void) asyncio_await (inner, error);

  return NULL;
}

static gpointer
async_main (gpointer   user_data,
            GError   **error)
{
  AsyncioLoop *loop = asyncio_get_running_loop (error);
  g_autoptr (AsyncioTask) amber = NULL;
  g_autoptr (AsyncioTask) basil = NULL;
  g_autoptr (AsyncioTask) cedar = NULL;

  (void) user_data;

  asyncio_loop_set_task_factory (loop, asyncio_eager_task_factory, NULL, NULL);
  first = number_of (asyncio_current_task (NULL, NULL));
  amber = asyncio_create_task_full (asyncio_coroutine_new (job, NULL, NULL), "amber", NULL, NULL, error);
  trace ("created: %s", asyncio_task_get_name (amber));
  (void) asyncio_await (amber, error);
  basil = asyncio_task_new_full (loop, asyncio_coroutine_new (job, NULL, NULL), "basil", NULL, TRUE, error);
  trace ("made: %s", asyncio_task_get_name (basil));
  (void) asyncio_await (basil, error);
  cedar = asyncio_create_task_full (asyncio_coroutine_new (outer, NULL, NULL), "cedar", NULL, NULL, error);
  (void) asyncio_await (cedar, error);

  return NULL;
}

int
main (void)
{
  kit_init ();
  asyncio_run (asyncio_coroutine_new (async_main, NULL, NULL), NULL);

  return 0;
}
