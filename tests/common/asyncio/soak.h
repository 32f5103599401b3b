/* SPDX-License-Identifier: MIT */
#pragma once

/*
 * What the soak's scenarios have in common.
 */

#include <asyncio/asyncio.h>

/* --- Worlds ----------------------------------------------------------------------------- */

/* A loop in a thread of its own, and all that is done in it. For that thread only. */
typedef struct
{
  guint number;
  GRand *random;
  AsyncioLoop *loop;
  guint n_rounds;   /* how many to do, 0 for as many as there is time for */
  guint n_expected; /* errors that nobody will ask for */
  guint n_reported; /* errors of which the loop said that nobody asked for them */
} World;

/* A scenario: the body of a coroutine that gets a world, and returns when all that it started has ended. */
typedef struct
{
  const char *name;
  AsyncioCoroutineFunc func;
} Scenario;

extern const Scenario soak_sync_scenarios[];
extern const guint soak_n_sync_scenarios;
extern const Scenario soak_work_scenarios[];
extern const guint soak_n_work_scenarios;

/* A pool that all worlds share. */
extern AsyncioExecutor *soak_pool;

/* A number from least to most. */
guint soak_random (World *self,
                   guint  least,
                   guint  most);

/* Sleeps for a moment, or for a turn only. */
ASYNCIO_SUSPENDS gboolean soak_pause (World   *self,
                                      GError **error);

/* How long a thing that must happen may take, in seconds. What takes longer was forgotten. */
#define SOAK_PATIENCE 120.0

/* --- Crews ------------------------------------------------------------------------------ */

/* The tasks of a scenario. */
typedef struct
{
  World *world;
  GPtrArray *tasks;   /* (element-type AsyncioTask): all of them */
  GPtrArray *victims; /* (element-type AsyncioTask): those that may be cancelled at any time */
} Crew;

void crew_init (Crew  *self,
                World *world);
void crew_clear (Crew *self);

/* Starts tasks of a function. Each may be cancelled at any time, and some are given up by wait_for(). */
#define crew_start(self, n, func, user_data) crew_start_named ((self), (n), (func), (user_data), G_STRINGIFY (func))
void crew_start_named (Crew                 *self,
                       guint                 n,
                       AsyncioCoroutineFunc  func,
                       gpointer              user_data,
                       const char           *name);

/* Starts a task that only crew_cancel_all() cancels. Returns it (transfer none). */
#define crew_start_steady(self, func, user_data) crew_start_steady_named ((self), (func), (user_data), G_STRINGIFY (func))
AsyncioTask *crew_start_steady_named (Crew                 *self,
                                      AsyncioCoroutineFunc  func,
                                      gpointer              user_data,
                                      const char           *name);

/* Cancels some that may be cancelled, one after the other, with pauses. */
ASYNCIO_SUSPENDS void crew_cancel_some (Crew *self);

/* Cancels all. */
void crew_cancel_all (Crew *self);

/* Waits until all are done, and looks at how each ended: by itself, cancelled, by TimeoutError or ValueError. */
ASYNCIO_SUSPENDS void crew_finish (Crew *self);

/* --- What was done ------------------------------------------------------------------------ */

typedef enum
{
  SOAK_TASKS,
  SOAK_ERRORS,
  SOAK_CANCELLED,
  SOAK_TIMEOUTS,
  SOAK_JOBS,
  SOAK_CALLS,
  SOAK_ITEMS,
  SOAK_TIMERS,
  SOAK_ROUNDS,
  SOAK_N_COUNTS,
} SoakCount;

/* Counts one more; from any thread. */
void soak_count (SoakCount what);

/* A number on the heap, of which each must be freed exactly once; from any thread. */
gpointer soak_number_new (guint number) G_GNUC_WARN_UNUSED_RESULT;
void soak_number_free (gpointer number);

/* A ValueError, the only error that the scenarios raise, and whether one is it. */
GError *soak_error_new (void) G_GNUC_WARN_UNUSED_RESULT;
gboolean soak_error_is (const GError *error);
