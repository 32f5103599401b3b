/* SPDX-License-Identifier: MIT */
#pragma once

/*
 * The inside of a coroutine.
 *
 * A task knows send(), throw() and close() and nothing else. Behind them stands a class
 * that knows how its coroutines run: so far the stackful ones of coroutines-stackful.c.
 */

#include <asyncio/coroutines.h>

#include "objects-private.h"
#include "stacks-private.h"

typedef struct
{
  AsyncioObjectClass parent;

  /* Runs the coroutine until it suspends or ends. thrown (transfer full) (nullable) is to
   * be raised where it is suspended. The caller has checked that it may run. */
  AsyncioSendResult (*resume) (AsyncioCoroutine  *self,
                               GError            *thrown,
                               gpointer          *out,
                               GError           **error);

  /* Frees what is not needed any more once the body is over. */
  void (*closed) (AsyncioCoroutine *self);
} AsyncioCoroutineClass;

struct _AsyncioCoroutine
{
  AsyncioObject parent;

  const char *name;
  const char *location;
  AsyncioCoroutineState state;
  GDestroyNotify value_destroy;

  GThread *thread;            /* the one that it first ran in, and must go on in */
  AsyncioCoroutine *resumer;  /* (unowned) (nullable) while it runs: who goes on after it */
  gpointer awaiting;          /* (unowned) (nullable) what it awaits: cr_await, a coroutine or a future */
};

void asyncio_coroutine_init (AsyncioCoroutine            *self,
                             const AsyncioCoroutineClass *klass,
                             const char                  *name,
                             const char                  *location);

/* For the finalizer of a class, and for a loop that is closed: ends what is left of the coroutine, which may run
 * its body once more. Returns FALSE if it would not end; then it must not be freed. */
gboolean asyncio_coroutine_dispose (AsyncioCoroutine *self);

char *asyncio_coroutine_repr (gconstpointer object);

/* What every function that may suspend checks first. */
gboolean asyncio_coroutine_check_inside (GError **error);

/* Suspends the running coroutine, which awaits future, or yields its turn if that is NULL. */
ASYNCIO_SUSPENDS gboolean asyncio_coroutine_yield (AsyncioFuture  *future,
                                                   GError        **error);

/* The innermost coroutine that runs in this thread. */
AsyncioCoroutine *asyncio_coroutine_get_current (void);

/* In coroutines-stackful.c. */
GError *asyncio_stackful_suspend (AsyncioCoroutine *self,
                                  AsyncioFuture    *future);

/* The stack that a coroutine has. (transfer none) (nullable) */
const AsyncioStack *asyncio_stackful_get_stack (AsyncioCoroutine *self);

/* The coroutine in whose guard an address lies, among those whose stacks this thread is on: the innermost one, and all that
 * wait for it to switch back. (transfer none) (nullable) Both may be called in a signal handler. */
AsyncioCoroutine *asyncio_stackful_find_guard (gconstpointer address);
