/* SPDX-License-Identifier: MIT */

/* The twin of lab311-209-barrier.py: tasks that wait for each other. */

#include "barriers.h"
#include "kit.h"
#include "runners.h"

typedef struct
{
  const char *name;
  AsyncioBarrier *barrier;
  int rounds;
} Visitor;

static gpointer
visitor (gpointer   user_data,
         GError   **error)
{
  Visitor *self = user_data;

  (void) error;

  for (int i = 0; i < self->rounds; i++)
    {
      g_autoptr (GError) e = NULL;
      guint index;

      if (!asyncio_barrier_wait (self->barrier, &index, &e))
        {
          trace ("%s %s", self->name, trace_error (e));
          break;
        }
      trace ("%s passes %d as %u", self->name, i, index);
    }

  return NULL;
}

static void
look (AsyncioBarrier *barrier)
{
  trace ("waiting %u of %u broken %s", asyncio_barrier_get_n_waiting (barrier), asyncio_barrier_get_parties (barrier),
         trace_bool (asyncio_barrier_is_broken (barrier)));
}

static void
spawn (GPtrArray      *tasks,
       AsyncioBarrier *barrier,
       int             rounds,
       const char     *names[])
{
  for (int i = 0; names[i] != NULL; i++)
    g_ptr_array_add (tasks, kit_spawn (kit_coroutine (visitor, Visitor, names[i], barrier, rounds)));
}

static void
wait_for_all (GPtrArray *tasks)
{
  asyncio_wait ((const gpointer *) tasks->pdata, tasks->len, ASYNCIO_NO_TIMEOUT, ASYNCIO_ALL_COMPLETED, NULL, NULL, NULL);
}

static gpointer
async_main (gpointer   user_data,
            GError   **error)
{
  g_autoptr (GPtrArray) first = g_ptr_array_new_with_free_func (asyncio_unref);
  g_autoptr (GPtrArray) tasks = g_ptr_array_new_with_free_func (asyncio_unref);
  g_autoptr (AsyncioBarrier) barrier = NULL;
  g_autoptr (GError) e = NULL;

  (void) user_data;

  if (asyncio_barrier_new (0, &e) == NULL)
    trace ("%s", trace_error (e));
  barrier = asyncio_barrier_new (3, error);
  spawn (first, barrier, 2, (const char *[]) { "A", "B", "C", NULL });
  look (barrier);
  wait_for_all (first);
  look (barrier);
  spawn (tasks, barrier, 1, (const char *[]) { "D", "E", NULL });
  kit_pause (2, error);
  look (barrier);
  asyncio_task_cancel (g_ptr_array_index (tasks, 0));
  kit_sleep (1, error);
  look (barrier);
  spawn (tasks, barrier, 1, (const char *[]) { "F", "G", "H", NULL });
  kit_sleep (1, error);
  look (barrier);
  asyncio_barrier_reset (barrier, error);
  kit_sleep (1, error);
  look (barrier);
  spawn (tasks, barrier, 1, (const char *[]) { "I", NULL });
  kit_sleep (1, error);
  asyncio_barrier_abort (barrier, error);
  kit_sleep (1, error);
  look (barrier);
  visitor (&(Visitor) { "J", barrier, 1 }, error);
  asyncio_barrier_reset (barrier, error);
  look (barrier);
  wait_for_all (tasks);

  return NULL;
}

int
main (void)
{
  kit_init ();
  asyncio_run (asyncio_coroutine_new (async_main, NULL, NULL), NULL);

  return 0;
}
