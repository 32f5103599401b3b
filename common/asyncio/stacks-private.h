/* SPDX-License-Identifier: MIT */
#pragma once

/*
 * Stacks for coroutines, and a pool of them for each thread.
 */

#include <glib.h>

typedef struct _AsyncioStack AsyncioStack;
typedef struct _AsyncioStackSlab AsyncioStackSlab;

struct _AsyncioStack
{
  gpointer base; /* the lowest address that may be used; below it lies the guard */
  gsize size;
  guint valgrind_id;
  AsyncioStack *next; /* in the pool */
};

/* The pool of one thread. All zeros is an empty one. */
typedef struct
{
  AsyncioStack *warm;      /* last in, first out: the one used last is the one in the cache */
  AsyncioStack *cold;      /* those whose memory was given back */
  AsyncioStackSlab *slabs; /* all memory that was ever taken */
  guint n_warm;
  guint n_taken;
} AsyncioStackPool;

/* Returns NULL with an ASYNCIO_ERROR_MEMORY where there is no memory, or no guard, to be had. */
AsyncioStack *asyncio_stack_pool_take (AsyncioStackPool  *self,
                                       GError           **error);
void asyncio_stack_pool_give_back (AsyncioStackPool *self,
                                   AsyncioStack     *stack);
void asyncio_stack_pool_clear (AsyncioStackPool *self);
