/* SPDX-License-Identifier: MIT */

/*
 * The soak's scenarios for locks.c, locks-condition.c, locks-semaphore.c and queues.c: nothing is lost, whoever is cancelled.
 *
 * What can be waited for in vain must come from somebody who is not cancelled, so each scenario has a steady task at the
 * end that waits can depend on.
 */

#include "soak.h"

/* --- A queue: what is put in comes out ------------------------------------------------------ */

typedef struct
{
  World *world;
  AsyncioQueue *queue;
  guint n_put, n_got;
  guint64 sum_put, sum_got;
} Market;

static gpointer
produce (gpointer   user_data,
         GError   **error)
{
  Market *self = user_data;
  guint n = soak_random (self->world, 1, 12);

  for (guint i = 0; i < n; i++)
    {
      guint number = soak_random (self->world, 0, 1000);
      gpointer item = soak_number_new (number);

      /* Once it is in the queue it is somebody else's. */
      if (!asyncio_queue_put (self->queue, item, error))
        {
          soak_number_free (item);
          break;
        }
      self->n_put++;
      self->sum_put += number;

      if (soak_random (self->world, 0, 3) == 0 && !soak_pause (self->world, error))
        break;
    }

  return NULL;
}

static gpointer
consume (gpointer   user_data,
         GError   **error)
{
  Market *self = user_data;
  guint *item;

  while ((item = asyncio_queue_get (self->queue, error)) != NULL)
    {
      g_autoptr (GError) misuse = NULL;

      self->n_got++;
      self->sum_got += *item;
      soak_number_free (item);
      asyncio_queue_task_done (self->queue, &misuse);
      g_assert_no_error (misuse);
      soak_count (SOAK_ITEMS);

      if (soak_random (self->world, 0, 3) == 0 && !soak_pause (self->world, error))
        break;
    }

  return NULL;
}

static int
compare_numbers (gconstpointer a,
                 gconstpointer b,
                 gpointer      data)
{
  const guint *left = a, *right = b;

  (void) data;

  return (*left > *right) - (*left < *right);
}

static AsyncioQueue *
make_queue (World *world)
{
  int maxsize = (int) soak_random (world, 0, 4);

  switch (soak_random (world, 0, 2))
    {
    case 0:
      return asyncio_lifo_queue_new (maxsize, soak_number_free);
    case 1:
      return asyncio_priority_queue_new (maxsize, compare_numbers, NULL, soak_number_free);
    default:
      return asyncio_queue_new (maxsize, soak_number_free);
    }
}

static gpointer
market (gpointer   user_data,
        GError   **error)
{
  World *world = user_data;
  g_autoptr (AsyncioQueue) queue = make_queue (world);
  Market self = { .world = world, .queue = queue };
  Crew producers, consumers;

  (void) error;
  crew_init (&producers, world);
  crew_init (&consumers, world);
  crew_start_steady (&consumers, consume, &self);
  crew_start (&consumers, soak_random (world, 0, 4), consume, &self);
  crew_start (&producers, soak_random (world, 1, 6), produce, &self);
  crew_cancel_some (&consumers);
  crew_cancel_some (&producers);

  crew_finish (&producers);
  (void) asyncio_wait_for (asyncio_queue_join_coroutine (queue), SOAK_PATIENCE, error);
  g_assert_no_error (*error);
  crew_cancel_all (&consumers);
  crew_finish (&consumers);

  g_assert_true (asyncio_queue_empty (queue));
  g_assert_cmpuint (self.n_got, ==, self.n_put);
  g_assert_cmpuint (self.sum_got, ==, self.sum_put);

  /* What nobody gets is freed with the queue. */
  asyncio_queue_put_nowait (queue, soak_number_new (0), error);
  g_assert_no_error (*error);
  crew_clear (&producers);
  crew_clear (&consumers);

  return NULL;
}

/* --- A lock or a semaphore: never too many inside, nobody at the end ------------------------------- */

typedef struct
{
  World *world;
  AsyncioLock *lock;           /* (nullable) */
  AsyncioSemaphore *semaphore; /* (nullable): one of the two */
  guint n_inside;
  guint most;
} Room;

static gboolean
enter (Room    *self,
       GError **error)
{
  return self->lock != NULL ? asyncio_lock_acquire (self->lock, error) : asyncio_semaphore_acquire (self->semaphore, error);
}

static void
leave (Room *self)
{
  g_autoptr (GError) error = NULL;

  if (self->lock != NULL)
    asyncio_lock_release (self->lock, &error);
  else
    asyncio_bounded_semaphore_release (self->semaphore, &error);
  g_assert_no_error (error);
}

static gpointer
visit (gpointer   user_data,
       GError   **error)
{
  Room *self = user_data;
  guint n = soak_random (self->world, 1, 5);
  gboolean goes_on = TRUE;

  for (guint i = 0; i < n && goes_on; i++)
    {
      if (!enter (self, error))
        break;

      self->n_inside++;
      g_assert_cmpuint (self->n_inside, <=, self->most);
      goes_on = soak_pause (self->world, error);
      self->n_inside--;
      leave (self);
    }

  return NULL;
}

