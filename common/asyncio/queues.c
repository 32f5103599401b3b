/* SPDX-License-Identifier: MIT */

/*
 * Queues (Lib/asyncio/queues.py).
 *
 *     putters ··> [ item item item ] ··> getters
 *      full? wait        │               empty? wait
 *                        └─ unfinished: put in and not yet task_done(); join() waits for none
 *
 * An item is handed to nobody. put() wakes the first getter, and that one looks into the queue when it runs; so an item
 * is always in the queue or in the hands of a task that runs, and none is lost with a getter that is cancelled.
 * What such a getter must hand on is the wake-up: there may be an item, and everybody behind it is still asleep.
 *
 * As in Python a newcomer may take an item for which somebody else was woken, who then goes to the end of the line.
 *
 * The three kinds differ only in where they keep the items, and which one they give.
 */

#include <asyncio/queues.h>

#include "coroutines-private.h"
#include "heapq-private.h"
#include "locks-private.h"

#include <asyncio/exceptions.h>

typedef struct
{
  const char *name;
  void (*put) (AsyncioQueue *self,
               gpointer      item);
  gpointer (*get) (AsyncioQueue *self);
} QueueKind;

struct _AsyncioQueue
{
  AsyncioLoopBound bound;

  const QueueKind *kind;
  int maxsize;
  GDestroyNotify item_destroy;

  GQueue items;    /* of a queue and a LIFO queue */
  GPtrArray *heap; /* of a priority queue, else NULL */
  GCompareDataFunc compare;
  gpointer compare_data;

  AsyncioWaiters getters;
  AsyncioWaiters putters;
  guint unfinished_tasks;
  AsyncioEvent *finished; /* (owned) */
};

/* --- Three kinds ------------------------------------------------------------------ */

static void
put_last (AsyncioQueue *self,
          gpointer      item)
{
  g_queue_push_tail (&self->items, item);
}

static gpointer
get_first (AsyncioQueue *self)
{
  return g_queue_pop_head (&self->items);
}

static gpointer
get_last (AsyncioQueue *self)
{
  return g_queue_pop_tail (&self->items);
}

static void
put_by_priority (AsyncioQueue *self,
                 gpointer      item)
{
  asyncio_heappush (self->heap, item, self->compare, self->compare_data);
}

static gpointer
get_smallest (AsyncioQueue *self)
{
  return asyncio_heappop (self->heap, self->compare, self->compare_data);
}

static const QueueKind queue_kind = { "Queue", put_last, get_first };
static const QueueKind lifo_kind = { "LifoQueue", put_last, get_last };
static const QueueKind priority_kind = { "PriorityQueue", put_by_priority, get_smallest };

/* --- Life --------------------------------------------------------------------------- */

static char *
queue_repr (const AsyncioLoopBound *bound)
{
  const AsyncioQueue *self = (const AsyncioQueue *) bound;
  g_autoptr (GString) text = g_string_new (NULL);
  guint n_getters = asyncio_waiters_count (&self->getters);
  guint n_putters = asyncio_waiters_count (&self->putters);

  g_string_append_printf (text, "<%s maxsize=%d", self->kind->name, self->maxsize);
  if (n_getters > 0)
    g_string_append_printf (text, " _getters[%u]", n_getters);
  if (n_putters > 0)
    g_string_append_printf (text, " _putters[%u]", n_putters);
  if (self->unfinished_tasks > 0)
    g_string_append_printf (text, " tasks=%u", self->unfinished_tasks);
  g_string_append_c (text, '>');

  return g_string_free (g_steal_pointer (&text), FALSE);
}

static AsyncioQueue *
queue_new (const QueueKind *kind,
           int              maxsize,
           GDestroyNotify   item_destroy)
{
  AsyncioQueue *self = g_new0 (AsyncioQueue, 1);

  asyncio_loop_bound_init (&self->bound, queue_repr);
  self->kind = kind;
  self->maxsize = maxsize;
  self->item_destroy = item_destroy;
  self->finished = asyncio_event_new ();
  asyncio_event_set (self->finished);

  return self;
}

AsyncioQueue *
asyncio_queue_new (int            maxsize,
                   GDestroyNotify item_destroy)
{
  return queue_new (&queue_kind, maxsize, item_destroy);
}

