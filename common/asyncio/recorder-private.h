/* SPDX-License-Identifier: MIT */
#pragma once

/*
 * The places in the core where something is recorded: each is
 *
 *     if (asyncio_recorder_is_on ())
 *       asyncio_record_... (...);
 *
 * where the question is one load and one branch, and the rest is out of the way of the code that runs when nobody asks.
 */

#include <asyncio/recorder.h>

#include "events-private.h"

#define ASYNCIO_COLD __attribute__ ((cold))

/* Whether there is a recorder. Not g_atomic_int_get(): its temporary variable costs each caller a stack frame. The order of accesses does
 * not matter here, as who finds it set takes the recorder's lock before it believes it. */
extern G_GNUC_INTERNAL gint asyncio_recorder_state; /* atomic */

/* The explorer counts each access to memory as a step that another thread may come before. This one would make many, and decides nothing. */
__attribute__ ((no_sanitize ("thread"))) static inline gboolean
asyncio_recorder_is_on (void)
{
  return G_UNLIKELY (__atomic_load_n (&asyncio_recorder_state, __ATOMIC_RELAXED) != 0);
}

/* An event that has but a name and a detail. */
void asyncio_record_named (AsyncioRecordKind kind,
                           const char      *name,
                           const char      *detail) ASYNCIO_COLD;

/* A handle is on its way to be called by a loop; it gets a new edge. Before it can be seen by another thread. */
void asyncio_record_scheduled (AsyncioLoop   *loop,
                               AsyncioHandle *handle) ASYNCIO_COLD;
void asyncio_record_posted (AsyncioLoop   *loop,
                            AsyncioHandle *handle) ASYNCIO_COLD;
void asyncio_record_timer (AsyncioHandle *handle) ASYNCIO_COLD;

/* Its callback is about to be called. */
void asyncio_record_handle_begins (AsyncioHandle *handle) ASYNCIO_COLD;

/* --- Tasks: who runs is loop->current_task. --- */
void asyncio_record_spawned (AsyncioTask *task) ASYNCIO_COLD;
void asyncio_record_cancelled (AsyncioTask *task) ASYNCIO_COLD;
void asyncio_record_step_begins (AsyncioTask *task) ASYNCIO_COLD;
/* What its coroutine did has been dealt with: the task waits, or is done. */
void asyncio_record_step_ends (AsyncioTask *task) ASYNCIO_COLD;

/* --- Threads --- */
void asyncio_record_work (AsyncioRecordKind kind,
                          guint            edge) ASYNCIO_COLD;
/* raised: (nullable) */
void asyncio_record_work_ends (const GError *raised) ASYNCIO_COLD;

/* --- recording.c --- */
/* Begins a recording if the environment asks for one. Does something the first time only. */
void asyncio_recording_start_from_environment (void);
