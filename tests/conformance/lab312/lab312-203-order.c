/* SPDX-License-Identifier: MIT */

/* The twin of lab312-203-order.py: the steps of eager tasks among callbacks and the steps of lazy tasks. */

#include "eager_tasks.h"
#include "kit.h"
#include "runners.h"

typedef struct
{
  const char *name;
  guint turns;
} Job;

static gpointer
job (gpointer   user_data,
     GError   **error)
{
  Job *self = user_data;

  for (guint i = 0; i < self->turns; i++)
    {
      trace ("%s %u", self->name, i);
      if (!kit_pause (1, error))
        return NULL;
    }
  trace ("%s end", self->name);

  return NULL;
}

static void
create (GPtrArray   *tasks,
        const char  *name,
        guint        turns,
        gboolean     eagerly,
        GError     **error)
{
  asyncio_loop_set_task_factory (kit_loop_now (), eagerly ? asyncio_eager_task_factory : NULL, NULL, NULL);
  g_ptr_array_add (tasks, asyncio_create_task (kit_coroutine (job, Job, name, turns), error));
}

static void
call_soon (const char  *text,
           GError     **error)
{
  asyncio_loop_call_soon (kit_loop_now (), kit_trace, (gpointer) text, NULL, error);
}

static gpointer
async_main (gpointer   user_data,
            GError   **error)
{
  g_autoptr (GPtrArray) tasks = g_ptr_array_new_with_free_func (asyncio_unref);
  g_autoptr (AsyncioFuture) all = NULL;

  (void) user_data;

  call_soon ("callback 1", error);
  create (tasks, "lazy 1", 2, FALSE, error);
  create (tasks, "eager 1", 2, TRUE, error);
  call_soon ("callback 2", error);
  create (tasks, "eager 2", 0, TRUE, error);
  create (tasks, "lazy 2", 1, FALSE, error);
  create (tasks, "eager 3", 1, TRUE, error);
  call_soon ("callback 3", error);
  for (guint i = 0; i < 4; i++)
    {
      trace ("main %u", i);
      if (!kit_pause (1, error))
        return NULL;
    }
  all = asyncio_gatherv ((const gpointer *) tasks->pdata, tasks->len, FALSE, error);
  (void) asyncio_await (all, error);

  return NULL;
}

int
main (void)
{
  kit_init ();
  asyncio_run (asyncio_coroutine_new (async_main, NULL, NULL), NULL);

  return 0;
}
