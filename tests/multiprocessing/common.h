/* SPDX-License-Identifier: MIT */
#pragma once

/*
 * What the tests of the lab about processes have in common.
 *
 * Only the process that runs the test may write its trace: children report by *channels*, pairs of sockets on which single
 * bytes go. Those are the tests' own, so that the parts of the lab are judged each by itself. They also force the order of
 * events: who is to wait, hears.
 */

#include "graded-test.h"
#include "multiprocessing-private.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

/* The beginning of main(), when all functions have their names. A program that was started to be a worker becomes one before it
 * sees any test. In all others the harness comes first: what the judge tells it is gone when code that is judged is called. */
static inline void
begin_tests (int    *argc,
             char ***argv)
{
  if (*argc == 3 && g_str_equal ((*argv)[1], MP_SPAWN_ARGUMENT))
    mp_freeze_support (argc, argv);

  graded_test_init (argc, argv);
  mp_freeze_support (argc, argv);
}

/* --- Channels ------------------------------------------------------------------------------------ */

/* (transfer full) both */
static inline void
make_channel (MpConnection **here,
              MpConnection **there)
{
  int fds[2];

  g_assert_cmpint (socketpair (AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, fds), ==, 0);
  *here = mp_connection_new (fds[0], TRUE, TRUE);
  *there = mp_connection_new (fds[1], TRUE, TRUE);
}

static inline void
tell (MpConnection *channel,
      guint8        byte)
{
  (void) send (mp_connection_fileno (channel), &byte, 1, MSG_NOSIGNAL);
}

/* The next byte, or -1 at the end. Waits. */
static inline int
hear (MpConnection *channel)
{
  guint8 byte;
  ssize_t n;

  do
    n = recv (mp_connection_fileno (channel), &byte, 1, 0);
  while (n < 0 && errno == EINTR);

  return n == 1 ? byte : -1;
}

/* Whether hear() would not have to wait. */
static inline gboolean
can_hear (MpConnection *channel)
{
  struct pollfd fd = { mp_connection_fileno (channel), POLLIN, 0 };

  return poll (&fd, 1, 0) == 1;
}

/* A text of up to 250 bytes. */
static inline void
tell_text (MpConnection *channel,
           const char   *text)
{
  tell (channel, (guint8) strlen (text));
  for (const char *c = text; *c != '\0'; c++)
    tell (channel, (guint8) *c);
}

/* Valid for ever; "nothing" if there is none. */
static inline const char *
hear_text (MpConnection *channel)
{
  g_autoptr (GString) text = g_string_new (NULL);
  int n = hear (channel);

  if (n < 0)
    return "nothing";
  for (int i = 0; i < n; i++)
    g_string_append_c (text, (char) hear (channel));

  return g_intern_string (text->str);
}

/* Whether nobody has the other end of a descriptor open any more. Does not wait. */
static inline gboolean
is_at_end (int fd)
{
  struct pollfd poll_fd = { fd, POLLIN, 0 };

  return poll (&poll_fd, 1, 0) == 1;
}

/* --- Traces ------------------------------------------------------------------------------------------- */

static inline const char *
method_name (MpStartMethod method)
{
  return method == MP_FORK ? "fork" : "spawn";
}

/* A value as text, valid for ever; "-" for none. It is consumed. */
static inline const char *
show (GVariant *value)
{
  g_autofree char *text = NULL;

  if (value == NULL)
    return "-";

  text = g_variant_print (value, FALSE);
  g_variant_unref (value);

  return g_intern_string (text);
}

/* An error as text, valid for ever; "-" for none. It is consumed. */
static inline const char *
show_error (GError **error)
{
  const char *text = trace_error (*error);

  g_clear_error (error);

  return text;
}

static inline void
trace_exitcode (const char *name,
                MpProcess  *process)
{
  int exitcode;

  if (mp_process_get_exitcode (process, &exitcode))
    trace ("%s: exit code %d", name, exitcode);
  else
    trace ("%s: exit code None", name);
}

/* Children that nobody waits for, dead or alive. */
static inline void
trace_leftovers (void)
{
  int n = 0;

  while (waitpid (-1, NULL, WNOHANG) > 0)
    n++;
  trace ("left: %d zombies, %s", n, errno == ECHILD ? "no child" : "children");
}

static inline guint
count_descriptors (void)
{
  guint n = 0;

  for (int fd = 0; fd < 256; fd++)
    n += fcntl (fd, F_GETFD) >= 0;

  return n;
}

/* --- Processes --------------------------------------------------------------------------------------------- */

/* Starts a process, or traces why not and returns NULL. */
static inline MpProcess *
start_process (const MpProcessOptions *options)
{
  g_autoptr (MpProcess) process = mp_process_new (options);
  g_autoptr (GError) error = NULL;

  if (mp_process_start (process, &error))
    return g_steal_pointer (&process);

  trace ("%s cannot be started: %s", options->target, trace_error (error));

  return NULL;
}

/* A process that is a copy of this one, without the lab: what the tests of connections need. It ends with what func returns. */
static inline pid_t
in_child (int     (*func) (gpointer),
          gpointer user_data)
{
  pid_t pid = fork ();

  g_assert_cmpint (pid, >=, 0);
  if (pid == 0)
    _exit (func (user_data));

  return pid;
}

static inline void
wait_for_child (pid_t pid)
{
  while (waitpid (pid, NULL, 0) < 0 && errno == EINTR)
    ;
}
