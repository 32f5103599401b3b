/* SPDX-License-Identifier: MIT */

/*
 * How a process is started (Lib/multiprocessing/popen_fork.py, popen_spawn_posix.py, spawn.py).
 *
 *     fork     the child is a copy of us, and goes on here: it knows all that we know, also what is of no use to it
 *     spawn    the child is our program from its beginning: it knows nothing. mp_freeze_support(), in its main(), is told what
 *     to do
 *
 *     parent                          child
 *
 *     flush, pipe, fork ────────────> only the descriptors that it was given
 *                                     func (args, connections)
 *     poll (sentinel) <──── closed ── flush, _exit (code)
 *
 * The *sentinel* is a pipe on which nothing is ever said. The child has its other end, and nobody else has: when that is
 * closed, the child has ended. So one can wait for the end of a process as for anything else, for a while, or for several at a
 * time, which waitpid() cannot.
 */

#include "multiprocessing-private.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

/* --- The child's side ---------------------------------------------------------------------------------- */
#ifdef SOLUTION

/* What a process ends with. An error was not caught by anybody, so it is printed. */
static int
to_exitcode (const MpPreparation *preparation,
             const GError        *error)
{
  g_autofree char *text = NULL;
  char *end;
  long code;

  if (error == NULL)
    return 0;

  if (g_error_matches (error, ASYNCIO_ERROR, ASYNCIO_ERROR_SYSTEM_EXIT))
    {
      code = strtol (error->message, &end, 10);
      if (*end == '\0')
        return (int) (code & 0xff);

      fprintf (stderr, "%s\n", error->message);
      return 1;
    }

  text = asyncio_error_to_string (error);
  fprintf (stderr, "Process %s: %s\n", preparation->name, text);

  return 1;
}

/* BaseProcess._bootstrap(). */
static void G_GNUC_NORETURN
bootstrap (const MpPreparation *preparation)
{
  g_autoptr (GError) error = NULL;
  MpFunc func;
  int code;

  /* What we know of the parent's children are copies: who waits for them is the parent. */
  g_clear_pointer (&mp_state.children, g_ptr_array_unref);
  mp_state = (MpState) { NULL, preparation->daemon, 0 };
  mp_forget_parent ();

  func = mp_lookup (preparation->target, &error);
  if (func != NULL)
    {
      GVariant *value = func (preparation->args, preparation->connections, &error);

      if (value != NULL)
        g_variant_unref (g_variant_take_ref (value));
    }

  code = to_exitcode (preparation, error);
  mp_exit_function ();

  /* Not exit(): what our parent wants to be done at its end is not to be done here. So what we printed must be written by
   * hand. */
  fflush (NULL);
  _exit (code);
}
#endif

void
mp_freeze_support (int    *argc,
                   char ***argv)
{
#ifdef SOLUTION
  MpPreparation preparation;
  g_autoptr (GError) error = NULL;

  if (*argc != 3 || strcmp ((*argv)[1], MP_SPAWN_ARGUMENT) != 0)
    return;

  if (!mp_preparation_load (atoi ((*argv)[2]), &preparation, &error))
    {
      fprintf (stderr, "%s\n", error->message);
      _exit (1);
    }
  bootstrap (&preparation);
#else
  /* TODO: if we are a process that was spawned, do what it is to do and end it. */
  (void) argc;
  (void) argv;
#endif
}

/* --- Starting ----------------------------------------------------------------------------------------------- */
#ifdef SOLUTION

/* In the child: closes all that it was not given. */
static void
close_others (MpProcess *self,
              int        sentinel,
              int        end)
{
  MpConnection **connections = self->preparation.connections;
  int fds[MP_MAX_CONNECTIONS + 3];
  guint n = 0;

  fds[n++] = sentinel;
  for (guint i = 0; connections[i] != NULL; i++)
    if (mp_connection_fileno (connections[i]) >= 0)
      fds[n++] = mp_connection_fileno (connections[i]);
  fds[n++] = end;
  fds[n] = -1;

  mp_close_all_but (fds);

  /* In a copy of this program nothing else is to be done. Another one gets what is not closed by execv(). */
  if (self->method == MP_SPAWN)
    for (guint i = 0; i < n; i++)
      fcntl (fds[i], F_SETFD, 0);
}

/* Popen._launch() of popen_fork.py. */
static pid_t
launch_fork (MpProcess  *self,
             int         sentinel,
             GError    **error)
{
  pid_t pid;

  mp_warn_about_threads ();

  pid = fork ();
  if (pid == 0)
    {
      close_others (self, sentinel, -1);
      bootstrap (&self->preparation);
    }
  if (pid < 0)
    mp_fail_with_errno (error, "cannot start a process");

  return pid;
}

/* Popen._launch() of popen_spawn_posix.py. Of what was ours the new program has nothing, so a thread that held a lock does no
 * harm. */
static pid_t
launch_spawn (MpProcess  *self,
              int         sentinel,
              GError    **error)
{
  const char *executable = mp_get_executable ();
  char number[16];
  char *const argv[] = { (char *) executable, (char *) MP_SPAWN_ARGUMENT, number, NULL };
  int ends[2];
  pid_t pid;

  if (socketpair (AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends) != 0)
    {
      mp_fail_with_errno (error, "cannot make a pipe");
      return -1;
    }
  g_snprintf (number, sizeof number, "%d", ends[1]);

  pid = fork ();
  if (pid == 0)
    {
      close_others (self, sentinel, ends[1]);
      execv (executable, argv);
      _exit (127);
    }

  if (pid < 0)
    mp_fail_with_errno (error, "cannot start a process");
  close (ends[1]);
  if (pid > 0 && !mp_preparation_dump (&self->preparation, ends[0], error))
    {
      kill (pid, SIGKILL);
      waitpid (pid, NULL, 0);
      pid = -1;
    }
  close (ends[0]);

  return pid;
}
#endif

pid_t
mp_popen (MpProcess  *process,
          int        *sentinel,
          GError    **error)
{
#ifdef SOLUTION
  int fds[2];
  pid_t pid;

  if (pipe2 (fds, O_CLOEXEC) != 0)
    {
      mp_fail_with_errno (error, "cannot make a pipe");
      return -1;
    }

  /* What is in a buffer now would be in the child's copy of the buffer as well, and be written twice. */
  fflush (NULL);

  pid = process->method == MP_FORK ? launch_fork (process, fds[1], error) : launch_spawn (process, fds[1], error);
  close (fds[1]);
  if (pid < 0)
    close (fds[0]);
  *sentinel = fds[0];

  return pid;
#else
  /* TODO: start it, one way or the other. */
  (void) process;
  (void) sentinel;
  mp_fail (error, ASYNCIO_ERROR_NOT_IMPLEMENTED, "not implemented yet");

  return -1;
#endif
}
