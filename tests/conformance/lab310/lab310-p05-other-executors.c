/* SPDX-License-Identifier: MIT */

/* The twin of lab310-p05-other-executors.py. */

#include "length.h"
#include "runners.h"
#include "shutdown.h"

/* await loop.run_in_executor(executor, len, text) */
static const char *
length_in (AsyncioExecutor  *executor,
           const char       *text,
           GError          **error)
{
  g_autoptr (AsyncioFuture) fut = NULL;

  fut = asyncio_loop_run_in_executor (asyncio_get_running_loop (NULL), executor, length, (gpointer) text, NULL, NULL, error);

  return fut != NULL ? kit_text (asyncio_await (fut, error)) : NULL;
}

static gpointer
async_main (gpointer   user_data,
            GError   **error)
{
  AsyncioLoop *loop = asyncio_get_running_loop (NULL);
  g_autoptr (AsyncioExecutor) own = asyncio_thread_pool_executor_new (1);
  g_autoptr (AsyncioExecutor) default_ = asyncio_thread_pool_executor_new (1);
  g_autoptr (GError) e = NULL;

  (void) user_data;

  asyncio_loop_set_default_executor (loop, default_);
  trace ("default: %s", length_in (NULL, "ab", error));
  trace ("own: %s", length_in (own, "abc", error));
  if (!asyncio_loop_shutdown_default_executor (loop, error))
    return NULL;
  trace ("own after: %s", length_in (own, "abcd", error));
  if (asyncio_executor_submit (default_, length, (gpointer) "x", NULL, NULL, &e) == NULL)
    trace ("default, directly: error %s", trace_error (e));
  asyncio_executor_shutdown (own, TRUE);

  return NULL;
}

int
main (void)
{
  kit_init ();
  asyncio_run (asyncio_coroutine_new (async_main, NULL, NULL), NULL);

  return 0;
}
