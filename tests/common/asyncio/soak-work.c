/* SPDX-License-Identifier: MIT */

/*
 * The soak's scenarios for tasks, timers and threads: everything that was begun ends, once, and with its own outcome.
 */

#include "soak.h"

/* --- Many at once: gather(), as_completed(), shield() ------------------------------------------- */

/* Tasks that count themselves when they end. Those of a scenario share this. */
typedef struct
{
  World *world;
  guint n_ended;
  gboolean may_fail;
} Team;

static gpointer
member (gpointer   user_data,
        GError   **error)
{
  Team *self = user_data;

  if (!soak_pause (self->world, error) || !soak_pause (self->world, error))
    return NULL;

  self->n_ended++;
  if (self->may_fail && soak_random (self->world, 0, 3) == 0)
    g_propagate_error (error, soak_error_new ());

  return self;
}

static void
start_members (Crew  *crew,
               Team  *team,
               guint  n)
{
  for (guint i = 0; i < n; i++)
    crew_start_steady (crew, member, team);
}

/* Each result is in its place. */
static gpointer
gathering (gpointer   user_data,
           GError   **error)
{
  World *world = user_data;
  Team team = { .world = world, .may_fail = TRUE };
  guint n = soak_random (world, 1, 8);
  g_autoptr (AsyncioFuture) all = NULL;
  GPtrArray *results;
  Crew crew;

  crew_init (&crew, world);
  start_members (&crew, &team, n);
  all = asyncio_gatherv (crew.tasks->pdata, n, TRUE, error);
  results = asyncio_await (all, error);
  g_assert_no_error (*error);

  g_assert_cmpuint (results->len, ==, n);
  for (guint i = 0; i < n; i++)
    g_assert_true (results->pdata[i] == crew.tasks->pdata[i] && asyncio_future_done (results->pdata[i]));
  g_assert_cmpuint (team.n_ended, ==, n);

  crew_finish (&crew);
  crew_clear (&crew);

  return NULL;
}

static gpointer
gather_team (gpointer   user_data,
             GError   **error)
{
  Crew *crew = user_data;
  g_autoptr (AsyncioFuture) all = asyncio_gatherv (crew->tasks->pdata, crew->tasks->len, FALSE, error);

  (void) asyncio_await (all, error);

  return NULL;
}

/* Who waits is cancelled, and with it all that it waits for. */
static gpointer
cancelled_gathering (gpointer   user_data,
                     GError   **error)
{
  World *world = user_data;
  Team team = { .world = world, .may_fail = TRUE };
  Crew crew, waiting;

  (void) error;
  crew_init (&crew, world);
  crew_init (&waiting, world);
  start_members (&crew, &team, soak_random (world, 1, 6));
  crew_start (&waiting, soak_random (world, 1, 2), gather_team, &crew);
  crew_cancel_some (&waiting);
  crew_finish (&waiting);
  crew_finish (&crew);
  crew_clear (&waiting);
  crew_clear (&crew);

  return NULL;
}

static gpointer
one_by_one (gpointer   user_data,
            GError   **error)
{
  World *world = user_data;
  Team team = { .world = world };
  guint n = soak_random (world, 1, 8), n_got = 0;
  g_autoptr (AsyncioAsCompleted) iterator = NULL;
  AsyncioCoroutine *next;
  Crew crew;

  crew_init (&crew, world);
  start_members (&crew, &team, n);
  iterator = asyncio_as_completed (crew.tasks->pdata, n, SOAK_PATIENCE);
  while ((next = asyncio_as_completed_next (iterator, error)) != NULL)
    if (asyncio_await (next, error) == &team)
      n_got++;
  g_assert_no_error (*error);
  g_assert_cmpuint (n_got, ==, n);
  crew_finish (&crew);
  crew_clear (&crew);

  return NULL;
}

static gpointer
wait_behind_shield (gpointer   task,
                    GError   **error)
{
  g_autoptr (AsyncioFuture) shield = asyncio_shield (task, error);

  (void) asyncio_await (shield, error);

  return NULL;
}

/* Whoever waits for it may be cancelled, the task behind the shield is not. */
static gpointer
shielded (gpointer   user_data,
          GError   **error)
{
  World *world = user_data;
  Team team = { .world = world };
  Crew crew, waiting;

  (void) error;
  crew_init (&crew, world);
  crew_init (&waiting, world);
  crew_start (&waiting, soak_random (world, 1, 4), wait_behind_shield, crew_start_steady (&crew, member, &team));
  crew_cancel_some (&waiting);
  crew_finish (&waiting);
  crew_finish (&crew);
  g_assert_cmpuint (team.n_ended, ==, 1);
  crew_clear (&waiting);
  crew_clear (&crew);

  return NULL;
}

