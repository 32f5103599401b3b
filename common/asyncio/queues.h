/* SPDX-License-Identifier: MIT */
#pragma once

/**
 * @file
 * Queues between tasks (`Lib/asyncio/queues.py`).
 *
 * Producers put items in, consumers get them out, and each waits for the other: put() while the queue is full, get()
 * while it is empty. They are for the tasks of one loop; what is said in locks.h of loops and references
 * holds here too.
 */

#include <asyncio/coroutines.h>

G_BEGIN_DECLS

/** A queue, `asyncio.Queue`, `asyncio.PriorityQueue` or `asyncio.LifoQueue`. */
typedef struct _AsyncioQueue AsyncioQueue;

/**
 * Makes a queue that gives the oldest item first, `asyncio.Queue(maxsize)`.
 *
 * @param maxsize  how many items it takes; 0 or less: any number
 * @param item_destroy  (nullable): frees an item that is not NULL, of those that are in the queue when it is freed
 * @return (transfer full): the queue
 */
AsyncioQueue *asyncio_queue_new (int            maxsize,
                                 GDestroyNotify item_destroy) G_GNUC_WARN_UNUSED_RESULT;

/**
 * Makes a queue that gives the newest item first, `asyncio.LifoQueue(maxsize)`.
 *
 * @param maxsize  as for asyncio_queue_new()
 * @param item_destroy  (nullable): as for asyncio_queue_new()
 * @return (transfer full): the queue
 */
AsyncioQueue *asyncio_lifo_queue_new (int            maxsize,
                                      GDestroyNotify item_destroy) G_GNUC_WARN_UNUSED_RESULT;

/**
 * Makes a queue that gives the smallest item first, `asyncio.PriorityQueue(maxsize)`.
 *
 * Which of two equal items comes first is not said, but it is the same one as in Python (`heapq`).
 *
 * @param maxsize  as for asyncio_queue_new()
 * @param compare  says which of two items is smaller, with a result below zero if it is the first
 * @param compare_data  what it gets; it must live as long as the queue
 * @param item_destroy  (nullable): as for asyncio_queue_new()
 * @return (transfer full): the queue
 */
AsyncioQueue *asyncio_priority_queue_new (int              maxsize,
                                          GCompareDataFunc compare,
                                          gpointer         compare_data,
                                          GDestroyNotify   item_destroy) G_GNUC_WARN_UNUSED_RESULT;

/** Takes a reference. @return (transfer full): @p queue */
AsyncioQueue *asyncio_queue_ref (AsyncioQueue *queue);

/** Gives up a reference. The last one destroys the items that are left. */
void asyncio_queue_unref (AsyncioQueue *queue);

/** How many items are in the queue, `queue.qsize()`. */
guint asyncio_queue_qsize (AsyncioQueue *queue);

/** How many items the queue takes, 0 or less meaning any number, `queue.maxsize`. */
int asyncio_queue_maxsize (AsyncioQueue *queue);

/** Whether nothing is in the queue, `queue.empty()`. */
gboolean asyncio_queue_empty (AsyncioQueue *queue);

/** Whether the queue takes no more items now, `queue.full()`. */
gboolean asyncio_queue_full (AsyncioQueue *queue);

/**
 * Waits until there is room, and puts an item into the queue, `await queue.put(item)`.
 *
 * @param queue  a queue
 * @param item  (transfer full) (nullable): the item. With an error it stays the caller's
 * @param error  CancelledError; RuntimeError outside a coroutine or in a loop that is not the queue's
 * @return TRUE, or FALSE with an error, and then the item is not in the queue
 */
ASYNCIO_SUSPENDS gboolean asyncio_queue_put (AsyncioQueue  *queue,
                                             gpointer       item,
                                             GError       **error);

/**
 * `queue.put(item)`, not awaited yet.
 *
 * @param queue  a queue
 * @param item  (transfer full) (nullable): the item. If it never gets into the queue it is destroyed as the
 *   queue destroys its items
 * @return (transfer floating): a coroutine with the value NULL
 */
AsyncioCoroutine *asyncio_queue_put_coroutine (AsyncioQueue *queue,
                                               gpointer      item);

/**
 * Puts an item into the queue, `queue.put_nowait(item)`.
 *
 * @param queue  a queue
 * @param item  (transfer full) (nullable): the item. With an error it stays the caller's
 * @param error  QueueFull
 * @return TRUE, or FALSE with an error
 */
gboolean asyncio_queue_put_nowait (AsyncioQueue  *queue,
                                   gpointer       item,
                                   GError       **error);

/**
 * Waits until there is an item, and takes it out of the queue, `await queue.get()`.
 *
 * @param queue  a queue
 * @param error  CancelledError; RuntimeError outside a coroutine or in a loop that is not the queue's. With an error no
 *   item was taken
 * @return (transfer full) (nullable): the item; NULL with an error, or as an item
 */
ASYNCIO_SUSPENDS gpointer asyncio_queue_get (AsyncioQueue  *queue,
                                             GError       **error);

/**
 * `queue.get()`, not awaited yet.
 *
 * @param queue  a queue
 * @return (transfer floating): a coroutine whose value is the item, which is destroyed with it as the queue destroys
 *   its items
 */
AsyncioCoroutine *asyncio_queue_get_coroutine (AsyncioQueue *queue);

/**
 * Takes an item out of the queue, `queue.get_nowait()`.
 *
 * @param queue  a queue
 * @param error  QueueEmpty
 * @return (transfer full) (nullable): the item; NULL with an error, or as an item
 */
gpointer asyncio_queue_get_nowait (AsyncioQueue  *queue,
                                   GError       **error);

/**
 * Says that an item which was got out of the queue is dealt with, `queue.task_done()`.
 *
 * @param queue  a queue
 * @param error  ValueError "task_done() called too many times", more often than items were put in
 * @return TRUE, or FALSE with an error
 */
gboolean asyncio_queue_task_done (AsyncioQueue  *queue,
                                  GError       **error);

/**
 * Waits until all items that were put into the queue are dealt with, `await queue.join()`.
 *
 * @param queue  a queue
 * @param error  CancelledError; RuntimeError outside a coroutine or in a loop that is not the queue's
 * @return TRUE, or FALSE with an error
 */
ASYNCIO_SUSPENDS gboolean asyncio_queue_join (AsyncioQueue  *queue,
                                              GError       **error);

/** `queue.join()`, not awaited yet. Its value is NULL. @return (transfer floating) */
AsyncioCoroutine *asyncio_queue_join_coroutine (AsyncioQueue *queue);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (AsyncioQueue, asyncio_queue_unref)

G_END_DECLS
