/* SPDX-License-Identifier: MIT */
#pragma once

/*
 * A heap in an array (Lib/heapq.py). PriorityQueue keeps its items in one.
 */

#include <glib.h>

/* Puts an item into the heap, `heapq.heappush(heap, item)`. */
void asyncio_heappush (GPtrArray        *heap,
                       gpointer          item,
                       GCompareDataFunc  compare,
                       gpointer          compare_data);

/* Takes the smallest item out of a heap that is not empty, `heapq.heappop(heap)`. */
gpointer asyncio_heappop (GPtrArray        *heap,
                          GCompareDataFunc  compare,
                          gpointer          compare_data);