/* --- Errors that nobody asks for: each is reported, once ------------------------------------------------- */

static gpointer
fail (gpointer   user_data,
      GError   **error)
{
  World *world = user_data;

  if (soak_pause (world, error))
    g_propagate_error (error, soak_error_new ());

  return NULL;
}

static gpointer
forgotten_errors (gpointer   user_data,
                  GError   **error)
{
  World *world = user_data;
  guint n = soak_random (world, 1, 3);

  for (guint i = 0; i < n; i++)
    {
      g_autoptr (AsyncioTask) task = asyncio_create_task (asyncio_coroutine_new (fail, world, NULL), error);

      soak_count (SOAK_TASKS);
      soak_count (SOAK_ERRORS);
      world->n_expected++;
      while (!asyncio_task_done (task))
        soak_pause (world, error);
      g_assert_no_error (*error);
    }

  return NULL;
}

/* --- Timers: each fires once and never early, unless it is cancelled ----------------------------------------- */

typedef struct
{
  World *world;
  AsyncioHandle *handle;
  guint n_fired;
} Alarm;

static void
ring (gpointer   user_data,
      GError   **error)
{
  Alarm *self = user_data;

  (void) error;
  g_assert_cmpfloat (asyncio_loop_time (self->world->loop), >=, asyncio_timer_handle_when (self->handle));
  self->n_fired++;
  soak_count (SOAK_TIMERS);
}

static gpointer
alarms (gpointer   user_data,
        GError   **error)
{
  World *world = user_data;
  guint n = soak_random (world, 1, 40);
  g_autofree Alarm *all = g_new0 (Alarm, n);

  for (guint i = 0; i < n; i++)
    {
      all[i].world = world;
      all[i].handle = asyncio_handle_ref (
        asyncio_loop_call_later (world->loop, g_rand_double_range (world->random, 0, 0.004), ring, &all[i], NULL, error));
    }

  for (guint i = 0; i < n / 3; i++)
    {
      if (i % 4 == 0)
        soak_pause (world, error);
      asyncio_handle_cancel (all[soak_random (world, 0, n - 1)].handle);
    }

  /* The last one is due before this. */
  asyncio_sleep (0.005, error);
  g_assert_no_error (*error);

  for (guint i = 0; i < n; i++)
    {
      if (!asyncio_handle_cancelled (all[i].handle))
        g_assert_cmpuint (all[i].n_fired, ==, 1);
      else
        g_assert_cmpuint (all[i].n_fired, <=, 1);
      asyncio_handle_unref (all[i].handle);
    }

  return NULL;
}

/* --- The executor: the outcome of a job goes to who waits for it, or is freed -------------------------------------- */

static gpointer
job (gpointer   user_data,
     GError   **error)
{
  guint *number = user_data;

  /* Of one that fails the value, if there is one, is freed. */
  soak_count (SOAK_JOBS);
  if (*number % 4 == 0)
    g_propagate_error (error, soak_error_new ());

  return *number % 8 != 0 ? soak_number_new (*number * 2) : NULL;
}

static gpointer
await_job (gpointer   user_data,
           GError   **error)
{
  World *world = user_data;
  AsyncioExecutor *pool = soak_random (world, 0, 1) == 0 ? soak_pool : NULL;
  guint n = soak_random (world, 1, 6);

  for (guint i = 0; i < n && *error == NULL; i++)
    {
      guint number = soak_random (world, 0, 1000);
      g_autoptr (AsyncioFuture) future = asyncio_loop_run_in_executor (world->loop, pool, job, soak_number_new (number),
                                                                       soak_number_free, soak_number_free, error);
      guint *twice;

      g_assert_no_error (*error);
      twice = asyncio_await (future, error);
      if (twice != NULL)
        g_assert_cmpuint (*twice, ==, number * 2);
      else
        g_assert_true (*error != NULL && (number % 4 == 0 || !soak_error_is (*error)));
    }

  return NULL;
}

static gpointer
jobs (gpointer   user_data,
      GError   **error)
{
  World *world = user_data;
  Crew crew;

  (void) error;
  crew_init (&crew, world);
  crew_start (&crew, soak_random (world, 1, 8), await_job, world);
  crew_cancel_some (&crew);
  crew_finish (&crew);
  crew_clear (&crew);

  return NULL;
}

/* --- Another thread: its calls come all, and in order ---------------------------------------------------------------- */

typedef struct
{
  World *world;
  AsyncioLoop *loop;
  AsyncioEvent *done;
  guint n_calls; /* that the thread makes */
  guint n_came;  /* that the loop has made */
} Outsider;

