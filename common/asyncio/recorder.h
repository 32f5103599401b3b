/* SPDX-License-Identifier: MIT */
#pragma once

/**
 * @file
 * The recorder: what a program does, event by event.
 *
 * Python has no such thing; the nearest are `sys.monitoring` and the introspection of asyncio in 3.14. A timeline can be drawn of what is
 * recorded: which task or thread ran when, and who woke whom.
 *
 * An *edge* is an arrow of the timeline. Two events have the same AsyncioRecord::edge: one tells that something is to happen (a callback is
 * scheduled, work is submitted), and by whom; a later one, that it happens now.
 *
 *     Task-1   STEP_BEGINS ... HANDLE_SCHEDULED edge 7 (Task.step() of Task-2) ... STEP_ENDS
 *                                              \
 *     Task-2                                    STEP_BEGINS edge 7 ...
 *
 * There is one recorder for the whole process, and not one for each loop: threads of a pool work for several loops, threads that take
 * a GIL for none, and arrows lead from one loop to another. One order of all events, and one number for each edge, need one place.
 */

#include <asyncio/types.h>

G_BEGIN_DECLS

/** What happens. The words of asyncio_record_kind_get_name() are these in lower case. */
typedef enum
{
  ASYNCIO_RECORD_MARK, /**< whatever a program wants to have in its timeline; AsyncioRecord::name is the text */

  ASYNCIO_RECORD_TASK_SPAWNED,   /**< a task was made: AsyncioRecord::target; detail is its coroutine */
  ASYNCIO_RECORD_TASK_CANCELLED, /**< cancel() was asked of a task that was not done: AsyncioRecord::target */
  ASYNCIO_RECORD_STEP_BEGINS,    /**< a task's coroutine goes on. The end of an edge */
  ASYNCIO_RECORD_STEP_ENDS,      /**< it is suspended or over; detail says how: "yields", "awaits Task-2", "returned", "raised ..." */
  ASYNCIO_RECORD_TASK_EXITED,    /**< the task is done; detail says how: "returned", "raised ...", "cancelled" */

  ASYNCIO_RECORD_HANDLE_SCHEDULED, /**< a callback is for the next turn. The beginning of an edge */
  ASYNCIO_RECORD_HANDLE_TIMER,     /**< a callback is for later; detail is the time. The beginning of an edge */
  ASYNCIO_RECORD_HANDLE_POSTED,    /**< another thread wants a callback to be called. The beginning of an edge */
  ASYNCIO_RECORD_HANDLE_BEGINS,    /**< a callback is called. The end of an edge */
  ASYNCIO_RECORD_HANDLE_ENDS,      /**< it has returned */

  ASYNCIO_RECORD_WAIT_BEGINS, /**< a loop goes to sleep, until something is ready or a timer due; not where an application's context sleeps */
  ASYNCIO_RECORD_WAIT_ENDS,   /**< it is awake */
  ASYNCIO_RECORD_LOOP_WOKEN,  /**< another thread woke a loop that slept */

  ASYNCIO_RECORD_THREAD_BEGINS,  /**< a thread of a pool starts */
  ASYNCIO_RECORD_THREAD_ENDS,    /**< it ends */
  ASYNCIO_RECORD_WORK_SUBMITTED, /**< a thread of a pool is to do something. The beginning of an edge */
  ASYNCIO_RECORD_WORK_BEGINS,    /**< it does it. The end of an edge */
  ASYNCIO_RECORD_WORK_ENDS,      /**< it has done it; detail says how, as for a step */

  ASYNCIO_RECORD_MUTEX_WAITS,    /**< a thread wants a mutex that another one has; name is the mutex, for these three */
  ASYNCIO_RECORD_MUTEX_LOCKED,   /**< it has it. The end of an edge, if it had to wait */
  ASYNCIO_RECORD_MUTEX_UNLOCKED, /**< it gives it up. The beginning of an edge, if another one waits */
  ASYNCIO_RECORD_GIL_WAITS,      /**< a thread wants the GIL */
  ASYNCIO_RECORD_GIL_TAKEN,      /**< it has it. The end of an edge, if it had to wait */
  ASYNCIO_RECORD_GIL_DROPPED,    /**< it gives it up; detail says why. The beginning of an edge, if another one waits */
} AsyncioRecordKind;

