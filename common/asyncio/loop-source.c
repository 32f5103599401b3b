/* SPDX-License-Identifier: MIT */

/*
 * How the loop lives in a GMainContext.
 *
 * GLib's main context calls its sources in four steps: prepare (is there something to do? for
 * how long may I sleep?), poll, check (is there something now?) and dispatch. The loop is
 * one source, however many tasks, timers and file descriptors it has, because an iteration
 * of the context pays for every source in it. For the same reason it takes several turns in one
 * dispatch while there is something ready, within a budget, so that other sources and
 * file descriptors get their turn as well.
 *
 * Two facts about GLib 2.74 shape the code. A source that is dispatched has its file
 * descriptors removed and added again around the callback, at three system calls, unless it says that
 * it can recurse; so ours says so, and has its own guard against being entered twice. And
 * poll() waits whole milliseconds, so a timer would come up to one late; so our context
 * has its own poll function, which knows the deadline to the nanosecond.
 */

#include "base-events-private.h"

#include "recorder-private.h"
#include "thread-state-private.h"

#include <asyncio/exceptions.h>

#include <poll.h>

#define NS_PER_MS G_GINT64_CONSTANT (1000000)
#define NS_PER_S G_GINT64_CONSTANT (1000000000)

/* How long the loop may keep a dispatch to itself. */
#define MAX_TURNS_PER_DISPATCH 64
#define MAX_NS_PER_DISPATCH (100 * 1000)
#define CALLS_PER_LOOK_AT_THE_CLOCK 64

/* CPython's MAXIMUM_SELECT_TIMEOUT: it looks around once a day. */
#define MAX_SLEEP_NS (24 * 3600 * NS_PER_S)

typedef struct
{
  GSource parent;
  AsyncioLoop *loop; /* (unowned): the loop destroys the source before it goes */
} LoopSource;

/* A virtual clock may jump when nobody outside the loop still owes it something. */
static gboolean
may_jump (AsyncioLoop *self)
{
  return self->clock != NULL && self->n_owed == 0 && asyncio_timer_heap_peek (&self->timers) != NULL;
}

/* Nanoseconds to the next deadline, or -1 for none. */
static gint64
time_to_sleep (AsyncioLoop *self)
{
  AsyncioHandle *next = asyncio_timer_heap_peek (&self->timers);
  gint64 left_ns;

  if (self->clock != NULL)
    return may_jump (self) ? 0 : -1;

  if (next == NULL)
    return -1;

  /* The clock is read once. CLAMP() looks at its argument three times: with the clock in it, a deadline that passes between
   * two looks would give a negative number, which means for ever. */
  left_ns = next->when_ns - asyncio_clock_get_ns (NULL);

  return CLAMP (left_ns, 0, MAX_SLEEP_NS);
}

/* In virtual time a loop that waits for nothing waits for ever, and a test would hang. In
 * real time another thread may know of the loop and call it any moment, and so may what else an application has in its context. */
static gboolean
is_deadlocked (AsyncioLoop *self)
{
  return !self->is_guest && self->clock != NULL && self->n_owed == 0 && self->n_impatient == 0 && self->timers.length == 0 &&
         (self->selector == NULL || !asyncio_selector_is_used (self->selector)) && self->signals == NULL;
}

/* A loop of its own context runs when somebody runs it; a guest whenever the application runs the context. */
static gboolean
may_take_turns (AsyncioLoop *self)
{
  return !self->in_turn && (self->thread != NULL || self->is_guest);
}

static gboolean
loop_source_prepare (GSource *source,
                     gint    *timeout)
{
  AsyncioLoop *self = ((LoopSource *) source)->loop;
  gint64 sleep_ns;

  *timeout = -1;
  if (!may_take_turns (self))
    return FALSE;

  asyncio_wakeup_announce_sleep (&self->wakeup);

  if (asyncio_loop_has_ready (self))
    {
      *timeout = 0;
      return TRUE;
    }

  if (is_deadlocked (self))
    {
      self->leaving = g_error_new_literal (ASYNCIO_ERROR, ASYNCIO_ERROR_RUNTIME,
                                           "deadlock: nothing is left that could wake the loop");
      *timeout = 0;
      return TRUE;
    }

  sleep_ns = time_to_sleep (self);
  if (sleep_ns >= 0)
    *timeout = (gint) ((sleep_ns + NS_PER_MS - 1) / NS_PER_MS);

  return FALSE;
}

static gboolean
loop_source_check (GSource *source)
{
  AsyncioLoop *self = ((LoopSource *) source)->loop;

  if (!may_take_turns (self))
    return FALSE;

  asyncio_wakeup_awake (&self->wakeup);

  return asyncio_loop_has_ready (self) || time_to_sleep (self) == 0 ||
         (self->selector != NULL && asyncio_selector_is_ready (self->selector, source));
}

static void
jump_to_next_deadline (AsyncioLoop *self)
{
  if (!asyncio_loop_has_ready (self) && may_jump (self))
    asyncio_clock_jump_to (self->clock, asyncio_timer_heap_peek (&self->timers)->when_ns);
}

