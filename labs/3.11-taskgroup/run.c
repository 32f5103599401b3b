/* SPDX-License-Identifier: MIT */

/*
 * asyncio.run() since Python 3.11 (Lib/asyncio/runners.py): a Runner for one coroutine.
 *
 * In the libraries from 3.11 on this takes the place of what lab 3.7 has. So Ctrl-C is there a request to the main task.
 */

#include "runner.h"

/* What is raised by the clean-up takes the place of the value, or of an earlier error. */
static void
replace_outcome (AsyncioCoroutine  *coroutine,
                 gpointer           value,
                 GError            *cleanup_error,
                 GError           **error)
{
  GDestroyNotify destroy = coroutine != NULL ? asyncio_coroutine_get_value_destroy (coroutine) : NULL;

  if (destroy != NULL && value != NULL)
    destroy (value);
  g_clear_error (error);
  g_propagate_error (error, cleanup_error);
}

gpointer
asyncio_run_with_debug (gpointer       main,
                        AsyncioDebug   debug,
                        GError       **error)
{
  /* A floating coroutine is ours from here on, also if we refuse to run it. */
  g_autoptr (AsyncioCoroutine) coroutine = asyncio_iscoroutine (main) ? asyncio_ref_sink (main) : NULL;
  g_autoptr (AsyncioRunner) runner = NULL;
  GError *cleanup_error = NULL;
  gpointer value;

  if (asyncio_get_running_loop (NULL) != NULL)
    {
      g_set_error_literal (error, ASYNCIO_ERROR, ASYNCIO_ERROR_RUNTIME,
                           "asyncio.run() cannot be called from a running event loop");
      return NULL;
    }

  runner = asyncio_runner_new (debug);
  value = asyncio_runner_run (runner, main, error);
  if (asyncio_runner_close (runner, &cleanup_error))
    return value;

  replace_outcome (coroutine, value, cleanup_error, error);

  return NULL;
}

gpointer
asyncio_run (gpointer   main,
             GError   **error)
{
  return asyncio_run_with_debug (main, ASYNCIO_DEBUG_DEFAULT, error);
}
