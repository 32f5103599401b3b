/* SPDX-License-Identifier: MIT */

/*
 * An alternative solution of part B that thinks in pieces of memory: a message is a list of them, as the kernel's own sendmsg()
 * has it, and whatever was moved is cut off its front. Reading and writing are the same function with another call in the
 * middle.
 */

#include "multiprocessing-private.h"

#include <errno.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/uio.h>

typedef ssize_t (*Move) (int            fd,
                         struct msghdr *message);

static ssize_t
move_out (int            fd,
          struct msghdr *message)
{
  return sendmsg (fd, message, MSG_NOSIGNAL);
}

static ssize_t
move_in (int            fd,
         struct msghdr *message)
{
  return recvmsg (fd, message, 0);
}

/* How it went: all of it, nothing at all and the other one is gone, or something and then that; or errno says what. */
typedef enum
{
  ALL,
  NOTHING,
  SOME,
  TROUBLE,
} Outcome;

static Outcome
move_all (int           fd,
          Move          move,
          struct iovec *pieces,
          gsize         n_pieces)
{
  gboolean has_moved = FALSE;

  while (TRUE)
    {
      struct msghdr message = { 0 };
      ssize_t n;

      while (n_pieces > 0 && pieces->iov_len == 0)
        {
          pieces++;
          n_pieces--;
        }
      if (n_pieces == 0)
        return ALL;

      message.msg_iov = pieces;
      message.msg_iovlen = n_pieces;
      n = move (fd, &message);

      if (n == 0 || (n < 0 && (errno == ECONNRESET || errno == EPIPE)))
        return has_moved ? SOME : NOTHING;
      if (n < 0 && errno != EINTR)
        return TROUBLE;

      has_moved |= n > 0;
      for (gsize i = 0; n > 0; i++)
        {
          gsize part = MIN ((gsize) n, pieces[i].iov_len);

          pieces[i].iov_base = (char *) pieces[i].iov_base + part;
          pieces[i].iov_len -= part;
          n -= (ssize_t) part;
        }
    }
}

gboolean
mp_pipe (gboolean       duplex,
         MpConnection **first,
         MpConnection **second,
         GError       **error)
{
  int fds[2];
  MpConnection **ends[] = { first, second };

  if (socketpair (AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, fds) < 0)
    return mp_fail_with_errno (error, "socketpair");

  for (int i = 0; i < 2; i++)
    *ends[i] = mp_connection_new (fds[i], duplex || i == 0, duplex || i == 1);

  return TRUE;
}

gboolean
mp_connection_send_bytes (MpConnection  *connection,
                          GBytes        *bytes,
                          GError       **error)
{
  gsize size;
  gconstpointer data = g_bytes_get_data (bytes, &size);
  guint8 length[4] = { (guint8) (size >> 24), (guint8) (size >> 16), (guint8) (size >> 8), (guint8) size };
  struct iovec pieces[] = { { length, sizeof length }, { (gpointer) data, size } };

  if (connection->fd < 0)
    return mp_fail (error, ASYNCIO_ERROR_OS, "handle is closed");
  if (!connection->writable)
    return mp_fail (error, ASYNCIO_ERROR_OS, "connection is read-only");
  if (size > MP_MAX_MESSAGE)
    return mp_fail (error, ASYNCIO_ERROR_VALUE, "message too long");

  switch (move_all (connection->fd, move_out, pieces, 2))
    {
    case ALL:
      return TRUE;
    case NOTHING:
    case SOME:
      return mp_fail (error, ASYNCIO_ERROR_BROKEN_PIPE, "Broken pipe");
    case TROUBLE:
    default:
      return mp_fail_with_errno (error, "sendmsg");
    }
}

/* Receives a piece. may_end: whether it is all right if there is nothing. */
static gboolean
receive (MpConnection  *connection,
         gpointer       data,
         gsize          size,
         gboolean       may_end,
         GError       **error)
{
  struct iovec piece = { data, size };

  switch (move_all (connection->fd, move_in, &piece, 1))
    {
    case ALL:
      return TRUE;
    case NOTHING:
      if (may_end)
        return mp_fail (error, ASYNCIO_ERROR_EOF, "");
      return mp_fail (error, ASYNCIO_ERROR_OS, "got end of file during message");
    case SOME:
      return mp_fail (error, ASYNCIO_ERROR_OS, "got end of file during message");
    case TROUBLE:
    default:
      return mp_fail_with_errno (error, "recvmsg");
    }
}

GBytes *
mp_connection_recv_bytes (MpConnection  *connection,
                          GError       **error)
{
  guint8 length[4];
  gsize size = 0;
  guint8 *data;

  if (connection->fd < 0 || !connection->readable)
    {
      mp_fail (error, ASYNCIO_ERROR_OS, connection->fd < 0 ? "handle is closed" : "connection is write-only");
      return NULL;
    }

  if (!receive (connection, length, sizeof length, TRUE, error))
    return NULL;
  for (guint i = 0; i < sizeof length; i++)
    size = size << 8 | length[i];

  if (size > MP_MAX_MESSAGE)
    {
      mp_connection_close (connection);
      mp_fail (error, ASYNCIO_ERROR_OS, "bad message length");
      return NULL;
    }

  data = g_malloc (size);
  if (receive (connection, data, size, FALSE, error))
    return g_bytes_new_take (data, size);

  g_free (data);

  return NULL;
}

gboolean
mp_connection_poll (MpConnection  *connection,
                    double         timeout,
                    GError       **error)
{
  struct pollfd fd = { connection->fd, POLLIN, 0 };

  if (connection->fd >= 0 && connection->readable)
    return mp_wait (&fd, 1, timeout);

  return mp_fail (error, ASYNCIO_ERROR_OS, connection->fd < 0 ? "handle is closed" : "connection is write-only");
}

gboolean
mp_connection_send (MpConnection  *connection,
                    GVariant      *value,
                    GError       **error)
{
  GVariant *box = g_variant_ref_sink (g_variant_new ("v", value));
  GBytes *bytes = g_variant_get_data_as_bytes (box);
  gboolean sent = mp_connection_send_bytes (connection, bytes, error);

  g_bytes_unref (bytes);
  g_variant_unref (box);

  return sent;
}

GVariant *
mp_connection_recv (MpConnection  *connection,
                    GError       **error)
{
  GBytes *bytes = mp_connection_recv_bytes (connection, error);
  GVariant *box;
  GVariant *value = NULL;

  if (bytes == NULL)
    return NULL;

  box = g_variant_ref_sink (g_variant_new_from_bytes (G_VARIANT_TYPE ("v"), bytes, FALSE));
  g_bytes_unref (bytes);
  if (g_variant_is_normal_form (box))
    g_variant_get (box, "v", &value);
  else
    mp_fail (error, ASYNCIO_ERROR_VALUE, "corrupt message");
  g_variant_unref (box);

  return value;
}