/* As many turns as the budget allows. */
static void
take_turns (AsyncioLoop *self,
            GSource     *source)
{
  gint64 started = asyncio_clock_get_ns (NULL);
  guint n_calls = 0;

  asyncio_wakeup_awake (&self->wakeup);
  self->in_turn = TRUE;

  if (self->selector != NULL && asyncio_selector_is_ready (self->selector, source))
    asyncio_selector_collect (self->selector, self);
  jump_to_next_deadline (self);

  for (guint i = 0; i < MAX_TURNS_PER_DISPATCH && self->leaving == NULL; i++)
    {
      n_calls += asyncio_loop_turn (self);

      if (asyncio_loop_must_leave (self) || !asyncio_loop_has_ready (self))
        break;

      /* In virtual time the order of events must not depend on how fast the machine is. */
      if (n_calls >= CALLS_PER_LOOK_AT_THE_CLOCK && self->clock == NULL)
        {
          if (asyncio_clock_get_ns (NULL) - started > MAX_NS_PER_DISPATCH)
            break;
          n_calls = 0;
        }
    }

  self->in_turn = FALSE;
}

/* Nobody called run_forever(), to whom what leaves the loop could be handed. */
static void
report_leaving (AsyncioLoop *self)
{
  g_autoptr (GError) leaving = g_steal_pointer (&self->leaving);

  if (leaving != NULL)
    asyncio_loop_call_exception_handler (self, &(AsyncioExceptionContext) {
                                                   .message = "Nobody runs this event loop that could be left",
                                                   .exception = leaving,
                                               });
}

static gboolean
loop_source_dispatch (GSource     *source,
                      GSourceFunc  callback,
                      gpointer     user_data)
{
  AsyncioLoop *self = ((LoopSource *) source)->loop;
  AsyncioLoopOuter outer;

  (void) callback;
  (void) user_data;

  if (self->thread != NULL)
    {
      take_turns (self, source);
      return G_SOURCE_CONTINUE;
    }

  /* The application runs the context. For as long as the turns last, this is the thread's running loop. */
  asyncio_loop_ref (self);
  asyncio_loop_begin_running (self, &outer);
  take_turns (self, source);
  report_leaving (self);
  asyncio_loop_end_running (self, &outer);
  asyncio_loop_unref (self);

  return G_SOURCE_CONTINUE;
}

static GSourceFuncs loop_source_funcs = {
  .prepare = loop_source_prepare,
  .check = loop_source_check,
  .dispatch = loop_source_dispatch,
};

/* The poll function of our own context: as poll(), but to the nanosecond. */
static gint
poll_to_the_deadline (GPollFD *fds,
                      guint    n_fds,
                      gint     timeout)
{
  AsyncioLoop *loop = asyncio_thread_state ()->running_loop;
  gint64 sleep_ns = timeout < 0 ? -1 : timeout * NS_PER_MS;
  struct timespec time;
  gint n_ready;

  if (timeout > 0 && loop != NULL && !loop->in_turn)
    {
      gint64 deadline_ns = time_to_sleep (loop);

      if (deadline_ns >= 0)
        sleep_ns = MIN (sleep_ns, deadline_ns);
    }

  time.tv_sec = sleep_ns / NS_PER_S;
  time.tv_nsec = sleep_ns % NS_PER_S;

  if (timeout != 0 && asyncio_recorder_is_on ())
    asyncio_record_named (ASYNCIO_RECORD_WAIT_BEGINS, NULL, NULL);

  /* GLib promises that a GPollFD looks as a struct pollfd does. */
  n_ready = ppoll ((struct pollfd *) fds, n_fds, sleep_ns < 0 ? NULL : &time, NULL);

  if (timeout != 0 && asyncio_recorder_is_on ())
    asyncio_record_named (ASYNCIO_RECORD_WAIT_ENDS, NULL, NULL);

  return n_ready;
}

static void
wake_context (gpointer data)
{
  if (asyncio_recorder_is_on ())
    asyncio_record_named (ASYNCIO_RECORD_LOOP_WOKEN, NULL, NULL);
  g_main_context_wakeup (data);
}

void
asyncio_loop_attach (AsyncioLoop  *self,
                     GMainContext *context)
{
  self->is_guest = context != NULL;
  if (self->is_guest)
    {
      self->context = g_main_context_ref (context);
    }
  else
    {
      self->context = g_main_context_new ();
      g_main_context_set_poll_func (self->context, poll_to_the_deadline);
    }
  asyncio_wakeup_init (&self->wakeup, wake_context, self->context);

  self->source = g_source_new (&loop_source_funcs, sizeof (LoopSource));
  ((LoopSource *) self->source)->loop = self;
  g_source_set_static_name (self->source, "asyncio loop");
  g_source_set_can_recurse (self->source, TRUE);
  g_source_attach (self->source, self->context);
}

void
asyncio_loop_detach (AsyncioLoop *self)
{
  g_source_destroy (self->source);
  g_clear_pointer (&self->source, g_source_unref);
}
