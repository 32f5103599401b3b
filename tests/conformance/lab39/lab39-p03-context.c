/* SPDX-License-Identifier: MIT */

/* The twin of lab39-p03-context.py: the function runs in a copy of the caller's context. */

#include "kit.h"
#include "runners.h"
#include "to-thread.h"

static AsyncioContextVar *var;

static const char *
get (void)
{
  return asyncio_context_var_get (var, NULL);
}

static void
set (const char *value)
{
  asyncio_context_var_set (var, (gpointer) value, NULL, NULL);
}

/* Python's work() returns the pair that this returns as one text. */
static gpointer
work (gpointer   value,
      GError   **error)
{
  const char *before = get ();

  (void) error;
  set (value);

  return g_strdup_printf ("%s %s", before, get ());
}

static gpointer
async_main (gpointer   user_data,
            GError   **error)
{
  AsyncioCoroutine *coro;
  g_autofree char *unset = NULL;
  g_autofree char *changed = NULL;
  g_autofree char *next = NULL;

  (void) user_data;

  unset = asyncio_to_thread (work, (gpointer) "thread 1", NULL, g_free, error);
  trace ("unset: %s", unset);
  set ("caller");
  coro = asyncio_to_thread_coroutine (work, (gpointer) "thread 2", NULL, g_free);
  set ("caller changed");
  changed = asyncio_await (coro, error);
  trace ("set: %s", changed);
  trace ("caller afterwards: %s", get ());
  next = asyncio_to_thread (work, (gpointer) "thread 3", NULL, g_free, error);
  trace ("next: %s", next);

  return NULL;
}

int
main (void)
{
  kit_init ();
  var = asyncio_context_var_new_with_default ("var", (gpointer) "default", NULL);

  (void) asyncio_run (asyncio_coroutine_new (async_main, NULL, NULL), NULL);

  asyncio_context_var_unref (var);

  return 0;
}
