/* SPDX-License-Identifier: MIT */

/*
 * Graded tests of the lab about processes, part B: connections.
 *
 * The other end of a connection is a copy of the test, or the test itself, which looks at the bare bytes.
 */

#include "common.h"
#include "faults.h"

/* Both ends, or none with a trace that says why. */
typedef struct
{
  MpConnection *first;
  MpConnection *second;
} Ends;

static gboolean
make_ends (Ends     *ends,
           gboolean  duplex)
{
  g_autoptr (GError) error = NULL;

  *ends = (Ends) { NULL, NULL };
  if (mp_pipe (duplex, &ends->first, &ends->second, &error))
    return TRUE;

  trace ("no pipe: %s", trace_error (error));

  return FALSE;
}

static void
clear_ends (Ends *ends)
{
  g_clear_pointer (&ends->first, mp_connection_free);
  g_clear_pointer (&ends->second, mp_connection_free);
}

/* Traces what can be received. */
static void
trace_recv (MpConnection *connection)
{
  g_autoptr (GError) error = NULL;
  GVariant *value = mp_connection_recv (connection, &error);

  trace ("received %s, %s", show (value), show_error (&error));
}

static void
trace_recv_bytes (MpConnection *connection)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (GBytes) bytes = mp_connection_recv_bytes (connection, &error);

  if (bytes != NULL)
    trace ("received %" G_GSIZE_FORMAT " bytes", g_bytes_get_size (bytes));
  else
    trace ("received %s", trace_error (error));
}

static void
trace_send (MpConnection *connection,
            GVariant     *value)
{
  g_autoptr (GError) error = NULL;
  gboolean sent = mp_connection_send (connection, value, &error);

  trace ("sent %s, %s", trace_bool (sent), trace_error (error));
}

/*
 * Values of many types go one way, and then the other; they come in the order in which they were sent.
 *
 *     received N, 'WORD', (N, 'WORD'), [...], {...}, <...>, ()
 */
static void
test_values (void)
{
  Ends ends;

  if (!make_ends (&ends, TRUE))
    return;

  for (guint way = 0; way < 2; way++)
    {
      MpConnection *from = way == 0 ? ends.first : ends.second;
      MpConnection *to = way == 0 ? ends.second : ends.first;
      g_autoptr (GVariant) kept = g_variant_ref_sink (g_variant_new_string (seed_word ()));

      trace_send (from, g_variant_new_int32 (seed_int (-1000, 1000)));
      trace_send (from, kept);
      trace_send (from, g_variant_new ("(is)", seed_int (0, 99), seed_word ()));
      trace_send (from, g_variant_new_parsed ("[1.5, 2.5]"));
      trace_send (from, g_variant_new_parsed ("{%s: <%i>}", seed_word (), seed_int (0, 99)));
      trace_send (from, g_variant_new_variant (g_variant_new_string (seed_word ())));
      trace_send (from, g_variant_new ("()"));
      for (guint i = 0; i < 7; i++)
        trace_recv (to);
      trace ("kept %s", g_variant_get_string (kept, NULL));
    }
  clear_ends (&ends);
}

/*
 * What was sent before the other end was closed is received first, and then it is the end, again and again.
 *
 *     poll False / poll True, received 'WORD' twice, poll True, EOFError, EOFError
 */
static void
test_end (void)
{
  Ends ends;

  if (!make_ends (&ends, FALSE))
    return;

  trace ("poll at first %s", trace_bool (mp_connection_poll (ends.first, 0, NULL)));
  trace_send (ends.second, g_variant_new_string (seed_word ()));
  trace_send (ends.second, g_variant_new_string (seed_word ()));
  mp_connection_close (ends.second);
  trace ("poll %s", trace_bool (mp_connection_poll (ends.first, ASYNCIO_NO_TIMEOUT, NULL)));
  trace_recv (ends.first);
  trace_recv (ends.first);
  trace ("poll at the end %s", trace_bool (mp_connection_poll (ends.first, ASYNCIO_NO_TIMEOUT, NULL)));
  trace_recv (ends.first);
  trace_recv (ends.first);
  clear_ends (&ends);
}

/*
 * Nobody is there to receive. That is an error, and not the end of the process, whether or not there is something that the
 * other one never read; the kernel has different words for it.
 *
 *     sent False, BrokenPipeError: Broken pipe
 *     received EOFError
 */
static void
test_broken (void)
{
  for (guint unread = 0; unread < 2; unread++)
    {
      Ends ends;

      if (!make_ends (&ends, TRUE))
        return;

      if (unread > 0)
        trace_send (ends.first, g_variant_new_string (seed_word ()));
      mp_connection_close (ends.second);
      trace_send (ends.first, g_variant_new_string (seed_word ()));
      trace_send (ends.first, g_variant_new_string (seed_word ()));
      clear_ends (&ends);

      if (!make_ends (&ends, TRUE))
        return;
      if (unread > 0)
        trace_send (ends.first, g_variant_new_string (seed_word ()));
      mp_connection_close (ends.second);
      trace_recv (ends.first);
      clear_ends (&ends);
    }
}

