/* SPDX-License-Identifier: MIT */
#pragma once

/**
 * @file
 * The multiprocessing lab: processes with memory of their own, and what they say to each other (`Lib/multiprocessing`, and
 * `Lib/concurrent/futures/process.py`). `import multiprocessing as mp`: what is `mp.Process` in Python is MpProcess here. What
 * the functions must do is said here; the work is in process.c, connection.c, pool.c and process_executor.c.
 *
 * Objects of this lab belong to the thread that made them. What is sent from process to process is a GVariant, which is copied.
 */

#include <asyncio/asyncio.h>

#include <sys/types.h>

G_BEGIN_DECLS

/** One end of a pipe, `multiprocessing.connection.Connection`. */
typedef struct _MpConnection MpConnection;

/** A process, `multiprocessing.Process`. */
typedef struct _MpProcess MpProcess;

/** Processes that wait for work, `multiprocessing.pool.Pool`. */
typedef struct _MpPool MpPool;

/** What will come of work for a pool, `multiprocessing.pool.AsyncResult` and `IMapIterator`. */
typedef struct _MpResult MpResult;

/** Processes that work for a loop, `concurrent.futures.ProcessPoolExecutor`. */
typedef struct _MpExecutor MpExecutor;

/**
 * What a process can be asked to do.
 *
 * @param args  (nullable): what it was given
 * @param connections  ends of pipes that its process was given, NULL at the end
 * @param error  where to put an error, never NULL
 * @return (transfer full) (nullable): what it returns, NULL being None; floating or not. A process that was started for it
 *   has nobody to tell
 */
typedef GVariant *(*MpFunc) (GVariant             *args,
                             MpConnection *const  *connections,
                             GError              **error);

/* --- Given (reduction.c) ---------------------------------------------------------------- */

/**
 * Gives a function a name. A function that a process is to call must have one: its address means nothing in another program.
 * All are named before mp_freeze_support() is called.
 *
 * @param name  its name; static
 * @param func  the function
 */
void mp_register (const char *name,
                  MpFunc      func);

/* --- Part A: processes (process.c) -------------------------------------------------------- */

/** How a process is started, `multiprocessing.get_context(method)`. */
typedef enum
{
  MP_FORK,  /**< a copy of this one, which goes on with the function */
  MP_SPAWN, /**< this program once more, from its beginning, which finds the function by its name */
} MpStartMethod;

/** What mp_process_new() wants to know. */
typedef struct
{
  MpStartMethod method;             /**< how it is started */
  const char *target;               /**< the name of the function */
  GVariant *args;                   /**< (nullable): what the function gets; a floating one is taken over */
  MpConnection *const *connections; /**< (nullable): what it gets besides, NULL at the end; lent until it is started */
  const char *name;                 /**< (nullable): what the process is called; NULL for "Process-N" */
  gboolean daemon;                  /**< it may have no children, and does not outlive this one */
} MpProcessOptions;

/**
 * Makes a program one that can be started by #MP_SPAWN, `multiprocessing.freeze_support()`: called first thing in main(), when
 * all functions have their names. In a process that was started in this way it calls the function, ends the process and does
 * not return: nothing that comes after it in main() is reached.
 *
 * @param argc  as main() got it
 * @param argv  as main() got it
 */
void mp_freeze_support (int    *argc,
                        char ***argv);

/** Makes a process, which is not started yet, `Process()`. @return (transfer full) */
MpProcess *mp_process_new (const MpProcessOptions *options) G_GNUC_WARN_UNUSED_RESULT;

/** Takes a reference. @return (transfer full): @p process */
MpProcess *mp_process_ref (MpProcess *process);

/** Gives up a reference. A process that runs goes on; mp_active_children() still knows it. */
void mp_process_unref (MpProcess *process);

/**
 * Starts a process, `Process.start()`.
 *
 * The child has the standard streams (of which input is /dev/null), the connections that it was given, and no other descriptor
 * of its parent. What is in a buffer of stdio is written by the parent, once, before the child begins, and what the child
 * prints is written when it ends. The child does not run what atexit() was told.
 *
 * The child ends with 0 when the function returns; with 1, and a line "Process NAME: Class: message" on standard error, when it
 * fails; with N after a SystemExit whose message is the number N, or 0 if that is empty (any other message is printed to
 * standard error, and the code is 1). Before it ends it waits for children of its own, see mp_exit_function().
 *
 * @param process  a process
 * @param error  AssertionError "cannot start a process twice", "can only start a process object created by current process",
 *   "daemonic processes are not allowed to have children"; ValueError "process object is closed"; LookupError if no function
 *   has this name; OSError if the system gives no process, and then it can be tried again
 * @return TRUE, or FALSE with an error
 */
