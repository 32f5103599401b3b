/* SPDX-License-Identifier: MIT */

/*
 * Stand-ins for GLib's queues between threads.
 *
 * A GAsyncQueue is a real one, of which only what does not wait is called. What is done to it by the program under its lock (the functions that end
 * with "unlocked") needs no stand-in, but for those that wait.
 */

#include "standins.h"

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

static void
take_lock (ExplorerObject *object,
           gconstpointer   place)
{
  (void) explorer_step (&(ExplorerOp) { .verb = "locks", .object = object, .place = place, .enabled = explorer_object_is_free });
  object->owner = explorer->current;
  explorer_clock_acquire (&object->clock);
}

static gpointer
pop (GAsyncQueue  *queue,
     const gint64 *deadline,
     gconstpointer place)
{
  ExplorerObject *object = queue_object (queue);
  gboolean has_lock = object->owner == explorer->current;
  ExplorerVariant variant;

  /* Who has the lock gives it up while it waits. */
  if (has_lock && g_async_queue_length_unlocked (queue) <= 0)
    explorer_unlock (queue, "queue", place);

  variant = explorer_step (&(ExplorerOp) {
      .verb = "pops from",
      .object = object,
      .place = place,
      .enabled = has_item,
      .has_deadline = deadline != NULL,
      .deadline = deadline != NULL ? *deadline : 0,
  });

  if (variant == EXPLORER_TIMEOUT)
    {
      if (has_lock)
        take_lock (object, place);
      return NULL;
    }

  object->owner = has_lock ? explorer->current : NULL;
  explorer_clock_acquire (&object->clock);

  return g_async_queue_try_pop_unlocked (queue);
}

void __real_g_async_queue_lock (GAsyncQueue *queue);

void
__wrap_g_async_queue_lock (GAsyncQueue *queue)
{
  if (explorer_self () == NULL)
    __real_g_async_queue_lock (queue);
  else
    take_lock (queue_object (queue), PLACE);
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

void __real_g_async_queue_push_sorted (GAsyncQueue *queue, gpointer data, GCompareDataFunc func, gpointer user_data);

void
__wrap_g_async_queue_push_sorted (GAsyncQueue      *queue,
                                  gpointer          data,
                                  GCompareDataFunc  func,
                                  gpointer          user_data)
{
  if (explorer_self () == NULL)
    {
      __real_g_async_queue_push_sorted (queue, data, func, user_data);
      return;
    }

  use_queue (queue, "pushes sorted to", PLACE);
  explorer_clock_release (&queue_object (queue)->clock);
  g_async_queue_push_sorted_unlocked (queue, data, func, user_data);
}

gboolean __real_g_async_queue_remove (GAsyncQueue *queue, gpointer item);

gboolean
__wrap_g_async_queue_remove (GAsyncQueue *queue,
                             gpointer     item)
{
  if (explorer_self () == NULL)
    return __real_g_async_queue_remove (queue, item);

  use_queue (queue, "removes from", PLACE);
  explorer_clock_acquire (&queue_object (queue)->clock);
  return g_async_queue_remove_unlocked (queue, item);
}

gpointer __real_g_async_queue_timeout_pop_unlocked (GAsyncQueue *queue, guint64 timeout);

gpointer
__wrap_g_async_queue_timeout_pop_unlocked (GAsyncQueue *queue,
                                           guint64      timeout)
{
  gint64 deadline;

  if (explorer_self () == NULL)
    return __real_g_async_queue_timeout_pop_unlocked (queue, timeout);

  deadline = explorer->now + (gint64) timeout;
  return pop (queue, &deadline, PLACE);
}

void __real_g_async_queue_sort (GAsyncQueue *queue, GCompareDataFunc func, gpointer user_data);

void
__wrap_g_async_queue_sort (GAsyncQueue      *queue,
                           GCompareDataFunc  func,
                           gpointer          user_data)
{
  if (explorer_self () == NULL)
    {
      __real_g_async_queue_sort (queue, func, user_data);
      return;
    }

  use_queue (queue, "sorts", PLACE);
  g_async_queue_sort_unlocked (queue, func, user_data);
}

/* A queue's references are counted where only GLib sees it, so the queue stands for its count. */
static void
use_references (GAsyncQueue  *queue,
                const char   *verb,
                gconstpointer place)
{
  ExplorerObject *object = queue_object (queue);

  (void) explorer_step (&(ExplorerOp) { .verb = verb, .object = object, .place = place });
  explorer_clock_acquire (&object->clock);
  explorer_clock_release (&object->clock);
}

GAsyncQueue *__real_g_async_queue_ref (GAsyncQueue *queue);

GAsyncQueue *
__wrap_g_async_queue_ref (GAsyncQueue *queue)
{
  if (explorer_self () != NULL)
    use_references (queue, "refers to", PLACE);

  return __real_g_async_queue_ref (queue);
}

void __real_g_async_queue_unref (GAsyncQueue *queue);

void
__wrap_g_async_queue_unref (GAsyncQueue *queue)
{
  if (explorer_self () != NULL)
    use_references (queue, "gives up", PLACE);

  __real_g_async_queue_unref (queue);
}
