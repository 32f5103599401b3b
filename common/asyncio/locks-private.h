/* SPDX-License-Identifier: MIT */
#pragma once

/*
 * The inside of locks and queues: which loop they belong to, and the line of those who wait.
 */

#include <asyncio/locks.h>

#include <asyncio/futures.h>

/* --- Belonging to a loop (mixins.c) ------------------------------------------------ */

/* The head of every lock and queue (mixins.py: _LoopBoundMixin). */
typedef struct _AsyncioLoopBound AsyncioLoopBound;

struct _AsyncioLoopBound
{
  guint ref_count;
  AsyncioLoop *loop; /* (owned) (nullable) */
  char *(*repr) (const AsyncioLoopBound *self);
};

void asyncio_loop_bound_init (AsyncioLoopBound *self,
                              char           *(*repr) (const AsyncioLoopBound *self));
void asyncio_loop_bound_clear (AsyncioLoopBound *self);

/* _LoopBoundMixin._get_loop: the loop in which to wait. All locks and queues ask this one function, before each
 * wait and at no other time; before 3.10 also when they are made. (transfer none) (nullable) */
AsyncioLoop *asyncio_loop_bound_get_loop (AsyncioLoopBound  *self,
                                          GError           **error);

/* --- The line of those who wait (waiters.c) ------------------------------------------ */

typedef struct
{
  GQueue waiting; /* (element-type AsyncioFuture): those nobody has woken. One that was cancelled stays until it runs */
  guint n_woken;  /* those who were woken and have not run yet */
} AsyncioWaiters;

/* Waits at the end of the line. woken: (out) (optional): whether somebody woke it. With an error as well it was given
 * something that it will not use, and the caller has to hand it on. Who waits must hold what the line is part of. */
ASYNCIO_SUSPENDS gboolean asyncio_waiters_wait (AsyncioWaiters  *self,
                                                AsyncioLoop     *loop,
                                                gboolean        *woken,
                                                GError         **error);

/* Wakes the first that is not cancelled. FALSE if there is none. */
gboolean asyncio_waiters_wake_next (AsyncioWaiters *self);

/* Whether anybody waits, or was woken and has not run yet. Who is cancelled does not count. */
gboolean asyncio_waiters_any (const AsyncioWaiters *self);

/* len(_waiters) */
guint asyncio_waiters_count (const AsyncioWaiters *self);

/* ", waiters:3" or "". (transfer full) */
char *asyncio_waiters_describe (const AsyncioWaiters *self);

/* --- Locks (locks.c) ------------------------------------------------------------------- */

struct _AsyncioLock
{
  AsyncioLoopBound bound;

  gboolean locked;
  AsyncioWaiters waiters;
};
