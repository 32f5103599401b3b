/* SPDX-License-Identifier: MIT */

/*
 * The event loop (Lib/asyncio/base_events.py).
 *
 * A turn of the loop, and where the handles come from:
 *
 *      call_later ──> timer heap ──due──────────┐
 *      add_reader ──> nested epoll ──readable───┤
 *      other threads ──> inbox ─────────────────┤
 *      call_soon, futures that get done ────────┤
 *                                               v
 *                                         ready queue ──turn──> called
 *
 * A turn calls the handles that are in the ready queue at its start; what they
 * schedule is for the next turn. Everything that asyncio promises about order
 * follows from that.
 */

#include "base-events-private.h"

#include "futures-concurrent-private.h"
#include "recorder-private.h"
#include "thread-state-private.h"

#include <asyncio/exceptions.h>

#include <math.h>

#define NS_PER_S 1e9

/* What is too long for a callback, in seconds, unless the program says otherwise. */
#define SLOW_CALLBACK_DURATION 0.1

/* --- Life ---------------------------------------------------------------------- */

/* context: (nullable) */
static AsyncioLoop *
loop_new (GMainContext *context)
{
  AsyncioLoop *self = g_new0 (AsyncioLoop, 1);
  AsyncioClock *clock = asyncio_thread_state ()->clock;
  const char *debug = g_getenv ("PYTHONASYNCIODEBUG");

  asyncio_recording_start_from_environment ();

  g_atomic_ref_count_init (&self->ref_count);
  g_mutex_init (&self->inbox_lock);
  self->clock = clock != NULL ? asyncio_clock_ref (clock) : NULL;
  self->debug = debug != NULL && debug[0] != '\0';
  self->slow_callback_duration = SLOW_CALLBACK_DURATION;
  asyncio_loop_attach (self, context);

  return self;
}

AsyncioLoop *
asyncio_new_event_loop (void)
{
  return loop_new (NULL);
}

AsyncioLoop *
asyncio_new_event_loop_for_context (GMainContext *context)
{
  return loop_new (context != NULL ? context : g_main_context_default ());
}

AsyncioLoop *
asyncio_loop_ref (AsyncioLoop *loop)
{
  g_return_val_if_fail (loop != NULL, NULL);

  g_atomic_ref_count_inc (&loop->ref_count);

  return loop;
}

static void
loop_finalize (AsyncioLoop *self)
{
  if (!self->closed)
    {
      g_warning ("unclosed event loop");
      g_atomic_ref_count_init (&self->ref_count);
      asyncio_loop_close (self, NULL);
    }

  asyncio_loop_drop_cleanup_steps (self);
  asyncio_loop_set_exception_handler (self, NULL, NULL, NULL);
  g_clear_pointer (&self->clock, asyncio_clock_unref);
  g_clear_error (&self->leaving);
  g_main_context_unref (self->context);
  g_mutex_clear (&self->inbox_lock);
  g_free (self);
}

void
asyncio_loop_unref (AsyncioLoop *loop)
{
  g_return_if_fail (loop != NULL);

  if (g_atomic_ref_count_dec (&loop->ref_count))
    loop_finalize (loop);
}

gboolean
asyncio_loop_check_closed (AsyncioLoop  *self,
                           GError      **error)
{
  if (!self->closed)
    return TRUE;

  g_set_error_literal (error, ASYNCIO_ERROR, ASYNCIO_ERROR_RUNTIME, "Event loop is closed");
  return FALSE;
}

