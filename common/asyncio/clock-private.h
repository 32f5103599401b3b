/* SPDX-License-Identifier: MIT */
#pragma once

#include <asyncio/clock.h>

/* Moves a virtual clock to a time that is not in its past. */
void asyncio_clock_jump_to (AsyncioClock *self,
                            gint64        time_ns);
