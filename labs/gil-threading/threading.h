/* SPDX-License-Identifier: MIT */
#pragma once

/**
 * @file
 * GIL lab, part A: threads (`Lib/threading.py`). What the functions must do; the work is in threading.c.
 *
 * A Thread is an object that knows what to run. It becomes a thread of the system when it is started, and it can be waited for.
 * All functions may be called from any thread.
 */

#include <asyncio/asyncio.h>

G_BEGIN_DECLS

/** A thread; `threading.Thread`. */
typedef struct _ThreadingThread ThreadingThread;

/**
 * What a thread runs.
 *
 * @param user_data  what was given to threading_thread_new()
 * @param error  what it raises goes to the excepthook
 * @return nobody looks at it
 */
typedef gpointer (*ThreadingTarget) (gpointer   user_data,
                                     GError   **error);

/**
 * Is told what a thread raised; `threading.excepthook`.
 *
 * @param name  of the thread
 * @param error  what it raised
 */
typedef void (*ThreadingExcepthook) (const char   *name,
                                     const GError *error);

/** For threading_thread_join(): no limit, Python's `timeout=None`. */
#define THREADING_NO_TIMEOUT G_MAXDOUBLE

/**
 * Part A. Makes a thread, which does not run yet; `Thread(target=..., name=...)`.
 *
 * It is a daemon if the current thread is one.
 *
 * @param target  what it will run
 * @param user_data  what @p target gets
 * @param target_name  (nullable): what the target is called
 * @param name  (nullable): its name, which is copied. With NULL it is "Thread-N (TARGET_NAME)", or "Thread-N" if that is NULL
 *   as well; N counts up from 1, and only those who get such a name
 * @return (transfer full)
 */
ThreadingThread *threading_thread_new (ThreadingTarget  target,
                                       gpointer         user_data,
                                       const char      *target_name,
                                       const char      *name);

/** Given. Takes a reference. @return (transfer full): @p self */
ThreadingThread *threading_thread_ref (ThreadingThread *self);

/** Given. Gives up a reference. A thread that runs has one of its own. */
void threading_thread_unref (ThreadingThread *self);

/**
 * Part A. Starts a thread; `Thread.start()`. When this returns it is alive.
 *
 * @param self  a thread
 * @param error  RuntimeError "threads can only be started once"; RuntimeError "can't start new thread", if the system has none
 *   left
 * @return FALSE with an error
 */
gboolean threading_thread_start (ThreadingThread  *self,
                                 GError          **error);

/**
 * Part A. Waits until a thread has ended; `Thread.join()`. Meanwhile other threads may run: it gives up the GIL, if it has it
 * (allow_threads()).
 *
 * Any number of threads may wait for the same one, and one may wait for it again.
 *
 * @param self  a thread
 * @param timeout  in seconds: how long to wait at most, 0 or less for not at all; or #THREADING_NO_TIMEOUT. Whether it has
 *   ended then is told by threading_thread_is_alive()
 * @param error  RuntimeError "cannot join thread before it is started"; RuntimeError "cannot join current thread"
 * @return FALSE with an error
 */
gboolean threading_thread_join (ThreadingThread  *self,
                                double            timeout,
                                GError          **error);

/** Part A. Whether it has been started and has not ended; `Thread.is_alive()`. */
gboolean threading_thread_is_alive (ThreadingThread *self);

/** Given. Its name; `Thread.name`. @return (transfer full) */
char *threading_thread_get_name (ThreadingThread *self);

/**
 * Given. Names it, at any time.
 *
 * @param self  a thread
 * @param name  its name, which is copied
 */
void threading_thread_set_name (ThreadingThread *self,
                                const char      *name);

/** Given. Whether the program ends without waiting for it; `Thread.daemon`. */
gboolean threading_thread_get_daemon (ThreadingThread *self);

/**
 * Part A. Makes it a daemon, or not.
 *
 * @param self  a thread
 * @param daemon  which
 * @param error  RuntimeError "cannot set daemon status of active thread": it has been started, also if it has ended since
 * @return FALSE with an error
 */
gboolean threading_thread_set_daemon (ThreadingThread  *self,
                                      gboolean          daemon,
                                      GError          **error);

/**
 * Part A. The thread that asks; `threading.current_thread()`.
 *
 * @return (transfer none) (nullable): NULL in a thread that was not made here, as the main thread. (Python has an object for
 *   those as well.)
 */
ThreadingThread *threading_current_thread (void);

/** Part A. How many threads are alive, the main thread among them; `threading.active_count()`. */
guint threading_active_count (void);

/** Part A. Waits until all threads have ended that are no daemons, those also that these start; `threading._shutdown()`. In the
 * main thread. */
void threading_shutdown (void);

/**
 * Given. Sets who is told of what threads raise; `threading.excepthook = hook`.
 *
 * Before that it is printed to standard error: "Exception in thread NAME: ERROR".
 *
 * @param hook  (nullable): NULL for the first one again
 */
void threading_set_excepthook (ThreadingExcepthook hook);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (ThreadingThread, threading_thread_unref)

G_END_DECLS
