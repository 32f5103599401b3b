/* SPDX-License-Identifier: MIT */

/*
 * Stand-ins for GLib's queues between threads and for its thread pools.
 *
 * A GAsyncQueue is a real one, of which only what does not wait is called. A GThreadPool of GLib's would make threads of the system, so this is another
 * one: its threads are the program's, one for each item up to the maximum, and they end when there is nothing left to do (an
 * exclusive pool's when it is freed). GLib keeps idle threads of shared pools for other pools; that is nothing a program can notice.
 */

#include "standins.h"

/* --- Queues -------------------------------------------------------------------------------- */

/* owner: who called g_async_queue_lock() */
static ExplorerObject *
queue_object (GAsyncQueue *queue)
{
  return explorer_object (queue, "queue");
}

static gboolean
is_accessible (ExplorerThread *thread)
{
  return thread->op.object->owner == NULL || thread->op.object->owner == thread;
}

/* GLib reports the number of items less that of waiting threads, and none ever waits there. */
static gboolean
has_item (ExplorerThread *thread)
{
  return is_accessible (thread) && g_async_queue_length_unlocked ((GAsyncQueue *) thread->op.object->address) > 0;
}

static void
use_queue (GAsyncQueue  *queue,
           const char   *verb,
           gconstpointer place)
{
  (void) explorer_step (&(ExplorerOp) { .verb = verb, .object = queue_object (queue), .place = place, .enabled = is_accessible });
}

static gpointer
take_item (GAsyncQueue *queue)
{
  gpointer item = g_async_queue_try_pop_unlocked (queue);

  if (item != NULL)
    explorer_clock_acquire (&queue_object (queue)->clock);

  return item;
}

static gpointer
pop (GAsyncQueue  *queue,
     const gint64 *deadline,
     gconstpointer place)
{
  ExplorerObject *object = queue_object (queue);
  ExplorerThread *owner = object->owner;
  ExplorerVariant variant;

  /* Who has the lock gives it up while it waits. */
  if (g_async_queue_length_unlocked (queue) <= 0 && owner == explorer->current)
    object->owner = NULL;

  variant = explorer_step (&(ExplorerOp) {
      .verb = "pops from",
      .object = object,
      .place = place,
      .enabled = has_item,
      .has_deadline = deadline != NULL,
      .deadline = deadline != NULL ? *deadline : 0,
  });
  if (owner == explorer->current)
    object->owner = owner;

  return variant == EXPLORER_TIMEOUT ? NULL : take_item (queue);
}

void __real_g_async_queue_lock (GAsyncQueue *queue);

static gboolean
object_is_free (ExplorerThread *thread)
{
  return thread->op.object->owner == NULL;
}

void
__wrap_g_async_queue_lock (GAsyncQueue *queue)
{
  ExplorerObject *object;

  if (explorer_self () == NULL)
    {
      __real_g_async_queue_lock (queue);
      return;
    }

  object = queue_object (queue);
  (void) explorer_step (&(ExplorerOp) { .verb = "locks", .object = object, .place = PLACE, .enabled = object_is_free });
  object->owner = explorer->current;
  explorer_clock_acquire (&object->clock);
}

void __real_g_async_queue_unlock (GAsyncQueue *queue);

void
__wrap_g_async_queue_unlock (GAsyncQueue *queue)
{
  if (explorer_self () == NULL)
    __real_g_async_queue_unlock (queue);
  else
    explorer_unlock (queue, "queue", PLACE);
}

void __real_g_async_queue_push (GAsyncQueue *queue, gpointer data);

void
__wrap_g_async_queue_push (GAsyncQueue *queue,
                           gpointer     data)
{
  if (explorer_self () == NULL)
    {
      __real_g_async_queue_push (queue, data);
      return;
    }

  use_queue (queue, "pushes to", PLACE);
  explorer_clock_release (&queue_object (queue)->clock);
  g_async_queue_push_unlocked (queue, data);
}

