/* SPDX-License-Identifier: MIT */

/*
 * The timer heap.
 *
 * A binary heap in an array: the handle at index i is due no later than its children at
 * 2 i and 2 i + 1, so the next one is at index 1. A handle knows its index; a
 * cancelled timer is removed at once, in O(log n), where CPython leaves it in the heap until
 * half of the heap is dead. Equal deadlines keep the order in which they were set,
 * which CPython's heap does not promise.
 */

#include "timers-private.h"

static gboolean
is_before (const AsyncioHandle *a,
           const AsyncioHandle *b)
{
  if (a->when_ns != b->when_ns)
    return a->when_ns < b->when_ns;

  return a->sequence < b->sequence;
}

static void
put (AsyncioTimerHeap *self,
     guint             index,
     AsyncioHandle    *handle)
{
  self->handles[index] = handle;
  handle->heap_index = index;
}

/* Moves a handle up from index until its parent is due before it. */
static void
sift_up (AsyncioTimerHeap *self,
         guint             index,
         AsyncioHandle    *handle)
{
  while (index > 1 && is_before (handle, self->handles[index / 2]))
    {
      put (self, index, self->handles[index / 2]);
      index /= 2;
    }

  put (self, index, handle);
}

/* Moves a handle down from index until its children are due after it. */
static void
sift_down (AsyncioTimerHeap *self,
           guint             index,
           AsyncioHandle    *handle)
{
  while (index * 2 <= self->length)
    {
      guint child = index * 2;

      if (child < self->length && is_before (self->handles[child + 1], self->handles[child]))
        child++;
      if (!is_before (self->handles[child], handle))
        break;

      put (self, index, self->handles[child]);
      index = child;
    }

  put (self, index, handle);
}

void
asyncio_timer_heap_push (AsyncioTimerHeap *self,
                         AsyncioHandle    *handle)
{
  if (self->length + 1 >= self->allocated)
    {
      self->allocated = MAX (64, self->allocated * 2);
      self->handles = g_renew (AsyncioHandle *, self->handles, self->allocated);
    }

  handle->sequence = self->sequence++;
  self->length++;
  sift_up (self, self->length, handle);
}

AsyncioHandle *
asyncio_timer_heap_peek (AsyncioTimerHeap *self)
{
  return self->length > 0 ? self->handles[1] : NULL;
}

/* Takes a handle out and fills the hole with the last one. */
static void
take_out (AsyncioTimerHeap *self,
          AsyncioHandle    *handle)
{
  guint index = handle->heap_index;
  AsyncioHandle *last = self->handles[self->length--];

  handle->heap_index = 0;
  if (last == handle)
    return;

  if (index > 1 && is_before (last, self->handles[index / 2]))
    sift_up (self, index, last);
  else
    sift_down (self, index, last);
}

AsyncioHandle *
asyncio_timer_heap_pop (AsyncioTimerHeap *self)
{
  AsyncioHandle *handle = asyncio_timer_heap_peek (self);

  if (handle != NULL)
    take_out (self, handle);

  return handle;
}

void
asyncio_timer_heap_remove (AsyncioTimerHeap *self,
                           AsyncioHandle    *handle)
{
  take_out (self, handle);
  asyncio_handle_unref (handle);
}

void
asyncio_timer_heap_clear (AsyncioTimerHeap *self)
{
  AsyncioHandle *handle;

  while ((handle = asyncio_timer_heap_pop (self)) != NULL)
    asyncio_handle_unref (handle);

  g_clear_pointer (&self->handles, g_free);
  self->allocated = 0;
}