static void
visit_room (Room *self)
{
  Crew visitors;

  crew_init (&visitors, self->world);
  crew_start_steady (&visitors, visit, self);
  crew_start (&visitors, soak_random (self->world, 1, 8), visit, self);
  crew_cancel_some (&visitors);
  crew_finish (&visitors);
  crew_clear (&visitors);

  g_assert_cmpuint (self->n_inside, ==, 0);
}

static gpointer
room_with_lock (gpointer   user_data,
                GError   **error)
{
  g_autoptr (AsyncioLock) lock = asyncio_lock_new ();

  (void) error;
  visit_room (&(Room) { .world = user_data, .lock = lock, .most = 1 });
  g_assert_false (asyncio_lock_locked (lock));

  return NULL;
}

static gpointer
room_with_semaphore (gpointer   user_data,
                     GError   **error)
{
  guint most = soak_random (user_data, 1, 3);
  g_autoptr (AsyncioSemaphore) semaphore = asyncio_bounded_semaphore_new (most);

  visit_room (&(Room) { .world = user_data, .semaphore = semaphore, .most = most });

  /* All shares are there again, and no more. */
  for (guint i = 0; i < most; i++)
    {
      g_assert_false (asyncio_semaphore_locked (semaphore));
      asyncio_semaphore_acquire (semaphore, error);
      g_assert_no_error (*error);
    }
  g_assert_true (asyncio_semaphore_locked (semaphore));

  return NULL;
}

/* --- A condition: a notification is not lost with who was notified -------------------------------------- */

typedef struct
{
  World *world;
  AsyncioCondition *condition;
  guint n_coins;          /* on the table */
  guint n_given, n_taken; /* in all */
} Table;

static gpointer
give (gpointer   user_data,
      GError   **error)
{
  Table *self = user_data;
  guint n = soak_random (self->world, 1, 6);

  for (guint i = 0; i < n && soak_pause (self->world, error) && asyncio_condition_acquire (self->condition, error); i++)
    {
      self->n_coins++;
      self->n_given++;
      asyncio_condition_notify (self->condition, 1, error);
      g_assert_no_error (*error);
      asyncio_condition_release (self->condition, error);
      g_assert_no_error (*error);
    }

  return NULL;
}

static gboolean
has_coins (gpointer   user_data,
           GError   **error)
{
  Table *self = user_data;

  (void) error;

  return self->n_coins > 0;
}

static gpointer
take (gpointer   user_data,
      GError   **error)
{
  Table *self = user_data;
  gboolean goes_on = TRUE;

  while (goes_on && asyncio_condition_acquire (self->condition, error))
    {
      /* Whatever happens, the lock is held afterwards. */
      goes_on = asyncio_condition_wait_for (self->condition, has_coins, self, error);
      if (goes_on)
        {
          self->n_coins--;
          self->n_taken++;
        }
      g_assert_true (asyncio_condition_release (self->condition, NULL));
    }

  return NULL;
}

static gpointer
table_with_coins (gpointer   user_data,
                  GError   **error)
{
  World *world = user_data;
  g_autoptr (AsyncioCondition) condition = asyncio_condition_new (NULL, error);
  Table self = { .world = world, .condition = condition };
  double deadline = asyncio_loop_time (world->loop) + SOAK_PATIENCE;
  Crew givers, takers;

  crew_init (&givers, world);
  crew_init (&takers, world);
  crew_start_steady (&takers, take, &self);
  crew_start (&takers, soak_random (world, 0, 5), take, &self);
  crew_start (&givers, soak_random (world, 1, 5), give, &self);
  crew_cancel_some (&takers);
  crew_cancel_some (&givers);

  crew_finish (&givers);
  while (self.n_coins > 0 && asyncio_loop_time (world->loop) < deadline)
    asyncio_sleep (0.001, NULL);
  g_assert_cmpuint (self.n_coins, ==, 0);
  crew_cancel_all (&takers);
  crew_finish (&takers);

  g_assert_cmpuint (self.n_taken, ==, self.n_given);
  g_assert_false (asyncio_condition_locked (condition));
  crew_clear (&givers);
  crew_clear (&takers);

  return NULL;
}

/* --- An event: all that wait are woken ------------------------------------------------------------------------ */

static gpointer
wait_for_event (gpointer   event,
                GError   **error)
{
  asyncio_event_wait (event, error);

  return NULL;
}

static gpointer
starting_shot (gpointer   user_data,
               GError   **error)
{
  World *world = user_data;
  g_autoptr (AsyncioEvent) event = asyncio_event_new ();
  Crew runners;

  (void) error;
  crew_init (&runners, world);
  crew_start_steady (&runners, wait_for_event, event);
  crew_start (&runners, soak_random (world, 1, 10), wait_for_event, event);
  crew_cancel_some (&runners);
  asyncio_event_set (event);
  if (soak_random (world, 0, 1) == 0)
    asyncio_event_clear (event); /* those that waited go on all the same */
  crew_start (&runners, 1, wait_for_event, event);
  soak_pause (world, NULL);
  asyncio_event_set (event);
  crew_finish (&runners);
  crew_clear (&runners);

  return NULL;
}

const Scenario soak_sync_scenarios[] = {
  { "market", market },
  { "room_with_lock", room_with_lock },
  { "room_with_semaphore", room_with_semaphore },
  { "table_with_coins", table_with_coins },
  { "starting_shot", starting_shot },
};
const guint soak_n_sync_scenarios = G_N_ELEMENTS (soak_sync_scenarios);