void __real_g_async_queue_push_front (GAsyncQueue *queue, gpointer data);

void
__wrap_g_async_queue_push_front (GAsyncQueue *queue,
                                 gpointer     data)
{
  if (explorer_self () == NULL)
    {
      __real_g_async_queue_push_front (queue, data);
      return;
    }

  use_queue (queue, "pushes to the front of", PLACE);
  explorer_clock_release (&queue_object (queue)->clock);
  g_async_queue_push_front_unlocked (queue, data);
}

gpointer __real_g_async_queue_pop (GAsyncQueue *queue);

gpointer
__wrap_g_async_queue_pop (GAsyncQueue *queue)
{
  return explorer_self () == NULL ? __real_g_async_queue_pop (queue) : pop (queue, NULL, PLACE);
}

gpointer __real_g_async_queue_pop_unlocked (GAsyncQueue *queue);

gpointer
__wrap_g_async_queue_pop_unlocked (GAsyncQueue *queue)
{
  return explorer_self () == NULL ? __real_g_async_queue_pop_unlocked (queue) : pop (queue, NULL, PLACE);
}

gpointer __real_g_async_queue_try_pop (GAsyncQueue *queue);

gpointer
__wrap_g_async_queue_try_pop (GAsyncQueue *queue)
{
  if (explorer_self () == NULL)
    return __real_g_async_queue_try_pop (queue);

  use_queue (queue, "tries to pop from", PLACE);
  return take_item (queue);
}

gpointer __real_g_async_queue_timeout_pop (GAsyncQueue *queue, guint64 timeout);

gpointer
__wrap_g_async_queue_timeout_pop (GAsyncQueue *queue,
                                  guint64      timeout)
{
  gint64 deadline;

  if (explorer_self () == NULL)
    return __real_g_async_queue_timeout_pop (queue, timeout);

  deadline = explorer->now + (gint64) timeout;
  return pop (queue, &deadline, PLACE);
}

int __real_g_async_queue_length (GAsyncQueue *queue);

int
__wrap_g_async_queue_length (GAsyncQueue *queue)
{
  if (explorer_self () == NULL)
    return __real_g_async_queue_length (queue);

  use_queue (queue, "looks at", PLACE);
  return g_async_queue_length_unlocked (queue);
}

/* --- Pools ------------------------------------------------------------------------------------ */

/* Its locks are known to the explorer only, by the addresses of these fields. */
typedef struct
{
  GThreadPool public; /* first */
  GDestroyNotify item_free;
  int max_threads; /* -1: as many as there is work for */
  char lock;
  char changed;
  GQueue items;
  int n_threads;
  gboolean is_freed;
  gboolean drops_items;
  gboolean frees_itself; /* nobody waits for the last thread */
} Pool;

static void
pool_finalize (Pool *pool)
{
  explorer->busy++;
  g_queue_clear (&pool->items);
  g_free (pool);
  explorer->busy--;
}

static gpointer
pool_thread (gpointer data)
{
  Pool *pool = data;
  gboolean is_last;

  explorer_lock (&pool->lock, "mutex", NULL);
  while (TRUE)
    {
      gpointer item = pool->drops_items ? NULL : g_queue_pop_head (&pool->items);

      if (item != NULL)
        {
          explorer_unlock (&pool->lock, "mutex", NULL);
          pool->public.func (item, pool->public.user_data);
          explorer_lock (&pool->lock, "mutex", NULL);
        }
      else if (pool->public.exclusive && !pool->is_freed)
        {
          explorer_wait (&pool->changed, &pool->lock, NULL, NULL);
        }
      else
        {
          break;
        }
    }

  is_last = --pool->n_threads == 0 && pool->frees_itself;
  explorer_signal (&pool->changed, TRUE, NULL);
  explorer_unlock (&pool->lock, "mutex", NULL);
  if (is_last)
    pool_finalize (pool);

  return NULL;
}

