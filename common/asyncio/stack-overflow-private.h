/* SPDX-License-Identifier: MIT */
#pragma once

/*
 * Telling that a coroutine has used up its stack.
 */

#include "thread-state-private.h"

/* From now on overflows are told: installs the handlers of the process, unless that was done, and gives this thread, whose state is
 * given, a stack to run them on, unless it has one. Where the system refuses, an overflow is an untold fault. */
void asyncio_stack_overflow_watch (AsyncioThreadState *thread);

/* Takes this thread's stack for signals away again, if it is ours. */
void asyncio_stack_overflow_unwatch (AsyncioThreadState *thread);
