/* SPDX-License-Identifier: MIT */

/* The twin of mp-p08-broken-pool.py: a worker dies. */

#include "kit.h"
#include "multiprocessing.h"

#include <signal.h>
#include <unistd.h>

static GVariant *
square (GVariant             *args,
        MpConnection *const  *connections,
        GError              **error)
{
  int n = g_variant_get_int32 (args);

  (void) connections;
  (void) error;

  return g_variant_new_int32 (n * n);
}

static GVariant *
dies (GVariant             *args,
      MpConnection *const  *connections,
      GError              **error)
{
  (void) args;
  (void) connections;
  (void) error;

  kill (getpid (), SIGKILL);

  return NULL;
}

static gpointer
async_main (gpointer   user_data,
            GError   **error)
{
  g_autoptr (MpExecutor) pool = mp_executor_new (&(MpExecutorOptions) { .max_workers = 1 }, error);
  g_autoptr (MpExecutor) new_pool = NULL;
  g_autoptr (AsyncioFuture) done = mp_executor_submit (pool, "square", g_variant_new_int32 (3), NULL);
  g_autoptr (AsyncioFuture) dead = NULL;
  g_autoptr (AsyncioFuture) late = NULL;
  g_autoptr (AsyncioFuture) five = NULL;
  g_autoptr (GError) e = NULL;

  (void) user_data;

  trace ("result %d", g_variant_get_int32 (asyncio_await (done, NULL)));
  dead = mp_executor_submit (pool, "dies", NULL, NULL);
  g_assert_null (asyncio_await (dead, &e));
  trace ("future of the dead worker: %s", asyncio_error_get_name (e));
  g_clear_error (&e);
  late = mp_executor_submit (pool, "square", g_variant_new_int32 (4), &e);
  trace (late != NULL ? "submit accepted" : "submit: BrokenProcessPool");
  g_assert_error (e, ASYNCIO_ERROR, ASYNCIO_ERROR_BROKEN_PROCESS_POOL);
  trace ("done before: %d", g_variant_get_int32 (asyncio_future_result (done, NULL)));
  if (!mp_executor_shutdown (pool, error))
    return NULL;

  new_pool = mp_executor_new (&(MpExecutorOptions) { .max_workers = 1 }, error);
  five = mp_executor_submit (new_pool, "square", g_variant_new_int32 (5), NULL);
  trace ("new pool: %d", g_variant_get_int32 (asyncio_await (five, NULL)));

  return NULL;
}

int
main (int    argc,
      char **argv)
{
  mp_register ("square", square);
  mp_register ("dies", dies);
  mp_freeze_support (&argc, &argv);
  kit_init ();

  kit_run (asyncio_coroutine_new (async_main, NULL, NULL));

  return 0;
}
