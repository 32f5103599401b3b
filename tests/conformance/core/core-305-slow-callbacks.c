/* SPDX-License-Identifier: MIT */

/* The twin of core-305-slow-callbacks.py: who is reported in debug mode for having taken too long. */

#include "kit.h"

static AsyncioHandle *handle;

static void
busy (gpointer   user_data,
      GError   **error)
{
  int steps = GPOINTER_TO_INT (user_data);

  (void) error;
  trace ("busy %d", steps);
  kit_work (steps);
}

static void
fail (gpointer   user_data,
      GError   **error)
{
  (void) user_data;
  kit_work (2);
  g_set_error_literal (error, ASYNCIO_ERROR, ASYNCIO_ERROR_VALUE, "slow and wrong");
}

static void
cancel_itself (gpointer   user_data,
               GError   **error)
{
  (void) user_data;
  (void) error;
  asyncio_handle_cancel (handle);
  kit_work (2);
}

static void
set_debug (gpointer   debug,
           GError   **error)
{
  (void) error;
  asyncio_loop_set_debug (kit_loop_now (), GPOINTER_TO_INT (debug));
  kit_work (2);
}

static void
do_nothing (AsyncioFuture  *fut,
            gpointer        user_data,
            GError        **error)
{
  (void) fut;
  (void) user_data;
  (void) error;
}

static void
set_result (gpointer   fut,
            GError   **error)
{
  asyncio_future_set_result (fut, NULL, NULL, error);
}

static gpointer
job (gpointer   fut,
     GError   **error)
{
  trace ("first step");
  kit_work (2);
  if (!kit_pause (1, error))
    return NULL;
  trace ("second step");
  kit_work (2);
  (void) asyncio_await (fut, error);
  trace ("last step");
  kit_work (2);

  return NULL;
}

static void
call_busy (int steps)
{
  asyncio_loop_call_soon_named (kit_loop_now (), busy, GINT_TO_POINTER (steps), NULL, "busy", G_STRLOC, NULL, NULL);
}

static void
report_callbacks (AsyncioLoop  *loop,
                  GError      **error)
{
  g_autoptr (AsyncioFuture) fut = NULL;

  trace ("no debug mode");
  call_busy (2);
  (void) kit_pause (1, error);
  trace ("debug mode");
  call_busy (0);
  call_busy (2);
  asyncio_loop_set_debug (loop, TRUE);
  call_busy (1);
  call_busy (1);
  call_busy (2);
  (void) kit_pause (1, error);
  trace ("a timer");
  asyncio_loop_call_later (loop, STEP, busy, GINT_TO_POINTER (2), NULL, error);
  (void) kit_sleep (5, error);
  trace ("a done-callback");
  fut = asyncio_loop_create_future (loop);
  asyncio_future_add_done_callback (fut, do_nothing, NULL, NULL);
  asyncio_future_set_result (fut, NULL, NULL, error);
  (void) kit_pause (2, error);
  trace ("an error");
  asyncio_loop_call_soon (loop, fail, NULL, NULL, error);
  (void) kit_pause (1, error);
  trace ("cancels itself");
  handle = asyncio_handle_ref (asyncio_loop_call_soon (loop, cancel_itself, NULL, NULL, error));
  (void) kit_pause (1, error);
  asyncio_handle_unref (handle);
}

static gpointer
async_main (gpointer   user_data,
            GError   **error)
{
  AsyncioLoop *loop = kit_loop_now ();
  g_autoptr (AsyncioFuture) fut = NULL;
  g_autoptr (AsyncioTask) task = NULL;

  (void) user_data;
  trace_exception_handler (loop);
  kit_slow_reports ();
  trace ("a tenth of a second %s", trace_bool (asyncio_loop_get_slow_callback_duration (loop) == 0.1));
  asyncio_loop_set_slow_callback_duration (loop, 1.5 * STEP);
  report_callbacks (loop, error);

  trace ("a task");
  fut = asyncio_loop_create_future (loop);
  task = kit_spawn (asyncio_coroutine_new (job, fut, NULL));
  (void) kit_pause (4, error);
  asyncio_loop_call_soon (loop, set_result, fut, NULL, error);
  (void) asyncio_await (task, error);
  trace ("longer");
  asyncio_loop_set_slow_callback_duration (loop, 10 * STEP);
  call_busy (2);
  (void) kit_pause (1, error);
  trace ("switched on and off");
  asyncio_loop_set_slow_callback_duration (loop, 1.5 * STEP);
  asyncio_loop_call_soon (loop, set_debug, GINT_TO_POINTER (FALSE), NULL, error);
  asyncio_loop_call_soon (loop, set_debug, GINT_TO_POINTER (TRUE), NULL, error);
  call_busy (2);
  (void) kit_pause (1, error);
  asyncio_loop_set_debug (loop, FALSE);

  return NULL;
}

int
main (void)
{
  kit_init ();
  kit_run (asyncio_coroutine_new (async_main, NULL, NULL));

  return 0;
}
