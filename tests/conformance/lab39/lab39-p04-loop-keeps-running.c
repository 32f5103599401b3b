/* SPDX-License-Identifier: MIT */

/* The twin of lab39-p04-loop-keeps-running.py: while the function blocks its thread, the loop goes on. */

#include "kit.h"
#include "runners.h"
#include "to-thread.h"

/* Python's is a threading.Event. In virtual time the loop must know that the thread waits for it: this one is the loop's, and
 * the thread has a coroutine wait for it. */
static AsyncioEvent *gate;

static gpointer
blocks (gpointer   loop,
        GError   **error)
{
  g_autoptr (AsyncioConcurrentFuture) opened = NULL;

  trace ("thread: blocked");
  opened = asyncio_run_coroutine_threadsafe (asyncio_event_wait_coroutine (gate), loop, error);
  if (opened == NULL || asyncio_concurrent_future_exception (opened, ASYNCIO_NO_TIMEOUT, error) != NULL)
    return NULL;
  trace ("thread: released");

  return (gpointer) "done";
}

static gpointer
ticker (gpointer   user_data,
        GError   **error)
{
  (void) user_data;

  for (int i = 0; i < 3; i++)
    {
      if (!kit_sleep (1, error))
        return NULL;
      trace ("tick %d", i);
    }
  asyncio_event_set (gate);

  return NULL;
}

static gpointer
async_main (gpointer   user_data,
            GError   **error)
{
  g_autoptr (AsyncioTask) t = asyncio_create_task (asyncio_coroutine_new (ticker, NULL, NULL), error);

  (void) user_data;

  gate = asyncio_event_new ();
  trace ("main: got %s", kit_text (asyncio_to_thread (blocks, asyncio_get_running_loop (NULL), NULL, NULL, error)));
  (void) asyncio_await (t, error);
  asyncio_event_unref (gate);

  return NULL;
}

int
main (void)
{
  kit_init ();

  (void) asyncio_run (asyncio_coroutine_new (async_main, NULL, NULL), NULL);

  return 0;
}
