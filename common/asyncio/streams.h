/* SPDX-License-Identifier: MIT */
#pragma once

/**
 * @file
 * Reading from a pipe or a socket (`asyncio.StreamReader` of `Lib/asyncio/streams.py`).
 */

#include <asyncio/objects.h>

G_BEGIN_DECLS

/** Reads from a file descriptor, `asyncio.StreamReader`. */
typedef struct _AsyncioStreamReader AsyncioStreamReader;

/**
 * Makes a reader of a pipe or socket, as `loop.connect_read_pipe()` does. It is made non-blocking.
 *
 * @param loop  the loop in which it will be read
 * @param fd  (transfer full): the file descriptor, which the reader closes
 * @return (transfer full): the reader
 */
AsyncioStreamReader *asyncio_stream_reader_new (AsyncioLoop *loop,
                                                int          fd);

/** Closes the descriptor and frees a reader. Nobody may be reading. */
void asyncio_stream_reader_free (AsyncioStreamReader *reader);

/**
 * Waits for data and reads it, `await reader.read(n)`.
 *
 * @param reader  a reader
 * @param n  how many bytes at most; -1 reads up to the end
 * @param error  OSError; CancelledError; RuntimeError when somebody else is reading
 * @return (transfer full) (nullable): what was read, empty at the end; NULL with an error
 */
ASYNCIO_SUSPENDS GBytes *asyncio_stream_reader_read (AsyncioStreamReader  *reader,
                                                     gssize                n,
                                                     GError              **error);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (AsyncioStreamReader, asyncio_stream_reader_free)

G_END_DECLS
