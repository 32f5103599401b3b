/* SPDX-License-Identifier: MIT */

/* The twin of mp-p01-separate-memory.py: a child has a copy of the memory, and what it changes is its own. */

#include "kit.h"
#include "multiprocessing.h"

#include <unistd.h>

static GPtrArray *data;

static GVariant *
list (void)
{
  return g_variant_new_string (kit_row (data));
}

static GVariant *
child (GVariant             *args,
       MpConnection *const  *connections,
       GError              **error)
{
  MpConnection *conn = connections[0];
  GVariant *seen = list ();
  g_autoptr (GVariant) word = NULL;

  (void) args;

  g_ptr_array_add (data, (gpointer) "child");
  if (!mp_connection_send (conn, g_variant_new ("(@s@si)", seen, list (), getpid ()), error))
    return NULL;
  word = mp_connection_recv (conn, error);
  if (word != NULL)
    mp_connection_send (conn, list (), error);

  return NULL;
}

int
main (int    argc,
      char **argv)
{
  g_autoptr (MpConnection) here = NULL;
  g_autoptr (MpConnection) there = NULL;
  g_autoptr (MpProcess) p = NULL;
  g_autoptr (GVariant) first = NULL;
  g_autoptr (GVariant) second = NULL;
  g_autoptr (GError) error = NULL;
  const char *seen, *own;
  int pid, exitcode = -1;

  mp_register ("child", child);
  mp_freeze_support (&argc, &argv);
  kit_init ();

  data = g_ptr_array_new ();
  g_ptr_array_add (data, (gpointer) "parent");
  mp_pipe (TRUE, &here, &there, &error);
  p = mp_process_new (&(MpProcessOptions) { .target = "child", .connections = (MpConnection *[]) { there, NULL } });
  mp_process_start (p, &error);
  g_assert_no_error (error);

  first = mp_connection_recv (here, &error);
  g_assert_no_error (error);
  g_variant_get (first, "(&s&si)", &seen, &own, &pid);
  trace ("child saw %s then had %s", seen, own);
  trace ("other process: %s | its pid: %s", trace_bool (pid != getpid ()), trace_bool (pid == mp_process_get_pid (p)));
  g_ptr_array_add (data, (gpointer) "parent later");
  mp_connection_send (here, g_variant_new_string ("go"), &error);
  second = mp_connection_recv (here, &error);
  g_assert_no_error (error);
  trace ("child still has %s", g_variant_get_string (second, NULL));
  mp_process_join (p, ASYNCIO_NO_TIMEOUT, &error);
  mp_process_get_exitcode (p, &exitcode);
  trace ("parent has %s exit code %d", kit_row (data), exitcode);
  g_ptr_array_unref (data);

  return 0;
}
