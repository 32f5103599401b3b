/* SPDX-License-Identifier: MIT */
#pragma once

/**
 * @file
 * What coroutines, futures and tasks have in common: a kind and a reference count.
 *
 * These objects belong to the thread whose loop uses them, so their counts are
 * plain integers and asyncio_ref() costs an increment. Only loops
 * (asyncio_loop_ref()) and what is made to cross threads count atomically.
 *
 * Functions that take "an awaitable" take a coroutine, a future or a task, as
 * `await` does in Python.
 */

#include <asyncio/types.h>

G_BEGIN_DECLS

/**
 * Takes a reference to a coroutine, future or task.
 *
 * @param object  (nullable): a coroutine, future or task
 * @return (transfer full): @p object itself
 */
gpointer asyncio_ref (gpointer object);

/**
 * Takes over a coroutine that nobody owns yet, or takes a reference to anything else.
 *
 * A new coroutine is *floating*, as a new GVariant is: it belongs to the first
 * function that takes it. So asyncio_create_task (hello ()) leaks nothing, and
 * who wants to keep the coroutine calls this first.
 *
 * @param object  (nullable): a coroutine, future or task
 * @return (transfer full): @p object itself
 */
gpointer asyncio_ref_sink (gpointer object);

/**
 * Gives up a reference to a coroutine, future or task.
 *
 * The last one frees the object. That is also the moment in which Python's
 * complaints come: "coroutine '...' was never awaited", "... exception was
 * never retrieved", "Task was destroyed but it is pending!".
 *
 * @param object  (nullable) (transfer full): a coroutine, future or task
 */
void asyncio_unref (gpointer object);

/**
 * Whether something is a coroutine object, `asyncio.iscoroutine()`.
 *
 * As in Python anything may be asked about, also what is no object at all.
 *
 * @param object  (nullable): NULL, a small number made with GINT_TO_POINTER(),
 *   or a pointer to at least 4 readable bytes
 */
gboolean asyncio_iscoroutine (gconstpointer object);

/**
 * Whether something is a future or a task, `asyncio.isfuture()`.
 *
 * @param object  (nullable): as for asyncio_iscoroutine()
 */
gboolean asyncio_isfuture (gconstpointer object);

/**
 * Describes an awaitable as Python's `repr()` does, e.g. `<Future pending>` or `<coroutine object main>`.
 *
 * @param object  (nullable): as for asyncio_iscoroutine(); what is no awaitable is described as such
 * @return (transfer full): the text, to be freed with g_free()
 */
char *asyncio_repr (gconstpointer object);

G_END_DECLS
