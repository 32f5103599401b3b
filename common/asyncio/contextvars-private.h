/* SPDX-License-Identifier: MIT */
#pragma once

/*
 * Which context is the current one.
 *
 * A slot is where a context is kept: in a handle, in the frame of asyncio_context_run(), in the state of the thread. The
 * thread knows the slot whose turn it is. An empty slot stands for a context that has nothing in it and that nobody
 * has asked for; it is made, in its slot, when somebody does. So a program without context variables has no
 * contexts, and copying one is copying NULL.
 */

#include <asyncio/contextvars.h>

/* A copy of the current context, for a slot. (transfer full) (nullable) */
AsyncioContextVars *asyncio_context_vars_copy_current (void);

/* Makes what is in a slot the current context, Context.run() up to the call. The slot must stay where it is until
 * asyncio_context_vars_exit (*outer). Fails with RuntimeError. */
gboolean asyncio_context_vars_enter (AsyncioContextVars   **slot,
                                     AsyncioContextVars  ***outer,
                                     GError               **error);
void asyncio_context_vars_exit (AsyncioContextVars **outer);

/* What is in a slot, made if need be. (transfer none) */
AsyncioContextVars *asyncio_context_vars_ensure (AsyncioContextVars **slot);
