/* SPDX-License-Identifier: MIT */

/*
 * Pipes between processes (Lib/multiprocessing/connection.py).
 *
 * A socket is a stream: it has bytes, and knows nothing of messages. A read may give half of one, or one and a half. So a
 * message goes as a *frame*, and who reads it counts:
 *
 *     ┌──────────────┬───────────────────────────┐
 *     │ 00 00 00 2a  │ 42 bytes                  │
 *     └──────────────┴───────────────────────────┘
 *
 * The bytes are a GVariant, which plays pickle's part. They come from another process, which may have gone mad: nothing is
 * believed.
 */

#include "multiprocessing-private.h"

#include <errno.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

/* A frame's number of bytes. */
#define HEADER_SIZE 4

/* Below this it is cheaper to copy the bytes behind their number than to ask the kernel twice. */
#define SMALL 16384

/* _check_closed() and _check_readable(), _check_writable(). */
static gboolean
check (MpConnection  *self,
       gboolean       may,
       const char    *why_not,
       GError       **error)
{
  if (self->fd < 0)
    return mp_fail (error, ASYNCIO_ERROR_OS, "handle is closed");

  return may || mp_fail (error, ASYNCIO_ERROR_OS, why_not);
}

gboolean
mp_pipe (gboolean       duplex,
         MpConnection **first,
         MpConnection **second,
         GError       **error)
{
#ifdef SOLUTION
  int fds[2];

  if (socketpair (AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, fds) != 0)
    return mp_fail_with_errno (error, "cannot make a pipe");

  *first = mp_connection_new (fds[0], TRUE, duplex);
  *second = mp_connection_new (fds[1], duplex, TRUE);

  return TRUE;
#else
  /* TODO: make two sockets that are connected. */
  (void) duplex;
  (void) first;
  (void) second;

  return mp_fail (error, ASYNCIO_ERROR_NOT_IMPLEMENTED, "not implemented yet");
#endif
}

/* --- Bytes --------------------------------------------------------------------------------------------- */
#ifdef SOLUTION

/* Connection._send(): all of it. */
static gboolean
send_all (MpConnection  *self,
          const void    *data,
          gsize          size,
          GError       **error)
{
  const char *rest = data;

  while (size > 0)
    {
      /* Without this flag the kernel sends us SIGPIPE when nobody is there, and that ends the process. */
      ssize_t n = send (self->fd, rest, size, MSG_NOSIGNAL);

      if (n < 0 && errno == EINTR)
        continue;
      if (n < 0 && (errno == EPIPE || errno == ECONNRESET))
        return mp_fail (error, ASYNCIO_ERROR_BROKEN_PIPE, g_strerror (EPIPE));
      if (n < 0)
        return mp_fail_with_errno (error, "cannot send");

      rest += n;
      size -= n;
    }

  return TRUE;
}

/* Connection._recv(): just as much. is_first: whether this is the beginning of a frame, before which the end is no accident. */
static gboolean
recv_all (MpConnection  *self,
          void          *data,
          gsize          size,
          gboolean       is_first,
          GError       **error)
{
  char *next = data;
  gsize left = size;

  while (left > 0)
    {
      ssize_t n = recv (self->fd, next, left, 0);

      if (n < 0 && errno == EINTR)
        continue;

      /* The kernel calls it a reset if the other end was closed without having read all that we sent. It is an end all the
       * same. */
      if (n == 0 || (n < 0 && errno == ECONNRESET))
        return is_first && left == size ? mp_fail (error, ASYNCIO_ERROR_EOF, "")
                                        : mp_fail (error, ASYNCIO_ERROR_OS, "got end of file during message");
      if (n < 0)
        return mp_fail_with_errno (error, "cannot receive");

      next += n;
      left -= n;
    }

  return TRUE;
}
#endif

