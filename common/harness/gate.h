/* SPDX-License-Identifier: MIT */
#pragma once

/**
 * @file
 * Gates: a thread waits at one until a test opens it. So no test waits for a time.
 */

#include <glib.h>

G_BEGIN_DECLS

/** A gate, closed if it is all zero. */
typedef struct
{
  GMutex lock;      /**< for what follows */
  GCond changed;    /**< told when it is opened, and when somebody comes */
  gboolean is_open; /**< for good */
  int n_arrived;    /**< how many have come to it */
} Gate;

/** Opens it, for all that wait and all that will come. */
static inline void
gate_open (Gate *self)
{
  g_mutex_lock (&self->lock);
  self->is_open = TRUE;
  g_cond_broadcast (&self->changed);
  g_mutex_unlock (&self->lock);
}

/** Waits until it is open. */
static inline void
gate_pass (Gate *self)
{
  g_mutex_lock (&self->lock);
  self->n_arrived++;
  g_cond_broadcast (&self->changed);
  while (!self->is_open)
    g_cond_wait (&self->changed, &self->lock);
  g_mutex_unlock (&self->lock);
}

/** How many have come to it. */
static inline int
gate_count (Gate *self)
{
  int n;

  g_mutex_lock (&self->lock);
  n = self->n_arrived;
  g_mutex_unlock (&self->lock);

  return n;
}

G_END_DECLS
