/* SPDX-License-Identifier: MIT */

/* The twin of core-p04-future-state.py: a future is set once, and its callbacks are never called inline. */

#include "kit.h"

/* Writes what a call gave, or the error that it left, which is cleared. */
static void
attempt (const char  *label,
         const char  *gave,
         GError     **error)
{
  if (*error != NULL)
    trace ("%s -> error %s", label, asyncio_error_get_name (*error));
  else
    trace ("%s -> %s", label, gave);

  g_clear_error (error);
}

static void
cb1 (AsyncioFuture  *f,
     gpointer        user_data,
     GError        **error)
{
  (void) user_data;
  (void) error;

  trace ("cb1 sees %s", kit_state (f));
}

static void
cb2 (AsyncioFuture  *f,
     gpointer        user_data,
     GError        **error)
{
  (void) user_data;
  (void) error;

  trace ("cb2 sees %s", kit_state (f));
}

static gpointer
async_main (gpointer   user_data,
            GError   **error)
{
  g_autoptr (AsyncioFuture) fut = asyncio_loop_create_future (kit_loop_now ());
  g_autoptr (AsyncioFuture) bad = NULL;
  g_autoptr (AsyncioFuture) dead = NULL;
  g_autoptr (GError) e = NULL;
  gboolean first, again;

  (void) user_data;

  trace ("new: %s", kit_state (fut));
  attempt ("result", asyncio_future_result (fut, &e), &e);
  attempt ("exception", trace_error (asyncio_future_exception (fut, &e)), &e);

  asyncio_future_add_done_callback (fut, cb1, NULL, NULL);
  asyncio_future_add_done_callback (fut, cb2, NULL, NULL);
  asyncio_future_add_done_callback (fut, cb1, NULL, NULL);
  asyncio_future_add_done_callback (fut, cb2, NULL, NULL);
  trace ("removed %u", asyncio_future_remove_done_callback (fut, cb1, NULL));
  asyncio_future_set_result (fut, "x", NULL, NULL);
  trace ("set, callbacks not yet run");
  attempt ("set_result again", trace_bool (asyncio_future_set_result (fut, "y", NULL, &e)), &e);
  attempt ("set_exception again",
           trace_bool (asyncio_future_set_exception (
             fut, g_error_new_literal (ASYNCIO_ERROR, ASYNCIO_ERROR_VALUE, "no"), &e)), &e);
  attempt ("cancel", trace_bool (asyncio_future_cancel (fut)), &e);
  if (!kit_pause (1, error))
    return NULL;
  asyncio_future_add_done_callback (fut, cb1, NULL, NULL);
  trace ("late callback added");
  if (!kit_pause (1, error))
    return NULL;
  bad = asyncio_loop_create_future (kit_loop_now ());
  asyncio_future_set_exception (bad, g_error_new_literal (ASYNCIO_ERROR, ASYNCIO_ERROR_VALUE, "boom"), NULL);
  trace ("bad: %s", kit_state (bad));
  asyncio_await (bad, &e);
  if (g_error_matches (e, ASYNCIO_ERROR, ASYNCIO_ERROR_VALUE))
    trace ("await bad: error %s", trace_error (e));
  g_clear_error (&e);
  dead = asyncio_loop_create_future (kit_loop_now ());
  first = asyncio_future_cancel (dead);
  again = asyncio_future_cancel (dead);
  trace ("cancel %s again %s", trace_bool (first), trace_bool (again));
  trace ("dead: %s", kit_state (dead));
  attempt ("dead.result", asyncio_future_result (dead, &e), &e);

  return NULL;
}

int
main (void)
{
  kit_init ();
  kit_run (asyncio_coroutine_new (async_main, NULL, NULL));

  return 0;
}
