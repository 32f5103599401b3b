/* SPDX-License-Identifier: MIT */

/* The twin of lab38-p04-task-names.py: names that are given, counted, and changed at any time. */

#include "introspection.h"
#include "kit.h"
#include "runners.h"

#include <stdlib.h>
#include <string.h>

static gpointer
job (gpointer   user_data,
     GError   **error)
{
  (void) user_data;
  (void) error;
  trace ("inside: %s", asyncio_task_get_name (asyncio_current_task (NULL, NULL)));

  return NULL;
}

static AsyncioCoroutine *
new_job (void)
{
  return asyncio_coroutine_new (job, NULL, NULL);
}

/* int(name.split('-')[1]) */
static int
number (const char *name)
{
  return atoi (strchr (name, '-') + 1);
}

static gpointer
async_main (gpointer   user_data,
            GError   **error)
{
  g_autoptr (AsyncioTask) a = asyncio_create_task_full (new_job (), "alpha", NULL, G_STRLOC, error);
  g_autoptr (AsyncioTask) b = NULL;
  g_autoptr (AsyncioTask) c = NULL;
  const char *nb, *nc;

  (void) user_data;

  trace ("given: %s", asyncio_task_get_name (a));
  asyncio_await (a, error);

  b = asyncio_create_task (new_job (), error);
  c = asyncio_create_task (new_job (), error);
  nb = asyncio_task_get_name (b);
  nc = asyncio_task_get_name (c);
  trace ("default: %.*s step %d", (int) (strchr (nb, '-') - nb), nb, number (nc) - number (nb));
  asyncio_task_set_name (b, "beta");
  asyncio_task_set_name (c, "beta");
  asyncio_wait ((const gpointer[]) { b, c }, 2, ASYNCIO_NO_TIMEOUT, ASYNCIO_ALL_COMPLETED, NULL, NULL, error);
  asyncio_task_set_name (b, "after the end");
  trace ("renamed: %s | %s", asyncio_task_get_name (b), asyncio_task_get_name (c));

  return NULL;
}

int
main (void)
{
  kit_init ();
  asyncio_run (asyncio_coroutine_new (async_main, NULL, NULL), NULL);

  return 0;
}
