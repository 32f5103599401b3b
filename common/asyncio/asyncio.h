/* SPDX-License-Identifier: MIT */
#pragma once

/**
 * @file
 * The one header to include: all of asyncio's public names.
 *
 * Names are Python's: what Python spells `asyncio.X` is `asyncio_x` here, a
 * method `loop.x()` is `asyncio_loop_x()`, a class `asyncio.X` is `AsyncioX`.
 */

#include <asyncio/types.h>

#include <asyncio/exceptions.h>
#include <asyncio/exception-groups.h>
#include <asyncio/objects.h>
#include <asyncio/coroutines.h>
#include <asyncio/clock.h>
#include <asyncio/contextvars.h>
#include <asyncio/events.h>
#include <asyncio/base-events.h>
#include <asyncio/futures.h>
#include <asyncio/tasks.h>
#include <asyncio/locks.h>
#include <asyncio/queues.h>
#include <asyncio/futures-concurrent.h>
#include <asyncio/executor.h>
#include <asyncio/subprocess.h>
#include <asyncio/recorder.h>
#include <asyncio/versions.h>
