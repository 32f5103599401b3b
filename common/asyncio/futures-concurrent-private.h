/* SPDX-License-Identifier: MIT */
#pragma once

/*
 * The inside of a concurrent future, and of the bridge to a loop (futures-chain.c).
 */

#include <asyncio/futures-concurrent.h>

typedef struct _AsyncioChain AsyncioChain;

struct _AsyncioConcurrentFuture
{
  gatomicrefcount ref_count;

  GMutex lock;
  GCond changed;
  guint n_waiting;       /* lock: threads that block until it is done */
  guint state;           /* lock; see futures-concurrent.c */
  GQueue callbacks;      /* lock */
  gpointer value;        /* lock, constant when it is done */
  GDestroyNotify value_destroy;
  GError *exception;     /* lock, constant when it is done */
  AsyncioLoop *expected_by; /* lock; (unowned) (nullable) the loop that waits for it. Only to compare */

  AsyncioLoop *feeder;   /* constant; (owned) (nullable) the loop that will make it done */
  AsyncioTask *task;     /* the feeder's thread only; (unowned) (nullable) the task that it comes from */
  guint n_blocked;       /* the feeder's thread only: threads that it does not wait for, as they wait for this */
  guint n_impatient;     /* the feeder's thread only: those of them that will give up some time */
};

/* run_coroutine_threadsafe()'s future. */
AsyncioConcurrentFuture *asyncio_concurrent_future_new_fed (AsyncioLoop *feeder);

/* Takes the value out, when it is done and nobody else has a use for it. (transfer full) */
gpointer asyncio_concurrent_future_take_value (AsyncioConcurrentFuture *self,
                                               GDestroyNotify          *destroy);

/* --- futures-chain.c --- */

/* wrap_future() of a concurrent future that nobody else has: the value goes on to the loop's future. */
AsyncioFuture *asyncio_wrap_future_of_own (AsyncioConcurrentFuture  *future,
                                           AsyncioLoop              *loop,
                                           GError                  **error);

/* Forgets what the loop waits for, when it is closed. */
void asyncio_chain_list_abandon (AsyncioChain **head);

/* This thread is about to block until a future is done; it has given that up. */
void asyncio_concurrent_future_waits (AsyncioConcurrentFuture *self,
                                      gboolean                 has_timeout);
void asyncio_concurrent_future_waits_no_more (AsyncioConcurrentFuture *self);

/* --- What a pool owes to a loop (futures-owed.c) --------------------------------------------------- */

/* In a loop whose time is virtual: it waits for the outcome, whoever will bring it. Returns (transfer full) (nullable) the
 * loop; it has to be told when there is nothing more to come. */
AsyncioLoop *asyncio_concurrent_future_expect (AsyncioConcurrentFuture *self);

/* From any thread, which has nothing more of it: the loop need not wait any more. (transfer full) self, loop */
void asyncio_concurrent_future_settle (AsyncioConcurrentFuture *self,
                                       AsyncioLoop             *loop);

/* In the loop, or when it is closed: it has been told of these. (transfer full) (element-type AsyncioConcurrentFuture) */
void asyncio_concurrent_futures_settled (GSList      *futures,
                                         AsyncioLoop *loop);

/* In the loop: it does not wait for the future any more. */
void asyncio_concurrent_future_stop_expecting (AsyncioConcurrentFuture *future,
                                               AsyncioLoop             *loop);
