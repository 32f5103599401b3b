/* SPDX-License-Identifier: MIT */

/*
 * Workloads of tasks: how much it costs to make one, to switch to another and back, and to hand something over.
 */

#include "bench.h"

static gpointer
the_work (Work *work,
          guint i)
{
  (void) i;

  return work;
}

/* --- spawn, spawn-yield: many tasks that have nothing to do ---------------------------------- */

/*
 * Cold is how a program begins: no stack was ever used. A task that ends at its first step gives its stack to the next one; with
 * one sleep(0) each all are suspended at the same time, and each needs its own.
 */

static gpointer
trivial (gpointer   user_data,
         GError   **error)
{
  Work *work = user_data;

  (void) error;
  work->done++;

  return NULL;
}

static gpointer
spawn_main (gpointer   user_data,
            GError   **error)
{
  Work *work = user_data;

  bench_spawn (work->n, trivial, the_work, NULL, work, error);

  return NULL;
}

static void
spawn (Work *work)
{
  bench_run_main (spawn_main, work);
}

static gpointer
yield_once (gpointer   user_data,
            GError   **error)
{
  Work *work = user_data;

  if (asyncio_sleep (0, error))
    work->done++;

  return NULL;
}

static gpointer
spawn_yield_main (gpointer   user_data,
                  GError   **error)
{
  Work *work = user_data;

  bench_spawn (work->n, yield_once, the_work, NULL, work, error);

  return NULL;
}

static void
spawn_yield (Work *work)
{
  bench_run_main (spawn_yield_main, work);
}

/* --- sleep-0, sleep-0-in-turn: giving up the turn ----------------------------------------------------- */

#define TASKS_IN_TURN 1000

static gpointer
sleep_0_main (gpointer   user_data,
              GError   **error)
{
  Work *work = user_data;

  for (guint i = 0; i < work->n && asyncio_sleep (0, error); i++)
    work->done++;

  return NULL;
}

static void
sleep_0 (Work *work)
{
  bench_run_main (sleep_0_main, work);
}

/* One of the tasks, with its share of the work. */
typedef struct
{
  Work *work;
  guint n;
} Sleeper;

static gpointer
sleeper_new (Work *work,
             guint i)
{
  Sleeper *self = g_new (Sleeper, 1);

  *self = (Sleeper) { work, bench_share (work->n, TASKS_IN_TURN, i) };

  return self;
}

static gpointer
sleeper_body (gpointer   user_data,
              GError   **error)
{
  Sleeper *self = user_data;

  for (guint i = 0; i < self->n && asyncio_sleep (0, error); i++)
    self->work->done++;

  return NULL;
}

static gpointer
sleep_0_in_turn_main (gpointer   user_data,
                      GError   **error)
{
  bench_spawn (TASKS_IN_TURN, sleeper_body, sleeper_new, g_free, user_data, error);

  return NULL;
}

static void
sleep_0_in_turn (Work *work)
{
  bench_run_main (sleep_0_in_turn_main, work);
}

/* --- ping-pong-futures: two tasks wake each other. An operation is there and back ------------------------ */

typedef struct
{
  Work *work;
  AsyncioFuture *to_ping;
  AsyncioFuture *to_pong;
} Court;

/* Waits for a future, and leaves a fresh one for the next time. */
static gboolean
receive (Court          *court,
         AsyncioFuture **future,
         GError        **error)
{
  asyncio_await (*future, error);
  asyncio_unref (*future);
  *future = asyncio_loop_create_future (court->work->loop);

  return *error == NULL;
}

static gpointer
pong_body (gpointer   user_data,
           GError   **error)
{
  Court *court = user_data;

  for (guint i = 0; i < court->work->n; i++)
    if (!receive (court, &court->to_pong, error) || !asyncio_future_set_result (court->to_ping, NULL, NULL, error))
      break;

  return NULL;
}

static gboolean
ping (Court   *court,
      GError **error)
{
  for (guint i = 0; i < court->work->n; i++)
    {
      if (!asyncio_future_set_result (court->to_pong, NULL, NULL, error) || !receive (court, &court->to_ping, error))
        return FALSE;
      court->work->done++;
    }

  return TRUE;
}

static gpointer
ping_pong_futures_main (gpointer   user_data,
                        GError   **error)
{
  Work *work = user_data;
  g_autoptr (AsyncioTask) pong = NULL;
  Court court = {
    .work = work,
    .to_ping = asyncio_loop_create_future (work->loop),
    .to_pong = asyncio_loop_create_future (work->loop),
  };

  pong = asyncio_create_task (asyncio_coroutine_new (pong_body, &court, NULL), error);
  if (pong != NULL && ping (&court, error))
    asyncio_await (pong, error);

  asyncio_unref (court.to_ping);
  asyncio_unref (court.to_pong);

  return NULL;
}

static void
ping_pong_futures (Work *work)
{
  bench_run_main (ping_pong_futures_main, work);
}

/* --- ping-pong-queues: the same with two queues ------------------------------------------------------------ */

typedef struct
{
  Work *work;
  AsyncioQueue *to_ping;
  AsyncioQueue *to_pong;
} Table;

static gpointer
queue_pong_body (gpointer   user_data,
                 GError   **error)
{
  Table *table = user_data;

  for (guint i = 0; i < table->work->n; i++)
    {
      gpointer ball = asyncio_queue_get (table->to_pong, error);

      if (ball == NULL || !asyncio_queue_put (table->to_ping, ball, error))
        break;
    }

  return NULL;
}

static gboolean
queue_ping (Table   *table,
            GError **error)
{
  for (guint i = 0; i < table->work->n; i++)
    {
      if (!asyncio_queue_put (table->to_pong, table, error) || asyncio_queue_get (table->to_ping, error) != table)
        return FALSE;
      table->work->done++;
    }

  return TRUE;
}

static gpointer
ping_pong_queues_main (gpointer   user_data,
                       GError   **error)
{
  g_autoptr (AsyncioQueue) to_ping = asyncio_queue_new (0, NULL);
  g_autoptr (AsyncioQueue) to_pong = asyncio_queue_new (0, NULL);
  Table table = { user_data, to_ping, to_pong };
  g_autoptr (AsyncioTask) pong = asyncio_create_task (asyncio_coroutine_new (queue_pong_body, &table, NULL), error);

  if (pong != NULL && queue_ping (&table, error))
    asyncio_await (pong, error);

  return NULL;
}

static void
ping_pong_queues (Work *work)
{
  bench_run_main (ping_pong_queues_main, work);
}

const Workload bench_task_workloads[] = {
  { "spawn", 100000, FALSE, spawn },
  { "spawn-warm", 100000, TRUE, spawn },
  { "spawn-yield", 100000, FALSE, spawn_yield },
  { "spawn-yield-warm", 100000, TRUE, spawn_yield },
  { "sleep-0", 1000000, FALSE, sleep_0 },
  { "sleep-0-in-turn", 1000000, FALSE, sleep_0_in_turn },
  { "ping-pong-futures", 200000, FALSE, ping_pong_futures },
  { "ping-pong-queues", 200000, FALSE, ping_pong_queues },
  { NULL, 0, FALSE, NULL },
};