/*
 * A frame is four bytes and the message. It is looked at, and others are written by hand, all in one piece.
 *
 *     frame 00 00 00 05 68 65 6c 6c 6f
 *     received 3 bytes, 0 bytes, 2 bytes
 */
static void
test_frames (void)
{
  g_autoptr (MpConnection) connection = NULL;
  g_autoptr (MpConnection) peer = NULL;
  g_autoptr (GString) hex = g_string_new (NULL);
  g_autoptr (GBytes) bytes = g_bytes_new_static ("hello", 5);
  g_autoptr (GBytes) nothing = g_bytes_new_static ("", 0);
  static const guint8 frames[] = { 0, 0, 0, 3, 1, 2, 3, 0, 0, 0, 0, 0, 0, 0, 2, 4, 5 };
  guint8 raw[32];
  ssize_t n;

  make_channel (&connection, &peer);
  trace ("sent %s", trace_bool (mp_connection_send_bytes (connection, bytes, NULL)));
  trace ("sent %s", trace_bool (mp_connection_send_bytes (connection, nothing, NULL)));
  n = recv (mp_connection_fileno (peer), raw, sizeof raw, MSG_DONTWAIT);
  for (ssize_t i = 0; i < n; i++)
    g_string_append_printf (hex, " %02x", raw[i]);
  trace ("frames%s", hex->str);

  g_assert_cmpint (send (mp_connection_fileno (peer), frames, sizeof frames, 0), ==, sizeof frames);
  for (guint i = 0; i < 3; i++)
    trace_recv_bytes (connection);
}

/*
 * Messages that are longer than what the kernel keeps for us, and shorter ones between them: a copy of us sends them, and each
 * is compared.
 *
 *     received N bytes, the same True
 */
static const gsize sizes[] = { 0, 1, 4095, 16384, 16385, 300000, 3, 8 * 1024 * 1024, 0, 70000 };

static GBytes *
make_message (gsize size)
{
  guint8 *data = g_malloc (size);

  for (gsize i = 0; i < size; i++)
    data[i] = (guint8) (i * 31 + i / 256 + size);

  return g_bytes_new_take (data, size);
}

static int
send_messages (gpointer connection)
{
  for (guint i = 0; i < G_N_ELEMENTS (sizes); i++)
    {
      g_autoptr (GBytes) message = make_message (sizes[i]);

      if (!mp_connection_send_bytes (connection, message, NULL))
        return 1;
    }

  return 0;
}

static void
test_sizes (void)
{
  Ends ends;
  pid_t pid;

  if (!make_ends (&ends, FALSE))
    return;

  pid = in_child (send_messages, ends.second);
  mp_connection_close (ends.second);
  for (guint i = 0; i < G_N_ELEMENTS (sizes); i++)
    {
      g_autoptr (GBytes) expected = make_message (sizes[i]);
      g_autoptr (GBytes) bytes = mp_connection_recv_bytes (ends.first, NULL);

      trace ("received %" G_GSIZE_FORMAT ", the same %s", bytes != NULL ? g_bytes_get_size (bytes) : 0,
             trace_bool (bytes != NULL && g_bytes_equal (bytes, expected)));
    }
  trace_recv_bytes (ends.first);
  wait_for_child (pid);
  clear_ends (&ends);
}

/*
 * The kernel takes and gives a few bytes at a time, and every other call is interrupted. Nobody notices.
 *
 *     received ['WORD', ...] with pieces of 1, 3, 7 bytes
 */
static void
test_short (void)
{
  Ends ends;

  if (!make_ends (&ends, TRUE))
    return;

  for (guint i = 0; i < 3; i++)
    {
      static const size_t pieces[] = { 1, 3, 7 };
      const char *word = seed_word ();
      g_autoptr (GVariant) value = g_variant_ref_sink (g_variant_new ("(ssi)", word, seed_word (), seed_int (0, 9999)));
      g_autoptr (GVariant) received = NULL;
      gboolean sent;

      faults.longest = pieces[i];
      faults.interrupts = 1;
      sent = mp_connection_send (ends.first, value, NULL);
      if (sent)
        received = mp_connection_recv (ends.second, NULL);
      faults.longest = 0;
      faults.interrupts = 0;

      trace ("pieces of %" G_GSIZE_FORMAT ": sent %s, received %s", pieces[i], trace_bool (sent),
             received != NULL ? show (g_steal_pointer (&received)) : "-");
    }
  clear_ends (&ends);
}

/*
 * The other one dies in the middle: of the number of bytes, before the first byte, after some, one before the last.
 *
 *     received OSError: got end of file during message
 */
static void
test_cut (void)
{
  static const guint8 frame[] = { 0, 0, 0, 6, 1, 2, 3, 4, 5, 6 };

  for (gsize n = 0; n <= sizeof frame; n++)
    {
      g_autoptr (MpConnection) connection = NULL;
      g_autoptr (MpConnection) peer = NULL;

      make_channel (&connection, &peer);
      if (n > 0)
        g_assert_cmpint (send (mp_connection_fileno (peer), frame, n, 0), ==, n);
      mp_connection_close (peer);
      trace ("after %" G_GSIZE_FORMAT " bytes", n);
      trace_recv_bytes (connection);
    }
}

