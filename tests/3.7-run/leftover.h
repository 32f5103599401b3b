/* SPDX-License-Identifier: MIT */
#pragma once

/*
 * A task that is left over when main returns, for the tests of part C.
 */

#include "common.h"

/* It sleeps for ever and, when it is cancelled, cleans up for some steps and then ends in one of three ways. */
typedef struct
{
  const char *name;
  int cleanup_steps;
  gboolean swallows; /* returns instead of staying cancelled */
  GError *raise;     /* (nullable) raises this instead */
} Leftover;

static inline void
leftover_free (gpointer data)
{
  Leftover *self = data;

  g_clear_error (&self->raise);
  g_free (self);
}

static inline gpointer
leftover_body (gpointer   user_data,
               GError   **error)
{
  Leftover *self = user_data;
  g_autoptr (GError) interruption = NULL;

  trace ("%s: starts", self->name);
  asyncio_sleep (3600, &interruption);
  trace ("%s: interrupted by %s", self->name, trace_error (interruption));

  if (self->cleanup_steps > 0 && !asyncio_sleep (self->cleanup_steps, error))
    return NULL;
  trace ("%s: cleaned up", self->name);

  if (self->raise != NULL)
    g_propagate_error (error, g_steal_pointer (&self->raise));
  else if (!self->swallows && interruption != NULL)
    g_propagate_error (error, g_steal_pointer (&interruption));

  return NULL;
}

/* Makes one in the running loop, named by the seed. raise: (transfer full) (nullable) */
static inline void
start_leftover (int       cleanup_steps,
                gboolean  swallows,
                GError   *raise)
{
  Leftover *self = g_new (Leftover, 1);

  *self = (Leftover) { seed_word (), cleanup_steps, swallows, raise };
  start_task (asyncio_coroutine_new (leftover_body, self, leftover_free));
}
