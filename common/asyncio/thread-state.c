/* SPDX-License-Identifier: MIT */

/*
 * What belongs to one thread.
 */

#include "thread-state-private.h"

#include "stack-overflow-private.h"

#include <asyncio/base-events.h>
#include <asyncio/clock.h>
#include <asyncio/contextvars.h>

/* The thread-local variable saves the call into GLib, which a switch would feel. */
static __thread AsyncioThreadState *cached;

static void
thread_state_free (gpointer data)
{
  AsyncioThreadState *self = data;

  g_clear_pointer (&self->event_loop, asyncio_loop_unref);
  g_clear_pointer (&self->clock, asyncio_clock_unref);
  asyncio_stack_pool_clear (&self->stacks);
  g_clear_pointer (&self->own_context_vars, asyncio_context_unref);
  asyncio_stack_overflow_unwatch (self);

  /* What comes after this in the end of the thread finds none, and may make another. */
  if (cached == self)
    cached = NULL;
  g_free (self);
}

static GPrivate thread_state = G_PRIVATE_INIT (thread_state_free);

static AsyncioThreadState *
thread_state_new (void)
{
  AsyncioThreadState *self = g_new0 (AsyncioThreadState, 1);

  self->context = &self->root;
  self->context_vars = &self->own_context_vars;
  g_private_set (&thread_state, self);
  cached = self;

  return self;
}

/* Not inlined, ever: compilers keep the address of a thread-local variable across a
 * function call, and a coroutine switch is one. */
__attribute__ ((noinline)) AsyncioThreadState *
asyncio_thread_state (void)
{
  return G_LIKELY (cached != NULL) ? cached : thread_state_new ();
}

AsyncioThreadState *
asyncio_thread_state_swap (AsyncioThreadState *state)
{
  AsyncioThreadState *previous = cached;

  cached = state;

  return previous;
}

AsyncioThreadState *
asyncio_thread_state_peek (void)
{
  return cached;
}