AsyncioQueue *
asyncio_lifo_queue_new (int            maxsize,
                        GDestroyNotify item_destroy)
{
  return queue_new (&lifo_kind, maxsize, item_destroy);
}

AsyncioQueue *
asyncio_priority_queue_new (int              maxsize,
                            GCompareDataFunc compare,
                            gpointer         compare_data,
                            GDestroyNotify   item_destroy)
{
  AsyncioQueue *self;

  g_return_val_if_fail (compare != NULL, NULL);

  self = queue_new (&priority_kind, maxsize, item_destroy);
  self->heap = g_ptr_array_new ();
  self->compare = compare;
  self->compare_data = compare_data;

  return self;
}

AsyncioQueue *
asyncio_queue_ref (AsyncioQueue *queue)
{
  g_return_val_if_fail (queue != NULL, NULL);

  queue->bound.ref_count++;

  return queue;
}

/* NULL is Python's None: there is nothing to free. */
static void
free_item (AsyncioQueue *self,
           gpointer      item)
{
  if (item != NULL && self->item_destroy != NULL)
    self->item_destroy (item);
}

void
asyncio_queue_unref (AsyncioQueue *queue)
{
  g_return_if_fail (queue != NULL);

  if (--queue->bound.ref_count > 0)
    return;

  g_assert (asyncio_waiters_count (&queue->getters) == 0 && asyncio_waiters_count (&queue->putters) == 0);
  while (!asyncio_queue_empty (queue))
    free_item (queue, queue->kind->get (queue));
  g_clear_pointer (&queue->heap, g_ptr_array_unref);
  asyncio_event_unref (queue->finished);
  asyncio_loop_bound_clear (&queue->bound);
  g_free (queue);
}

/* --- Asking ------------------------------------------------------------------------- */

guint
asyncio_queue_qsize (AsyncioQueue *queue)
{
  g_return_val_if_fail (queue != NULL, 0);

  return queue->heap != NULL ? queue->heap->len : queue->items.length;
}

int
asyncio_queue_maxsize (AsyncioQueue *queue)
{
  g_return_val_if_fail (queue != NULL, 0);

  return queue->maxsize;
}

gboolean
asyncio_queue_empty (AsyncioQueue *queue)
{
  g_return_val_if_fail (queue != NULL, TRUE);

  return asyncio_queue_qsize (queue) == 0;
}

gboolean
asyncio_queue_full (AsyncioQueue *queue)
{
  g_return_val_if_fail (queue != NULL, TRUE);

  return queue->maxsize > 0 && asyncio_queue_qsize (queue) >= (guint) queue->maxsize;
}

/* --- put and get ------------------------------------------------------------------------ */

/* Waits at the end of a line for as long as useless() says that there is nothing to do. */
static gboolean
wait_while (AsyncioQueue    *self,
            AsyncioWaiters  *waiters,
            gboolean       (*useless) (AsyncioQueue *queue),
            GError         **error)
{
  while (useless (self))
    {
      AsyncioLoop *loop = asyncio_loop_bound_get_loop (&self->bound, error);
      gboolean woken;

      if (loop == NULL)
        return FALSE;

      if (!asyncio_waiters_wait (waiters, loop, &woken, error))
        {
          /* Woken, but it cannot take the call: the next one can. */
          if (woken && !useless (self))
            (void) asyncio_waiters_wake_next (waiters);
          return FALSE;
        }
    }

  return TRUE;
}

gboolean
asyncio_queue_put_nowait (AsyncioQueue  *queue,
                          gpointer       item,
                          GError       **error)
{
  g_return_val_if_fail (queue != NULL, FALSE);

  if (asyncio_queue_full (queue))
    {
      g_set_error_literal (error, ASYNCIO_ERROR, ASYNCIO_ERROR_QUEUE_FULL, "");
      return FALSE;
    }

  queue->kind->put (queue, item);
  queue->unfinished_tasks++;
  asyncio_event_clear (queue->finished);
  (void) asyncio_waiters_wake_next (&queue->getters);

  return TRUE;
}