gboolean
asyncio_loop_close (AsyncioLoop  *loop,
                    GError      **error)
{
  AsyncioHandleQueue inbox;
  GSList *settled;

  g_return_val_if_fail (loop != NULL, FALSE);

  if (asyncio_loop_is_running (loop))
    {
      g_set_error_literal (error, ASYNCIO_ERROR, ASYNCIO_ERROR_RUNTIME, "Cannot close a running event loop");
      return FALSE;
    }

  if (loop->closed)
    return TRUE;

  /* What is freed below may run the clean-up of coroutines, and that may look at the loop. */
  asyncio_loop_ref (loop);
  loop->closed = TRUE;

  g_mutex_lock (&loop->inbox_lock);
  inbox = loop->inbox;
  loop->inbox = (AsyncioHandleQueue) { NULL, NULL, 0 };
  settled = g_steal_pointer (&loop->settled);
  loop->inbox_closed = TRUE;
  g_mutex_unlock (&loop->inbox_lock);

  asyncio_handle_queue_clear (&inbox);
  asyncio_concurrent_futures_settled (settled, loop);
  asyncio_handle_queue_clear (&loop->ready);
  asyncio_timer_heap_clear (&loop->timers);
  g_clear_pointer (&loop->selector, asyncio_selector_free);
  g_clear_pointer (&loop->signals, g_hash_table_unref);
  asyncio_loop_drop_cleanup_steps (loop);
  asyncio_loop_set_task_factory (loop, NULL, NULL, NULL);
  asyncio_loop_detach (loop);

  if (loop->default_executor != NULL)
    {
      asyncio_executor_shutdown (loop->default_executor, FALSE);
      g_clear_pointer (&loop->default_executor, asyncio_executor_unref);
    }

  asyncio_chain_list_abandon (&loop->chains);
  asyncio_future_list_abandon (&loop->awaited);
  asyncio_task_list_abandon (&loop->tasks);
  asyncio_loop_unref (loop);

  return TRUE;
}

gboolean
asyncio_loop_is_closed (AsyncioLoop *loop)
{
  g_return_val_if_fail (loop != NULL, TRUE);

  return loop->closed;
}

/* --- Scheduling ------------------------------------------------------------------ */

/* Apart, so that what follows needs no stack frame: it is called for each step of each task. */
static ASYNCIO_COLD G_GNUC_NO_INLINE void
record_and_add_ready (AsyncioLoop   *self,
                      AsyncioHandle *handle)
{
  asyncio_record_scheduled (self, handle);
  asyncio_handle_queue_push (&self->ready, handle);
}

void
asyncio_loop_add_ready (AsyncioLoop   *self,
                        AsyncioHandle *handle)
{
  if (asyncio_recorder_is_on ())
    record_and_add_ready (self, handle);
  else
    asyncio_handle_queue_push (&self->ready, handle);
}

AsyncioHandle *
asyncio_loop_call_soon_named (AsyncioLoop        *loop,
                              AsyncioCallback     callback,
                              gpointer            user_data,
                              GDestroyNotify      destroy,
                              const char         *name,
                              const char         *location,
                              AsyncioContextVars *context,
                              GError            **error)
{
  AsyncioHandle *handle;

  g_return_val_if_fail (loop != NULL, NULL);
  g_return_val_if_fail (callback != NULL, NULL);

  if (!asyncio_loop_check_closed (loop, error) || !asyncio_loop_check_thread (loop, error))
    {
      if (destroy != NULL)
        destroy (user_data);
      return NULL;
    }

  handle = asyncio_handle_new (callback, user_data, destroy, name);
  handle->location = asyncio_loop_note_location (loop, location);
  asyncio_handle_set_context (handle, context);
  asyncio_loop_add_ready (loop, handle);

  return handle;
}

/* Seconds to nanoseconds, rounded up: a timer must never fire early. */
static gint64
seconds_to_ns (double seconds)
{
  double ns = ceil (seconds * NS_PER_S);

  /* The product may have been rounded down, and then loop.time() would show less than what was asked for. */
  if (ns / NS_PER_S < seconds)
    ns = ceil (nextafter (seconds, INFINITY) * NS_PER_S);

  return ns >= (double) G_MAXINT64 ? G_MAXINT64 : ns > 0 ? (gint64) ns : 0;
}

