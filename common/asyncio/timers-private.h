/* SPDX-License-Identifier: MIT */
#pragma once

/*
 * The timer heap: which handle is due next.
 */

#include "events-private.h"

typedef struct
{
  AsyncioHandle **handles; /* (owned) from index 1: the children of i are 2 i and 2 i + 1 */
  guint length;
  guint allocated;
  guint64 sequence;
} AsyncioTimerHeap;

/* (transfer full): the heap keeps the reference until the handle is popped or removed. */
void asyncio_timer_heap_push (AsyncioTimerHeap *self,
                              AsyncioHandle    *handle);
AsyncioHandle *asyncio_timer_heap_peek (AsyncioTimerHeap *self);
AsyncioHandle *asyncio_timer_heap_pop (AsyncioTimerHeap *self);
void asyncio_timer_heap_remove (AsyncioTimerHeap *self,
                                AsyncioHandle    *handle);
void asyncio_timer_heap_clear (AsyncioTimerHeap *self);
