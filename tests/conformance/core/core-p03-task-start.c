/* SPDX-License-Identifier: MIT */

/* The twin of core-p03-task-start.py: to make a task is to schedule it; who awaits gives the others their turn. */

#include "kit.h"

typedef struct
{
  const char *name;
  int turns;
} Worker;

static gpointer
worker (gpointer   user_data,
        GError   **error)
{
  Worker *self = user_data;

  trace ("%s start", self->name);
  for (int i = 0; i < self->turns; i++)
    {
      if (!kit_pause (1, error))
        return NULL;
      trace ("%s turn %d", self->name, i);
    }
  trace ("%s end", self->name);

  return (gpointer) self->name;
}

static gpointer
plain (gpointer   user_data,
       GError   **error)
{
  (void) user_data;
  (void) error;

  trace ("plain runs inline");

  return "7";
}

static gpointer
async_main (gpointer   user_data,
            GError   **error)
{
  g_autoptr (AsyncioTask) a = kit_spawn (kit_coroutine (worker, Worker, "A", 2));
  g_autoptr (AsyncioTask) b = kit_spawn (kit_coroutine (worker, Worker, "B", 1));
  g_autoptr (AsyncioTask) c = NULL;
  gpointer gave;

  (void) user_data;

  trace ("main: created, done %s %s", trace_bool (asyncio_task_done (a)), trace_bool (asyncio_task_done (b)));
  gave = asyncio_await (asyncio_coroutine_new (plain, NULL, NULL), error);
  trace ("main: plain gave %s", kit_text (gave));
  trace ("main: await A");
  gave = asyncio_await (a, error);
  trace ("main: A gave %s", kit_text (gave));
  trace ("main: B done %s", trace_bool (asyncio_task_done (b)));
  c = kit_spawn (kit_coroutine (worker, Worker, "C", 0));
  gave = asyncio_await (b, error);
  trace ("main: B gave %s", kit_text (gave));
  trace ("main: C done %s", trace_bool (asyncio_task_done (c)));
  asyncio_await (c, error);

  return NULL;
}

int
main (void)
{
  kit_init ();
  kit_run (asyncio_coroutine_new (async_main, NULL, NULL));

  return 0;
}
