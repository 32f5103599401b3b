/* SPDX-License-Identifier: MIT */

/*
 * Work in threads (Lib/concurrent/futures/thread.py).
 *
 *        a thread, or a loop                         a thread of the pool
 *
 *        submit: item ──> queue ───────────────────> set_running_or_notify_cancel
 *                concurrent future                   func (user_data)
 *                 ^                                          │
 *                 └────────────────────────── set_result ────┘
 *
 * run_in_executor() is submit() and wrap_future(): the concurrent future (futures-concurrent.c) is what both threads
 * share, and a chain (futures-chain.c) brings its outcome to the loop's.
 */

#include <asyncio/executor.h>

#include "base-events-private.h"
#include "recorder-private.h"
#include "thread-state-private.h"

#include <asyncio/exceptions.h>
#include <asyncio/versions.h>

#include <stdlib.h>

struct _AsyncioExecutor
{
  gatomicrefcount ref_count;      /* of the memory: users and threads */
  gatomicrefcount user_ref_count; /* of the pool as such */
  guint max_workers;

  GMutex lock;
  GCond changed;
  GQueue items;         /* lock */
  guint n_threads;      /* lock */
  guint n_idle;         /* lock */
  gboolean is_shut_down; /* lock */
};

/* --- Work items ------------------------------------------------------------------ */

/* A call that a thread is to make: _WorkItem. */
typedef struct
{
  AsyncioConcurrentFuture *future; /* (owned) */
  AsyncioExecutorFunc func;
  gpointer user_data;
  GDestroyNotify user_data_destroy;
  GDestroyNotify value_destroy;
  guint edge; /* if it is recorded */
  AsyncioLoop *expecting; /* (owned) (nullable) whose virtual time stands still until a thread is through with it */
} WorkItem;

static void
work_item_free_data (WorkItem *self)
{
  if (self->user_data_destroy != NULL)
    self->user_data_destroy (self->user_data);
  self->user_data_destroy = NULL;
}

static void
work_item_free (gpointer data)
{
  WorkItem *self = data;

  work_item_free_data (self);
  if (self->expecting != NULL)
    asyncio_concurrent_future_settle (self->future, self->expecting);
  else
    asyncio_concurrent_future_unref (self->future);
  g_free (self);
}

/* In a thread of the pool. */
static void
work_item_run (WorkItem *self)
{
  AsyncioThreadState *thread = asyncio_thread_state ();
  GError *exception = NULL;
  gpointer value;

  if (!asyncio_concurrent_future_set_running_or_notify_cancel (self->future, NULL))
    return;

  if (asyncio_recorder_is_on ())
    asyncio_record_work (ASYNCIO_RECORD_WORK_BEGINS, self->edge);
  thread->work = self->future;
  value = self->func (self->user_data, &exception);
  thread->work = NULL;

  /* Who has the outcome may rely on the data being gone. */
  work_item_free_data (self);

  if (exception != NULL)
    {
      if (value != NULL && self->value_destroy != NULL)
        self->value_destroy (value);
      if (asyncio_recorder_is_on ())
        asyncio_record_work_ends (exception);
      (void) asyncio_concurrent_future_set_exception (self->future, exception, NULL);
    }
  else
    {
      if (asyncio_recorder_is_on ())
        asyncio_record_work_ends (NULL);
      (void) asyncio_concurrent_future_set_result (self->future, value, self->value_destroy, NULL);
    }
}

/* --- The memory of a pool -------------------------------------------------------------- */

static AsyncioExecutor *
executor_hold (AsyncioExecutor *self)
{
  g_atomic_ref_count_inc (&self->ref_count);
  return self;
}

static void
executor_release (gpointer data)
{
  AsyncioExecutor *self = data;

  if (!g_atomic_ref_count_dec (&self->ref_count))
    return;

  g_mutex_clear (&self->lock);
  g_cond_clear (&self->changed);
  g_free (self);
}

/* --- The end of threads -------------------------------------------------------------- */

/*
 * The process must not end while a thread is at work (CPython: concurrent.futures.thread._python_exit),
 * and a thread that ended must be joined or its stack is lost. Nobody waits for most
 * of ours, so each that ends joins the one that ended before it, and the last is joined at exit.
 */
static struct
{
  GMutex lock;
  GCond changed;
  guint n_running; /* lock */
  GThread *ended;  /* lock */
  GSList *executors; /* lock: those with threads */
  gboolean registered; /* lock */
} threads;

static void
at_exit (void)
{
  GSList *executors = NULL;
  GThread *ended;

  g_mutex_lock (&threads.lock);
  for (GSList *l = threads.executors; l != NULL; l = l->next)
    executors = g_slist_prepend (executors, executor_hold (l->data));
  g_mutex_unlock (&threads.lock);

  /* A pool's lock is taken before ours, never after it. */
  for (GSList *l = executors; l != NULL; l = l->next)
    asyncio_executor_shutdown (l->data, FALSE);
  g_slist_free_full (executors, executor_release);

  g_mutex_lock (&threads.lock);
  while (threads.n_running > 0)
    g_cond_wait (&threads.changed, &threads.lock);
  ended = g_steal_pointer (&threads.ended);
  g_mutex_unlock (&threads.lock);

  if (ended != NULL)
    g_thread_join (ended);
}

