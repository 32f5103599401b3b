/* SPDX-License-Identifier: MIT */
#pragma once

/*
 * What the files of the multiprocessing lab have in common, given in reduction.c. Not for users of the lab.
 */

#include "multiprocessing.h"

#include <poll.h>

G_BEGIN_DECLS

/* The function of a name. Returns NULL with a LookupError if there is none. */
MpFunc mp_lookup (const char  *name,
                  GError     **error);

/* --- Starting (Lib/multiprocessing/spawn.py, popen_fork.py) ------------------------------------------------------ */

/* The path of this program, `multiprocessing.spawn.get_executable()`. Valid for ever. */
const char *mp_get_executable (void);

/* What tells a program that it was started by MP_SPAWN: its arguments are this one and the number of a socket. */
#define MP_SPAWN_ARGUMENT "--multiprocessing-fork"

/* What a new program must be told. */
typedef struct
{
  char *name;      /* of the process */
  gboolean daemon;
  char *target;    /* the name of the function */
  GVariant *args;  /* (nullable) */
  MpConnection **connections; /* NULL at the end; their descriptors have the same numbers here and there */
} MpPreparation;

/* How many connections a process can be given. */
#define MP_MAX_CONNECTIONS 32

struct _MpProcess
{
  guint ref_count;
  MpStartMethod method;
  MpPreparation preparation; /* its texts and args are owned, its connections are lent */
  pid_t parent;              /* who made it */
  pid_t pid;                 /* 0 until it is started */
  int sentinel;              /* a pipe that is closed when it ends; or -1 */
  gboolean has_ended;        /* and was waited for: its number may be another's by now */
  gboolean is_closed;
  int exitcode;
};

/* What a process knows of itself and its children. */
typedef struct
{
  GPtrArray *children; /* (nullable) with a reference to each: those that were started and not waited for */
  gboolean is_daemon;
  guint n_processes;   /* that were made here */
} MpState;

extern MpState mp_state;

/* MpState::children, which is made if it is not there. (transfer none) */
GPtrArray *mp_get_children (void);

/* Sets an error. Returns FALSE. */
gboolean mp_fail (GError       **error,
                  AsyncioError   code,
                  const char    *message);

/* Sets an OSError "what: " and what errno says. Returns FALSE. */
gboolean mp_fail_with_errno (GError     **error,
                             const char  *what);

/* Yours, in popen.c: starts a process in one of both ways. Returns its number, and the end of a pipe that is closed when it
 * ends; or -1 with an error, and then nothing is left. */
pid_t mp_popen (MpProcess  *process,
                int        *sentinel,
                GError    **error);

struct _MpConnection
{
  int fd; /* or -1 */
  gboolean readable;
  gboolean writable;
};

/* Writes a preparation to a socket. Returns FALSE with an OSError if nobody reads it. */
gboolean mp_preparation_dump (const MpPreparation  *preparation,
                              int                   fd,
                              GError              **error);

/* Reads a preparation from a socket up to its end, and closes it. Returns FALSE with an error if it is none. What is read lives
 * as long as the process. */
gboolean mp_preparation_load (int             fd,
                              MpPreparation  *preparation,
                              GError        **error);

/* Closes all descriptors above the standard ones but those of a list, which has -1 at its end. Safe between fork() and
 * execv(). */
void mp_close_all_but (const int *fds);

/* In a new process: standard input is /dev/null, no loop runs in this thread (asyncio.events.on_fork), and children of our
 * parent are none of ours. */
void mp_forget_parent (void);

/* Warns if this process has more than one thread, as os.fork() does since Python 3.12. */
void mp_warn_about_threads (void);

/* Waits until one of some descriptors has what it is asked for, its end or an error, `multiprocessing.connection.wait()`.
 * timeout: for how many seconds of real time at most; ASYNCIO_NO_TIMEOUT for as long as it takes. Signals make no difference.
 * Returns FALSE when the time is over. */
gboolean mp_wait (struct pollfd *fds,
                  guint          n,
                  double         timeout);

/* --- What a pool and its workers say to each other (Lib/multiprocessing/pool.py: worker()) --------------------------- */

