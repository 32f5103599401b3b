/* SPDX-License-Identifier: MIT */
#pragma once

/*
 * What the twins of lab310 have instead of Python's `threading.Event`, and `len()` for a thread to call.
 */

#include "kit.h"

#include <string.h>

typedef struct
{
  GMutex lock;
  GCond changed;
  gboolean is_set; /* lock */
} Gate;

static inline void
gate_set (Gate *self)
{
  g_mutex_lock (&self->lock);
  self->is_set = TRUE;
  g_cond_broadcast (&self->changed);
  g_mutex_unlock (&self->lock);
}

static inline void
gate_wait (Gate *self)
{
  g_mutex_lock (&self->lock);
  while (!self->is_set)
    g_cond_wait (&self->changed, &self->lock);
  g_mutex_unlock (&self->lock);
}

static inline gpointer
length (gpointer   text,
        GError   **error)
{
  g_autofree char *number = g_strdup_printf ("%zu", strlen (text));

  (void) error;

  return (gpointer) g_intern_string (number);
}
