/* SPDX-License-Identifier: MIT */

/* The twin of mp-p07-executor.py: futures of other processes. An executor belongs to a loop here, so all is done in one. */

#include "kit.h"
#include "multiprocessing.h"

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
process_number (GVariant             *args,
                MpConnection *const  *connections,
                GError              **error)
{
  (void) args;
  (void) connections;
  (void) error;

  return g_variant_new_int32 (getpid ());
}

static GVariant *
fails (GVariant             *args,
       MpConnection *const  *connections,
       GError              **error)
{
  (void) connections;

  g_set_error_literal (error, ASYNCIO_ERROR, ASYNCIO_ERROR_OS, g_variant_get_string (args, NULL));

  return NULL;
}

/* await loop.run_in_executor(pool, func, n) */
static int
result (MpExecutor *pool,
        const char *func,
        int         n)
{
  g_autoptr (AsyncioFuture) future = mp_executor_submit (pool, func, g_variant_new_int32 (n), NULL);

  return g_variant_get_int32 (asyncio_await (future, NULL));
}

/* What pool.map() is made of: all are handed in, and then each is awaited. */
static const char *
map (MpExecutor *pool,
     int         begin,
     int         end)
{
  g_autoptr (GPtrArray) futures = g_ptr_array_new_with_free_func (asyncio_unref);
  g_autoptr (GPtrArray) texts = g_ptr_array_new_with_free_func (g_free);

  for (int n = begin; n < end; n++)
    g_ptr_array_add (futures, mp_executor_submit (pool, "square", g_variant_new_int32 (n), NULL));
  for (guint i = 0; i < futures->len; i++)
    g_ptr_array_add (texts, g_strdup_printf ("%d", g_variant_get_int32 (asyncio_await (g_ptr_array_index (futures, i), NULL))));

  return kit_row (texts);
}

static gpointer
async_main (gpointer   user_data,
            GError   **error)
{
  g_autoptr (MpExecutor) pool = mp_executor_new (&(MpExecutorOptions) { .max_workers = 2 }, error);
  g_autoptr (AsyncioFuture) failing = NULL;
  g_autoptr (AsyncioFuture) f = NULL;
  g_autoptr (GError) e = NULL;

  (void) user_data;

  trace ("result %d", result (pool, "square", 7));
  trace ("other process %s", trace_bool (result (pool, "getpid", 0) != getpid ()));
  failing = mp_executor_submit (pool, "fails", g_variant_new_string ("boom"), NULL);
  g_assert_null (asyncio_await (failing, &e));
  trace ("exception %s", trace_error (e));
  g_clear_error (&e);
  trace ("map %s", map (pool, 0, 5));
  trace ("asyncio %s", map (pool, 2, 4));

  f = mp_executor_submit (pool, "square", g_variant_new_int32 (9), NULL);
  if (!mp_executor_shutdown (pool, error))
    return NULL;
  trace ("after shutdown: %d", g_variant_get_int32 (asyncio_future_result (f, NULL)));
  g_assert_null (mp_executor_submit (pool, "square", g_variant_new_int32 (1), &e));
  trace ("%s", trace_error (e));

  return NULL;
}

int
main (int    argc,
      char **argv)
{
  mp_register ("square", square);
  mp_register ("getpid", process_number);
  mp_register ("fails", fails);
  mp_freeze_support (&argc, &argv);
  kit_init ();

  kit_run (asyncio_coroutine_new (async_main, NULL, NULL));

  return 0;
}
