/* SPDX-License-Identifier: MIT */
#pragma once

/**
 * @file
 * GIL lab, given: what a thread is made of, and what is known of all of them. For threading.c; the rest of the world sees
 * threading.h.
 */

#include "threading.h"

G_BEGIN_DECLS

/** How far a thread has come. */
typedef enum
{
  THREADING_NEW,     /**< it has not been started */
  THREADING_STARTED, /**< it has, and has not ended: it is alive */
  THREADING_ENDED,   /**< it has ended */
} ThreadingState;

/** What follows `with` the lock of threading_lock() may change. */
struct _ThreadingThread
{
  gatomicrefcount ref_count; /**< see threading_thread_ref() */
  ThreadingTarget target;    /**< what it runs */
  gpointer user_data;        /**< what the target gets */

  char *name;           /**< (owned): with the lock */
  gboolean daemon;      /**< with the lock */
  ThreadingState state; /**< with the lock */
  GCond cond;           /**< with the lock: for whatever you wait for. It is cleared when the thread is freed */
};

/** Takes the lock of all threads, Python's `_active_limbo_lock`. It is held for moments only, and never by who calls what he
 * does not know. */
void threading_lock (void);

/** Gives it up. */
void threading_unlock (void);

/** The same lock, for those who wait with a condition. */
GMutex *threading_get_mutex (void);

/** Tells the excepthook. Without the lock. */
void threading_report (ThreadingThread *self,
                       const GError    *raised);

G_END_DECLS
