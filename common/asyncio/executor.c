/* SPDX-License-Identifier: MIT */

/*
 * Work in threads (Lib/concurrent/futures/thread.py, and wrap_future() of Lib/asyncio/futures.py).
 *
 *        loop's thread                               a thread of the pool
 *
 *        run_in_executor: item ──> queue ──────────> take: PENDING -> RUNNING
 *                         future                     func (user_data)
 *        deliver <── call_soon_threadsafe ────────── RUNNING -> FINISHED
 *        future.set_result
 *
 * A work item is shared by both sides; its future belongs to the loop's thread alone, so a
 * thread never touches one. Who changes the state away from PENDING owns the item: the
 * thread that begins it, or the loop that cancels it.
 */

#include "executor-private.h"

#include "base-events-private.h"

#include <asyncio/exceptions.h>
#include <asyncio/versions.h>

#include <stdlib.h>

enum
{
  PENDING,
  RUNNING,
  CANCELLED,
  FINISHED,
};

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

static void
work_item_unref (gpointer data)
{
  AsyncioWorkItem *self = data;

  if (!g_atomic_ref_count_dec (&self->ref_count))
    return;

  if (self->user_data_destroy != NULL)
    self->user_data_destroy (self->user_data);
  if (self->value_destroy != NULL && self->value != NULL)
    self->value_destroy (self->value);
  g_clear_error (&self->exception);
  asyncio_loop_unref (self->loop);
  g_free (self);
}

static AsyncioWorkItem *
work_item_ref (AsyncioWorkItem *self)
{
  g_atomic_ref_count_inc (&self->ref_count);
  return self;
}

/* The loop waits for this item: while it does, virtual time stands still. */
static void
loop_expects (AsyncioWorkItem *self)
{
  AsyncioLoop *loop = self->loop;

  loop->n_owed++;
  self->next = loop->work_items;
  if (self->next != NULL)
    self->next->previous = self;
  loop->work_items = work_item_ref (self);
}

static void
loop_expects_no_more (AsyncioWorkItem *self)
{
  AsyncioLoop *loop = self->loop;

  if (self->future == NULL)
    return;

  loop->n_owed--;
  if (self->previous != NULL)
    self->previous->next = self->next;
  else
    loop->work_items = self->next;
  if (self->next != NULL)
    self->next->previous = self->previous;

  g_clear_pointer (&self->future, asyncio_unref);
  work_item_unref (self);
}

void
asyncio_work_item_list_abandon (AsyncioWorkItem **head)
{
  while (*head != NULL)
    loop_expects_no_more (*head);
}

/* In the loop: the thread has finished with the item. */
static void
deliver (gpointer   user_data,
         GError   **error)
{
  AsyncioWorkItem *self = user_data;
  g_autoptr (AsyncioFuture) future = self->future != NULL ? asyncio_ref (self->future) : NULL;

  if (future == NULL)
    return;

  loop_expects_no_more (self);

  /* A future that was cancelled meanwhile does not want to know. */
  if (asyncio_future_done (future))
    return;

  if (self->exception != NULL)
    (void) asyncio_future_set_exception (future, g_steal_pointer (&self->exception), error);
  else
    (void) asyncio_future_set_result (future, g_steal_pointer (&self->value), self->value_destroy, error);
}

/* In the loop: the future got done. If it was cancelled, no thread needs to begin with the item. */
static void
on_future_done (AsyncioFuture  *future,
                gpointer        user_data,
                GError        **error)
{
  AsyncioWorkItem *self = user_data;

  (void) error;

  if (asyncio_future_cancelled (future) &&
      g_atomic_int_compare_and_exchange (&self->state, PENDING, CANCELLED))
    loop_expects_no_more (self);
}

/* In a thread of the pool. */
static void
work_item_run (AsyncioWorkItem *self)
{
  g_autoptr (GError) error = NULL;

  if (!g_atomic_int_compare_and_exchange (&self->state, PENDING, RUNNING))
    return;

  self->value = self->func (self->user_data, &self->exception);
  g_atomic_int_set (&self->state, FINISHED);

  if (!asyncio_loop_call_soon_threadsafe (self->loop, deliver, work_item_ref (self), work_item_unref, &error))
    g_warning ("exception calling callback for <Future finished>: %s", error->message);
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

static gpointer
worker (gpointer data)
{
  AsyncioExecutor *self = data;

  g_mutex_lock (&self->lock);
  while (TRUE)
    {
      AsyncioWorkItem *item = g_queue_pop_head (&self->items);

      if (item != NULL)
        {
          g_mutex_unlock (&self->lock);
          work_item_run (item);
          work_item_unref (item);
          g_mutex_lock (&self->lock);
        }
      else if (!self->is_shut_down)
        {
          self->n_idle++;
          g_cond_wait (&self->changed, &self->lock);
          self->n_idle--;
        }
      else
        {
          break;
        }
    }
  self->n_threads--;
  g_cond_broadcast (&self->changed);
  g_mutex_unlock (&self->lock);

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

/* Executor.submit. (transfer full) item */
static gboolean
executor_submit (AsyncioExecutor  *self,
                 AsyncioWorkItem  *item,
                 GError          **error)
{
  g_autoptr (GError) thread_error = NULL;
  gboolean needs_thread = FALSE;

  g_mutex_lock (&self->lock);

  if (!self->is_shut_down)
    {
      g_queue_push_tail (&self->items, item);
      if (self->n_threads < self->max_workers)
        needs_thread = !asyncio_version_rules.executor_reuses_idle_threads || self->n_idle < self->items.length;
      if (needs_thread)
        start_thread (self, &thread_error);

      if (self->n_threads > 0)
        {
          g_cond_signal (&self->changed);
          g_mutex_unlock (&self->lock);
          return TRUE;
        }

      /* Not even one thread: nobody would ever do it. */
      g_queue_pop_tail (&self->items);
    }

  g_mutex_unlock (&self->lock);
  work_item_unref (item);

  g_set_error (error, ASYNCIO_ERROR, ASYNCIO_ERROR_RUNTIME, "%s",
               thread_error != NULL ? "can't start new thread" : "cannot schedule new futures after shutdown");
  return FALSE;
}

/* --- loop.run_in_executor ------------------------------------------------------------- */

static AsyncioExecutor *
executor_for (AsyncioLoop     *loop,
              AsyncioExecutor *executor)
{
  if (executor != NULL)
    return executor;

  if (loop->default_executor == NULL)
    loop->default_executor = asyncio_thread_pool_executor_new (0);

  return loop->default_executor;
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
  AsyncioWorkItem *item;
  AsyncioFuture *future;

  g_return_val_if_fail (loop != NULL && func != NULL, NULL);

  if (!asyncio_loop_check_closed (loop, error))
    {
      if (user_data_destroy != NULL)
        user_data_destroy (user_data);
      return NULL;
    }

  item = g_new0 (AsyncioWorkItem, 1);
  g_atomic_ref_count_init (&item->ref_count);
  item->state = PENDING;
  item->func = func;
  item->user_data = user_data;
  item->user_data_destroy = user_data_destroy;
  item->value_destroy = value_destroy;
  item->loop = asyncio_loop_ref (loop);

  future = asyncio_loop_create_future (loop);
  item->future = asyncio_ref (future);
  asyncio_future_add_done_callback (future, on_future_done, work_item_ref (item), work_item_unref);
  loop_expects (item);

  if (!executor_submit (executor_for (loop, executor), work_item_ref (item), error))
    {
      loop_expects_no_more (item);
      g_clear_pointer (&future, asyncio_unref);
    }

  work_item_unref (item);

  return future;
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
