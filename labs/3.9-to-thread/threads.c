/* SPDX-License-Identifier: MIT */

/*
 * Lab 3.9: asyncio.to_thread() (Lib/asyncio/threads.py), and run_in_executor() as it was before.
 *
 * Hand in this file. What each function must do is in to-thread.h, how to go about it in README.md.
 */

#include "to-thread.h"

/* For asyncio_loop_check_closed(), asyncio_loop_get_default_executor(), asyncio_concurrent_future_take_value() and
 * asyncio_coroutine_check_inside(). */
#include <asyncio/base-events-private.h>
#include <asyncio/coroutines-private.h>

/* --- Part A: the way there and back ------------------------------------------------ */
#ifdef SOLUTION

/*
 * A call on its way: what the loop's thread and the pool's have in common (_chain_future). It is held by whoever may still need
 * it, in either thread, so the count is atomic. The loop's future is not for the other thread, and is let go of in the loop's.
 */
typedef struct
{
  gatomicrefcount ref_count;
  AsyncioLoop *loop;             /* (owned) constant */
  AsyncioConcurrentFuture *work; /* (owned) constant: the pool's future */
  gint is_unwanted;              /* atomic: the loop's future was cancelled */

  AsyncioFuture *future; /* the loop's thread only; (owned) (nullable) NULL when it is over */
} HandOver;

static HandOver *
hand_over_ref (HandOver *self)
{
  g_atomic_ref_count_inc (&self->ref_count);

  return self;
}

static void
hand_over_unref (gpointer data)
{
  HandOver *self = data;

  if (!g_atomic_ref_count_dec (&self->ref_count))
    return;

  asyncio_concurrent_future_unref (self->work);
  asyncio_loop_unref (self->loop);
  g_free (self);
}

/* In the loop: the outcome is there. */
static void
deliver (gpointer   user_data,
         GError   **error)
{
  HandOver *self = user_data;
  const GError *exception;

  /* Since this was posted the future may have been cancelled. What is not taken is freed with the pool's future. */
  if (self->future == NULL || asyncio_future_done (self->future))
    return;

  exception = asyncio_concurrent_future_exception (self->work, 0, NULL);
  if (exception != NULL)
    {
      (void) asyncio_future_set_exception (self->future, g_error_copy (exception), error);
    }
  else
    {
      GDestroyNotify destroy;
      gpointer value = asyncio_concurrent_future_take_value (self->work, &destroy);

      (void) asyncio_future_set_result (self->future, value, destroy, error);
    }
}

/* In the thread in which the work got done. This is all that it may do to the loop. */
static void
on_work_done (AsyncioConcurrentFuture  *work,
              gpointer                  user_data,
              GError                  **error)
{
  HandOver *self = user_data;
  g_autoptr (GError) refused = NULL;

  (void) work;

  /* The loop may be closed any moment, so it is not asked beforehand: it says so itself when it takes no more. */
  if (!asyncio_loop_call_soon_threadsafe (self->loop, deliver, hand_over_ref (self), hand_over_unref, &refused) &&
      !g_atomic_int_get (&self->is_unwanted))
    g_propagate_error (error, g_steal_pointer (&refused));
}

/* --- Part B: cancelled, closed ------------------------------------------------------ */

/* In the loop. A thread that has begun cannot be stopped: then the pool's future is not cancelled. */
static void
on_future_done (AsyncioFuture  *future,
                gpointer        user_data,
                GError        **error)
{
  HandOver *self = user_data;

  (void) error;

  if (asyncio_future_cancelled (future))
    asyncio_concurrent_future_cancel (self->work);
}

/* In the loop's thread: the callback was called, or will never be because the loop was closed. */
static void
let_go_of_future (gpointer data)
{
  HandOver *self = data;

  /* The other thread must not ask the future itself. */
  if (asyncio_future_cancelled (self->future))
    g_atomic_int_set (&self->is_unwanted, TRUE);

  g_clear_pointer (&self->future, asyncio_unref);
  hand_over_unref (self);
}
#endif

AsyncioFuture *
asyncio_loop_run_in_default_executor (AsyncioLoop          *loop,
                                      AsyncioExecutorFunc   func,
                                      gpointer              user_data,
                                      GDestroyNotify        user_data_destroy,
                                      GDestroyNotify        value_destroy,
                                      GError              **error)
{
#ifdef SOLUTION
  AsyncioExecutor *executor = NULL;
  AsyncioConcurrentFuture *work;
  AsyncioFuture *future;
  HandOver *self;

  g_return_val_if_fail (loop != NULL && func != NULL, NULL);

  /* A closed loop must not make a pool any more: nobody would shut it down. */
  if (asyncio_loop_check_closed (loop, error))
    executor = asyncio_loop_get_default_executor (loop, error);
  if (executor == NULL)
    {
      if (user_data_destroy != NULL)
        user_data_destroy (user_data);
      return NULL;
    }

  work = asyncio_executor_submit (executor, func, user_data, user_data_destroy, value_destroy, error);
  if (work == NULL)
    return NULL;

  future = asyncio_loop_create_future (loop);
  self = g_new0 (HandOver, 1);
  g_atomic_ref_count_init (&self->ref_count);
  self->loop = asyncio_loop_ref (loop);
  self->work = work;
  self->future = asyncio_ref (future);

  /* The thread may be through already. Then the second callback is called here and now. */
  asyncio_future_add_done_callback (future, on_future_done, hand_over_ref (self), let_go_of_future);
  asyncio_concurrent_future_add_done_callback (work, on_work_done, self, hand_over_unref);

  return future;
#else
  /* TODO: submit the function to the loop's own pool, and bring its outcome over to a future of the loop (part A). Think of
   * what else may happen meanwhile (part B). */
  (void) loop;
  (void) func;
  (void) value_destroy;
  if (user_data_destroy != NULL)
    user_data_destroy (user_data);

  g_set_error_literal (error, ASYNCIO_ERROR, ASYNCIO_ERROR_NOT_IMPLEMENTED,
                       "asyncio_loop_run_in_default_executor() is not implemented yet");
  return NULL;
#endif
}

