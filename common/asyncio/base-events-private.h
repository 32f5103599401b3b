/* SPDX-License-Identifier: MIT */
#pragma once

/*
 * The inside of a loop. It is spread over several files. What Python's BaseEventLoop has is in base-events.c
 * (scheduling, and a turn), base-events-run.c and base-events-errors.c. loop-source.c makes it live in a
 * GMainContext, selectors.c watches file descriptors, unix-events.c signals, and cleanup.c has what is to be done
 * before it is closed.
 */

#include <asyncio/base-events.h>
#include <asyncio/executor.h>

#include "clock-private.h"
#include "events-private.h"
#include "futures-concurrent-private.h"
#include "tasks-private.h"
#include "timers-private.h"
#include "wakeup-private.h"

typedef struct _AsyncioSelector AsyncioSelector;

struct _AsyncioLoop
{
  gatomicrefcount ref_count;

  /* How it lives in GLib. */
  GMainContext *context;
  GSource *source; /* (nullable) NULL when the loop is closed */
  gboolean is_guest; /* the context is the application's: the loop takes turns whoever runs it */

  /* What waits to be called. */
  AsyncioHandleQueue ready;
  AsyncioTimerHeap timers;
  AsyncioSelector *selector; /* (nullable) made when the first descriptor is watched */
  GHashTable *signals;       /* (nullable) signal number -> GSource */

  /* What other threads want to be called. */
  GMutex inbox_lock;
  AsyncioHandleQueue inbox;  /* inbox_lock */
  gboolean inbox_closed;     /* inbox_lock */
  GSList *settled;           /* inbox_lock: (element-type AsyncioConcurrentFuture) what it need not wait for any more */
  AsyncioWakeup wakeup;

  AsyncioClock *clock; /* (nullable) virtual */
  guint n_owed;        /* results that other threads will post: time must not jump meanwhile */
  guint n_impatient;   /* threads that wait for the loop, but will give up some time and be owed again */

  /* What runs. */
  GThread *thread; /* (unowned) (nullable) where run_forever() is under way */
  gboolean in_turn;
  gboolean stopping;
  gboolean stopped; /* by stop(): run_forever() must return */
  gboolean closed;
  gboolean debug; /* atomic: call_soon_threadsafe() looks at it */
  GError *leaving; /* (nullable) why run_forever() must return: KeyboardInterrupt, SystemExit, deadlock */

  /* Debug mode. */
  double slow_callback_duration; /* seconds */
  AsyncioHandle *current_handle; /* (unowned) (nullable) what is being called, if that began in debug mode */

  AsyncioTask *current_task; /* (unowned) (nullable) */
  AsyncioTaskList tasks;     /* (owned) all that are not done */
  AsyncioFuture *awaited;    /* (unowned) those for which something waits */
  struct _TaskFactory *task_factory; /* (owned) (nullable) see tasks-create.c */

  AsyncioExecutor *default_executor; /* (nullable) */
  gboolean executor_shutdown_called; /* no default executor for anybody from here on */
  AsyncioChain *chains;              /* (owned) futures of this loop that wait for threads */

  GQueue cleanup_steps; /* see cleanup.c */

  AsyncioExceptionHandler exception_handler;
  gpointer exception_handler_data;
  GDestroyNotify exception_handler_destroy;
};

gboolean asyncio_loop_check_closed (AsyncioLoop  *self,
                                    GError      **error);
/* Not closed, not running, and no other loop is running in this thread. */
gboolean asyncio_loop_check_may_run (AsyncioLoop  *self,
                                     GError      **error);

/* The pool that executor=None stands for, made when it is first asked for. RuntimeError if it was shut down, for good
 * (_check_default_executor). (transfer none) (nullable) */
AsyncioExecutor *asyncio_loop_get_default_executor (AsyncioLoop  *self,
                                                    GError      **error);

/* (transfer full): puts a handle on the ready queue */
void asyncio_loop_add_ready (AsyncioLoop   *self,
                             AsyncioHandle *handle);
void asyncio_loop_remove_timer (AsyncioLoop   *self,
                                AsyncioHandle *handle);

/* BaseEventLoop._run_once, but for the waiting. Returns how many handles it called. */
guint asyncio_loop_turn (AsyncioLoop *self);
gboolean asyncio_loop_has_ready (AsyncioLoop *self);
gboolean asyncio_loop_must_leave (AsyncioLoop *self);

/* --- base-events-run.c --- */

/* What a thread was doing when it turned to a loop. */
typedef struct
{
  AsyncioLoop *loop;           /* (unowned) (nullable) */
  AsyncioCoroutine *coroutine; /* (unowned) (nullable) */
} AsyncioLoopOuter;

/* From the one to the other the loop is the running one of this thread. */
void asyncio_loop_begin_running (AsyncioLoop      *self,
                                 AsyncioLoopOuter *outer);
void asyncio_loop_end_running (AsyncioLoop            *self,
                               const AsyncioLoopOuter *outer);

/* --- base-events-debug.c --- */
/* Whether the loop runs in another thread. */
gboolean asyncio_loop_check_own_thread (AsyncioLoop  *self,
                                        GError      **error);

/* The same in debug mode; else nobody asks. */
static inline gboolean
asyncio_loop_check_thread (AsyncioLoop  *self,
                           GError      **error)
{
  return !g_atomic_int_get (&self->debug) || asyncio_loop_check_own_thread (self, error);
}

/* The place, if what is made there is to know it: in debug mode. */
static inline const char *
asyncio_loop_note_location (AsyncioLoop *self,
                            const char  *location)
{
  return g_atomic_int_get (&self->debug) ? location : NULL;
}

/* Warns of a handle whose call took too long. */
void asyncio_loop_check_duration (AsyncioLoop   *self,
                                  AsyncioHandle *handle,
                                  gint64         duration_ns);

/* --- cleanup.c --- */
void asyncio_loop_drop_cleanup_steps (AsyncioLoop *self);

/* --- loop-source.c --- */
/* context: (nullable) the application's; NULL: one of its own */
void asyncio_loop_attach (AsyncioLoop  *self,
                          GMainContext *context);
void asyncio_loop_detach (AsyncioLoop *self);

/* --- selectors.c --- */
/* Queues the callbacks of the descriptors that are ready. */
void asyncio_selector_collect (AsyncioSelector *self,
                               AsyncioLoop     *loop);
gboolean asyncio_selector_is_ready (AsyncioSelector *self,
                                    GSource         *source);
/* Whether a descriptor is watched, so that something from outside may wake the loop. */
gboolean asyncio_selector_is_used (AsyncioSelector *self);
void asyncio_selector_free (AsyncioSelector *self);
