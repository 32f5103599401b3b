/* SPDX-License-Identifier: MIT */
#pragma once

/**
 * @file
 * Where a loop takes the time from.
 *
 * A loop uses the system's monotonic clock, as Python's does (`time.monotonic()`).
 * A *virtual* clock makes time a matter of the program instead: it stands still
 * while there is something to do, and jumps to the next deadline when there is not.
 * A `sleep(3600)` then takes no time and every run has the same order of events.
 * What a loop has submitted to a pool of threads is something to do, until a thread is through with it.
 */

#include <asyncio/types.h>

G_BEGIN_DECLS

/**
 * Makes a virtual clock, which starts at 0.
 *
 * @return (transfer full): the clock
 */
AsyncioClock *asyncio_virtual_clock_new (void);

/** Takes a reference; from any thread. */
AsyncioClock *asyncio_clock_ref (AsyncioClock *clock);

/** Gives up a reference; from any thread. */
void asyncio_clock_unref (AsyncioClock *clock);

/**
 * The time.
 *
 * @param clock  (nullable): NULL is the system's monotonic clock
 * @return nanoseconds since some point in the past
 */
gint64 asyncio_clock_get_ns (AsyncioClock *clock);

/**
 * Lets time go by on a virtual clock, as code does that is busy for so long; `time.sleep()` in virtual time.
 *
 * @param clock  a virtual clock
 * @param seconds  how long
 */
void asyncio_clock_advance (AsyncioClock *clock,
                            double        seconds);

/**
 * Sets the clock of the loops that are made in this thread from now on.
 *
 * This is how a test gets a virtual clock into code that makes its own loop, as asyncio_run() does.
 *
 * @param clock  (nullable): a clock, or NULL for the system's
 */
void asyncio_set_clock (AsyncioClock *clock);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (AsyncioClock, asyncio_clock_unref)

G_END_DECLS
