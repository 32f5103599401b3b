/* SPDX-License-Identifier: MIT */

/* The twin of lab312-207-count-steps.py: a tree of gather() is done in one step when its tasks are eager. */

#include "eager_tasks.h"
#include "kit.h"
#include "runners.h"

#define WIDTH 5

static int made;

static gpointer
tree (gpointer   user_data,
      GError   **error)
{
  int depth = GPOINTER_TO_INT (user_data);
  gpointer children[WIDTH];
  g_autoptr (AsyncioFuture) all = NULL;

  made++;
  if (depth == 0)
    return NULL;

  for (guint i = 0; i < WIDTH; i++)
    children[i] = asyncio_coroutine_new (tree, GINT_TO_POINTER (depth - 1), NULL);
  all = asyncio_gatherv (children, WIDTH, FALSE, error);
  (void) asyncio_await (all, error);

  return NULL;
}

static gpointer
async_main (gpointer   user_data,
            GError   **error)
{
  static const struct
  {
    const char *label;
    AsyncioTaskFactory factory;
  } cases[] = { { "lazy", NULL }, { "eager", asyncio_eager_task_factory } };
  AsyncioLoop *loop = asyncio_get_running_loop (error);

  (void) user_data;

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      made = 0;
      asyncio_loop_set_task_factory (loop, cases[i].factory, NULL, NULL);
      asyncio_loop_call_soon (loop, kit_trace, (gpointer) "the first turn is over", NULL, error);
      (void) tree (GINT_TO_POINTER (4), error);
      trace ("%s made %d", cases[i].label, made);
      (void) kit_pause (1, error);
    }

  return NULL;
}

int
main (void)
{
  kit_init ();
  asyncio_run (asyncio_coroutine_new (async_main, NULL, NULL), NULL);

  return 0;
}