gboolean mp_process_start (MpProcess  *process,
                           GError    **error);

/**
 * Waits until a process has ended, `Process.join()`.
 *
 * @param process  a process that was started
 * @param timeout  for how many seconds at most (0 or less: not at all); #ASYNCIO_NO_TIMEOUT for as long as it takes. Real time
 * @param error  AssertionError "can only join a started process", "can only join a child process"; ValueError "process object
 * is closed"
 * @return TRUE, also if the time is over and it still runs; FALSE with an error
 */
gboolean mp_process_join (MpProcess  *process,
                          double      timeout,
                          GError    **error);

/**
 * How a process ended, `Process.exitcode`. It does not wait.
 *
 * @param process  a process
 * @param exitcode  (out): its status, or -N if signal N ended it
 * @return FALSE, Python's None, if it has not been started or still runs
 */
gboolean mp_process_get_exitcode (MpProcess *process,
                                  int       *exitcode);

/** Whether a process runs, `Process.is_alive()`: it was started, and has not ended yet. */
gboolean mp_process_is_alive (MpProcess *process);

/** Has a process end, by SIGTERM, `Process.terminate()`. One that does not run, or has ended, is left alone. */
void mp_process_terminate (MpProcess *process);

/** Has a process end, by SIGKILL, `Process.kill()`. One that does not run, or has ended, is left alone. */
void mp_process_kill (MpProcess *process);

/**
 * Gives back what a process takes, `Process.close()`. After this it has ended for good: it can neither be started nor joined.
 *
 * @param process  a process that does not run
 * @param error  ValueError "Cannot close a process while it is still running. You should first call join() or terminate()."
 * @return TRUE, or FALSE with an error
 */
gboolean mp_process_close (MpProcess  *process,
                           GError    **error);

/** The number of a process, `Process.pid`; 0 if it has not been started. It stays when it has ended. */
pid_t mp_process_get_pid (MpProcess *process);

/** What a process is called, `Process.name`: "Process-N", where N counts from 1, unless it was given a name. @return (transfer
 * none) */
const char *mp_process_get_name (MpProcess *process);

/**
 * The children that run, `multiprocessing.active_children()`, in the order of their start. What has ended is waited for on the
 * way, so that no zombie remains.
 *
 * @return (transfer full) (element-type MpProcess): with a reference to each
 */
GPtrArray *mp_active_children (void) G_GNUC_WARN_UNUSED_RESULT;

/**
 * What Python does at the end of a program (`multiprocessing.util._exit_function`): daemons are terminated, and all children
 * waited for. A process that was started does it by itself; the first one calls it at the end of main().
 */
void mp_exit_function (void);

/* --- Part B: connections (connection.c) ----------------------------------------------------- */

/** The longest message, in bytes. */
#define MP_MAX_MESSAGE (64u * 1024 * 1024)

/**
 * Makes a pipe, `multiprocessing.Pipe()`. Its descriptors are closed in programs that are executed, except where
 * mp_process_start() says otherwise.
 *
 * @param duplex  whether both ends can send and receive; else the first receives and the second sends
 * @param first  (out) (transfer full): one end
 * @param second  (out) (transfer full): the other
 * @param error  OSError
 * @return TRUE, or FALSE with an error
 */
gboolean mp_pipe (gboolean       duplex,
                  MpConnection **first,
                  MpConnection **second,
                  GError       **error);

/**
 * Makes a connection of a socket, `Connection(handle, readable, writable)`.
 *
 * @param fd  (transfer full): the socket, which blocks
 * @param readable  whether it may receive
 * @param writable  whether it may send
 * @return (transfer full): the connection
 */
MpConnection *mp_connection_new (int      fd,
                                 gboolean readable,
                                 gboolean writable) G_GNUC_WARN_UNUSED_RESULT;

/** Closes a connection, if it is open, and frees it. */
void mp_connection_free (MpConnection *connection);

/** Closes a connection in this process, `Connection.close()`. The other end sees it when nobody has this one open. */
void mp_connection_close (MpConnection *connection);

