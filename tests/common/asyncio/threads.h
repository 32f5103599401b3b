/* SPDX-License-Identifier: MIT */
#pragma once

/*
 * What the tests with threads have in common. Where an order between threads matters, a gate makes it: nothing
 * depends on how fast a thread is.
 */

#include "common.h"

/* A thread waits at a gate until it is opened. */
typedef struct
{
  GMutex lock;
  GCond changed;
  gboolean is_open;  /* lock */
  guint n_arrived;   /* lock: how many have come to it */
} Gate;

void gate_open (Gate *self);
void gate_pass (Gate *self);

/* Waits until n threads have come to it. */
void gate_wait_for (Gate  *self,
                    guint  n);

/* What threads of the pool call. The first one comes to a gate, passes, and returns a value. */
gpointer pass (gpointer   gate,
               GError   **error);
gpointer fail (gpointer   message,
               GError   **error);
gpointer give (gpointer   name,
               GError   **error);

/* The default executor of the loop has n threads. When it is shut down they are gone, and hold nothing. */
AsyncioExecutor *use_executor (guint n);
void end_executor (AsyncioExecutor *executor);

AsyncioFuture *in_executor (AsyncioExecutorFunc func,
                            gconstpointer       argument);
