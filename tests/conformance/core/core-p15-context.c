/* SPDX-License-Identifier: MIT */

/* The twin of core-p15-context.py: a task and a callback have the context variables of the moment in which they were made. */

#include "kit.h"

static AsyncioContextVar *var;

static gpointer
job (gpointer   user_data,
     GError   **error)
{
  char *name = user_data;

  trace ("%s sees %s", name, (char *) asyncio_context_var_get (var, NULL));
  asyncio_context_var_set (var, name, NULL, NULL);
  if (!kit_pause (1, error))
    return NULL;
  trace ("%s later sees %s", name, (char *) asyncio_context_var_get (var, NULL));

  return NULL;
}

static void
helper (void)
{
  asyncio_context_var_set (var, (gpointer) "helper", NULL, NULL);
}

static void
callback (gpointer   text,
          GError   **error)
{
  (void) error;

  trace ("%s %s", (char *) text, (char *) asyncio_context_var_get (var, NULL));
}

static void
done_callback (AsyncioFuture  *t,
               gpointer        text,
               GError        **error)
{
  (void) t;

  callback (text, error);
}

static gpointer
async_main (gpointer   user_data,
            GError   **error)
{
  g_autoptr (AsyncioContextVars) empty = asyncio_context_new ();
  g_autoptr (AsyncioTask) a = NULL;
  g_autoptr (AsyncioTask) b = NULL;

  (void) user_data;

  asyncio_context_var_set (var, (gpointer) "main 1", NULL, NULL);
  a = kit_spawn (asyncio_coroutine_new (job, (gpointer) "A", NULL));
  asyncio_loop_call_soon (kit_loop_now (), callback, (gpointer) "callback sees", NULL, NULL);
  asyncio_future_add_done_callback (ASYNCIO_FUTURE (a), done_callback, (gpointer) "done callback sees", NULL);
  asyncio_context_var_set (var, (gpointer) "main 2", NULL, NULL);
  b = kit_spawn (asyncio_coroutine_new (job, (gpointer) "B", NULL));
  if (!asyncio_wait ((gpointer[]) { a, b }, 2, ASYNCIO_NO_TIMEOUT, ASYNCIO_ALL_COMPLETED, NULL, NULL, error) ||
      !kit_pause (1, error))
    return NULL;
  trace ("main sees %s", (char *) asyncio_context_var_get (var, NULL));
  helper ();
  trace ("after a plain await main sees %s", (char *) asyncio_context_var_get (var, NULL));
  asyncio_loop_call_soon_with_context (kit_loop_now (), callback, (gpointer) "given context:", NULL, empty, NULL);
  kit_pause (1, error);

  return NULL;
}

int
main (void)
{
  kit_init ();
  var = asyncio_context_var_new_with_default ("var", (gpointer) "default", NULL);
  kit_run (asyncio_coroutine_new (async_main, NULL, NULL));
  asyncio_context_var_unref (var);

  return 0;
}