gboolean
asyncio_queue_put (AsyncioQueue  *queue,
                   gpointer       item,
                   GError       **error)
{
  g_autoptr (AsyncioQueue) held = NULL;

  g_return_val_if_fail (queue != NULL, FALSE);

  if (!asyncio_coroutine_check_inside (error))
    return FALSE;

  held = asyncio_queue_ref (queue);

  return wait_while (queue, &queue->putters, asyncio_queue_full, error) &&
         asyncio_queue_put_nowait (queue, item, error);
}

gpointer
asyncio_queue_get_nowait (AsyncioQueue  *queue,
                          GError       **error)
{
  gpointer item;

  g_return_val_if_fail (queue != NULL, NULL);

  if (asyncio_queue_empty (queue))
    {
      g_set_error_literal (error, ASYNCIO_ERROR, ASYNCIO_ERROR_QUEUE_EMPTY, "");
      return NULL;
    }

  item = queue->kind->get (queue);
  (void) asyncio_waiters_wake_next (&queue->putters);

  return item;
}

gpointer
asyncio_queue_get (AsyncioQueue  *queue,
                   GError       **error)
{
  g_autoptr (AsyncioQueue) held = NULL;

  g_return_val_if_fail (queue != NULL, NULL);

  if (!asyncio_coroutine_check_inside (error))
    return NULL;

  held = asyncio_queue_ref (queue);

  return wait_while (queue, &queue->getters, asyncio_queue_empty, error) ? asyncio_queue_get_nowait (queue, error)
                                                                        : NULL;
}

/* --- join --------------------------------------------------------------------------------- */

gboolean
asyncio_queue_task_done (AsyncioQueue  *queue,
                         GError       **error)
{
  g_return_val_if_fail (queue != NULL, FALSE);

  if (queue->unfinished_tasks == 0)
    {
      g_set_error_literal (error, ASYNCIO_ERROR, ASYNCIO_ERROR_VALUE, "task_done() called too many times");
      return FALSE;
    }

  if (--queue->unfinished_tasks == 0)
    asyncio_event_set (queue->finished);

  return TRUE;
}

gboolean
asyncio_queue_join (AsyncioQueue  *queue,
                    GError       **error)
{
  g_autoptr (AsyncioQueue) held = NULL;

  g_return_val_if_fail (queue != NULL, FALSE);

  held = asyncio_queue_ref (queue);

  return asyncio_event_wait (queue->finished, error);
}

/* --- Not awaited yet ------------------------------------------------------------------------ */

typedef struct
{
  AsyncioQueue *queue; /* (owned) */
  gpointer item;       /* (owned) until it is in the queue */
} Put;

static void
put_free (gpointer data)
{
  Put *self = data;

  free_item (self->queue, self->item);
  asyncio_queue_unref (self->queue);
  g_free (self);
}

static gpointer
put_body (gpointer   user_data,
          GError   **error)
{
  Put *self = user_data;

  if (asyncio_queue_put (self->queue, self->item, error))
    self->item = NULL;

  return NULL;
}

AsyncioCoroutine *
asyncio_queue_put_coroutine (AsyncioQueue *queue,
                             gpointer      item)
{
  Put *self;

  g_return_val_if_fail (queue != NULL, NULL);

  self = g_new (Put, 1);
  *self = (Put) { asyncio_queue_ref (queue), item };

  return asyncio_coroutine_new_full (put_body, self, put_free, NULL, "put", G_STRLOC);
}

static gpointer
get_body (gpointer   queue,
          GError   **error)
{
  return asyncio_queue_get (queue, error);
}

AsyncioCoroutine *
asyncio_queue_get_coroutine (AsyncioQueue *queue)
{
  g_return_val_if_fail (queue != NULL, NULL);

  return asyncio_coroutine_new_full (get_body, asyncio_queue_ref (queue), (GDestroyNotify) asyncio_queue_unref,
                                     queue->item_destroy, "get", G_STRLOC);
}

static gpointer
join_body (gpointer   queue,
           GError   **error)
{
  (void) asyncio_queue_join (queue, error);

  return NULL;
}

AsyncioCoroutine *
asyncio_queue_join_coroutine (AsyncioQueue *queue)
{
  g_return_val_if_fail (queue != NULL, NULL);

  return asyncio_coroutine_new_full (join_body, asyncio_queue_ref (queue), (GDestroyNotify) asyncio_queue_unref,
                                     NULL, "join", G_STRLOC);
}