static void
thread_begins (AsyncioExecutor *executor)
{
  g_mutex_lock (&threads.lock);
  if (!threads.registered)
    atexit (at_exit);
  threads.registered = TRUE;
  threads.n_running++;
  threads.executors = g_slist_prepend (threads.executors, executor);
  g_mutex_unlock (&threads.lock);
}

static void
thread_did_not_begin (AsyncioExecutor *executor)
{
  g_mutex_lock (&threads.lock);
  threads.n_running--;
  threads.executors = g_slist_remove (threads.executors, executor);
  g_mutex_unlock (&threads.lock);
}

static void
thread_ends (AsyncioExecutor *executor)
{
  GThread *previous;

  g_mutex_lock (&threads.lock);
  previous = threads.ended;
  threads.ended = g_thread_ref (g_thread_self ());
  threads.n_running--;
  threads.executors = g_slist_remove (threads.executors, executor);
  g_cond_broadcast (&threads.changed);
  g_mutex_unlock (&threads.lock);

  if (previous != NULL)
    g_thread_join (previous);
}

/* --- The pool ------------------------------------------------------------------------ */

/* A loop that waits for the thread is told when this is idle, and not before: then the next work finds it, each time. */
static WorkItem *
keep_if_expected (WorkItem *item)
{
  if (item->expecting != NULL)
    return item;

  work_item_free (item);
  return NULL;
}

/* The lock is held, but not all the time. */
static void
free_unlocked (AsyncioExecutor  *self,
               WorkItem        **item)
{
  g_mutex_unlock (&self->lock);
  g_clear_pointer (item, work_item_free);
  g_mutex_lock (&self->lock);
}

static gpointer
worker (gpointer data)
{
  AsyncioExecutor *self = data;
  WorkItem *done = NULL;

  if (asyncio_recorder_is_on ())
    asyncio_record_named (ASYNCIO_RECORD_THREAD_BEGINS, NULL, NULL);

  g_mutex_lock (&self->lock);
  while (TRUE)
    {
      WorkItem *item = g_queue_pop_head (&self->items);

      if (item != NULL)
        {
          g_mutex_unlock (&self->lock);
          g_clear_pointer (&done, work_item_free);
          work_item_run (item);
          done = keep_if_expected (item);
          g_mutex_lock (&self->lock);
        }
      else if (!self->is_shut_down)
        {
          self->n_idle++;
          if (done == NULL)
            g_cond_wait (&self->changed, &self->lock);
          else
            free_unlocked (self, &done);
          self->n_idle--;
        }
      else if (done != NULL)
        {
          free_unlocked (self, &done);
        }
      else
        {
          break;
        }
    }
  self->n_threads--;
  g_cond_broadcast (&self->changed);
  g_mutex_unlock (&self->lock);

  if (asyncio_recorder_is_on ())
    asyncio_record_named (ASYNCIO_RECORD_THREAD_ENDS, NULL, NULL);
  thread_ends (self);
  executor_release (self);

  return NULL;
}

AsyncioExecutor *
asyncio_thread_pool_executor_new (guint max_workers)
{
  AsyncioExecutor *self = g_new0 (AsyncioExecutor, 1);
  guint n_cpus = g_get_num_processors ();

  g_atomic_ref_count_init (&self->ref_count);
  g_atomic_ref_count_init (&self->user_ref_count);
  g_mutex_init (&self->lock);
  g_cond_init (&self->changed);
  g_queue_init (&self->items);

  if (max_workers > 0)
    self->max_workers = max_workers;
  else if (asyncio_version_rules.executor_is_modest)
    self->max_workers = MIN (32, n_cpus + 4);
  else
    self->max_workers = n_cpus * 5;

  return self;
}

AsyncioExecutor *
asyncio_executor_ref (AsyncioExecutor *executor)
{
  g_return_val_if_fail (executor != NULL, NULL);

  g_atomic_ref_count_inc (&executor->user_ref_count);

  return executor;
}

void
asyncio_executor_unref (AsyncioExecutor *executor)
{
  g_return_if_fail (executor != NULL);

  if (g_atomic_ref_count_dec (&executor->user_ref_count))
    {
      asyncio_executor_shutdown (executor, FALSE);
      executor_release (executor);
    }
}

guint
asyncio_executor_get_max_workers (AsyncioExecutor *executor)
{
  g_return_val_if_fail (executor != NULL, 0);

  return executor->max_workers;
}

