/* SPDX-License-Identifier: MIT */
#pragma once

/*
 * A place in a computation to come back to: the registers, and with them the stack.
 *
 * Each coroutine has a context, and each thread one for its own stack. Switching saves
 * the running one and continues another where that was saved; it costs about as much
 * as a function call, because only what the calling convention asks a function to
 * preserve is kept.
 */

#include <glib.h>

#include "stacks-private.h"

typedef struct _AsyncioContext AsyncioContext;

struct _AsyncioContext
{
  gpointer stack_pointer; /* of the saved context; what else there is lies on its stack */

  /* The rest is for the sanitizers, which must be told which stack is in use. */
  gconstpointer stack_base;
  gsize stack_size;
  gpointer fake_stack;   /* AddressSanitizer's */
  gpointer fiber;        /* ThreadSanitizer's */
  AsyncioContext *origin; /* who switched here last */
};

typedef void (*AsyncioContextFunc) (gpointer data);

/* Makes a context that will call func (data) on the stack, which must not return. */
void asyncio_context_init (AsyncioContext     *self,
                           const AsyncioStack *stack,
                           AsyncioContextFunc  func,
                           gpointer            data);

/* Saves the running context in from and goes on with to. Returns when someone comes back. */
void asyncio_context_switch (AsyncioContext *from,
                             AsyncioContext *to);

/* The first thing that a new context must do. */
void asyncio_context_landed (AsyncioContext *self);

/* Leaves from for good. */
void asyncio_context_leave (AsyncioContext *from,
                            AsyncioContext *to) G_GNUC_NORETURN;

/* Forgets a context that was left for good or never entered. */
void asyncio_context_clear (AsyncioContext *self);

/* The machine's part, in context-x86_64.S or context-portable.c. */
void asyncio_machine_switch (gpointer *save_stack_pointer,
                             gpointer  stack_pointer);
gpointer asyncio_machine_prepare (const AsyncioStack *stack,
                                  AsyncioContextFunc  func,
                                  gpointer            data);
