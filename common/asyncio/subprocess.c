/* SPDX-License-Identifier: MIT */

/*
 * Other programs (Lib/asyncio/subprocess.py).
 *
 * GLib starts the child and watches for its end; the loop's callbacks then run as for any future.
 */

#include <asyncio/subprocess.h>

#include "base-events-private.h"
#include "coroutines-private.h"

#include <asyncio/exceptions.h>

#include <fcntl.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

struct _AsyncioProcess
{
  guint ref_count;
  AsyncioLoop *loop;
  GPid pid;
  gboolean has_ended;
  int returncode;
  AsyncioStreamReader *out;
  AsyncioStreamReader *err;
  GQueue waiters; /* (element-type AsyncioFuture) (owned) */
};

AsyncioProcess *
asyncio_process_ref (AsyncioProcess *process)
{
  g_return_val_if_fail (process != NULL, NULL);

  process->ref_count++;

  return process;
}

void
asyncio_process_unref (AsyncioProcess *process)
{
  g_return_if_fail (process != NULL);

  if (--process->ref_count > 0)
    return;

  g_clear_pointer (&process->out, asyncio_stream_reader_free);
  g_clear_pointer (&process->err, asyncio_stream_reader_free);
  g_queue_clear_full (&process->waiters, asyncio_unref);
  asyncio_loop_unref (process->loop);
  g_free (process);
}

static void
on_ended (GPid     pid,
          gint     wait_status,
          gpointer user_data)
{
  AsyncioProcess *self = user_data;
  AsyncioFuture *waiter;

  self->has_ended = TRUE;
  self->loop->n_owed--;
  self->returncode = WIFSIGNALED (wait_status) ? -WTERMSIG (wait_status) : WEXITSTATUS (wait_status);
  g_spawn_close_pid (pid);

  while ((waiter = g_queue_pop_head (&self->waiters)) != NULL)
    {
      if (!asyncio_future_done (waiter))
        (void) asyncio_future_set_result (waiter, NULL, NULL, NULL);
      asyncio_unref (waiter);
    }
}

/* What a standard stream is for GLib: (transfer full) a descriptor, or -1 for a pipe or the parent's. */
static int
stream_for_glib (int          wanted,
                 GSpawnFlags  dev_null_flag,
                 GSpawnFlags *flags)
{
  if (wanted == ASYNCIO_SUBPROCESS_DEVNULL)
    *flags |= dev_null_flag;

  return wanted > STDERR_FILENO ? wanted : -1;
}

AsyncioProcess *
asyncio_create_subprocess_exec (const AsyncioSubprocessOptions  *options,
                                GError                         **error)
{
  GSpawnFlags flags = G_SPAWN_SEARCH_PATH | G_SPAWN_DO_NOT_REAP_CHILD;
  AsyncioLoop *loop = asyncio_get_running_loop (error);
  gboolean with_out = options->stdout_fd == ASYNCIO_SUBPROCESS_PIPE;
  gboolean with_err = options->stderr_fd == ASYNCIO_SUBPROCESS_PIPE;
  int stdin_fd, stdout_fd, stderr_fd, out = -1, err = -1;
  gsize n_fds = 0;
  AsyncioProcess *self;
  GSource *source;
  GPid pid;

  if (loop == NULL)
    return NULL;

  if (options->stdin_fd == ASYNCIO_SUBPROCESS_INHERIT)
    flags |= G_SPAWN_CHILD_INHERITS_STDIN;
  stdin_fd = stream_for_glib (options->stdin_fd, 0, &flags);
  stdout_fd = stream_for_glib (options->stdout_fd, G_SPAWN_STDOUT_TO_DEV_NULL, &flags);
  stderr_fd = stream_for_glib (options->stderr_fd, G_SPAWN_STDERR_TO_DEV_NULL, &flags);
  while (options->pass_fds != NULL && options->pass_fds[n_fds] >= 0)
    n_fds++;

  if (!g_spawn_async_with_pipes_and_fds (options->cwd, options->argv, options->envp, flags, NULL, NULL,
                                         stdin_fd, stdout_fd, stderr_fd,
                                         options->pass_fds, options->pass_fds, n_fds, &pid,
                                         NULL, with_out ? &out : NULL, with_err ? &err : NULL, error))
    return NULL;

  self = g_new0 (AsyncioProcess, 1);
  self->ref_count = 1;
  self->loop = asyncio_loop_ref (loop);
  self->pid = pid;
  self->out = with_out ? asyncio_stream_reader_new (loop, out) : NULL;
  self->err = with_err ? asyncio_stream_reader_new (loop, err) : NULL;
  g_queue_init (&self->waiters);

  /* Virtual time stands still while a child lives. */
  loop->n_owed++;

  source = g_child_watch_source_new (pid);
  g_source_set_callback (source, G_SOURCE_FUNC (on_ended), asyncio_process_ref (self),
                         (GDestroyNotify) asyncio_process_unref);
  g_source_attach (source, loop->context);
  g_source_unref (source);

  return self;
}

int
asyncio_process_get_pid (AsyncioProcess *process)
{
  g_return_val_if_fail (process != NULL, -1);

  return process->pid;
}

gboolean
asyncio_process_get_returncode (AsyncioProcess *process,
                                int            *returncode)
{
  g_return_val_if_fail (process != NULL, FALSE);

  if (process->has_ended && returncode != NULL)
    *returncode = process->returncode;

  return process->has_ended;
}

AsyncioStreamReader *
asyncio_process_get_stdout (AsyncioProcess *process)
{
  g_return_val_if_fail (process != NULL, NULL);

  return process->out;
}

AsyncioStreamReader *
asyncio_process_get_stderr (AsyncioProcess *process)
{
  g_return_val_if_fail (process != NULL, NULL);

  return process->err;
}

gboolean
asyncio_process_wait (AsyncioProcess  *process,
                      int             *returncode,
                      GError         **error)
{
  g_autoptr (GError) local_error = NULL;

  g_return_val_if_fail (process != NULL, FALSE);

  if (!asyncio_coroutine_check_inside (error))
    return FALSE;

  if (!process->has_ended)
    {
      g_autoptr (AsyncioFuture) waiter = asyncio_loop_create_future (process->loop);

      g_queue_push_tail (&process->waiters, asyncio_ref (waiter));
      (void) asyncio_await (waiter, &local_error);
    }

  if (local_error != NULL)
    {
      g_propagate_error (error, g_steal_pointer (&local_error));
      return FALSE;
    }

  (void) asyncio_process_get_returncode (process, returncode);
  return TRUE;
}

void
asyncio_process_send_signal (AsyncioProcess *process,
                             int             signum)
{
  g_return_if_fail (process != NULL);

  /* Until it is reaped its number is its own. */
  if (!process->has_ended)
    kill (process->pid, signum);
}

void
asyncio_process_kill (AsyncioProcess *process)
{
  asyncio_process_send_signal (process, SIGKILL);
}