void
asyncio_executor_shutdown (AsyncioExecutor *executor,
                           gboolean         wait)
{
  g_return_if_fail (executor != NULL);

  g_mutex_lock (&executor->lock);
  executor->is_shut_down = TRUE;
  g_cond_broadcast (&executor->changed);
  while (wait && executor->n_threads > 0)
    g_cond_wait (&executor->changed, &executor->lock);
  g_mutex_unlock (&executor->lock);
}

/* ThreadPoolExecutor._adjust_thread_count. The lock is held. */
static void
start_thread (AsyncioExecutor  *self,
              GError          **error)
{
  GThread *thread;

  thread_begins (executor_hold (self));

  thread = g_thread_try_new ("asyncio worker", worker, self, error);
  if (thread != NULL)
    {
      self->n_threads++;
      g_thread_unref (thread);
    }
  else
    {
      thread_did_not_begin (self);
      executor_release (self);
    }
}

/* (transfer full) item */
static gboolean
submit_item (AsyncioExecutor  *self,
             WorkItem         *item,
             GError          **error)
{
  g_autoptr (GError) thread_error = NULL;
  gboolean needs_thread = FALSE;

  g_mutex_lock (&self->lock);

  if (!self->is_shut_down)
    {
      if (asyncio_recorder_is_on ())
        asyncio_record_work (ASYNCIO_RECORD_WORK_SUBMITTED, item->edge = asyncio_record_new_edge ());
      g_queue_push_tail (&self->items, item);
      if (self->n_threads < self->max_workers)
        needs_thread = !asyncio_version_rules.executor_reuses_idle_threads || self->n_idle < self->items.length;
      if (needs_thread)
        start_thread (self, &thread_error);

      if (self->n_threads > 0)
        {
          /* A thread that is woken needs the lock at once. The caller has a reference, so the pool is still there. */
          g_mutex_unlock (&self->lock);
          g_cond_signal (&self->changed);
          return TRUE;
        }

      /* Not even one thread: nobody would ever do it. */
      g_queue_pop_tail (&self->items);
    }

  g_mutex_unlock (&self->lock);
  work_item_free (item);

  g_set_error (error, ASYNCIO_ERROR, ASYNCIO_ERROR_RUNTIME, "%s",
               thread_error != NULL ? "can't start new thread" : "cannot schedule new futures after shutdown");
  return FALSE;
}

AsyncioConcurrentFuture *
asyncio_executor_submit (AsyncioExecutor      *executor,
                         AsyncioExecutorFunc   func,
                         gpointer              user_data,
                         GDestroyNotify        user_data_destroy,
                         GDestroyNotify        value_destroy,
                         GError              **error)
{
  g_autoptr (AsyncioConcurrentFuture) future = NULL;
  WorkItem *item;

  g_return_val_if_fail (executor != NULL && func != NULL, NULL);

  future = asyncio_concurrent_future_new ();
  item = g_new (WorkItem, 1);
  *item = (WorkItem) { asyncio_concurrent_future_ref (future), func, user_data, user_data_destroy, value_destroy, 0,
                        asyncio_concurrent_future_expect (future) };

  return submit_item (executor, item, error) ? g_steal_pointer (&future) : NULL;
}

/* --- loop.run_in_executor ------------------------------------------------------------- */

AsyncioExecutor *
asyncio_loop_get_default_executor (AsyncioLoop  *self,
                                   GError      **error)
{
  if (self->executor_shutdown_called)
    {
      g_set_error_literal (error, ASYNCIO_ERROR, ASYNCIO_ERROR_RUNTIME, "Executor shutdown has been called");
      return NULL;
    }

  if (self->default_executor == NULL)
    self->default_executor = asyncio_thread_pool_executor_new (0);

  return self->default_executor;
}

AsyncioFuture *
asyncio_loop_run_in_executor (AsyncioLoop          *loop,
                              AsyncioExecutor      *executor,
                              AsyncioExecutorFunc   func,
                              gpointer              user_data,
                              GDestroyNotify        user_data_destroy,
                              GDestroyNotify        value_destroy,
                              GError              **error)
{
  g_autoptr (AsyncioConcurrentFuture) future = NULL;

  g_return_val_if_fail (loop != NULL && func != NULL, NULL);

  if (!asyncio_loop_check_closed (loop, error) ||
      (executor == NULL && (executor = asyncio_loop_get_default_executor (loop, error)) == NULL))
    {
      if (user_data_destroy != NULL)
        user_data_destroy (user_data);
      return NULL;
    }

  future = asyncio_executor_submit (executor, func, user_data, user_data_destroy, value_destroy, error);

  return future != NULL ? asyncio_wrap_future_of_own (future, loop, error) : NULL;
}

void
asyncio_loop_set_default_executor (AsyncioLoop     *loop,
                                   AsyncioExecutor *executor)
{
  AsyncioExecutor *previous;

  g_return_if_fail (loop != NULL);

  previous = g_steal_pointer (&loop->default_executor);
  loop->default_executor = executor != NULL ? asyncio_executor_ref (executor) : NULL;
  g_clear_pointer (&previous, asyncio_executor_unref);
}