static AsyncioHandle *
call_at_ns (AsyncioLoop        *self,
            gint64              when_ns,
            AsyncioCallback     callback,
            gpointer            user_data,
            GDestroyNotify      destroy,
            const char         *name,
            const char         *location,
            AsyncioContextVars *context,
            GError            **error)
{
  AsyncioHandle *handle;

  if (!asyncio_loop_check_closed (self, error) || !asyncio_loop_check_thread (self, error))
    {
      if (destroy != NULL)
        destroy (user_data);
      return NULL;
    }

  handle = asyncio_handle_new (callback, user_data, destroy, name);
  handle->location = asyncio_loop_note_location (self, location);
  asyncio_handle_set_context (handle, context);
  handle->loop = self;
  handle->when_ns = when_ns;
  if (asyncio_recorder_is_on ())
    asyncio_record_timer (handle);
  asyncio_timer_heap_push (&self->timers, handle);

  return handle;
}

AsyncioHandle *
asyncio_loop_call_later_named (AsyncioLoop        *loop,
                               double              delay,
                               AsyncioCallback     callback,
                               gpointer            user_data,
                               GDestroyNotify      destroy,
                               const char         *name,
                               const char         *location,
                               AsyncioContextVars *context,
                               GError            **error)
{
  gint64 now;
  gint64 delay_ns;

  g_return_val_if_fail (loop != NULL, NULL);
  g_return_val_if_fail (callback != NULL, NULL);

  now = asyncio_clock_get_ns (loop->clock);
  delay_ns = MIN (seconds_to_ns (delay), G_MAXINT64 - now);

  return call_at_ns (loop, now + delay_ns, callback, user_data, destroy, name, location, context, error);
}

AsyncioHandle *
asyncio_loop_call_at_named (AsyncioLoop        *loop,
                            double              when,
                            AsyncioCallback     callback,
                            gpointer            user_data,
                            GDestroyNotify      destroy,
                            const char         *name,
                            const char         *location,
                            AsyncioContextVars *context,
                            GError            **error)
{
  g_return_val_if_fail (loop != NULL, NULL);
  g_return_val_if_fail (callback != NULL, NULL);

  return call_at_ns (loop, seconds_to_ns (when), callback, user_data, destroy, name, location, context, error);
}

void
asyncio_loop_remove_timer (AsyncioLoop   *self,
                           AsyncioHandle *handle)
{
  asyncio_timer_heap_remove (&self->timers, handle);
}

static void
take_inbox (AsyncioLoop *self)
{
  GSList *settled;

  g_mutex_lock (&self->inbox_lock);
  asyncio_handle_queue_append (&self->ready, &self->inbox);
  settled = g_steal_pointer (&self->settled);
  g_mutex_unlock (&self->inbox_lock);

  if (G_UNLIKELY (settled != NULL))
    asyncio_concurrent_futures_settled (settled, self);
}

gboolean
asyncio_loop_call_soon_threadsafe_named (AsyncioLoop        *loop,
                                         AsyncioCallback     callback,
                                         gpointer            user_data,
                                         GDestroyNotify      destroy,
                                         const char         *name,
                                         const char         *location,
                                         AsyncioContextVars *context,
                                         GError            **error)
{
  AsyncioHandle *handle;
  gboolean closed;

  g_return_val_if_fail (loop != NULL, FALSE);
  g_return_val_if_fail (callback != NULL, FALSE);

  handle = asyncio_handle_new (callback, user_data, destroy, name);
  handle->location = asyncio_loop_note_location (loop, location);
  asyncio_handle_set_context (handle, context);

  /* The loop's own callbacks find the order that call_soon() has. */
  if (asyncio_thread_state ()->running_loop == loop)
    {
      take_inbox (loop);
      asyncio_loop_add_ready (loop, handle);
      return TRUE;
    }

  g_mutex_lock (&loop->inbox_lock);
  closed = loop->inbox_closed;
  if (!closed)
    {
      if (asyncio_recorder_is_on ())
        asyncio_record_posted (loop, handle);
      asyncio_handle_queue_push (&loop->inbox, handle);
    }
  g_mutex_unlock (&loop->inbox_lock);

  if (closed)
    {
      g_set_error_literal (error, ASYNCIO_ERROR, ASYNCIO_ERROR_RUNTIME, "Event loop is closed");
      asyncio_handle_unref (handle);
      return FALSE;
    }

  asyncio_wakeup_notify (&loop->wakeup);

  return TRUE;
}

