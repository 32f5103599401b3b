/* SPDX-License-Identifier: MIT */

/* The twin of mp-p06-pool-errors.py: errors of workers, and what a pool refuses. */

#include "kit.h"
#include "multiprocessing.h"

#include <unistd.h>

static GVariant *
work (GVariant             *args,
      MpConnection *const  *connections,
      GError              **error)
{
  int n = g_variant_get_int32 (args);

  (void) connections;

  if (n != 2)
    return g_variant_new_int32 (n * n);

  g_set_error (error, ASYNCIO_ERROR, ASYNCIO_ERROR_VALUE, "no %d", n);

  return NULL;
}

static GVariant *
pid (GVariant             *args,
     MpConnection *const  *connections,
     GError              **error)
{
  (void) args;
  (void) connections;
  (void) error;

  return g_variant_new_int32 (getpid ());
}

/* Where Python's worker sleeps, this one waits to be told. */
static GVariant *
wait_to_be_told (GVariant             *args,
                 MpConnection *const  *connections,
                 GError              **error)
{
  (void) args;

  return mp_connection_recv (connections[0], error);
}

static int
ask_pid (MpPool *pool)
{
  g_autoptr (GVariant) value = mp_pool_apply (pool, "pid", NULL, NULL);

  return g_variant_get_int32 (value);
}

static const char *
row (GVariant *values)
{
  g_autoptr (GPtrArray) texts = g_ptr_array_new_with_free_func (g_free);

  for (gsize i = 0; i < g_variant_n_children (values); i++)
    {
      g_autoptr (GVariant) value = NULL;

      g_variant_get_child (values, i, "v", &value);
      g_ptr_array_add (texts, g_strdup_printf ("%d", g_variant_get_int32 (value)));
    }

  return kit_row (texts);
}

int
main (int    argc,
      char **argv)
{
  g_autoptr (MpConnection) here = NULL;
  g_autoptr (MpConnection) there = NULL;
  g_autoptr (MpPool) pool = NULL;
  g_autoptr (MpResult) r = NULL;
  g_autoptr (MpResult) late = NULL;
  g_autoptr (GVariant) squares = NULL;
  g_autoptr (GError) error = NULL;
  int before;

  mp_register ("work", work);
  mp_register ("pid", pid);
  mp_register ("wait", wait_to_be_told);
  mp_freeze_support (&argc, &argv);
  kit_init ();

  mp_pipe (TRUE, &here, &there, NULL);
  pool = mp_pool_new (&(MpPoolOptions) { .processes = 1, .connections = (MpConnection *[]) { there, NULL } }, NULL);
  before = ask_pid (pool);
  r = mp_pool_apply_async (pool, "work", g_variant_new_int32 (2), NULL);
  mp_result_wait (r, 10);
  trace ("ready %s successful %s", trace_bool (mp_result_ready (r)), trace_bool (mp_result_successful (r, NULL)));
  g_assert_null (mp_result_get (r, 10, &error));
  trace ("get raised %s", trace_error (error));
  g_clear_error (&error);
  g_assert_null (mp_pool_map (pool, "work", g_variant_new_parsed ("[1, 2, 3]"), 0, &error));
  trace ("map raised %s", trace_error (error));
  g_clear_error (&error);
  squares = mp_pool_map (pool, "work", g_variant_new_parsed ("[3, 4]"), 0, NULL);
  trace ("pool goes on %s same worker %s", row (squares), trace_bool (ask_pid (pool) == before));

  late = mp_pool_apply_async (pool, "wait", NULL, NULL);
  g_assert_null (mp_result_get (late, 0.01, &error));
  trace ("get: %s", asyncio_error_get_name (error));
  g_clear_error (&error);
  mp_pool_join (pool, &error);
  trace ("join before close: %s", asyncio_error_get_name (error));
  g_clear_error (&error);
  mp_pool_close (pool);
  g_assert_null (mp_pool_apply_async (pool, "work", g_variant_new_int32 (1), &error));
  trace ("apply after close: %s", asyncio_error_get_name (error));
  mp_connection_send (here, g_variant_new ("()"), NULL);
  mp_pool_join (pool, NULL);
  trace ("joined, the late work is done %s", trace_bool (mp_result_ready (late)));

  return 0;
}