/** The descriptor of a connection, `Connection.fileno()`; -1 if it is closed. */
int mp_connection_fileno (MpConnection *connection);

/** Whether it can receive, `Connection.readable`. */
gboolean mp_connection_is_readable (MpConnection *connection);

/** Whether it can send, `Connection.writable`. */
gboolean mp_connection_is_writable (MpConnection *connection);

/**
 * Sends bytes, `Connection.send_bytes()`: a *frame*, which is their number in four bytes, the highest first, and then the
 * bytes. All of it is sent, whatever interrupts, and no signal ends the process if nobody is there to receive it.
 *
 * @param connection  a connection
 * @param bytes  what to send, which may be nothing at all; #MP_MAX_MESSAGE at most
 * @param error  OSError "handle is closed", "connection is read-only"; ValueError "message too long"; BrokenPipeError when the
 * other end is
 *   closed; OSError for all else
 * @return TRUE, or FALSE with an error
 */
gboolean mp_connection_send_bytes (MpConnection  *connection,
                                   GBytes        *bytes,
                                   GError       **error);

/**
 * Receives bytes, `Connection.recv_bytes()`; waits until they are there.
 *
 * @param connection  a connection
 * @param error  OSError "handle is closed", "connection is write-only"; EOFError when the other end is closed and all is read;
 * OSError "got end of file
 *   during message" when it ended in the middle of a frame; OSError "bad message length" for more than #MP_MAX_MESSAGE, which
 *   closes the connection, as nobody knows where the next frame begins; OSError for all else
 * @return (transfer full) (nullable): the bytes, or NULL with an error
 */
GBytes *mp_connection_recv_bytes (MpConnection  *connection,
                                  GError       **error);

/**
 * Sends a value, `Connection.send()`: the bytes of a GVariant of type "v" that contains it.
 *
 * @param connection  a connection
 * @param value  what to send; a floating one is consumed
 * @param error  as for mp_connection_send_bytes()
 * @return TRUE, or FALSE with an error
 */
gboolean mp_connection_send (MpConnection  *connection,
                             GVariant      *value,
                             GError       **error);

/**
 * Receives a value, `Connection.recv()`.
 *
 * @param connection  a connection
 * @param error  as for mp_connection_recv_bytes(); ValueError "corrupt message" for bytes that are no GVariant in normal form,
 * after
 *   which the connection can be used on
 * @return (transfer full) (nullable): the value, or NULL with an error
 */
GVariant *mp_connection_recv (MpConnection  *connection,
                              GError       **error);

/**
 * Whether there is something to receive, `Connection.poll()`. The end counts.
 *
 * @param connection  a connection
 * @param timeout  for how many seconds to wait for it at most (0 or less: not at all); #ASYNCIO_NO_TIMEOUT for as long as it
 * takes
 * @param error  OSError "handle is closed", "connection is write-only"
 * @return FALSE if there is nothing, or with an error
 */
gboolean mp_connection_poll (MpConnection  *connection,
                             double         timeout,
                             GError       **error);

/* --- Part C: pools (pool.c) ------------------------------------------------------------------ */

/** What a pool is to be like. All may be left out. */
typedef struct
{
  MpStartMethod method;             /**< how its workers are started */
  guint processes;                  /**< how many; 0 for as many as there are processors */
  const char *initializer;          /**< (nullable): the name of a function that each worker calls first */
  GVariant *initargs;               /**< (nullable): what it gets; a floating one is taken over */
  guint maxtasksperchild;           /**< after so many pieces of work a worker is replaced; 0 is never */
  MpConnection *const *connections; /**< (nullable): what functions get, NULL at the end; lent as long as the pool lives */
} MpPoolOptions;

/**
 * Makes a pool and starts its workers, `Pool()`.
 *
 * A pool has no threads (CPython's has three). What it has to do is done by whoever waits for a result, asks for one, or hands
 * in work. A worker is given a piece of work when it has none: so one is never behind another that takes long. A worker that
 * has ended is replaced; if it had a piece of work, that is lost, and who waits for it waits for ever, as in CPython.
 *
 * @param options  what it is to be like
 * @param error  as for mp_process_start(); LookupError if the initializer has no name
 * @return (transfer full) (nullable): the pool
 */
MpPool *mp_pool_new (const MpPoolOptions  *options,
                     GError              **error) G_GNUC_WARN_UNUSED_RESULT;