gboolean
mp_connection_send_bytes (MpConnection  *connection,
                          GBytes        *bytes,
                          GError       **error)
{
#ifdef SOLUTION
  gsize size;
  const char *data = g_bytes_get_data (bytes, &size);
  guint8 frame[HEADER_SIZE + SMALL];
  guint32 header;

  g_return_val_if_fail (connection != NULL, FALSE);

  if (!check (connection, connection->writable, "connection is read-only", error))
    return FALSE;
  if (size > MP_MAX_MESSAGE)
    return mp_fail (error, ASYNCIO_ERROR_VALUE, "message too long");

  header = GUINT32_TO_BE ((guint32) size);
  memcpy (frame, &header, HEADER_SIZE);
  if (size > SMALL)
    return send_all (connection, frame, HEADER_SIZE, error) && send_all (connection, data, size, error);

  if (size > 0)
    memcpy (frame + HEADER_SIZE, data, size);

  return send_all (connection, frame, HEADER_SIZE + size, error);
#else
  /* TODO: send the number of bytes, and the bytes. */
  (void) connection;
  (void) bytes;

  return mp_fail (error, ASYNCIO_ERROR_NOT_IMPLEMENTED, "not implemented yet");
#endif
}

GBytes *
mp_connection_recv_bytes (MpConnection  *connection,
                          GError       **error)
{
#ifdef SOLUTION
  g_autofree char *data = NULL;
  guint32 header;
  gsize size;

  g_return_val_if_fail (connection != NULL, NULL);

  if (!check (connection, connection->readable, "connection is write-only", error) ||
      !recv_all (connection, &header, HEADER_SIZE, TRUE, error))
    return NULL;

  /* Before anything is allocated. */
  size = GUINT32_FROM_BE (header);
  if (size > MP_MAX_MESSAGE)
    {
      mp_connection_close (connection);
      mp_fail (error, ASYNCIO_ERROR_OS, "bad message length");
      return NULL;
    }

  data = g_malloc (size);
  if (!recv_all (connection, data, size, FALSE, error))
    return NULL;

  return g_bytes_new_take (g_steal_pointer (&data), size);
#else
  /* TODO: receive the number of bytes, and as many bytes. */
  (void) connection;
  mp_fail (error, ASYNCIO_ERROR_NOT_IMPLEMENTED, "not implemented yet");

  return NULL;
#endif
}

gboolean
mp_connection_poll (MpConnection  *connection,
                    double         timeout,
                    GError       **error)
{
#ifdef SOLUTION
  g_return_val_if_fail (connection != NULL, FALSE);

  return check (connection, connection->readable, "connection is write-only", error) &&
         mp_wait (&(struct pollfd) { connection->fd, POLLIN, 0 }, 1, timeout);
#else
  /* TODO: tell whether there is something to receive. */
  (void) connection;
  (void) timeout;

  return mp_fail (error, ASYNCIO_ERROR_NOT_IMPLEMENTED, "not implemented yet");
#endif
}

/* --- Values ------------------------------------------------------------------------------------------------- */

gboolean
mp_connection_send (MpConnection  *connection,
                    GVariant      *value,
                    GError       **error)
{
  g_autoptr (GVariant) boxed = g_variant_ref_sink (g_variant_new_variant (value));
#ifdef SOLUTION
  g_autoptr (GBytes) bytes = g_variant_get_data_as_bytes (boxed);

  return mp_connection_send_bytes (connection, bytes, error);
#else
  /* TODO: send the bytes of the box. */
  (void) boxed;
  (void) connection;
  (void) check;

  return mp_fail (error, ASYNCIO_ERROR_NOT_IMPLEMENTED, "not implemented yet");
#endif
}

GVariant *
mp_connection_recv (MpConnection  *connection,
                    GError       **error)
{
#ifdef SOLUTION
  g_autoptr (GBytes) bytes = mp_connection_recv_bytes (connection, error);
  g_autoptr (GVariant) boxed = NULL;

  if (bytes == NULL)
    return NULL;

  boxed = g_variant_ref_sink (g_variant_new_from_bytes (G_VARIANT_TYPE_VARIANT, bytes, FALSE));
  if (!g_variant_is_normal_form (boxed))
    {
      mp_fail (error, ASYNCIO_ERROR_VALUE, "corrupt message");
      return NULL;
    }

  return g_variant_get_variant (boxed);
#else
  /* TODO: receive a box, and open it if it is one. */
  (void) connection;
  mp_fail (error, ASYNCIO_ERROR_NOT_IMPLEMENTED, "not implemented yet");

  return NULL;
#endif
}
