/* SPDX-License-Identifier: MIT */

/*
 * Lab 3.10: shutting down the default executor (Lib/asyncio/base_events.py), and which loop a lock belongs to
 * (Lib/asyncio/mixins.py).
 *
 * Hand in this file. What each function must do is in shutdown.h, how to go about it in README.md.
 */

#include "shutdown.h"

/* This lab works on the inside of loops, and of locks and queues. Read the first two. */
#include <asyncio/base-events-private.h>
#include <asyncio/locks-private.h>

#include <asyncio/coroutines-private.h>

/* --- Part A: shutting down ---------------------------------------------------------- */
#ifdef SOLUTION

/*
 *        the loop's thread                                 the helper
 *
 *        starts the helper ──────────────────────────────> asyncio_executor_shutdown (executor, TRUE)
 *        awaits future                                         (blocks for as long as it takes)
 *             ^                                                      │
 *             └── on_shut_down <── call_soon_threadsafe <────────────┘
 *
 * Either side may be the last to look at this: the waiter can be cancelled, and the loop closed and freed, while the helper is
 * blocked. So both have a reference, to be counted atomically, and the loop and the executor are held from here.
 */
typedef struct
{
  gatomicrefcount ref_count;
  AsyncioLoop *loop;         /* (owned) */
  AsyncioExecutor *executor; /* (owned): loop->default_executor is the loop's thread's, and may be another one later */
  AsyncioFuture *future;     /* the loop's thread only; (owned) (nullable) NULL when nobody waits any more */
} Shutdown;

static Shutdown *
shutdown_new (AsyncioLoop *loop)
{
  Shutdown *self = g_new (Shutdown, 1);

  g_atomic_ref_count_init (&self->ref_count);
  self->loop = asyncio_loop_ref (loop);
  self->executor = asyncio_executor_ref (loop->default_executor);
  self->future = asyncio_loop_create_future (loop);

  return self;
}

static Shutdown *
shutdown_ref (Shutdown *self)
{
  g_atomic_ref_count_inc (&self->ref_count);

  return self;
}

/* From any thread. The future is none of its business: it belongs to who waits. */
static void
shutdown_unref (gpointer data)
{
  Shutdown *self = data;

  if (!g_atomic_ref_count_dec (&self->ref_count))
    return;

  asyncio_executor_unref (self->executor);
  asyncio_loop_unref (self->loop);
  g_free (self);
}

/* In the loop: all threads have ended (futures._set_result_unless_cancelled). */
static void
on_shut_down (gpointer   user_data,
              GError   **error)
{
  Shutdown *self = user_data;

  self->loop->n_owed--;

  /* A waiter that was cancelled a moment ago has not come to clear it. */
  if (self->future != NULL && !asyncio_future_done (self->future))
    (void) asyncio_future_set_result (self->future, NULL, NULL, error);
}

/* The helper: _do_shutdown. */
static gpointer
do_shutdown (gpointer data)
{
  Shutdown *self = data;

  asyncio_executor_shutdown (self->executor, TRUE);

  /* The loop may run the callback, and let go of everything, before the call returns to us. So the callback has a reference of
   * its own. A closed loop refuses it, and then nobody waits. */
  (void) asyncio_loop_call_soon_threadsafe (self->loop, on_shut_down, shutdown_ref (self), shutdown_unref, NULL);
  shutdown_unref (self);

  return NULL;
}

/* Waits for the helper, who is joined when he has reported: then that takes no time. If not he goes on, and the threads do. */
static gboolean
await_helper (Shutdown  *self,
              GThread   *helper,
              double     timeout,
              GError   **error)
{
  g_autoptr (GError) raised = NULL;

  (void) asyncio_wait_for (self->future, timeout, &raised);
  g_clear_pointer (&self->future, asyncio_unref);

  if (raised == NULL)
    {
      g_thread_join (helper);
      return TRUE;
    }

  /* To join him now would stop the loop. */
  g_thread_unref (helper);
  if (!g_error_matches (raised, ASYNCIO_ERROR, ASYNCIO_ERROR_TIMEOUT))
    {
      g_propagate_error (error, g_steal_pointer (&raised));
      return FALSE;
    }

  g_log ("asyncio", G_LOG_LEVEL_WARNING, "The executor did not finishing joining its threads within %g seconds.", timeout);

  return TRUE;
}

