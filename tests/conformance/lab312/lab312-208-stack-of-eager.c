/* SPDX-License-Identifier: MIT */

/* The twin of lab312-208-stack-of-eager.py: a task that returned in its eager step has no stack. */

#include "eager_tasks.h"
#include "introspection.h"
#include "kit.h"
#include "runners.h"

#include <stdlib.h>
#include <string.h>

static gpointer
quick (gpointer   user_data,
       GError   **error)
{
  (void) user_data;
  (void) error;

  return (gpointer) "1";
}

static gpointer
async_main (gpointer   user_data,
            GError   **error)
{
  g_autoptr (GPtrArray) frames = NULL;
  g_autoptr (AsyncioTask) task = NULL;
  g_auto (GStrv) lines = NULL;
  char *text = NULL;
  gsize length = 0;
  FILE *file = open_memstream (&text, &length);

  (void) user_data;

  asyncio_loop_set_task_factory (asyncio_get_running_loop (error), asyncio_eager_task_factory, NULL, NULL);
  task = asyncio_create_task (asyncio_coroutine_new (quick, NULL, NULL), error);
  asyncio_task_print_stack (task, ASYNCIO_NO_LIMIT, file);
  fclose (file);
  frames = asyncio_task_get_stack (task, ASYNCIO_NO_LIMIT);
  lines = g_strsplit (g_strchomp (text), "\n", -1);

  trace ("frames %u", frames->len);
  *strchr (text, '<') = '\0';
  trace ("printed %s", g_strchomp (text));
  trace ("lines %u", g_strv_length (lines));
  free (text);

  return NULL;
}

int
main (void)
{
  kit_init ();
  asyncio_run (asyncio_coroutine_new (async_main, NULL, NULL), NULL);

  return 0;
}
