/* SPDX-License-Identifier: MIT */

/* The twin of lab311-p10-timeout-block.py: a block with a time limit. */

#include "kit.h"
#include "runners.h"
#include "taskgroups.h"
#include "timeouts.h"

static gpointer
long_ (gpointer   user_data,
       GError   **error)
{
  (void) user_data;
  kit_sleep (50, error);
  trace ("long: cancelled");

  return NULL;
}

static void
make_long (AsyncioTaskGroup  *g,
           gpointer           user_data,
           GError           **error)
{
  (void) user_data;
  asyncio_unref (asyncio_task_group_create_task (g, asyncio_coroutine_new (long_, NULL, NULL), error));
}

static void
run_group (AsyncioTimeout  *t,
           gpointer         user_data,
           GError         **error)
{
  (void) t;
  asyncio_task_group_run (make_long, user_data, error);
}

static void
sleep_in (AsyncioTimeout  *t,
          gpointer         user_data,
          GError         **error)
{
  (void) t;
  kit_sleep (GPOINTER_TO_INT (user_data), error);
}

static void
run_inner (AsyncioTimeout  *t,
           gpointer         user_data,
           GError         **error)
{
  g_autoptr (AsyncioTimeout) inner = asyncio_timeout (30 * STEP, error);

  (void) t;
  if (!asyncio_timeout_run (inner, sleep_in, user_data, error))
    trace ("through the inner block: %s expired %s", trace_error (*error), trace_bool (asyncio_timeout_expired (inner)));
}

static void
raise_boom (AsyncioTimeout  *t,
            gpointer         user_data,
            GError         **error)
{
  (void) t;
  (void) user_data;
  g_set_error_literal (error, ASYNCIO_ERROR, ASYNCIO_ERROR_VALUE, "boom");
}

static gpointer
async_main (gpointer   user_data,
            GError   **error)
{
  AsyncioTask *me = asyncio_current_task (NULL, error);
  g_autoptr (AsyncioTimeout) t = asyncio_timeout (STEP, error);
  g_autoptr (AsyncioTimeout) in_time = NULL;
  g_autoptr (AsyncioTimeout) outer = NULL;
  g_autoptr (AsyncioTimeout) none = NULL;
  g_autoptr (GError) e = NULL;

  (void) user_data;

  if (!asyncio_timeout_run (t, run_group, NULL, &e))
    trace ("raised %s expired %s cancelling %u", trace_error (e), trace_bool (asyncio_timeout_expired (t)),
           asyncio_task_cancelling (me));
  in_time = asyncio_timeout (9 * STEP, error);
  asyncio_timeout_run (in_time, sleep_in, GINT_TO_POINTER (1), error);
  trace ("in time, expired %s", trace_bool (asyncio_timeout_expired (in_time)));
  outer = asyncio_timeout (3 * STEP, error);
  g_clear_error (&e);
  if (!asyncio_timeout_run (outer, run_inner, GINT_TO_POINTER (50), &e))
    trace ("out of the outer block: %s expired %s", trace_error (e), trace_bool (asyncio_timeout_expired (outer)));
  none = asyncio_timeout (ASYNCIO_NO_TIMEOUT, error);
  g_clear_error (&e);
  if (!asyncio_timeout_run (none, raise_boom, NULL, &e))
    trace ("error passes %s", trace_error (e));

  return NULL;
}

int
main (void)
{
  kit_init ();
  asyncio_run (asyncio_coroutine_new (async_main, NULL, NULL), NULL);

  return 0;
}
