/* SPDX-License-Identifier: MIT */
#pragma once

/**
 * @file
 * The types that all headers share, and the marker of functions that may suspend.
 */

#include <glib.h>

G_BEGIN_DECLS

/** An event loop, `asyncio.AbstractEventLoop` in Python. @see base-events.h */
typedef struct _AsyncioLoop AsyncioLoop;

/** A callback that the loop will call, `asyncio.Handle`. @see events.h */
typedef struct _AsyncioHandle AsyncioHandle;

/** A coroutine object: what calling an `async def` function gives. @see coroutines.h */
typedef struct _AsyncioCoroutine AsyncioCoroutine;

/** A result that is not there yet, `asyncio.Future`. @see futures.h */
typedef struct _AsyncioFuture AsyncioFuture;

/** A future that drives a coroutine, `asyncio.Task`. @see tasks.h */
typedef struct _AsyncioTask AsyncioTask;

/** The values of context variables, `contextvars.Context`. @see contextvars.h */
typedef struct _AsyncioContextVars AsyncioContextVars;

/** Where a loop takes the time from. @see clock.h */
typedef struct _AsyncioClock AsyncioClock;

/**
 * Marks a function that may suspend the coroutine that calls it, as `await`
 * marks the place in Python.
 *
 * It has no effect on the compiler: it is there for the reader, who must know
 * that other tasks may run before such a function returns. Calling one outside
 * a coroutine is an error (#ASYNCIO_ERROR_RUNTIME), never undefined behaviour.
 */
#define ASYNCIO_SUSPENDS

G_END_DECLS
