/* SPDX-License-Identifier: MIT */

/* The twin of mp-p02-exit-codes.py: how a process ended. */

#include "kit.h"
#include "multiprocessing.h"

#include <fcntl.h>
#include <unistd.h>

static GVariant *
normal (GVariant             *args,
        MpConnection *const  *connections,
        GError              **error)
{
  (void) args;
  (void) connections;
  (void) error;

  return NULL;
}

static GVariant *
fails (GVariant             *args,
       MpConnection *const  *connections,
       GError              **error)
{
  (void) args;
  (void) connections;

  /* sys.stderr = open(os.devnull, "w") */
  dup2 (open ("/dev/null", O_WRONLY), STDERR_FILENO);
  g_set_error_literal (error, ASYNCIO_ERROR, ASYNCIO_ERROR_VALUE, "boom");

  return NULL;
}

static GVariant *
exits (GVariant             *args,
       MpConnection *const  *connections,
       GError              **error)
{
  (void) args;
  (void) connections;

  g_set_error_literal (error, ASYNCIO_ERROR, ASYNCIO_ERROR_SYSTEM_EXIT, "3");

  return NULL;
}

static GVariant *
hard (GVariant             *args,
      MpConnection *const  *connections,
      GError              **error)
{
  (void) args;
  (void) connections;
  (void) error;

  _exit (4);
}

/* event.set(), and then it waits for what never comes. */
static GVariant *
sleeps (GVariant             *args,
        MpConnection *const  *connections,
        GError              **error)
{
  g_autoptr (GVariant) nothing = NULL;

  (void) args;

  if (mp_connection_send (connections[0], g_variant_new ("()"), error))
    nothing = mp_connection_recv (connections[0], error);
  _exit (77);
}

static const char *
show_exitcode (MpProcess *p)
{
  g_autofree char *text = NULL;
  int exitcode;

  if (mp_process_get_exitcode (p, &exitcode))
    text = g_strdup_printf ("%d", exitcode);

  return kit_text (text != NULL ? g_intern_string (text) : NULL);
}

int
main (int    argc,
      char **argv)
{
  static const struct
  {
    const char *name;
    MpFunc fn;
  } fns[] = { { "normal", normal }, { "fails", fails }, { "exits", exits }, { "hard", hard } };
  static const char *const hows[] = { "terminate", "kill" };

  for (guint i = 0; i < G_N_ELEMENTS (fns); i++)
    mp_register (fns[i].name, fns[i].fn);
  mp_register ("sleeps", sleeps);
  mp_freeze_support (&argc, &argv);
  kit_init ();

  for (guint i = 0; i < G_N_ELEMENTS (fns); i++)
    {
      g_autoptr (MpProcess) p = mp_process_new (&(MpProcessOptions) { .target = fns[i].name });

      trace ("%s before: %s alive %s", fns[i].name, show_exitcode (p), trace_bool (mp_process_is_alive (p)));
      mp_process_start (p, NULL);
      mp_process_join (p, ASYNCIO_NO_TIMEOUT, NULL);
      trace ("%s after: %s alive %s", fns[i].name, show_exitcode (p), trace_bool (mp_process_is_alive (p)));
    }

  for (guint i = 0; i < G_N_ELEMENTS (hows); i++)
    {
      g_autoptr (MpConnection) here = NULL;
      g_autoptr (MpConnection) there = NULL;
      g_autoptr (MpProcess) p = NULL;
      g_autoptr (GVariant) event = NULL;

      mp_pipe (TRUE, &here, &there, NULL);
      p = mp_process_new (&(MpProcessOptions) { .target = "sleeps", .connections = (MpConnection *[]) { there, NULL } });
      mp_process_start (p, NULL);
      event = mp_connection_recv (here, NULL);
      trace ("running: %s alive %s", show_exitcode (p), trace_bool (mp_process_is_alive (p)));
      if (i == 0)
        mp_process_terminate (p);
      else
        mp_process_kill (p);
      mp_process_join (p, ASYNCIO_NO_TIMEOUT, NULL);
      trace ("%s %s", hows[i], show_exitcode (p));
    }

  return 0;
}
