/* SPDX-License-Identifier: MIT */

/* The twin of lab37-p04-nested-run.py: inside a running loop run() is refused. */

#include "kit.h"
#include "runners.h"

static gpointer
inner (gpointer   user_data,
       GError   **error)
{
  (void) user_data;
  (void) error;

  trace ("inner: never runs");

  return NULL;
}

static gpointer
async_main (gpointer   user_data,
            GError   **error)
{
  g_autoptr (AsyncioCoroutine) coro = asyncio_ref_sink (asyncio_coroutine_new (inner, NULL, NULL));
  g_autoptr (GError) e = NULL;

  (void) user_data;

  asyncio_run (coro, &e);
  if (g_error_matches (e, ASYNCIO_ERROR, ASYNCIO_ERROR_RUNTIME))
    trace ("error %s", trace_error (e));
  asyncio_coroutine_close (coro, NULL);
  if (!asyncio_sleep (0, error))
    return NULL;
  trace ("main: goes on");

  return "ok";
}

int
main (void)
{
  gpointer value;

  kit_init ();

  value = asyncio_run (asyncio_coroutine_new (async_main, NULL, NULL), NULL);
  trace ("run -> %s", kit_text (value));

  return 0;
}
