/* SPDX-License-Identifier: MIT */

/* The twin of lab311-208-generator-exit.py: a coroutine that is closed in the block of a group. */

#include "kit.h"
#include "runners.h"
#include "taskgroups.h"

static void
block (AsyncioTaskGroup  *g,
       gpointer           user_data,
       GError           **error)
{
  (void) g;
  (void) user_data;
  asyncio_sleep (0, error);
  if (g_error_matches (*error, ASYNCIO_ERROR, ASYNCIO_ERROR_GENERATOR_EXIT))
    trace ("block: GeneratorExit");
}

static gpointer
waits (gpointer   user_data,
       GError   **error)
{
  asyncio_task_group_run (block, user_data, error);

  return NULL;
}

static gpointer
async_main (gpointer   user_data,
            GError   **error)
{
  g_autoptr (AsyncioCoroutine) coro = asyncio_ref_sink (asyncio_coroutine_new (waits, NULL, NULL));
  g_autoptr (GError) e = NULL;
  gpointer out;

  (void) user_data;

  asyncio_coroutine_send (coro, &out, error);
  if (asyncio_coroutine_close (coro, &e))
    trace ("closed");
  else
    trace ("close raised %s", trace_error (e));

  return NULL;
}

int
main (void)
{
  kit_init ();
  asyncio_run (asyncio_coroutine_new (async_main, NULL, NULL), NULL);

  return 0;
}
