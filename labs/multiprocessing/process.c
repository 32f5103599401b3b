/* SPDX-License-Identifier: MIT */

/*
 * Processes (Lib/multiprocessing/process.py).
 *
 * A process that has ended remains as a *zombie* until its parent has asked how it ended. With the answer its number becomes
 * free. So it must be asked for once: never, and the zombies pile up; twice, and the answer may be another's. Nor may a signal
 * be sent afterwards.
 */

#include "multiprocessing-private.h"

#include <errno.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

/* --- Starting ------------------------------------------------------------------------------------ */
#ifdef SOLUTION
static gboolean
check_start (MpProcess  *self,
             GError    **error)
{
  if (self->is_closed)
    return mp_fail (error, ASYNCIO_ERROR_VALUE, "process object is closed");
  if (self->pid != 0)
    return mp_fail (error, ASYNCIO_ERROR_ASSERTION, "cannot start a process twice");
  if (self->parent != getpid ())
    return mp_fail (error, ASYNCIO_ERROR_ASSERTION, "can only start a process object created by current process");
  if (mp_state.is_daemon)
    return mp_fail (error, ASYNCIO_ERROR_ASSERTION, "daemonic processes are not allowed to have children");

  return mp_lookup (self->preparation.target, error) != NULL;
}
#endif

gboolean
mp_process_start (MpProcess  *process,
                  GError    **error)
{
#ifdef SOLUTION
  int sentinel;
  pid_t pid;

  g_return_val_if_fail (process != NULL, FALSE);

  if (!check_start (process, error))
    return FALSE;

  /* Who has ended by now is no zombie any more. */
  g_ptr_array_unref (mp_active_children ());

  pid = mp_popen (process, &sentinel, error);
  if (pid < 0)
    return FALSE;

  process->pid = pid;
  process->sentinel = sentinel;
  g_ptr_array_add (mp_get_children (), mp_process_ref (process));

  return TRUE;
#else
  /* TODO: start it, one way or the other. */
  (void) process;

  return mp_fail (error, ASYNCIO_ERROR_NOT_IMPLEMENTED, "not implemented yet");
#endif
}

/* --- The end ---------------------------------------------------------------------------------------------- */
#ifdef SOLUTION

/* Popen.poll(): whether it has ended. With WNOHANG it does not wait for that. */
static gboolean
poll_process (MpProcess *self,
              int        flags)
{
  int status;
  pid_t pid;

  if (self->has_ended)
    return TRUE;
  if (self->pid == 0 || self->parent != getpid ())
    return FALSE;

  do
    pid = waitpid (self->pid, &status, flags);
  while (pid < 0 && errno == EINTR);
  if (pid != self->pid)
    return FALSE;

  self->exitcode = WIFSIGNALED (status) ? -WTERMSIG (status) : WEXITSTATUS (status);
  self->has_ended = TRUE;
  close (self->sentinel);
  self->sentinel = -1;
  g_ptr_array_remove (mp_get_children (), self);

  return TRUE;
}
#endif

gboolean
mp_process_join (MpProcess  *process,
                 double      timeout,
                 GError    **error)
{
#ifdef SOLUTION
  g_return_val_if_fail (process != NULL, FALSE);

  if (process->is_closed)
    return mp_fail (error, ASYNCIO_ERROR_VALUE, "process object is closed");
  if (process->parent != getpid ())
    return mp_fail (error, ASYNCIO_ERROR_ASSERTION, "can only join a child process");
  if (process->pid == 0)
    return mp_fail (error, ASYNCIO_ERROR_ASSERTION, "can only join a started process");

  /* When the sentinel is closed it is about to be a zombie, if it is none yet. */
  if (!process->has_ended && mp_wait (&(struct pollfd) { process->sentinel, POLLIN, 0 }, 1, timeout))
    poll_process (process, 0);

  return TRUE;
#else
  /* TODO: wait for its end, but not longer than that. */
  (void) process;
  (void) timeout;

  return mp_fail (error, ASYNCIO_ERROR_NOT_IMPLEMENTED, "not implemented yet");
#endif
}

gboolean
mp_process_get_exitcode (MpProcess *process,
                         int       *exitcode)
{
#ifdef SOLUTION
  g_return_val_if_fail (process != NULL, FALSE);

  if (!poll_process (process, WNOHANG))
    return FALSE;

  *exitcode = process->exitcode;

  return TRUE;
#else
  /* TODO: if it has ended, tell how. */
  (void) process;
  (void) exitcode;

  return FALSE;
#endif
}

gboolean
mp_process_is_alive (MpProcess *process)
{
#ifdef SOLUTION
  g_return_val_if_fail (process != NULL, FALSE);

  return process->pid != 0 && !poll_process (process, WNOHANG);
#else
  /* TODO: tell whether it runs. */
  (void) process;

  return FALSE;
#endif
}

#ifdef SOLUTION
/* As long as it was not waited for, the number is its own, be it dead or not. Afterwards it may be anybody's. */
static void
send_signal (MpProcess *self,
             int        number)
{
  if (self->parent == getpid () && mp_process_is_alive (self))
    kill (self->pid, number);
}
#endif

void
mp_process_terminate (MpProcess *process)
{
#ifdef SOLUTION
  g_return_if_fail (process != NULL);

  send_signal (process, SIGTERM);
#else
  /* TODO: send it SIGTERM. */
  (void) process;
#endif
}

void
mp_process_kill (MpProcess *process)
{
#ifdef SOLUTION
  g_return_if_fail (process != NULL);

  send_signal (process, SIGKILL);
#else
  /* TODO: send it SIGKILL. */
  (void) process;
#endif
}

gboolean
mp_process_close (MpProcess  *process,
                  GError    **error)
{
#ifdef SOLUTION
  g_return_val_if_fail (process != NULL, FALSE);

  if (mp_process_is_alive (process))
    return mp_fail (error, ASYNCIO_ERROR_VALUE,
                 "Cannot close a process while it is still running. You should first call join() or terminate().");

  process->is_closed = TRUE;

  return TRUE;
#else
  /* TODO: close it, unless it runs. */
  (void) process;

  return mp_fail (error, ASYNCIO_ERROR_NOT_IMPLEMENTED, "not implemented yet");
#endif
}

/* --- All children ------------------------------------------------------------------------------------------ */

GPtrArray *
mp_active_children (void)
{
  GPtrArray *active = g_ptr_array_new_with_free_func ((GDestroyNotify) mp_process_unref);

#ifdef SOLUTION
  for (guint i = 0; i < mp_get_children ()->len; i++)
    g_ptr_array_add (active, mp_process_ref (g_ptr_array_index (mp_state.children, i)));

  /* Who has ended takes itself off the list of children while we walk. */
  for (guint i = active->len; i > 0; i--)
    if (!mp_process_is_alive (g_ptr_array_index (active, i - 1)))
      g_ptr_array_remove_index (active, i - 1);
#else
  /* TODO: collect those that run, and wait for those that have ended. */
  
#endif

  return active;
}

void
mp_exit_function (void)
{
#ifdef SOLUTION
  g_autoptr (GPtrArray) active = mp_active_children ();

  for (guint i = 0; i < active->len; i++)
    {
      MpProcess *child = g_ptr_array_index (active, i);

      if (child->preparation.daemon)
        mp_process_terminate (child);
    }

  for (guint i = 0; i < active->len; i++)
    mp_process_join (g_ptr_array_index (active, i), ASYNCIO_NO_TIMEOUT, NULL);
#else
  /* TODO: terminate the daemons, and wait for all. */
#endif
}