/** Ends a pool at once, if it has not ended, as leaving `with Pool():` does, and frees it. Results may outlive it. */
void mp_pool_free (MpPool *pool);

/**
 * Has a worker call a function, `Pool.apply_async()`.
 *
 * @param pool  a pool
 * @param func  the name of the function
 * @param args  (nullable): what it gets; a floating one is taken over
 * @param error  ValueError "Pool not running"; LookupError if no function has this name
 * @return (transfer full) (nullable): what will come of it
 */
MpResult *mp_pool_apply_async (MpPool      *pool,
                               const char  *func,
                               GVariant    *args,
                               GError     **error) G_GNUC_WARN_UNUSED_RESULT;

/** mp_pool_apply_async() and mp_result_get(), `Pool.apply()`. @return (transfer full) (nullable): what the function returned */
GVariant *mp_pool_apply (MpPool      *pool,
                         const char  *func,
                         GVariant    *args,
                         GError     **error);

/**
 * Has the workers call a function for each of some values, `Pool.map()`.
 *
 * The values are handed out in pieces of @p chunksize, the first ones first. In a piece they are done one after the other; if
 * one fails, the rest of the piece is not done.
 *
 * @param pool  a pool
 * @param func  the name of the function
 * @param items  a container, such as an array: the function is called for each child (for what is in it, if that is a "v"); a
 * floating one is
 *   taken over
 * @param chunksize  how many are handed out at a time; 0 for as many as CPython would take: a quarter of what each worker would
 * get if all got the
 *   same, rounded up
 * @param error  as for mp_pool_apply_async(); the first error that came back from a worker, when all pieces are done
 * @return (transfer full) (nullable): the results, an "av", in the order of @p items whatever was done first
 */
GVariant *mp_pool_map (MpPool      *pool,
                       const char  *func,
                       GVariant    *items,
                       guint        chunksize,
                       GError     **error);

/**
 * The same, but for one result after the other, `Pool.imap()`: see mp_result_next(). If a piece fails, all of it is one error.
 *
 * @param pool  a pool
 * @param func  the name of the function
 * @param items  as for mp_pool_map()
 * @param chunksize  how many are handed out at a time, at least 1
 * @param error  as for mp_pool_apply_async()
 * @return (transfer full) (nullable): what will come of it
 */
MpResult *mp_pool_imap (MpPool      *pool,
                        const char  *func,
                        GVariant    *items,
                        guint        chunksize,
                        GError     **error) G_GNUC_WARN_UNUSED_RESULT;

/** The same, in the order in which they come back, `Pool.imap_unordered()`. */
MpResult *mp_pool_imap_unordered (MpPool      *pool,
                                  const char  *func,
                                  GVariant    *items,
                                  guint        chunksize,
                                  GError     **error) G_GNUC_WARN_UNUSED_RESULT;

/** Takes no more work, `Pool.close()`. What was handed in is still done. */
void mp_pool_close (MpPool *pool);

/** Ends the workers by SIGTERM in the middle of what they do, `Pool.terminate()`. What is not done will never be. */
void mp_pool_terminate (MpPool *pool);

/**
 * Waits until all is done and the workers have ended, `Pool.join()`.
 *
 * @param pool  a pool after mp_pool_close() or mp_pool_terminate()
 * @param error  ValueError "Pool is still running"
 * @return TRUE, or FALSE with an error
 */
gboolean mp_pool_join (MpPool  *pool,
                       GError **error);

/**
 * Waits for what comes of mp_pool_apply_async(), `AsyncResult.get()`.
 *
 * @param result  a result
 * @param timeout  for how many seconds at most (0 or less: not at all); #ASYNCIO_NO_TIMEOUT for as long as it takes. Real time
 * @param error  what the function failed with, domain, code and message; TimeoutError, and the work goes on
 * @return (transfer full) (nullable): what the function returned, "()" for None; or NULL with an error
 */
GVariant *mp_result_get (MpResult  *result,
                         double     timeout,
                         GError   **error);

/** Waits as mp_result_get() does, `AsyncResult.wait()`. @return whether it is ready */
gboolean mp_result_wait (MpResult *result,
                         double    timeout);

/** Whether all of it has come, `AsyncResult.ready()`. It does not wait. */
gboolean mp_result_ready (MpResult *result);

