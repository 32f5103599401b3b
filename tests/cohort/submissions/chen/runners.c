/* SPDX-License-Identifier: MIT */

/* A sample submission: parts A and B, but no clean-up. */

#include "runners.h"

/* --- Part A: the explicit way ---------------------------------------------------- */

gpointer
asyncio_run_explicitly (gpointer   main,
                        GError   **error)
{
  g_autoptr (AsyncioLoop) loop = asyncio_new_event_loop ();
  gpointer value;

  asyncio_set_event_loop (loop);
  value = asyncio_loop_run_until_complete (loop, main, error);

  /* Python's `finally`: with or without an error we get here. */
  asyncio_set_event_loop (NULL);
  asyncio_loop_close (loop, NULL);

  return value;
}

/* --- Part B: asyncio.run() ------------------------------------------------------- */

gpointer
asyncio_run_with_debug (gpointer       main,
                        AsyncioDebug   debug,
                        GError       **error)
{
  g_autoptr (AsyncioCoroutine) coroutine = NULL;
  g_autoptr (AsyncioLoop) loop = NULL;
  g_autoptr (GError) cleanup_error = NULL;
  GDestroyNotify destroy;
  gpointer value;

  /* A floating coroutine is ours from here on, also if we refuse to run it. */
  if (asyncio_iscoroutine (main))
    coroutine = asyncio_ref_sink (main);

  if (asyncio_get_running_loop (NULL) != NULL)
    {
      g_set_error_literal (error, ASYNCIO_ERROR, ASYNCIO_ERROR_RUNTIME,
                           "asyncio.run() cannot be called from a running event loop");
      return NULL;
    }

  if (coroutine == NULL)
    {
      g_autofree char *what = asyncio_repr (main);

      g_set_error (error, ASYNCIO_ERROR, ASYNCIO_ERROR_VALUE, "a coroutine was expected, got %s", what);
      return NULL;
    }

  loop = asyncio_new_event_loop ();
  asyncio_set_event_loop (loop);
  if (debug != ASYNCIO_DEBUG_DEFAULT || asyncio_version_rules.run_switches_debug_off)
    asyncio_loop_set_debug (loop, debug == ASYNCIO_DEBUG_ON);

  value = asyncio_loop_run_until_complete (loop, coroutine, error);

  /* TODO: part C */

  asyncio_set_event_loop (NULL);
  asyncio_loop_close (loop, NULL);

  if (cleanup_error == NULL)
    return value;

  /* What is raised in a `finally` takes the place of the value, or of an earlier error. */
  destroy = asyncio_coroutine_get_value_destroy (coroutine);
  if (destroy != NULL && value != NULL)
    destroy (value);
  g_clear_error (error);
  g_propagate_error (error, g_steal_pointer (&cleanup_error));

  return NULL;
}

gpointer
asyncio_run (gpointer   main,
             GError   **error)
{
  return asyncio_run_with_debug (main, ASYNCIO_DEBUG_DEFAULT, error);
}
