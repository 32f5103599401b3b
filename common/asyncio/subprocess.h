/* SPDX-License-Identifier: MIT */
#pragma once

/**
 * @file
 * Other programs (`Lib/asyncio/subprocess.py`).
 */

#include <asyncio/streams.h>

G_BEGIN_DECLS

/** A child process, `asyncio.subprocess.Process`. */
typedef struct _AsyncioProcess AsyncioProcess;

/** What a standard stream of a child is, where it is not a file descriptor (`Lib/subprocess.py`). */
enum
{
  ASYNCIO_SUBPROCESS_PIPE = -1,    /**< a pipe to the parent */
  ASYNCIO_SUBPROCESS_DEVNULL = -3, /**< /dev/null */
  ASYNCIO_SUBPROCESS_INHERIT = -4, /**< the parent's (Python's None) */
};

/** How to start a child. All zeros but argv starts it with the parent's environment and /dev/null as its input. */
typedef struct
{
  const char *const *argv; /**< program (looked up in PATH) and arguments, NULL-terminated */
  const char *const *envp; /**< (nullable): environment, NULL for the parent's */
  const char *cwd;         /**< (nullable): working directory */
  int stdin_fd;            /**< its input: 0 or #ASYNCIO_SUBPROCESS_DEVNULL, INHERIT, or a descriptor above 2 */
  int stdout_fd;           /**< its output: #ASYNCIO_SUBPROCESS_PIPE, DEVNULL, INHERIT or a descriptor; 0 is INHERIT */
  int stderr_fd;           /**< as stdout_fd */
  const int *pass_fds;     /**< (nullable): descriptors that it keeps under the same numbers, above 2, ended by -1 */
} AsyncioSubprocessOptions;

/**
 * Starts a program, `await asyncio.create_subprocess_exec()`.
 *
 * @param options  what and how
 * @param error  an error of GLib's domain G_SPAWN_ERROR; RuntimeError without a running loop
 * @return (transfer full) (nullable): the process
 */
AsyncioProcess *asyncio_create_subprocess_exec (const AsyncioSubprocessOptions  *options,
                                                GError                         **error) G_GNUC_WARN_UNUSED_RESULT;

/** Takes a reference. */
AsyncioProcess *asyncio_process_ref (AsyncioProcess *process);

/** Gives up a reference. A child that runs goes on, and is reaped as long as the loop runs. */
void asyncio_process_unref (AsyncioProcess *process);

/** The process ID, `Process.pid`. */
int asyncio_process_get_pid (AsyncioProcess *process);

/**
 * How the child ended, `Process.returncode`.
 *
 * @param process  a process
 * @param returncode  (out): its exit status, or -N if signal N ended it
 * @return FALSE if it has not ended
 */
gboolean asyncio_process_get_returncode (AsyncioProcess *process,
                                         int            *returncode);

/** The child's output, `Process.stdout`, if it was made a pipe. @return (transfer none) (nullable) */
AsyncioStreamReader *asyncio_process_get_stdout (AsyncioProcess *process);

/** The child's error output, `Process.stderr`, if it was made a pipe. @return (transfer none) (nullable) */
AsyncioStreamReader *asyncio_process_get_stderr (AsyncioProcess *process);

/**
 * Waits until the child has ended, `await process.wait()`. A cancelled wait leaves the child alone.
 *
 * @param process  a process
 * @param returncode  (out) (optional): as for asyncio_process_get_returncode()
 * @param error  CancelledError; RuntimeError outside a coroutine
 * @return TRUE, or FALSE with an error
 */
ASYNCIO_SUSPENDS gboolean asyncio_process_wait (AsyncioProcess  *process,
                                                int             *returncode,
                                                GError         **error);

/** Sends the child a signal, `Process.send_signal()`. Does nothing if it has ended. */
void asyncio_process_send_signal (AsyncioProcess *process,
                                  int             signum);

/** Kills the child, `Process.kill()`. Does nothing if it has ended. */
void asyncio_process_kill (AsyncioProcess *process);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (AsyncioProcess, asyncio_process_unref)

G_END_DECLS
