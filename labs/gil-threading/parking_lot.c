/* SPDX-License-Identifier: MIT */

/*
 * GIL lab, given: the parking lot. CPython's has 257 queues, so that those at different addresses seldom meet; here there is one.
 */

#include "parking_lot.h"

/* A thread that waits, on its own stack. */
typedef struct
{
  const int *address;
  gboolean woken;
  GCond cond;
} Parked;

static GMutex mutex;                /* for the next ones, and what is in the queue */
static GQueue queue = G_QUEUE_INIT; /* (element-type Parked): who came first is first */
static guint n_calls;
static guint n_parked;

gboolean
parking_lot_park (const int *address,
                  int        expected)
{
  Parked self = { .address = address };

  g_mutex_lock (&mutex);
  n_calls++;
  if (g_atomic_int_get (address) != expected)
    {
      g_mutex_unlock (&mutex);
      return FALSE;
    }

  n_parked++;
  g_cond_init (&self.cond);
  g_queue_push_tail (&queue, &self);
  while (!self.woken)
    g_cond_wait (&self.cond, &mutex);
  g_mutex_unlock (&mutex);
  g_cond_clear (&self.cond);

  return TRUE;
}

void
parking_lot_unpark (const int *address)
{
  g_mutex_lock (&mutex);
  n_calls++;
  for (GList *l = queue.head; l != NULL; l = l->next)
    {
      Parked *parked = l->data;

      if (parked->address != address)
        continue;

      /* It is on the stack of the thread that wakes now: nobody may touch it after the mutex was given up. */
      g_queue_delete_link (&queue, l);
      parked->woken = TRUE;
      g_cond_signal (&parked->cond);
      break;
    }
  g_mutex_unlock (&mutex);
}

static guint
get_locked (const guint *number)
{
  guint n;

  g_mutex_lock (&mutex);
  n = *number;
  g_mutex_unlock (&mutex);

  return n;
}

guint
parking_lot_get_n_calls (void)
{
  return get_locked (&n_calls);
}

guint
parking_lot_get_n_parked (void)
{
  return get_locked (&n_parked);
}
