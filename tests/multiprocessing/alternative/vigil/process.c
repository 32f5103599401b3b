/* SPDX-License-Identifier: MIT */

/*
 * An alternative solution of part A, the end of processes, that is told by one function. Everything that wants to know
 * something of a process first calls look(), which waits for its end for some time or none, and files it; what it says
 * afterwards is in the process itself.
 */

#include "multiprocessing-private.h"

#include <errno.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

typedef enum
{
  NEW,     /* never started */
  FOREIGN, /* another process's */
  RUNS,
  ENDED,
} State;

/* Looks at a process, and waits for its end for some time. */
static State
look (MpProcess *process,
      double     patience)
{
  siginfo_t info = { 0 };
  int result;

  if (process->parent != getpid ())
    return FOREIGN;
  if (process->pid == 0)
    return NEW;
  if (process->has_ended)
    return ENDED;

  if (patience != 0 && !mp_wait (&(struct pollfd) { process->sentinel, POLLIN, 0 }, 1, patience))
    return RUNS;

  /* Its sentinel is closed a moment before it can be asked how it ended. */
  do
    result = waitid (P_PID, (id_t) process->pid, &info, WEXITED | (patience != 0 ? 0 : WNOHANG));
  while (result < 0 && errno == EINTR);
  if (result < 0 || info.si_pid == 0)
    return RUNS;

  process->exitcode = info.si_code == CLD_EXITED ? info.si_status : -info.si_status;
  process->has_ended = TRUE;
  close (process->sentinel);
  process->sentinel = -1;
  g_ptr_array_remove (mp_get_children (), process);

  return ENDED;
}

gboolean
mp_process_start (MpProcess  *process,
                  GError    **error)
{
  g_autoptr (GPtrArray) reaped = NULL;
  const struct
  {
    gboolean is_wrong;
    AsyncioError code;
    const char *message;
  } reasons[] = {
    { process->is_closed, ASYNCIO_ERROR_VALUE, "process object is closed" },
    { process->pid != 0, ASYNCIO_ERROR_ASSERTION, "cannot start a process twice" },
    { process->parent != getpid (), ASYNCIO_ERROR_ASSERTION, "can only start a process object created by current process" },
    { mp_state.is_daemon, ASYNCIO_ERROR_ASSERTION, "daemonic processes are not allowed to have children" },
  };
  pid_t pid;
  int sentinel;

  for (guint i = 0; i < G_N_ELEMENTS (reasons); i++)
    if (reasons[i].is_wrong)
      return mp_fail (error, reasons[i].code, reasons[i].message);
  if (mp_lookup (process->preparation.target, error) == NULL)
    return FALSE;

  reaped = mp_active_children ();
  pid = mp_popen (process, &sentinel, error);
  if (pid <= 0)
    return FALSE;

  process->pid = pid;
  process->sentinel = sentinel;
  g_ptr_array_add (mp_get_children (), mp_process_ref (process));

  return TRUE;
}

gboolean
mp_process_join (MpProcess  *process,
                 double      timeout,
                 GError    **error)
{
  if (process->is_closed)
    return mp_fail (error, ASYNCIO_ERROR_VALUE, "process object is closed");

  switch (look (process, MAX (timeout, 0)))
    {
    case NEW:
      return mp_fail (error, ASYNCIO_ERROR_ASSERTION, "can only join a started process");
    case FOREIGN:
      return mp_fail (error, ASYNCIO_ERROR_ASSERTION, "can only join a child process");
    case RUNS:
    case ENDED:
    default:
      return TRUE;
    }
}

gboolean
mp_process_get_exitcode (MpProcess *process,
                         int       *exitcode)
{
  if (look (process, 0) != ENDED)
    return FALSE;

  *exitcode = process->exitcode;

  return TRUE;
}

gboolean
mp_process_is_alive (MpProcess *process)
{
  return look (process, 0) == RUNS;
}

void
mp_process_terminate (MpProcess *process)
{
  if (look (process, 0) == RUNS)
    kill (process->pid, SIGTERM);
}

void
mp_process_kill (MpProcess *process)
{
  if (look (process, 0) == RUNS)
    kill (process->pid, SIGKILL);
}

gboolean
mp_process_close (MpProcess  *process,
                  GError    **error)
{
  process->is_closed = look (process, 0) != RUNS;

  return process->is_closed ||
         mp_fail (error, ASYNCIO_ERROR_VALUE,
                  "Cannot close a process while it is still running. You should first call join() or terminate().");
}

GPtrArray *
mp_active_children (void)
{
  GPtrArray *all = mp_get_children ();
  GPtrArray *active = g_ptr_array_new_with_free_func ((GDestroyNotify) mp_process_unref);
  guint i = 0;

  /* Whoever has ended is taken out of the list, and the next one is where it was. */
  while (i < all->len)
    {
      MpProcess *process = g_ptr_array_index (all, i);

      mp_process_ref (process);
      if (look (process, 0) == RUNS)
        {
          g_ptr_array_add (active, process);
          i++;
        }
      else
        {
          mp_process_unref (process);
        }
    }

  return active;
}

static void
terminate_daemon (gpointer process,
                  gpointer unused)
{
  (void) unused;

  if (((MpProcess *) process)->preparation.daemon)
    mp_process_terminate (process);
}

static void
wait_for (gpointer process,
          gpointer unused)
{
  (void) unused;

  look (process, ASYNCIO_NO_TIMEOUT);
}

void
mp_exit_function (void)
{
  g_autoptr (GPtrArray) active = mp_active_children ();

  g_ptr_array_foreach (active, terminate_daemon, NULL);
  g_ptr_array_foreach (active, wait_for, NULL);
}
