/* SPDX-License-Identifier: MIT */
#pragma once

/*
 * The inside of a future.
 */

#include <asyncio/futures.h>

#include "events-private.h"
#include "objects-private.h"

typedef enum
{
  ASYNCIO_FUTURE_PENDING,
  ASYNCIO_FUTURE_CANCELLED,
  ASYNCIO_FUTURE_FINISHED,
} AsyncioFutureState;

/* What a kind of future does in its own way. */
typedef struct
{
  AsyncioObjectClass parent;

  const char *name; /* __class__.__name__ */
  gboolean (*cancel) (AsyncioFuture *self,
                      const char    *message); /* (nullable) */
} AsyncioFutureClass;

struct _AsyncioFuture
{
  AsyncioObject parent;

  AsyncioLoop *loop; /* (owned) */
  AsyncioFutureState state;
  guint blocking : 1;      /* _asyncio_future_blocking: an await, and nothing else, yielded it */
  guint log_traceback : 1; /* it has an error that nobody has asked for */
  guint being_cancelled : 1; /* cancel() is under way */
  guint gives_error_once : 1; /* the exception of a cancelled one goes to who asks first */
  guint value_is_shared : 1; /* the value is not the future's own, so it cannot be taken out */

  gpointer value;
  GDestroyNotify value_destroy;
  GError *exception; /* (nullable) of a cancelled one: the CancelledError to raise, if that has a message */

  /* What waits for it to be done. The loop knows all futures for which something waits:
   * when it is closed, nothing will ever wake what waits for them. */
  AsyncioHandleQueue callbacks;
  AsyncioFuture *previous_awaited;
  AsyncioFuture *next_awaited;

  const char *location; /* static (nullable): where it was made, "file:line", if that was in debug mode */
};

char *asyncio_future_repr (gconstpointer object);

/* The end of a future's repr: " created at file:line>" or ">". (transfer full) */
char *asyncio_future_repr_end (const AsyncioFuture *self);

void asyncio_future_init (AsyncioFuture            *self,
                          const AsyncioFutureClass *klass,
                          AsyncioLoop              *loop);

/* The beginning of a finalizer: tells of an error that nobody has asked for. */
void asyncio_future_report_unretrieved (AsyncioFuture *self);

/* The end of a finalizer: frees all but the memory of the object itself. */
void asyncio_future_clear (AsyncioFuture *self);

/* Drops what waits for the loop's futures, when the loop is closed. */
void asyncio_future_list_abandon (AsyncioFuture **awaited);

/* Future.cancel(), set_result() and set_exception(), as Task calls them of its base class. */
gboolean asyncio_future_base_cancel (AsyncioFuture *self,
                                     const char    *message);
gboolean asyncio_future_finish_with_value (AsyncioFuture   *self,
                                           gpointer         value,
                                           GDestroyNotify   destroy,
                                           GError         **error);
gboolean asyncio_future_finish_with_error (AsyncioFuture  *self,
                                           GError         *exception,
                                           GError        **error);

/* Cancels it by the CancelledError that its coroutine raised. (transfer full) */
void asyncio_future_cancel_with_error (AsyncioFuture *self,
                                       GError        *cancelled);

/* The error of a finished future, without counting as having asked for it. */
const GError *asyncio_future_peek_exception (AsyncioFuture *self);

/* Nobody needs to be told of the error. */
void asyncio_future_forgive (AsyncioFuture *self);

/* (transfer full): adds a handle to the callbacks, or to the loop's queue if the future is done. */
void asyncio_future_add_handle (AsyncioFuture *self,
                                AsyncioHandle *handle);
/* Takes a handle out again, if it is still waiting. */
gboolean asyncio_future_remove_handle (AsyncioFuture *self,
                                       AsyncioHandle *handle);