/* What a worker says when it has called its initializer. Before that it is given no work: it may not get that far. */
#define MP_READY_TYPE "()"

/* A piece of work: the name of a function, and what it is called with, once for each. */
#define MP_TASK_TYPE "(sav)"

/* What came of it: what the function returned each time; */
#define MP_DONE_TYPE "av"
/* or what it failed with: the domain, the code and the message of the error. */
#define MP_FAILED_TYPE "(sis)"

/* An error as a value, and back. A floating reference; (transfer full). */
GVariant *mp_error_to_variant (const GError *error);
GError *mp_error_from_variant (GVariant *variant);

/* The name of the function that a worker runs, mp_pool_worker(). Its first connection leads to the pool. */
#define MP_WORKER "multiprocessing.pool.worker"

/* What it is given: the name of an initializer, or "", and what that gets. */
#define MP_WORKER_ARGS_TYPE "(smv)"

/* What a worker does. It calls the initializer, if there is one, and ends with its error if it fails; then it says that it is
 * ready, receives pieces of work and sends what came of each, until its connection is closed, which is no error. What a
 * function gets are the connections behind its own. */
GVariant *mp_pool_worker (GVariant             *args,
                          MpConnection *const  *connections,
                          GError              **error);

/* What a worker is given, see MP_WORKER_ARGS_TYPE. (transfer full) */
GVariant *mp_new_worker_args (const char *initializer,
                              GVariant   *initargs);

/* A copy of a list of connections, which may be NULL. (transfer container) */
MpConnection **mp_copy_connections (MpConnection *const *connections);

/* A process that runs MP_WORKER, and this end of its pipe. */
typedef struct
{
  MpProcess *process;       /* (owned) */
  MpConnection *connection; /* (owned) */
} MpWorker;

/* Starts a worker. extra: (nullable): connections that it gets besides its pipe. Returns FALSE with an error, and then nothing
 * is left. */
gboolean mp_worker_start (MpWorker             *worker,
                          MpStartMethod         method,
                          GVariant             *args,
                          MpConnection *const  *extra,
                          GError              **error);

/* Closes the pipe, which ends a worker that waits for work, waits for its end, and frees what there is. */
void mp_worker_clear (MpWorker *worker);

/* --- Pools ------------------------------------------------------------------------------------------ */

/* A piece of work: some items of a result. */
typedef struct
{
  MpResult *result; /* (owned) */
  gsize index;      /* which piece of it */
  gsize begin, end; /* the items from this one up to, and without, that one */
} MpTask;

/* What came of a task: one of both, or neither as long as it is not done. */
typedef struct
{
  GVariant *values; /* (owned) (nullable): MP_DONE_TYPE */
  GError *error;    /* (owned) (nullable) */
} MpOutcome;

/* A value of an outcome that has some. (transfer full) */
GVariant *mp_outcome_get_value (MpOutcome *outcome,
                                gsize      index);

struct _MpResult
{
  guint ref_count;
  MpPool *pool;    /* (owned) */
  char *func;
  GVariant *items; /* a container */

  gsize n_tasks;
  MpOutcome *outcomes; /* n_tasks of them */
  GArray *arrived;     /* (element-type gsize): the indices of those that are done, in the order in which they came back */
  gboolean is_map;     /* mp_result_get() gives an array of all */
  gboolean in_order;   /* mp_result_next() gives them in the order of the items */
  gsize next_task;     /* how many outcomes mp_result_next() is through with */
  gsize next_value;    /* and how many values of the next one */
};

/* A place in a pool. */
typedef struct
{
  MpWorker worker; /* its process is NULL if there is none at the moment */
  gboolean is_ready;
  MpTask *task;    /* (owned) (nullable): what it does */
  guint n_done;    /* tasks that this worker has done */
} MpPlace;

struct _MpPool
{
  guint ref_count;       /* of the memory: the user, and results */
  MpPoolOptions options; /* its texts and args are owned */
  GVariant *args;        /* of its workers */
  MpPlace *places;       /* options.processes of them */
  GQueue tasks;          /* (element-type MpTask) (owned): what nobody does yet */
  enum
  {
    MP_POOL_RUN,
    MP_POOL_CLOSE,
    MP_POOL_TERMINATE,
  } state;
};