/**
 * Whether it came without an error, `AsyncResult.successful()`.
 *
 * @param result  a result
 * @param error  ValueError "the result is not ready"
 * @return whether it did; FALSE with an error
 */
gboolean mp_result_successful (MpResult  *result,
                               GError   **error);

/**
 * The next result of mp_pool_imap() or mp_pool_imap_unordered(), `IMapIterator.next()`.
 *
 * @param result  a result
 * @param timeout  as for mp_result_get()
 * @param error  the error whose turn it is, after which it goes on; TimeoutError, after which nothing is lost
 * @return (transfer full) (nullable): the result, "()" for None; NULL with an error, or without one when there are no more
 */
GVariant *mp_result_next (MpResult  *result,
                          double     timeout,
                          GError   **error);

/** Frees a result; the work goes on. */
void mp_result_free (MpResult *result);

/* --- Part D: processes for a loop (process_executor.c) ------------------------------------------- */

/** What an executor is to be like. All may be left out. */
typedef struct
{
  MpStartMethod method;             /**< how its workers are started */
  guint max_workers;                /**< how many there are at most; 0 for as many as there are processors */
  const char *initializer;          /**< (nullable): the name of a function that each worker calls first */
  GVariant *initargs;               /**< (nullable): what it gets; a floating one is taken over */
  MpConnection *const *connections; /**< (nullable): what functions get, NULL at the end; lent as long as it lives */
  gboolean survives;                /**< when a worker dies, only what it was doing is lost, and not all, as in CPython */
} MpExecutorOptions;

/**
 * Makes an executor for the running loop, `ProcessPoolExecutor()`. It has no thread either: the loop watches the connections of
 * the workers. A worker is started when there is work and none is idle.
 *
 * @param options  what it is to be like
 * @param error  RuntimeError "no running event loop"; LookupError if the initializer has no name
 * @return (transfer full) (nullable): the executor
 */
MpExecutor *mp_executor_new (const MpExecutorOptions  *options,
                             GError                  **error) G_GNUC_WARN_UNUSED_RESULT;

/** Ends the workers of an executor at once, cancels what is not done, and frees it. Its loop must not be closed. */
void mp_executor_free (MpExecutor *executor);

/**
 * Has a worker call a function, `loop.run_in_executor(executor, func, args)`.
 *
 * A worker is given one call at a time, in the order of the calls. A future that is cancelled before it is given to a worker is
 * never called; later the worker goes on, and what comes of it is dropped.
 *
 * A worker may die (exit() counts, with status 0 as well, and so does an initializer that fails). Then every future that is not
 * done fails with BrokenProcessPool "A process in the process pool was terminated abruptly while the future was running or
 * pending.", the other workers are terminated, and nothing can be handed in any more. If the executor *survives*, only the
 * future that the worker had fails in this way; another worker takes its place, and all others are done. But a worker that dies
 * in its initializer breaks it all the same: the next one would do no better.
 *
 * @param executor  an executor
 * @param func  the name of the function
 * @param args  (nullable): what it gets; a floating one is taken over
 * @param error  RuntimeError "cannot schedule new futures after shutdown"; BrokenProcessPool "A child process terminated
 * abruptly, the
 *   process pool is not usable anymore"; LookupError if no function has this name; what mp_process_start() says
 * @return (transfer full) (nullable): a future of the loop, for a GVariant
 */
AsyncioFuture *mp_executor_submit (MpExecutor  *executor,
                                   const char  *func,
                                   GVariant    *args,
                                   GError     **error) G_GNUC_WARN_UNUSED_RESULT;

/**
 * Takes no more work, and waits until all is done and the workers have ended, `Executor.shutdown()`. In a coroutine; other
 * tasks run meanwhile.
 *
 * @param executor  an executor
 * @param error  CancelledError
 * @return TRUE, or FALSE with an error
 */
ASYNCIO_SUSPENDS gboolean mp_executor_shutdown (MpExecutor  *executor,
                                                GError     **error);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (MpConnection, mp_connection_free)
G_DEFINE_AUTOPTR_CLEANUP_FUNC (MpProcess, mp_process_unref)
G_DEFINE_AUTOPTR_CLEANUP_FUNC (MpPool, mp_pool_free)
G_DEFINE_AUTOPTR_CLEANUP_FUNC (MpResult, mp_result_free)
G_DEFINE_AUTOPTR_CLEANUP_FUNC (MpExecutor, mp_executor_free)

G_END_DECLS