/*
 * The other one has gone mad. Bytes that are no value are refused, and the next message is all right. A number of bytes that is
 * too great cannot be believed, nor anything that follows.
 *
 *     received -, ValueError: corrupt message
 *     received 'WORD', -
 *     received OSError: bad message length
 *     received OSError: handle is closed
 */
static void
test_corrupt (void)
{
  g_autoptr (MpConnection) connection = NULL;
  g_autoptr (MpConnection) peer = NULL;
  static const char *const garbage[] = { "", "\0z", "hello\0s", "xx\0ai", "\5\0\0\0\0\0\0\0\0as" };
  static const gsize lengths[] = { 0, 2, 7, 5, 11 };
  static const guint8 too_long[] = { 0x04, 0x00, 0x00, 0x01, 1, 2, 3 };

  make_channel (&connection, &peer);
  for (guint i = 0; i < G_N_ELEMENTS (garbage); i++)
    {
      guint8 frame[32] = { 0, 0, 0, (guint8) lengths[i] };

      memcpy (frame + 4, garbage[i], lengths[i]);
      g_assert_cmpint (send (mp_connection_fileno (peer), frame, 4 + lengths[i], 0), ==, 4 + lengths[i]);
      trace_recv (connection);
    }
  trace_send (peer, g_variant_new_string (seed_word ()));
  trace_recv (connection);

  g_assert_cmpint (send (mp_connection_fileno (peer), too_long, sizeof too_long, 0), ==, sizeof too_long);
  trace_recv_bytes (connection);
  trace_recv_bytes (connection);
  trace ("fileno %d", mp_connection_fileno (connection));
}

/*
 * What must not be done is refused.
 *
 *     read-only, write-only, closed, too long
 */
static void
test_misuse (void)
{
  Ends ends;
  g_autoptr (GError) error = NULL;
  g_autoptr (GBytes) too_long = NULL;

  if (!make_ends (&ends, FALSE))
    return;

  trace ("first: readable %s, writable %s", trace_bool (mp_connection_is_readable (ends.first)),
         trace_bool (mp_connection_is_writable (ends.first)));
  trace ("second: readable %s, writable %s", trace_bool (mp_connection_is_readable (ends.second)),
         trace_bool (mp_connection_is_writable (ends.second)));
  trace_send (ends.first, g_variant_new_int32 (1));
  trace_recv (ends.second);
  trace ("poll %s", trace_bool (mp_connection_poll (ends.second, 0, &error)));
  trace ("poll %s", show_error (&error));

  too_long = g_bytes_new_take (g_malloc0 (MP_MAX_MESSAGE + 1), MP_MAX_MESSAGE + 1);
  trace ("too long %s", trace_bool (mp_connection_send_bytes (ends.second, too_long, &error)));
  trace ("too long %s", show_error (&error));
  trace ("poll %s", trace_bool (mp_connection_poll (ends.first, 0, NULL)));

  mp_connection_close (ends.first);
  mp_connection_close (ends.second);
  trace_send (ends.second, g_variant_new_int32 (1));
  trace_recv (ends.first);
  trace ("poll %s", trace_bool (mp_connection_poll (ends.first, 0, &error)));
  trace ("poll %s", show_error (&error));
  clear_ends (&ends);
}

/*
 * To ask whether there is something waits for a while, if told to, and takes nothing away.
 *
 *     poll False, waited True, poll True, poll True, received 'WORD', poll False
 */
static void
test_poll (void)
{
  Ends ends;
  gint64 begun = g_get_monotonic_time ();

  if (!make_ends (&ends, TRUE))
    return;

  trace ("poll %s", trace_bool (mp_connection_poll (ends.first, 0.02, NULL)));
  trace ("waited %s", trace_bool (g_get_monotonic_time () - begun >= 19000));
  trace_send (ends.second, g_variant_new_string (seed_word ()));
  trace ("poll %s", trace_bool (mp_connection_poll (ends.first, 3600, NULL)));
  trace ("poll %s", trace_bool (mp_connection_poll (ends.first, -1, NULL)));
  trace ("other end: poll %s", trace_bool (mp_connection_poll (ends.second, 0, NULL)));
  trace_recv (ends.first);
  trace ("poll %s", trace_bool (mp_connection_poll (ends.first, 0, NULL)));
  clear_ends (&ends);
}

int
main (int    argc,
      char **argv)
{
  graded_test_init (&argc, &argv);

  graded_test_add ("/mp/connection/values", test_values);
  graded_test_add ("/mp/connection/end", test_end);
  graded_test_add ("/mp/connection/broken", test_broken);
  graded_test_add ("/mp/connection/frames", test_frames);
  graded_test_add ("/mp/connection/sizes", test_sizes);
  graded_test_add ("/mp/connection/short", test_short);
  graded_test_add ("/mp/connection/cut", test_cut);
  graded_test_add ("/mp/connection/corrupt", test_corrupt);
  graded_test_add ("/mp/connection/misuse", test_misuse);
  graded_test_add ("/mp/connection/poll", test_poll);

  return g_test_run ();
}