static gboolean
shut_down (AsyncioLoop  *loop,
           double        timeout,
           GError      **error)
{
  Shutdown *self;
  GThread *helper;
  gboolean succeeded;

  if (!asyncio_coroutine_check_inside (error))
    return FALSE;

  loop->executor_shutdown_called = TRUE;
  if (loop->default_executor == NULL)
    return TRUE;

  self = shutdown_new (loop);
  helper = g_thread_try_new ("asyncio shutdown", do_shutdown, shutdown_ref (self), NULL);
  if (helper == NULL)
    {
      g_set_error_literal (error, ASYNCIO_ERROR, ASYNCIO_ERROR_RUNTIME, "can't start new thread");
      g_clear_pointer (&self->future, asyncio_unref);
      shutdown_unref (self); /* the helper's */
      shutdown_unref (self);
      return FALSE;
    }

  loop->n_owed++;
  succeeded = await_helper (self, helper, timeout, error);
  shutdown_unref (self);

  return succeeded;
}
#endif

gboolean
asyncio_loop_shutdown_default_executor (AsyncioLoop  *loop,
                                        GError      **error)
{
#ifdef SOLUTION
  g_return_val_if_fail (loop != NULL, FALSE);

  return shut_down (loop, ASYNCIO_NO_TIMEOUT, error);
#else
  /* TODO: refuse new work, have a helper thread wait for the old, and await the helper. */
  (void) loop;

  g_set_error_literal (error, ASYNCIO_ERROR, ASYNCIO_ERROR_NOT_IMPLEMENTED,
                       "asyncio_loop_shutdown_default_executor() is not implemented yet");
  return FALSE;
#endif
}

/* --- Part B: which loop a lock belongs to --------------------------------------------- */

AsyncioLoop *
asyncio_loop_bound_get_loop_on_first_use (AsyncioLoopBound  *self,
                                          GError           **error)
{
#ifdef SOLUTION
  static GMutex global_lock;
  AsyncioLoop *loop = asyncio_get_running_loop (error);
  AsyncioLoop *bound;
  g_autofree char *repr = NULL;

  if (loop == NULL)
    return NULL;

  /* Python looks without the lock first, and takes it only if there is no loop yet. In C that look would be a data race with
   * who writes. Once written it stays, so what was read here holds without the lock. */
  g_mutex_lock (&global_lock);
  if (self->loop == NULL)
    self->loop = asyncio_loop_ref (loop);
  bound = self->loop;
  g_mutex_unlock (&global_lock);

  if (bound == loop)
    return loop;

  repr = self->repr (self);
  g_set_error (error, ASYNCIO_ERROR, ASYNCIO_ERROR_RUNTIME, "%s is bound to a different event loop", repr);
  return NULL;
#else
  /* TODO: give the running loop, if it is the one of the object, or the object has none yet. */
  (void) self;

  g_set_error_literal (error, ASYNCIO_ERROR, ASYNCIO_ERROR_NOT_IMPLEMENTED,
                       "asyncio_loop_bound_get_loop_on_first_use() is not implemented yet");
  return NULL;
#endif
}

/* --- Part C: the clean-up of run() -------------------------------------------------------- */
#ifdef SOLUTION

static gpointer
shutdown_body (gpointer   loop,
               GError   **error)
{
  (void) asyncio_loop_shutdown_default_executor (loop, error);

  return NULL;
}
#endif

AsyncioCoroutine *
asyncio_loop_shutdown_default_executor_coroutine (AsyncioLoop *loop)
{
#ifdef SOLUTION
  g_return_val_if_fail (loop != NULL, NULL);

  return asyncio_coroutine_new_full (shutdown_body, asyncio_loop_ref (loop), (GDestroyNotify) asyncio_loop_unref, NULL,
                                     "shutdown_default_executor", G_STRLOC);
#else
  /* TODO: make a coroutine of asyncio_loop_shutdown_default_executor(). */
  (void) loop;

  return asyncio_sleep_coroutine (0);
#endif
}

gpointer
asyncio_shutdown_default_executor_step (gpointer   user_data,
                                        GError   **error)
{
#ifdef SOLUTION
  AsyncioLoop *loop = asyncio_get_running_loop (error);

  (void) user_data;

  if (loop != NULL)
    (void) asyncio_loop_shutdown_default_executor_with_timeout (loop, asyncio_version_rules.thread_join_timeout, error);

  return NULL;
#else
  /* TODO: shut down the default executor of the loop that runs. */
  (void) user_data;
  (void) error;

  return NULL;
#endif
}

/* --- Part D: the timeout ------------------------------------------------------------------- */

gboolean
asyncio_loop_shutdown_default_executor_with_timeout (AsyncioLoop  *loop,
                                                     double        timeout,
                                                     GError      **error)
{
#ifdef SOLUTION
  g_return_val_if_fail (loop != NULL, FALSE);

  return shut_down (loop, timeout, error);
#else
  /* TODO: as in part A, but give up after some time. */
  (void) timeout;

  return asyncio_loop_shutdown_default_executor (loop, error);
#endif
}