double
asyncio_loop_time (AsyncioLoop *loop)
{
  g_return_val_if_fail (loop != NULL, 0.0);

  return (double) asyncio_clock_get_ns (loop->clock) / NS_PER_S;
}

/* --- A turn ------------------------------------------------------------------------ */

static void
queue_due_timers (AsyncioLoop *self)
{
  AsyncioHandle *next = asyncio_timer_heap_peek (&self->timers);
  gint64 now;

  if (next == NULL)
    return;

  now = asyncio_clock_get_ns (self->clock);
  while (next != NULL && next->when_ns <= now)
    {
      asyncio_handle_queue_push (&self->ready, asyncio_timer_heap_pop (&self->timers));
      next = asyncio_timer_heap_peek (&self->timers);
    }
}

/* Handle._run */
static void
run_handle (AsyncioLoop   *self,
            AsyncioHandle *handle)
{
  g_autoptr (GError) error = NULL;

  if (asyncio_recorder_is_on ())
    asyncio_record_handle_begins (handle);
  asyncio_handle_run (handle, &error);
  if (asyncio_recorder_is_on ())
    asyncio_record_named (ASYNCIO_RECORD_HANDLE_ENDS, handle->name, NULL);

  if (G_LIKELY (error == NULL))
    return;

  if (asyncio_error_ends_loop (error))
    {
      g_clear_error (&self->leaving);
      self->leaving = g_steal_pointer (&error);
    }
  else
    {
      g_autofree char *message = g_strdup_printf ("Exception in callback %s", handle->name);

      asyncio_loop_call_exception_handler (self, &(AsyncioExceptionContext) {
                                                     .message = message,
                                                     .exception = error,
                                                     .handle = handle,
                                                     .source_traceback = handle->location,
                                                 });
    }
}

/* In debug mode: who takes long holds up all the others, and is told of. */
static void
run_handle_timed (AsyncioLoop   *self,
                  AsyncioHandle *handle)
{
  gint64 start = asyncio_clock_get_ns (self->clock);

  self->current_handle = handle;
  run_handle (self, handle);
  self->current_handle = NULL;

  asyncio_loop_check_duration (self, handle, asyncio_clock_get_ns (self->clock) - start);
}

guint
asyncio_loop_turn (AsyncioLoop *self)
{
  guint n;

  take_inbox (self);
  queue_due_timers (self);

  n = self->ready.length;
  for (guint i = 0; i < n && self->leaving == NULL; i++)
    {
      AsyncioHandle *handle = asyncio_handle_queue_pop (&self->ready);

      if (G_UNLIKELY (self->debug) && !handle->cancelled)
        run_handle_timed (self, handle);
      else if (!handle->cancelled)
        run_handle (self, handle);
      asyncio_handle_unref (handle);
    }

  if (self->stopping)
    self->stopped = TRUE;

  return n;
}

gboolean
asyncio_loop_must_leave (AsyncioLoop *self)
{
  return self->stopped || self->leaving != NULL;
}

gboolean
asyncio_loop_has_ready (AsyncioLoop *self)
{
  gboolean has_inbox;

  if (self->ready.length > 0 || self->stopping)
    return TRUE;

  g_mutex_lock (&self->inbox_lock);
  has_inbox = self->inbox.length > 0 || self->settled != NULL;
  g_mutex_unlock (&self->inbox_lock);

  return has_inbox;
}

/* --- Properties ------------------------------------------------------------------------- */

GMainContext *
asyncio_loop_get_main_context (AsyncioLoop *loop)
{
  g_return_val_if_fail (loop != NULL, NULL);

  return loop->context;
}
