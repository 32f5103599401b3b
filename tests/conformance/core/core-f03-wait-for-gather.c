/* SPDX-License-Identifier: MIT */

/* The twin of core-f03-wait-for-gather.py: a gather that runs out of time. */

#include "kit.h"

static gpointer
job (gpointer   user_data,
     GError   **error)
{
  (void) user_data;

  kit_sleep (50, error);

  return NULL;
}

static void
attempt (const char  *label,
         double       timeout,
         gboolean     return_exceptions,
         GError     **error)
{
  g_autoptr (AsyncioTask) task = kit_spawn (asyncio_coroutine_new (job, NULL, NULL));
  g_autoptr (AsyncioFuture) gathering = asyncio_gatherv ((gpointer[]) { task }, 1, return_exceptions, error);
  g_autoptr (GError) e = NULL;

  asyncio_wait_for (gathering, timeout, &e);
  if (e == NULL)
    trace ("%s %s", label, "done");
  else
    trace ("%s raises %s", label, asyncio_error_get_name (e));
  kit_pause (3, error);
  trace ("  cancelled %s error %s", trace_bool (asyncio_future_cancelled (gathering)),
         trace_error (asyncio_future_exception (gathering, NULL)));
}

static gpointer
async_main (gpointer   user_data,
            GError   **error)
{
  (void) user_data;

  attempt ("a step", STEP, FALSE, error);
  attempt ("a step, errors in their places", STEP, TRUE, error);
  attempt ("no time", 0, FALSE, error);
  attempt ("less than no time", -1, TRUE, error);

  return NULL;
}

int
main (void)
{
  kit_init ();
  kit_run (asyncio_coroutine_new (async_main, NULL, NULL));

  return 0;
}