typedef struct
{
  Outsider *outsider;
  guint number;
} Call;

static void
on_call (gpointer   user_data,
         GError   **error)
{
  Call *self = user_data;

  (void) error;
  g_assert_cmpuint (self->number, ==, self->outsider->n_came);
  self->outsider->n_came++;
  soak_count (SOAK_CALLS);
}

static void
on_last_call (gpointer   user_data,
              GError   **error)
{
  (void) error;
  asyncio_event_set (user_data);
}

static gpointer
answer (gpointer   user_data,
        GError   **error)
{
  Outsider *self = user_data;

  return soak_pause (self->world, error) ? soak_number_new (42) : NULL;
}

/* In the thread. A coroutine for the loop, of which it wants to know the outcome, or does not. */
static void
ask_loop (Outsider *self,
          gboolean  patient)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (AsyncioConcurrentFuture) future = NULL;
  guint *value;

  future = asyncio_run_coroutine_threadsafe (
    asyncio_coroutine_new_full (answer, self, NULL, soak_number_free, "answer", G_STRLOC), self->loop, &error);
  g_assert_no_error (error);
  if (!patient)
    (void) asyncio_concurrent_future_cancel (future);

  value = asyncio_concurrent_future_result (future, SOAK_PATIENCE, &error);
  if (value != NULL)
    g_assert_cmpuint (*value, ==, 42);
  else
    g_assert_true (!patient && asyncio_error_is_cancelled (error));
}

static gpointer
outsider_thread (gpointer data)
{
  Outsider *self = data;
  g_autoptr (GError) error = NULL;

  for (guint i = 0; i < self->n_calls; i++)
    {
      Call *call = g_new (Call, 1);

      *call = (Call) { self, i };
      asyncio_loop_call_soon_threadsafe (self->loop, on_call, call, g_free, &error);
      g_assert_no_error (error);
      if (i % 8 == 0)
        ask_loop (self, i % 16 == 0);
    }

  asyncio_loop_call_soon_threadsafe (self->loop, on_last_call, self->done, NULL, &error);
  g_assert_no_error (error);
  asyncio_loop_unref (self->loop);

  return NULL;
}

static gpointer
outsider (gpointer   user_data,
          GError   **error)
{
  World *world = user_data;
  g_autoptr (AsyncioEvent) done = asyncio_event_new ();
  Outsider self = {
    .world = world,
    .loop = asyncio_loop_ref (world->loop),
    .done = done,
    .n_calls = soak_random (world, 0, 40),
  };
  GThread *thread = g_thread_new ("outsider", outsider_thread, &self);

  (void) asyncio_wait_for (asyncio_event_wait_coroutine (done), SOAK_PATIENCE, error);
  g_assert_no_error (*error);
  g_thread_join (thread);
  g_assert_cmpuint (self.n_came, ==, self.n_calls);

  return NULL;
}

/* --- Context variables: what a task sets is its own ---------------------------------------------------------------------- */

static AsyncioContextVar *
the_variable (void)
{
  static gsize variable;

  if (g_once_init_enter (&variable))
    g_once_init_leave (&variable, (gsize) asyncio_context_var_new ("soak"));

  return (AsyncioContextVar *) variable;
}

static gpointer
set_and_look (gpointer   user_data,
              GError   **error)
{
  World *world = user_data;
  gpointer number = soak_number_new (soak_random (world, 0, 1000));

  asyncio_context_var_set (the_variable (), number, soak_number_free, NULL);
  for (guint i = 0; i < 3 && soak_pause (world, error); i++)
    g_assert_true (asyncio_context_var_get (the_variable (), error) == number);

  return NULL;
}

static gpointer
own_values (gpointer   user_data,
            GError   **error)
{
  World *world = user_data;
  Crew crew;

  (void) error;
  crew_init (&crew, world);
  crew_start (&crew, soak_random (world, 1, 6), set_and_look, world);
  crew_cancel_some (&crew);
  crew_finish (&crew);
  g_assert_null (asyncio_context_var_get_or (the_variable (), NULL));
  crew_clear (&crew);

  return NULL;
}

const Scenario soak_work_scenarios[] = {
  { "gathering", gathering },
  { "cancelled_gathering", cancelled_gathering },
  { "one_by_one", one_by_one },
  { "shielded", shielded },
  { "forgotten_errors", forgotten_errors },
  { "alarms", alarms },
  { "jobs", jobs },
  { "outsider", outsider },
  { "own_values", own_values },
};
const guint soak_n_work_scenarios = G_N_ELEMENTS (soak_work_scenarios);
