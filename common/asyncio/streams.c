/* SPDX-License-Identifier: MIT */

/*
 * Reading from a pipe or a socket.
 *
 * Nothing is read ahead: who does not read stops the writer, when the kernel's buffer is full.
 */

#include <asyncio/streams.h>

#include "base-events-private.h"
#include "coroutines-private.h"

#include <asyncio/exceptions.h>

#include <errno.h>
#include <glib-unix.h>
#include <unistd.h>

#define BLOCK_SIZE (64 * 1024)

struct _AsyncioStreamReader
{
  AsyncioLoop *loop;
  int fd;
  gboolean is_being_read;
};

AsyncioStreamReader *
asyncio_stream_reader_new (AsyncioLoop *loop,
                           int          fd)
{
  AsyncioStreamReader *self;

  g_return_val_if_fail (loop != NULL, NULL);
  g_return_val_if_fail (fd >= 0, NULL);

  self = g_new0 (AsyncioStreamReader, 1);
  self->loop = asyncio_loop_ref (loop);
  self->fd = fd;
  (void) g_unix_set_fd_nonblocking (fd, TRUE, NULL);

  return self;
}

void
asyncio_stream_reader_free (AsyncioStreamReader *reader)
{
  g_return_if_fail (reader != NULL);
  g_return_if_fail (!reader->is_being_read);

  close (reader->fd);
  asyncio_loop_unref (reader->loop);
  g_free (reader);
}

static void
on_readable (gpointer   user_data,
             GError   **error)
{
  if (!asyncio_future_done (user_data))
    (void) asyncio_future_set_result (user_data, NULL, NULL, error);
}

static gboolean
wait_readable (AsyncioStreamReader  *self,
               GError              **error)
{
  g_autoptr (AsyncioFuture) waiter = asyncio_loop_create_future (self->loop);
  g_autoptr (GError) local_error = NULL;

  if (!asyncio_loop_add_reader (self->loop, self->fd, on_readable, waiter, NULL, error))
    return FALSE;

  (void) asyncio_await (waiter, &local_error);
  asyncio_loop_remove_reader (self->loop, self->fd);
  if (local_error == NULL)
    return TRUE;

  g_propagate_error (error, g_steal_pointer (&local_error));
  return FALSE;
}

/* Reads once, waiting for data if there is none. Returns how much, or -1 with an error. */
static gssize
read_some (AsyncioStreamReader  *self,
           guint8               *buffer,
           gsize                 size,
           GError              **error)
{
  while (TRUE)
    {
      gssize n = read (self->fd, buffer, size);

      if (n >= 0)
        return n;

      if (errno == EAGAIN)
        {
          if (!wait_readable (self, error))
            return -1;
        }
      else if (errno != EINTR)
        {
          g_set_error (error, ASYNCIO_ERROR, ASYNCIO_ERROR_OS, "cannot read: %s", g_strerror (errno));
          return -1;
        }
    }
}

static GBytes *
read_to_the_end (AsyncioStreamReader  *self,
                 GError              **error)
{
  g_autoptr (GByteArray) all = g_byte_array_new ();
  gssize n;

  do
    {
      gsize length = all->len;

      g_byte_array_set_size (all, length + BLOCK_SIZE);
      n = read_some (self, all->data + length, BLOCK_SIZE, error);
      g_byte_array_set_size (all, length + MAX (n, 0));
    }
  while (n > 0);

  return n < 0 ? NULL : g_byte_array_free_to_bytes (g_steal_pointer (&all));
}

GBytes *
asyncio_stream_reader_read (AsyncioStreamReader  *reader,
                            gssize                n,
                            GError              **error)
{
  g_autofree guint8 *buffer = NULL;
  GBytes *bytes = NULL;
  gssize got;

  g_return_val_if_fail (reader != NULL, NULL);

  if (!asyncio_coroutine_check_inside (error))
    return NULL;

  if (reader->is_being_read)
    {
      g_set_error_literal (error, ASYNCIO_ERROR, ASYNCIO_ERROR_RUNTIME,
                           "read() called while another coroutine is already waiting for incoming data");
      return NULL;
    }

  reader->is_being_read = TRUE;
  if (n < 0)
    {
      bytes = read_to_the_end (reader, error);
    }
  else
    {
      buffer = g_malloc (n);
      got = read_some (reader, buffer, n, error);
      if (got >= 0)
        bytes = g_bytes_new_take (g_steal_pointer (&buffer), got);
    }
  reader->is_being_read = FALSE;

  return bytes;
}