/** The number of kinds. */
#define ASYNCIO_N_RECORD_KINDS (ASYNCIO_RECORD_GIL_DROPPED + 1)

/** An event. Its texts are valid while the recorder is called. */
typedef struct
{
  AsyncioRecordKind kind; /**< what happened */
  guint64 number;     /**< from 1, in the order in which they happened */
  gint64 time_ns;     /**< nanoseconds by the clock of the loop, which may be a virtual one; see asyncio_clock_get_ns() */
  guint thread;       /**< the thread in which it happened, from 1, in the order in which they were first seen; for the explorer, a "thread" */
  guint task;         /**< the number of the task that was running, which is what its default name has (large if it was given another); or 0 */
  const char *task_name; /**< (nullable): its name */
  guint edge;         /**< the number of an edge that begins or ends here; or 0 */
  const char *name;   /**< (nullable): of the callback, the mutex, the mark */
  guint target;       /**< the number of the task that it is about, if that is another one: who was spawned, cancelled, scheduled; or 0 */
  const char *target_name; /**< (nullable): its name */
  const char *detail; /**< (nullable): see the kinds */
} AsyncioRecord;

/**
 * Is told of each event.
 *
 * Calls come from whichever thread something happens in, but one at a time, and in the order of the events. Locks of the core may be held:
 * it must not wait for other threads. What it does with asyncio itself is not recorded.
 *
 * @param event  what happened
 * @param user_data  what was given to asyncio_set_recorder()
 */
typedef void (*AsyncioRecorderFunc) (const AsyncioRecord *event,
                                     gpointer            user_data);

/**
 * Sets the recorder of this process, in place of the one before.
 *
 * May be called from any thread at any time. When it returns, the one before is not called any more, and was not cut short: what it
 * uses may be freed. While there is none, recording costs one branch for each event.
 *
 * @param func  (nullable): what to call, or NULL to end recording
 * @param user_data  what it gets
 */
void asyncio_set_recorder (AsyncioRecorderFunc func,
                           gpointer            user_data);

/** Whether there is a recorder: for what would be expensive to find out for nothing. From any thread. */
gboolean asyncio_is_recording (void);

/**
 * Records an event, if there is a recorder. From any thread.
 *
 * Number and time are filled in, and so are thread and task where they are 0. This is for what is not in the core: the explorer, whose
 * threads are none of the system's, and the labs about threads.
 *
 * @param event  what happened
 */
void asyncio_record (const AsyncioRecord *event);

/**
 * Puts a text into the timeline. From any thread.
 *
 * @param text  the text
 */
void asyncio_record_mark (const char *text);

/** A number for a new edge. From any thread. */
guint asyncio_record_new_edge (void);

/** The word for a kind: "step-begins" for #ASYNCIO_RECORD_STEP_BEGINS. @return static; NULL for what is no kind */
const char *asyncio_record_kind_get_name (AsyncioRecordKind kind);

/* --- Recordings --------------------------------------------------------------------------- */

/**
 * Records everything from now on into a file, one JSON object a line; `lab trace` draws such files.
 *
 * Each line is written at once: a program that crashes loses nothing of what came before. The last line is `{"end":true}`, which
 * is written when the program exits or asyncio_recording_stop() is called; a file without it is not whole.
 *
 * Any program does this by itself if the environment variable `ASYNCIO_TRACE` has the name of a file when it makes its first loop. A
 * file that another process is writing (the one that started this one, for example) is left alone.
 *
 * @param path  the file, which is replaced
 * @param error  an error of the domain G_FILE_ERROR; G_FILE_ERROR_AGAIN: another process is writing it
 * @return FALSE with an error
 */
gboolean asyncio_recording_start (const char  *path,
                                  GError     **error);

/**
 * The same with a file descriptor, which stays the caller's and must stay open.
 *
 * @param fd  a file or a pipe
 */
void asyncio_recording_start_on_fd (int fd);

/** Ends the recording, if there is one. */
void asyncio_recording_stop (void);

G_END_DECLS
