/* SPDX-License-Identifier: MIT */
#pragma once

/*
 * What belongs to one thread. Everything that asyncio keeps per thread is here, and
 * asyncio_thread_state() is the only way to it: who runs several "threads" in one OS
 * thread (the explorer does) has one pointer to switch.
 */

#include <asyncio/futures-concurrent.h>

#include "context-private.h"
#include "stacks-private.h"

typedef struct
{
  AsyncioLoop *running_loop;  /* (unowned) what asyncio_get_running_loop() tells */
  AsyncioLoop *event_loop;    /* (owned) what asyncio_set_event_loop() set */
  gboolean event_loop_was_set;

  AsyncioCoroutine *current_coroutine; /* (unowned) the innermost one that runs */
  AsyncioContext *context;             /* (unowned) what runs: a coroutine's, or root */
  AsyncioContext root;                 /* the thread's own stack */
  AsyncioStackPool stacks;
  gpointer signal_stack;               /* (owned) (nullable) see stack-overflow.c */

  AsyncioContextVars **context_vars;     /* the slot of the current context, never NULL */
  AsyncioContextVars *own_context_vars;  /* (owned) (nullable) the slot where nothing else has one */

  AsyncioConcurrentFuture *work; /* (unowned) (nullable) what a thread of a pool works for */

  AsyncioClock *clock; /* (owned) (nullable) for loops that are made from now on */

  guint number; /* its name in recordings, from 1; 0 until something is recorded */
  guint edge;   /* of the task's handle that was called last, until its step begins */
} AsyncioThreadState;

AsyncioThreadState *asyncio_thread_state (void);

/* For who runs several threads in one: from now on this is the state, or with NULL a new one when it is first asked for. Returns
 * (nullable) the one till now. */
AsyncioThreadState *asyncio_thread_state_swap (AsyncioThreadState *state);

/* The same for a signal handler, which cannot make one. Returns NULL in a thread that has none. */
AsyncioThreadState *asyncio_thread_state_peek (void);
