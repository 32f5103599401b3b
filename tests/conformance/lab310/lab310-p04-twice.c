/* SPDX-License-Identifier: MIT */

/* The twin of lab310-p04-twice.py. */

#include "length.h"
#include "runners.h"
#include "shutdown.h"

static gpointer
async_main (gpointer   user_data,
            GError   **error)
{
  AsyncioLoop *loop = asyncio_get_running_loop (NULL);
  g_autoptr (AsyncioFuture) work = asyncio_loop_run_in_executor (loop, NULL, length, (gpointer) "abc", NULL, NULL, error);

  (void) user_data;

  trace ("work %s", kit_text (asyncio_await (work, error)));
  if (!asyncio_loop_shutdown_default_executor (loop, error))
    return NULL;
  trace ("first -> None");
  if (!asyncio_loop_shutdown_default_executor (loop, error))
    return NULL;
  trace ("second -> None");

  return (gpointer) "value";
}

int
main (void)
{
  kit_init ();
  trace ("run -> %s", kit_text (asyncio_run (asyncio_coroutine_new (async_main, NULL, NULL), NULL)));

  return 0;
}
