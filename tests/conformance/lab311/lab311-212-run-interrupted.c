/* SPDX-License-Identifier: MIT */

/* The twin of lab311-212-run-interrupted.py: Ctrl-C while run() runs. */

#include "kit.h"
#include "runners.h"

#include <signal.h>

static gpointer
async_main (gpointer   swallows,
            GError   **error)
{
  g_autoptr (GError) raised = NULL;

  raise (SIGINT);
  if (!kit_sleep (50, &raised))
    {
      trace ("main: %s", asyncio_error_get_name (raised));
      if (!GPOINTER_TO_INT (swallows))
        {
          g_propagate_error (error, g_steal_pointer (&raised));
          return NULL;
        }
    }

  return "a value";
}

int
main (void)
{
  kit_init ();
  for (int swallows = FALSE; swallows <= TRUE; swallows++)
    {
      g_autoptr (GError) raised = NULL;
      const char *value = asyncio_run (asyncio_coroutine_new (async_main, GINT_TO_POINTER (swallows), NULL), &raised);

      if (raised != NULL)
        trace ("run: %s", asyncio_error_get_name (raised));
      else
        trace ("run -> %s", value);
    }

  return 0;
}
