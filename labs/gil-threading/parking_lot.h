/* SPDX-License-Identifier: MIT */
#pragma once

/**
 * @file
 * GIL lab, given: the parking lot (`Python/parking_lot.c`): where threads wait until a number changes.
 *
 * A mutex that is a single number has no place for those who wait for it. They wait here, each with the address of the number.
 * (Linux has the same in the kernel, and calls it a futex.)
 */

#include <glib.h>

G_BEGIN_DECLS

/**
 * Waits at an address, if the number there is still the expected one: `_PyParkingLot_Park()`.
 *
 * Between the caller's last look at the number and its sleep, another thread may have changed the number, and have woken whoever waited then.
 * So the number is looked at once more, when nobody can be woken.
 *
 * @param address  of a number that is only changed atomically
 * @param expected  what it was
 * @return whether it waited and was woken; FALSE if the number was another one
 */
gboolean parking_lot_park (const int *address,
                           int        expected);

/** Wakes the thread that has waited longest at an address, if there is one: `_PyParkingLot_Unpark()`. */
void parking_lot_unpark (const int *address);

/** How many times one of these two was called, since the program began. */
guint parking_lot_get_n_calls (void);

/** How many times a thread went to sleep here. */
guint parking_lot_get_n_parked (void);

G_END_DECLS
