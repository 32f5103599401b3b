/* SPDX-License-Identifier: MIT */

/*
 * The objects that stand for processes (Lib/multiprocessing/process.py: BaseProcess.__init__()). Given.
 */

#include "multiprocessing-private.h"

#include <errno.h>
#include <unistd.h>

MpState mp_state;

MpProcess *
mp_process_new (const MpProcessOptions *options)
{
  MpProcess *self;
  guint n = 0;

  g_return_val_if_fail (options != NULL && options->target != NULL, NULL);

  while (options->connections != NULL && options->connections[n] != NULL)
    n++;
  g_return_val_if_fail (n <= MP_MAX_CONNECTIONS, NULL);

  self = g_new0 (MpProcess, 1);
  self->ref_count = 1;
  self->method = options->method;
  self->parent = getpid ();
  self->sentinel = -1;
  mp_state.n_processes++;
  self->preparation = (MpPreparation) {
    .name = options->name != NULL ? g_strdup (options->name) : g_strdup_printf ("Process-%u", mp_state.n_processes),
    .daemon = options->daemon,
    .target = g_strdup (options->target),
    .args = options->args != NULL ? g_variant_ref_sink (options->args) : NULL,
    .connections = g_new0 (MpConnection *, n + 1),
  };
  for (guint i = 0; i < n; i++)
    self->preparation.connections[i] = options->connections[i];

  return self;
}

MpProcess *
mp_process_ref (MpProcess *process)
{
  g_return_val_if_fail (process != NULL, NULL);

  process->ref_count++;

  return process;
}

void
mp_process_unref (MpProcess *process)
{
  g_return_if_fail (process != NULL);

  if (--process->ref_count > 0)
    return;

  if (process->sentinel >= 0)
    close (process->sentinel);
  g_free (process->preparation.name);
  g_free (process->preparation.target);
  g_clear_pointer (&process->preparation.args, g_variant_unref);
  g_free (process->preparation.connections);
  g_free (process);
}

pid_t
mp_process_get_pid (MpProcess *process)
{
  g_return_val_if_fail (process != NULL, 0);

  return process->pid;
}

const char *
mp_process_get_name (MpProcess *process)
{
  g_return_val_if_fail (process != NULL, NULL);

  return process->preparation.name;
}

GPtrArray *
mp_get_children (void)
{
  if (mp_state.children == NULL)
    mp_state.children = g_ptr_array_new_with_free_func ((GDestroyNotify) mp_process_unref);

  return mp_state.children;
}

gboolean
mp_fail (GError       **error,
         AsyncioError   code,
         const char    *message)
{
  g_set_error_literal (error, ASYNCIO_ERROR, code, message);

  return FALSE;
}

gboolean
mp_fail_with_errno (GError     **error,
                    const char  *what)
{
  g_set_error (error, ASYNCIO_ERROR, ASYNCIO_ERROR_OS, "%s: %s", what, g_strerror (errno));

  return FALSE;
}
