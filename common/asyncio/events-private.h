/* SPDX-License-Identifier: MIT */
#pragma once

/*
 * The inside of a handle, and the queues of them.
 */

#include <asyncio/contextvars.h>
#include <asyncio/events.h>
#include <asyncio/futures.h>

struct _AsyncioHandle
{
  guint ref_count;
  guint cancelled : 1;
  guint queued : 1;  /* in a queue */
  guint running : 1; /* its callback is being called */

  /* A handle is in one queue at most: a future's list of callbacks, the loop's ready
   * queue or its inbox; or it is in the timer heap. */
  AsyncioHandle *next;
  AsyncioLoop *loop; /* (unowned) (nullable) whose timer heap it is in */

  const char *name;     /* static: the callback's, for messages */
  const char *location; /* static (nullable): where it was scheduled, "file:line", if that was in debug mode */
  AsyncioCallback callback;
  AsyncioFutureCallback done_callback; /* instead of callback, in a future's list */
  AsyncioFuture *future; /* (owned) (nullable) what done_callback gets */
  gpointer user_data;
  GDestroyNotify destroy; /* of user_data */
  AsyncioContextVars *context; /* (owned) (nullable) the slot of the context that it runs in */

  /* Timers only. */
  gint64 when_ns;
  guint64 sequence;  /* first in, first out among equal deadlines */
  guint heap_index;  /* from 1; 0 is not in the heap */

  guint edge; /* its number on the way to its call, if that is recorded */

  void (*finalize) (AsyncioHandle *self);
};

/* Handles in order, linked through their next. */
typedef struct
{
  AsyncioHandle *head;
  AsyncioHandle *tail;
  guint length;
} AsyncioHandleQueue;

AsyncioHandle *asyncio_handle_new (AsyncioCallback  callback,
                                   gpointer         user_data,
                                   GDestroyNotify   destroy,
                                   const char      *name);
AsyncioHandle *asyncio_handle_new_done (AsyncioFutureCallback  callback,
                                        gpointer               user_data,
                                        GDestroyNotify         destroy,
                                        const char            *name);

/* A handle that is part of a larger object: finalize is called when the last reference
 * goes, and it can then be used again. */
void asyncio_handle_init (AsyncioHandle *self,
                          void         (*finalize) (AsyncioHandle *self));

/* The context to run in. With NULL it stays a copy of the one in which the handle was made. (transfer none) (nullable) */
void asyncio_handle_set_context (AsyncioHandle      *self,
                                 AsyncioContextVars *context);

/* What messages say of it. (transfer full) */
char *asyncio_handle_repr (const AsyncioHandle *self);

/* Frees what the callback would have needed. */
void asyncio_handle_clear (AsyncioHandle *self);

/* Calls the callback in its context. */
void asyncio_handle_run (AsyncioHandle  *self,
                         GError        **error);

/* (transfer full) in both directions */
void asyncio_handle_queue_push (AsyncioHandleQueue *self,
                                AsyncioHandle      *handle);
AsyncioHandle *asyncio_handle_queue_pop (AsyncioHandleQueue *self);
void asyncio_handle_queue_append (AsyncioHandleQueue *self,
                                  AsyncioHandleQueue *other);
void asyncio_handle_queue_clear (AsyncioHandleQueue *self);

void asyncio_set_running_loop (AsyncioLoop *loop);
