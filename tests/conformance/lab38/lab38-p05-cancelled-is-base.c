/* SPDX-License-Identifier: MIT */

/* The twin of lab38-p05-cancelled-is-base.py: since 3.8 `except Exception` lets a cancellation pass. */

#include "kit.h"
#include "runners.h"

static gpointer
careless (gpointer   user_data,
          GError   **error)
{
  (void) user_data;

  while (TRUE)
    {
      g_autoptr (GError) e = NULL;

      if (asyncio_sleep (3600, &e))
        continue;

      /* except Exception as e: */
      if (!asyncio_error_is_base (e))
        {
          trace ("careless: caught %s", asyncio_error_get_name (e));
          return "went on";
        }

      g_propagate_error (error, g_steal_pointer (&e));
      return NULL;
    }
}

static gpointer
async_main (gpointer   user_data,
            GError   **error)
{
  static const AsyncioError errors[] = { ASYNCIO_ERROR_CANCELLED, ASYNCIO_ERROR_INVALID_STATE, ASYNCIO_ERROR_TIMEOUT };
  g_autoptr (AsyncioTask) t = kit_spawn (asyncio_coroutine_new (careless, NULL, NULL));

  (void) user_data;

  kit_pause (1, error);
  asyncio_task_cancel (t);
  asyncio_wait ((const gpointer[]) { t }, 1, ASYNCIO_NO_TIMEOUT, ASYNCIO_ALL_COMPLETED, NULL, NULL, error);
  trace ("careless %s", kit_state (t));

  for (guint i = 0; i < G_N_ELEMENTS (errors); i++)
    {
      g_autoptr (GError) e = g_error_new_literal (ASYNCIO_ERROR, errors[i], "");

      trace ("%s is an Exception: %s", asyncio_error_get_name (e), trace_bool (!asyncio_error_is_base (e)));
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
