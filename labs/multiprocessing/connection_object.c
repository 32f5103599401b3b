/* SPDX-License-Identifier: MIT */

/*
 * The objects that stand for ends of pipes (Lib/multiprocessing/connection.py: _ConnectionBase). Given.
 */

#include "multiprocessing-private.h"

#include <unistd.h>

MpConnection *
mp_connection_new (int      fd,
                   gboolean readable,
                   gboolean writable)
{
  MpConnection *self = g_new (MpConnection, 1);

  *self = (MpConnection) { fd, readable, writable };

  return self;
}

void
mp_connection_free (MpConnection *connection)
{
  g_return_if_fail (connection != NULL);

  mp_connection_close (connection);
  g_free (connection);
}

void
mp_connection_close (MpConnection *connection)
{
  g_return_if_fail (connection != NULL);

  if (connection->fd >= 0)
    close (connection->fd);
  connection->fd = -1;
}

int
mp_connection_fileno (MpConnection *connection)
{
  return connection->fd;
}

gboolean
mp_connection_is_readable (MpConnection *connection)
{
  return connection->readable;
}

gboolean
mp_connection_is_writable (MpConnection *connection)
{
  return connection->writable;
}
