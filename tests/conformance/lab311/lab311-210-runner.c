/* SPDX-License-Identifier: MIT */

/* The twin of lab311-210-runner.py: several coroutines in one loop. */

#include "kit.h"
#include "runner.h"

static AsyncioContextVar *var;
static AsyncioTask *left_over;

static gpointer
leftover (gpointer   user_data,
          GError   **error)
{
  (void) user_data;
  kit_sleep (50, error);
  trace ("leftover: cancelled");

  return NULL;
}

static gpointer
first (gpointer   user_data,
       GError   **error)
{
  (void) user_data;
  asyncio_context_var_set (var, "set by the first", NULL, NULL);
  left_over = kit_spawn (asyncio_coroutine_new (leftover, NULL, NULL));
  if (!kit_sleep (1, error))
    return NULL;

  return "1";
}

static void
refuse (AsyncioRunner *runner)
{
  g_autoptr (AsyncioCoroutine) coro = asyncio_ref_sink (asyncio_coroutine_new (first, NULL, NULL));
  g_autoptr (GError) e = NULL;

  asyncio_runner_run (runner, coro, &e);
  trace ("%s", trace_error (e));
  asyncio_coroutine_close (coro, NULL);
}

static gpointer
second (gpointer   user_data,
        GError   **error)
{
  AsyncioRunner *runner = user_data;

  trace ("var %s", (const char *) asyncio_context_var_get (var, error));
  refuse (runner);
  trace ("same loop %s", trace_bool (asyncio_get_running_loop (NULL) == asyncio_runner_get_loop (runner, NULL)));
  g_set_error_literal (error, ASYNCIO_ERROR, ASYNCIO_ERROR_VALUE, "2");

  return NULL;
}

int
main (void)
{
  AsyncioRunner *runner = asyncio_runner_new (ASYNCIO_DEBUG_DEFAULT);
  g_autoptr (GError) e = NULL;

  kit_init ();
  var = asyncio_context_var_new ("var");
  trace ("first %s", kit_text (asyncio_runner_run (runner, asyncio_coroutine_new (first, NULL, NULL), NULL)));
  asyncio_runner_run (runner, asyncio_coroutine_new (second, runner, NULL), &e);
  trace ("second %s", trace_error (e));
  g_clear_error (&e);
  asyncio_runner_run (runner, NULL, &e);
  trace ("ValueError: a coroutine was expected, got %s", g_error_matches (e, ASYNCIO_ERROR, ASYNCIO_ERROR_VALUE) ? "None" : "?");
  asyncio_runner_close (runner, NULL);
  trace ("var outside %s", (const char *) asyncio_context_var_get_or (var, "not set"));
  refuse (runner);
  asyncio_runner_close (runner, NULL);
  asyncio_runner_free (runner);
  asyncio_unref (left_over);
  asyncio_context_var_unref (var);

  return 0;
}
