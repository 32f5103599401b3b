/* SPDX-License-Identifier: MIT */

/* The twin of lab39-p05-concurrent.py: several calls run in several threads at once. */

#include "kit.h"
#include "runners.h"
#include "to-thread.h"

/* threading.Barrier (3), and an event for each turn, in one. */
static struct
{
  GMutex lock;
  GCond changed;
  int n_inside;
  int n_over;
} meeting;

static GPtrArray *order;

typedef struct
{
  const char *name;
  int turn;
} Meet;

static gpointer
meet (gpointer   user_data,
      GError   **error)
{
  Meet *self = user_data;

  (void) error;

  g_mutex_lock (&meeting.lock);
  meeting.n_inside++;
  g_cond_broadcast (&meeting.changed);
  while (meeting.n_inside < 3 || meeting.n_over < self->turn)
    g_cond_wait (&meeting.changed, &meeting.lock);
  g_ptr_array_add (order, (gpointer) self->name);
  meeting.n_over++;
  g_cond_broadcast (&meeting.changed);
  g_mutex_unlock (&meeting.lock);

  return g_strdup_printf ("%s on %d", self->name, self->turn);
}

static gpointer
async_main (gpointer   user_data,
            GError   **error)
{
  static Meet meets[] = { { "A", 2 }, { "B", 0 }, { "C", 1 } };
  g_autoptr (GPtrArray) got = g_ptr_array_new ();
  gpointer coros[G_N_ELEMENTS (meets)];
  g_autoptr (AsyncioFuture) all = NULL;
  GPtrArray *futures;

  (void) user_data;

  for (guint i = 0; i < G_N_ELEMENTS (meets); i++)
    coros[i] = asyncio_to_thread_coroutine (meet, &meets[i], NULL, g_free);
  all = asyncio_gatherv ((const gpointer *) coros, G_N_ELEMENTS (coros), FALSE, error);
  futures = asyncio_await (all, error);
  for (guint i = 0; futures != NULL && i < futures->len; i++)
    g_ptr_array_add (got, asyncio_future_result (g_ptr_array_index (futures, i), error));

  trace ("all three were inside at once");
  trace ("finished in order %s", kit_row (order));
  trace ("gathered %s", kit_row (got));

  return NULL;
}

int
main (void)
{
  kit_init ();
  order = g_ptr_array_new ();

  (void) asyncio_run (asyncio_coroutine_new (async_main, NULL, NULL), NULL);

  g_ptr_array_unref (order);

  return 0;
}
