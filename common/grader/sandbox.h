/* SPDX-License-Identifier: MIT */
#pragma once

/**
 * @file
 * Running what is not trusted: the grader's side of lab-sandbox.
 */

#include <asyncio/asyncio.h>

G_BEGIN_DECLS

/** What keeps the untrusted program in. */
typedef enum
{
  LAB_SANDBOX_NONE = 0,       /**< nothing but limits */
  LAB_SANDBOX_NAMESPACES = 1, /**< bubblewrap */
  LAB_SANDBOX_LANDLOCK = 2,   /**< Landlock, seccomp and another uid */
} LabSandboxLevel;

/** A sandbox, which several programs can use at a time, each in a slot of its own. */
typedef struct _LabSandbox LabSandbox;

/** How much a program may use, all its processes together where nothing else is said. */
typedef struct
{
  guint cpu_s;      /**< seconds of processor time */
  guint wall_s;     /**< seconds */
  guint idle_s;     /**< seconds in a row for which all its processes sleep; 0 is no limit */
  guint memory_mb;  /**< megabytes of memory */
  guint file_mb;    /**< megabytes of each file that it writes */
  guint processes;  /**< processes and threads */
  gsize output;     /**< bytes of standard output, of standard error, and of the trace */
} LabLimits;

/** The limits of a graded test. */
extern const LabLimits lab_limits_of_tests;

/** The limits of a compiler and the like. */
extern const LabLimits lab_limits_of_builds;

/** What is to be run. */
typedef struct
{
  const char *const *argv;     /**< program, as an absolute path, and arguments */
  const char *const *readable; /**< (nullable): absolute paths that it may read */
  const char *writable;        /**< (nullable): a folder that it may write */
  const char *directory;       /**< (nullable): where it begins */
  gboolean is_build;           /**< a compiler or the like: more is allowed */
  const LabLimits *limits;     /**< (nullable): NULL is the usual ones of a test or a build */
  const char *input;           /**< (nullable): what it reads from standard input; at most some kilobytes */
  gboolean has_children;       /**< it is about processes: it may signal its own, and each may see itself in /proc */
  gboolean has_trace;          /**< gets a pipe for a trace; see #LAB_TRACE_FD_ARGUMENT */
} LabRun;

/** An element of LabRun::argv that is replaced by "--trace-fd=N". */
#define LAB_TRACE_FD_ARGUMENT "--trace-fd"

/** How it ended. */
typedef enum
{
  LAB_RUN_EXITED,    /**< by itself; LabRunResult::value is its exit status */
  LAB_RUN_SIGNALLED, /**< by a signal; LabRunResult::value is its number */
  LAB_RUN_CPU,       /**< used too much processor time */
  LAB_RUN_WALL,      /**< took too long */
  LAB_RUN_IDLE,      /**< slept for too long */
  LAB_RUN_MEMORY,    /**< took too much memory */
  LAB_RUN_OUTPUT,    /**< wrote too much */
  LAB_RUN_NO_REPORT, /**< the supervisor was killed */
} LabRunEnd;

/** What became of a run. */
typedef struct
{
  LabRunEnd end;     /**< how it ended */
  int value;         /**< its exit status or the number of the signal, if it ended so */
  guint n_survivors; /**< processes that were left when the program had ended */
  char *out;         /**< standard output, as valid UTF-8 */
  char *err;         /**< standard error, as valid UTF-8 */
  char *trace;       /**< the trace, as valid UTF-8 */
  guint64 cpu_ms;    /**< milliseconds of processor time, of all its processes */
  guint64 wall_ms;   /**< milliseconds that it took */
  guint64 memory_kb; /**< the most kilobytes of memory that were seen to be taken */
} LabRunResult;

/** Frees the texts of a result. */
void lab_run_result_clear (LabRunResult *self);

/**
 * Finds out what this machine offers.
 *
 * @param level  the level that is wanted, or -1 for the best there is
 * @param n_slots  how many programs may run at a time
 * @param helper  (nullable): the path of lab-sandbox, or NULL for the one beside this program
 * @param error  LAB_ERROR_SYSTEM: there is none, or not this one
 * @return (transfer full) (nullable): the sandbox
 */
LabSandbox *lab_sandbox_new (int          level,
                             guint        n_slots,
                             const char  *helper,
                             GError     **error);

/** Frees a sandbox that is not in use. */
void lab_sandbox_free (LabSandbox *self);

/** What keeps the untrusted program in. */
LabSandboxLevel lab_sandbox_get_level (LabSandbox *self);

/** A sentence for reports: what the level is made of. Static. */
const char *lab_sandbox_describe (LabSandbox *self);

/** Whether the programs run as another user than the grader. */
gboolean lab_sandbox_has_own_uid (LabSandbox *self);

/**
 * Runs a program, when a slot is free.
 *
 * @param self  the sandbox
 * @param run  what to run
 * @param result  (out): what became of it; to be freed with lab_run_result_clear(), also with an error
 * @param error  CancelledError, and nothing of the program is left; LAB_ERROR_SYSTEM: the sandbox itself failed
 * @return TRUE if it was run, whatever became of it
 */
ASYNCIO_SUSPENDS gboolean lab_sandbox_run (LabSandbox    *self,
                                           const LabRun  *run,
                                           LabRunResult  *result,
                                           GError       **error);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (LabSandbox, lab_sandbox_free)
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (LabRunResult, lab_run_result_clear)

G_END_DECLS