/* Starts a worker in a place that has none. Returns FALSE with an error. */
gboolean mp_place_fill (MpPool   *pool,
                        MpPlace  *place,
                        GError  **error);

/* Waits for the end of the worker of a place, whose connection it closes, and forgets its task. */
void mp_place_clear (MpPlace *place);

/* Whether there is a task that is not done, and that somebody does or will do. */
gboolean mp_pool_is_busy (MpPool *pool);

/* Whether all of a result has come. */
gboolean mp_result_has_arrived (MpResult *result);

/* Has a pool take turns until there is what somebody waits for. Returns FALSE with TimeoutError, or with what mp_pool_turn()
 * says. */
gboolean mp_result_turn_until (MpResult  *result,
                               gboolean (*is_there) (MpResult *result),
                               double     timeout,
                               GError   **error);

/* Frees a task. */
void mp_task_free (MpTask *task);

/* The items of a task, ready to be sent: a floating MP_TASK_TYPE. */
GVariant *mp_task_to_variant (MpTask *task);

/* Yours, in pool.c: how many items are handed out at a time if nobody says how many. */
gsize mp_pool_chunksize (gsize n_items,
                         guint n_workers);

/* Yours, in pool.c: does what is to be done, and waits until a worker has something to say, or the time is over; see there.
 * Returns FALSE with an error if there is no worker and none can be started. */
gboolean mp_pool_turn (MpPool  *pool,
                       double   timeout,
                       GError **error);

/* --- Executors ---------------------------------------------------------------------------------------- */

/* A call that somebody waits for. */
typedef struct
{
  AsyncioLoop *loop;     /* (owned): its virtual time stands still as long as there is the call */
  AsyncioFuture *future; /* (owned) */
  char *func;
  GVariant *args; /* (owned) */
} MpCall;

/* A worker of an executor. */
typedef struct
{
  MpExecutor *executor;
  MpWorker worker;
  gboolean is_ready;
  MpCall *call; /* (owned) (nullable): what it does */
} MpDesk;

struct _MpExecutor
{
  AsyncioLoop *loop;         /* (owned) */
  MpExecutorOptions options; /* its connections are owned */
  GVariant *args;            /* of its workers */
  GPtrArray *desks;          /* (element-type MpDesk) (owned): a desk that is taken out is freed, see mp_desk_new() */
  GQueue calls;              /* (element-type MpCall) (owned): what nobody does yet */
  gboolean is_broken;        /* a worker died */
  gboolean is_shut_down;
  AsyncioFuture *waiter;     /* (owned) (nullable): of mp_executor_sleep() */
};

/* A call with a new future of the executor's loop. func is not looked at; a floating args is taken over. */
MpCall *mp_call_new (MpExecutor *executor,
                     const char *func,
                     GVariant   *args);

/* Frees a call, and gives up its future. */
void mp_call_free (MpCall *call);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (MpCall, mp_call_free)

/* Starts a worker, puts it at a desk of the executor's, and has the loop call mp_executor_on_readable() with the desk whenever
 * it has something to say. When the desk is freed the worker's pipe is closed and its end waited for. Returns (transfer none)
 * (nullable): NULL with an error. */
MpDesk *mp_desk_new (MpExecutor  *executor,
                     GError     **error);

/* Sends a call to a worker, and puts it on its desk. (transfer full) call, but not with an error: BrokenPipeError, or
 * ValueError for what is too long. */
gboolean mp_desk_give (MpDesk  *desk,
                       MpCall  *call,
                       GError **error);

/* Whether there are calls that are not done. */
gboolean mp_executor_is_busy (MpExecutor *executor);

/* Suspends the coroutine until mp_executor_wake() is called. */
ASYNCIO_SUSPENDS gboolean mp_executor_sleep (MpExecutor  *executor,
                                             GError     **error);
void mp_executor_wake (MpExecutor *executor);

/* Yours, in process_executor.c: a worker has something to say, or is dead. */
void mp_executor_on_readable (gpointer   desk,
                              GError   **error);

G_END_DECLS
