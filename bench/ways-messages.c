/* SPDX-License-Identifier: MIT */

/*
 * What a message costs that goes to another process, by its length.
 *
 *     round trip    it comes back before the next one is sent
 *     one way       they are sent one after the other; a short answer says that the last one has come
 *
 * The other process is there when a measurement begins. What it had of the processor is known when it has ended, and includes
 * its beginning and its end.
 */

#include "multiprocessing.h"

#include "ways.h"

#define KIB ((gsize) 1024)

const gsize lengths[N_LENGTHS] = {
  1, 64, KIB, 4 * KIB, 16 * KIB, 64 * KIB, 1024 * KIB, 16 * 1024 * KIB, 64 * 1024 * KIB,
};

static gboolean
send_empty (MpConnection  *connection,
            GError       **error)
{
  g_autoptr (GBytes) empty = g_bytes_new (NULL, 0);

  return mp_connection_send_bytes (connection, empty, error);
}

/* The other end: receives so many messages, and sends each back, or only says when all have come. */
static GVariant *
peer_job (GVariant            *args,
          MpConnection *const *connections,
          GError             **error)
{
  guint n;
  gboolean echoes;
  gboolean done = send_empty (connections[0], error);

  g_variant_get (args, "(ub)", &n, &echoes);
  for (guint i = 0; i < n && done; i++)
    {
      g_autoptr (GBytes) bytes = mp_connection_recv_bytes (connections[0], error);

      done = bytes != NULL && (!echoes || mp_connection_send_bytes (connections[0], bytes, error));
    }
  if (done && !echoes)
    send_empty (connections[0], error);

  return NULL;
}

/* Waits for the next message and forgets it. */
static gboolean
receive (MpConnection  *connection,
         GError       **error)
{
  g_autoptr (GBytes) bytes = mp_connection_recv_bytes (connection, error);

  return bytes != NULL;
}

static gboolean
exchange (MpConnection  *connection,
          GBytes        *message,
          guint          n,
          gboolean       echoes,
          GError       **error)
{
  for (guint i = 0; i < n; i++)
    if (!mp_connection_send_bytes (connection, message, error) || (echoes && !receive (connection, error)))
      return FALSE;

  return echoes || receive (connection, error);
}

static gboolean
measure_length (gsize     length,
                guint     n,
                gboolean  echoes,
                GError  **error)
{
  g_autoptr (MpConnection) ours = NULL;
  g_autoptr (MpConnection) theirs = NULL;
  g_autoptr (MpProcess) process = NULL;
  g_autoptr (GBytes) message = g_bytes_new_take (g_malloc0 (length), length);
  Moment begin = moment_now ();
  gint64 end;
  gboolean done;

  if (!mp_pipe (TRUE, &ours, &theirs, error))
    return FALSE;
  process = mp_process_new (&(MpProcessOptions) {
    .method = MP_FORK,
    .target = "peer",
    .args = g_variant_new ("(ub)", n, echoes),
    .connections = (MpConnection *const[]) { theirs, NULL },
  });
  if (!mp_process_start (process, error))
    return FALSE;
  mp_connection_close (theirs);

  done = receive (ours, error);
  begin.wall = g_get_monotonic_time ();
  done = done && exchange (ours, message, n, echoes, error);
  end = g_get_monotonic_time ();
  mp_connection_close (ours);
  if (!mp_process_join (process, ASYNCIO_NO_TIMEOUT, done ? error : NULL) || !done)
    return FALSE;

  /* Its end is not part of the time on the clock. */
  begin.wall += g_get_monotonic_time () - end;
  moment_print_since (begin, echoes ? "round-trip" : "one-way", "connection", length, n);

  return TRUE;
}

void
ways_register_messages (void)
{
  mp_register ("peer", peer_job);
}

gboolean
ways_measure_messages (gboolean   quick,
                       GError   **error)
{
  for (guint i = 0; i < N_LENGTHS; i++)
    for (int echoes = 1; echoes >= 0; echoes--)
      {
        guint n = quick ? 1 : (guint) CLAMP (64 * 1024 * KIB / lengths[i], 2, 3000);

        if (!measure_length (lengths[i], n, echoes, error))
          return FALSE;
      }

  return TRUE;
}
