/* SPDX-License-Identifier: MIT */

/*
 * Stand-ins for GLib's thread pools.
 *
 * A GThreadPool of GLib's would make threads of the system, so this is another one: its threads are the program's, one for each item up to the
 * maximum, and they end when there is nothing left to do (an exclusive pool's when it is freed). GLib keeps idle threads of
 * shared pools for other pools; that is nothing a program can notice.
 */

#include "standins.h"

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

/* The maximum may be lowered while they work. */
static gboolean
too_many_threads (const Pool *pool)
{
  return pool->max_threads >= 0 && pool->n_threads > pool->max_threads;
}

static const char nothing;

/*
 * Waits, and takes an item if there is one. GLib's threads take it even if the pool was freed at once in the meantime, and then neither work on
 * it nor have it freed.
 */
static gpointer
wait_for_item (Pool *pool)
{
  gpointer item;

  explorer_wait (&pool->changed, &pool->lock, NULL, NULL);
  item = g_queue_pop_head (&pool->items);

  return item != NULL && !pool->drops_items ? item : (gpointer) &nothing;
}

static gpointer
pool_thread (gpointer data)
{
  Pool *pool = data;
  gboolean is_last;

  explorer_lock (&pool->lock, "mutex", NULL);
  while (TRUE)
    {
      gpointer item = pool->drops_items || too_many_threads (pool) ? NULL : g_queue_pop_head (&pool->items);

      if (item == NULL && pool->public.exclusive && !pool->is_freed && !too_many_threads (pool))
        item = wait_for_item (pool);

      if (item == &nothing)
        continue;
      if (item != NULL)
        {
          explorer_unlock (&pool->lock, "mutex", NULL);
          pool->public.func (item, pool->public.user_data);
          explorer_lock (&pool->lock, "mutex", NULL);
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

gboolean __real_g_thread_pool_set_max_threads (GThreadPool *pool, int max_threads, GError **error);

gboolean
__wrap_g_thread_pool_set_max_threads (GThreadPool *public,
                                      int          max_threads,
                                      GError     **error)
{
  Pool *pool = (Pool *) public;
  guint n_wanted;

  if (explorer_self () == NULL)
    return __real_g_thread_pool_set_max_threads (public, max_threads, error);

  explorer_lock (&pool->lock, "mutex", PLACE);
  pool->max_threads = max_threads;
  n_wanted = public->exclusive ? (guint) max_threads : g_queue_get_length (&pool->items);
  while (!too_many_threads (pool) && pool->n_threads != max_threads && n_wanted-- > 0)
    start_thread (pool);
  explorer_signal (&pool->changed, TRUE, PLACE);
  explorer_unlock (&pool->lock, "mutex", PLACE);

  return TRUE;
}

int __real_g_thread_pool_get_max_threads (GThreadPool *pool);

int
__wrap_g_thread_pool_get_max_threads (GThreadPool *public)
{
  Pool *pool = (Pool *) public;
  int max_threads;

  if (explorer_self () == NULL)
    return __real_g_thread_pool_get_max_threads (public);

  explorer_lock (&pool->lock, "mutex", PLACE);
  max_threads = pool->max_threads;
  explorer_unlock (&pool->lock, "mutex", PLACE);

  return max_threads;
}

guint __real_g_thread_pool_get_num_threads (GThreadPool *pool);

guint
__wrap_g_thread_pool_get_num_threads (GThreadPool *public)
{
  Pool *pool = (Pool *) public;
  guint n;

  if (explorer_self () == NULL)
    return __real_g_thread_pool_get_num_threads (public);

  explorer_lock (&pool->lock, "mutex", PLACE);
  n = (guint) pool->n_threads;
  explorer_unlock (&pool->lock, "mutex", PLACE);

  return n;
}