static void
start_thread (Pool *pool)
{
  pool->n_threads++;
  explorer_thread_new ("pool", pool_thread, pool)->joined = TRUE;
}

GThreadPool *__real_g_thread_pool_new_full (GFunc func, gpointer user_data, GDestroyNotify item_free, int max_threads, gboolean exclusive,
                                            GError **error);

GThreadPool *
__wrap_g_thread_pool_new_full (GFunc            func,
                               gpointer         user_data,
                               GDestroyNotify   item_free,
                               int              max_threads,
                               gboolean         exclusive,
                               GError         **error)
{
  Pool *pool;

  if (explorer_self () == NULL)
    return __real_g_thread_pool_new_full (func, user_data, item_free, max_threads, exclusive, error);

  pool = g_new0 (Pool, 1);
  pool->public = (GThreadPool) { func, user_data, exclusive };
  pool->item_free = item_free;
  pool->max_threads = max_threads;
  g_queue_init (&pool->items);
  for (int i = 0; exclusive && i < max_threads; i++)
    start_thread (pool);

  return &pool->public;
}

GThreadPool *
__wrap_g_thread_pool_new (GFunc      func,
                          gpointer   user_data,
                          int        max_threads,
                          gboolean   exclusive,
                          GError   **error)
{
  return __wrap_g_thread_pool_new_full (func, user_data, NULL, max_threads, exclusive, error);
}

gboolean __real_g_thread_pool_push (GThreadPool *pool, gpointer item, GError **error);

gboolean
__wrap_g_thread_pool_push (GThreadPool *public,
                           gpointer     item,
                           GError     **error)
{
  Pool *pool = (Pool *) public;

  if (explorer_self () == NULL)
    return __real_g_thread_pool_push (public, item, error);

  explorer_lock (&pool->lock, "mutex", PLACE);
  explorer->busy++;
  g_queue_push_tail (&pool->items, item);
  explorer->busy--;
  if (!public->exclusive && (pool->max_threads < 0 || pool->n_threads < pool->max_threads))
    start_thread (pool);
  explorer_signal (&pool->changed, FALSE, PLACE);
  explorer_unlock (&pool->lock, "mutex", PLACE);

  return TRUE;
}

guint __real_g_thread_pool_unprocessed (GThreadPool *pool);

guint
__wrap_g_thread_pool_unprocessed (GThreadPool *public)
{
  Pool *pool = (Pool *) public;
  guint n;

  if (explorer_self () == NULL)
    return __real_g_thread_pool_unprocessed (public);

  explorer_lock (&pool->lock, "mutex", PLACE);
  n = g_queue_get_length (&pool->items);
  explorer_unlock (&pool->lock, "mutex", PLACE);

  return n;
}

void __real_g_thread_pool_free (GThreadPool *pool, gboolean immediate, gboolean wait);

void
__wrap_g_thread_pool_free (GThreadPool *public,
                           gboolean     immediate,
                           gboolean     wait)
{
  Pool *pool = (Pool *) public;
  gboolean is_last;
  gpointer item;

  if (explorer_self () == NULL)
    {
      __real_g_thread_pool_free (public, immediate, wait);
      return;
    }

  explorer_lock (&pool->lock, "mutex", PLACE);
  pool->is_freed = TRUE;
  pool->drops_items = immediate;
  explorer_signal (&pool->changed, TRUE, PLACE);
  while (wait && pool->n_threads > 0)
    explorer_wait (&pool->changed, &pool->lock, NULL, PLACE);
  is_last = pool->n_threads == 0;
  pool->frees_itself = !is_last;
  explorer_unlock (&pool->lock, "mutex", PLACE);

  while (immediate && pool->item_free != NULL && (item = g_queue_pop_head (&pool->items)) != NULL)
    pool->item_free (item);
  if (is_last)
    pool_finalize (pool);
}