/* --- Part C: to_thread --------------------------------------------------------------- */
#ifdef SOLUTION

/* A function with what it gets, and the context that it is to run in: functools.partial(ctx.run, func, *args). */
typedef struct
{
  AsyncioExecutorFunc func;
  gpointer user_data;
  GDestroyNotify user_data_destroy; /* (nullable) NULL also if the data was passed on */
  GDestroyNotify value_destroy;     /* (nullable) */
  AsyncioContextVars *context;      /* (owned) (nullable) */
} Call;

static void
call_free (gpointer data)
{
  Call *self = data;

  if (self->user_data_destroy != NULL)
    self->user_data_destroy (self->user_data);
  g_clear_pointer (&self->context, asyncio_context_unref);
  g_free (self);
}

/* In a thread of the pool. */
static gpointer
call_in_context (gpointer   user_data,
                 GError   **error)
{
  Call *self = user_data;

  return asyncio_context_run (self->context, self->func, self->user_data, error);
}
#endif

gpointer
asyncio_to_thread (AsyncioExecutorFunc   func,
                   gpointer              user_data,
                   GDestroyNotify        user_data_destroy,
                   GDestroyNotify        value_destroy,
                   GError              **error)
{
#ifdef SOLUTION
  AsyncioLoop *loop = asyncio_get_running_loop (error);
  g_autoptr (AsyncioFuture) future = NULL;
  g_autoptr (GError) raised = NULL;
  Call *call;

  if (loop == NULL || !asyncio_coroutine_check_inside (error))
    {
      if (user_data_destroy != NULL)
        user_data_destroy (user_data);
      return NULL;
    }

  call = g_new (Call, 1);
  *call = (Call) { func, user_data, user_data_destroy, value_destroy, asyncio_copy_context () };
  future = asyncio_loop_run_in_default_executor (loop, call_in_context, call, call_free, value_destroy, error);
  if (future == NULL)
    return NULL;

  (void) asyncio_await (future, &raised);
  if (raised != NULL)
    {
      g_propagate_error (error, g_steal_pointer (&raised));
      return NULL;
    }

  /* An await only lends the value, and the future goes with us. */
  return asyncio_future_steal_result (future, NULL);
#else
  /* TODO: call the function in a thread, in a copy of this context, and await it. */
  (void) func;
  (void) value_destroy;
  if (user_data_destroy != NULL)
    user_data_destroy (user_data);

  g_set_error_literal (error, ASYNCIO_ERROR, ASYNCIO_ERROR_NOT_IMPLEMENTED, "asyncio_to_thread() is not implemented yet");
  return NULL;
#endif
}

/* The body of the coroutine. */
static gpointer
to_thread (gpointer   user_data,
           GError   **error)
{
#ifdef SOLUTION
  Call *self = user_data;
  GDestroyNotify destroy = self->user_data_destroy;

  /* From here on the data is the thread's business. */
  self->user_data_destroy = NULL;

  return asyncio_to_thread (self->func, self->user_data, destroy, self->value_destroy, error);
#else
  /* TODO: what is to be done when the coroutine runs. */
  (void) user_data;

  g_set_error_literal (error, ASYNCIO_ERROR, ASYNCIO_ERROR_NOT_IMPLEMENTED,
                       "asyncio_to_thread_coroutine() is not implemented yet");
  return NULL;
#endif
}

AsyncioCoroutine *
asyncio_to_thread_coroutine (AsyncioExecutorFunc func,
                             gpointer            user_data,
                             GDestroyNotify      user_data_destroy,
                             GDestroyNotify      value_destroy)
{
#ifdef SOLUTION
  Call *call = g_new (Call, 1);

  *call = (Call) { func, user_data, user_data_destroy, value_destroy, NULL };

  return asyncio_coroutine_new_full (to_thread, call, call_free, value_destroy, "to_thread", G_STRLOC);
#else
  /* TODO: make a coroutine that remembers all this until it runs. */
  (void) func;

  return asyncio_coroutine_new_full (to_thread, user_data, user_data_destroy, value_destroy, "to_thread", G_STRLOC);
#endif
}
