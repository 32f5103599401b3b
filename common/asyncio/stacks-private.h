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

/* Whether an address lies in the guard below a stack. May be called in a signal handler. */
gboolean asyncio_stack_is_guard (const AsyncioStack *self,
                                 gconstpointer       address);

/* How guards are made: by MADV_GUARD_INSTALL until the kernel refuses it, from then on by mprotect(). */
typedef enum
{
  ASYNCIO_GUARDS_MARKED,
  ASYNCIO_GUARDS_PROTECTED,
} AsyncioGuards;

/* For tests, which have one kernel and must try both ways: how the next guards are made, in all threads. */
void asyncio_stacks_set_guards (AsyncioGuards how);

/* For tests: how many mappings guards may cost. 0 for half of what the kernel allows. */
void asyncio_stacks_set_max_mappings (guint n);

/* How many they cost now. */
guint asyncio_stacks_get_n_mappings (void);
