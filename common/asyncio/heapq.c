/* SPDX-License-Identifier: MIT */

/*
 * A heap in an array (Lib/heapq.py).
 *
 *              0             No item is smaller than the one above it, so the smallest is at 0. Below i are
 *          1       2         2i + 1 and 2i + 2. The order of what stands side by side is left open, which is
 *        3   4   5   6       why a push or a pop moves only one item on each level.
 *
 * Items that are equal come out in the order in which Python's heapq gives them: the steps are the same, and "smaller"
 * is the only question that is asked. pop() fills the hole at the top with the smaller child, down to the very
 * bottom, and only then lets the last item find its place from there. That takes fewer comparisons than stopping on
 * the way, since an item from the bottom mostly belongs there.
 *
 * The loop's timers have a heap of their own (timers.c), which can take out an item from the middle.
 */

#include "heapq-private.h"

/* Lets the item at pos rise to its place, but not above start. */
static void
siftdown (GPtrArray        *heap,
          guint             start,
          guint             pos,
          GCompareDataFunc  compare,
          gpointer          compare_data)
{
  gpointer item = heap->pdata[pos];

  while (pos > start)
    {
      guint parent = (pos - 1) / 2;

      if (compare (item, heap->pdata[parent], compare_data) >= 0)
        break;
      heap->pdata[pos] = heap->pdata[parent];
      pos = parent;
    }

  heap->pdata[pos] = item;
}

/* Lets the item at the top sink to its place. */
static void
siftup (GPtrArray        *heap,
        GCompareDataFunc  compare,
        gpointer          compare_data)
{
  gpointer item = heap->pdata[0];
  guint pos = 0;

  for (guint child = 1; child < heap->len; child = 2 * pos + 1)
    {
      guint right = child + 1;

      if (right < heap->len && compare (heap->pdata[child], heap->pdata[right], compare_data) >= 0)
        child = right;
      heap->pdata[pos] = heap->pdata[child];
      pos = child;
    }

  heap->pdata[pos] = item;
  siftdown (heap, 0, pos, compare, compare_data);
}

void
asyncio_heappush (GPtrArray        *heap,
                  gpointer          item,
                  GCompareDataFunc  compare,
                  gpointer          compare_data)
{
  g_ptr_array_add (heap, item);
  siftdown (heap, 0, heap->len - 1, compare, compare_data);
}

gpointer
asyncio_heappop (GPtrArray        *heap,
                 GCompareDataFunc  compare,
                 gpointer          compare_data)
{
  gpointer last = g_ptr_array_steal_index (heap, heap->len - 1);
  gpointer smallest;

  if (heap->len == 0)
    return last;

  smallest = heap->pdata[0];
  heap->pdata[0] = last;
  siftup (heap, compare, compare_data);

  return smallest;
}
