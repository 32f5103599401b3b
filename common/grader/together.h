/* SPDX-License-Identifier: MIT */
#pragma once

/**
 * @file
 * Running coroutines side by side.
 */

#include <asyncio/asyncio.h>

G_BEGIN_DECLS

/**
 * Runs coroutines side by side, until all have ended: also if one fails, so that none still uses what the caller is about to free.
 *
 * @param coroutines  (element-type AsyncioCoroutine): what to run; the coroutines are consumed
 * @param error  the error of the first of them that has one; CancelledError
 * @return FALSE with an error
 */
ASYNCIO_SUSPENDS gboolean lab_run_together (GPtrArray  *coroutines,
                                            GError    **error);

G_END_DECLS
