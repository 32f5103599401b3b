/* SPDX-License-Identifier: MIT */

/*
 * The soak: everything that the core has, at the same time and in any order, for a long time.
 *
 *     soak --seconds=600        or --rounds=20, and --seed=N for the same choices again
 *
 * Unit tests look at one rule at a time in virtual time. Here several loops in several threads work in real time, and in each
 * many scenarios at once, whose tasks are cancelled at random moments. What exactly happens cannot be foretold, but some
 * things must be true at the end of each scenario: what was put into a queue came out of it, nobody holds
 * the lock, who waited was woken, each timer fired once and not too early, every number was freed.
 *
 * A scenario that does not end within SOAK_PATIENCE has lost a wake-up. What was done is printed every few seconds, and
 * memory with it: after the first seconds it must not grow any more. The scenarios are in soak-sync.c and soak-work.c.
 */

#include "soak.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define N_WORLDS 3
#define SECONDS_BETWEEN_REPORTS 5
#define DEFAULT_SECONDS 10

AsyncioExecutor *soak_pool;

/* --- What was done ------------------------------------------------------------------------ */

static gsize counts[SOAK_N_COUNTS]; /* atomic */
static gint n_numbers;              /* atomic: those that are not freed */

void
soak_count (SoakCount what)
{
  g_atomic_pointer_add (&counts[what], 1);
}

static gsize
get_count (SoakCount what)
{
  return (gsize) g_atomic_pointer_get (&counts[what]);
}

gpointer
soak_number_new (guint number)
{
  guint *self = g_new (guint, 1);

  *self = number;
  g_atomic_int_inc (&n_numbers);

  return self;
}

void
soak_number_free (gpointer number)
{
  g_atomic_int_add (&n_numbers, -1);
  g_free (number);
}

GError *
soak_error_new (void)
{
  return g_error_new_literal (ASYNCIO_ERROR, ASYNCIO_ERROR_VALUE, "on purpose");
}

gboolean
soak_error_is (const GError *error)
{
  return g_error_matches (error, ASYNCIO_ERROR, ASYNCIO_ERROR_VALUE) && g_str_equal (error->message, "on purpose");
}

/* --- Crews ---------------------------------------------------------------------------------- */

guint
soak_random (World *self,
             guint  least,
             guint  most)
{
  return (guint) g_rand_int_range (self->random, (gint32) least, (gint32) most + 1);
}

gboolean
soak_pause (World   *self,
            GError **error)
{
  return asyncio_sleep (g_rand_boolean (self->random) ? 0 : g_rand_double_range (self->random, 0, 0.002), error);
}

void
crew_init (Crew  *self,
           World *world)
{
  self->world = world;
  self->tasks = g_ptr_array_new_with_free_func (asyncio_unref);
  self->victims = g_ptr_array_new ();
}

void
crew_clear (Crew *self)
{
  g_ptr_array_unref (self->victims);
  g_ptr_array_unref (self->tasks);
}

static AsyncioTask *
start_task (Crew             *self,
            AsyncioCoroutine *coroutine)
{
  g_autoptr (GError) error = NULL;
  AsyncioTask *task = asyncio_create_task (coroutine, &error);

  g_assert_no_error (error);
  g_ptr_array_add (self->tasks, task);
  soak_count (SOAK_TASKS);

  return task;
}

AsyncioTask *
crew_start_steady_named (Crew                 *self,
                         AsyncioCoroutineFunc  func,
                         gpointer              user_data,
                         const char           *name)
{
  return start_task (self, asyncio_coroutine_new_full (func, user_data, NULL, NULL, name, G_STRLOC));
}

typedef struct
{
  AsyncioTask *task; /* (unowned): the crew has it */
  double patience;   /* seconds */
} Impatient;

static gpointer
wait_impatiently (gpointer   user_data,
                  GError   **error)
{
  Impatient *self = user_data;

  (void) asyncio_wait_for (self->task, self->patience, error);

  return NULL;
}

/* Has a task given up when it takes too long. */
static AsyncioTask *
start_impatient (Crew        *self,
                 AsyncioTask *task)
{
  Impatient *data = g_new (Impatient, 1);

  *data = (Impatient) { task, g_rand_double_range (self->world->random, 0, 0.003) };

  return start_task (self, asyncio_coroutine_new (wait_impatiently, data, g_free));
}

void
crew_start_named (Crew                 *self,
                  guint                 n,
                  AsyncioCoroutineFunc  func,
                  gpointer              user_data,
                  const char           *name)
{
  for (guint i = 0; i < n; i++)
    {
      AsyncioTask *task = crew_start_steady_named (self, func, user_data, name);

      g_ptr_array_add (self->victims, task);
      if (soak_random (self->world, 0, 2) == 0)
        g_ptr_array_add (self->victims, start_impatient (self, task));
    }
}

void
crew_cancel_some (Crew *self)
{
  guint n = soak_random (self->world, 0, self->victims->len);

  for (guint i = 0; i < n; i++)
    {
      g_autoptr (GError) error = NULL;

      soak_pause (self->world, &error);
      g_assert_no_error (error);
      asyncio_task_cancel (self->victims->pdata[soak_random (self->world, 0, self->victims->len - 1)]);
    }
}

void
crew_cancel_all (Crew *self)
{
  for (guint i = 0; i < self->tasks->len; i++)
    asyncio_task_cancel (self->tasks->pdata[i]);
}

static void
count_outcome (AsyncioTask *task)
{
  const GError *exception;

  if (asyncio_task_cancelled (task))
    {
      soak_count (SOAK_CANCELLED);
      return;
    }

  exception = asyncio_task_exception (task, NULL);
  if (g_error_matches (exception, ASYNCIO_ERROR, ASYNCIO_ERROR_TIMEOUT))
    soak_count (SOAK_TIMEOUTS);
  else if (soak_error_is (exception))
    soak_count (SOAK_ERRORS);
  else
    g_assert_no_error (exception);
}

/* Who waits for others waits the longest, so all are named. */
static void
tell_who_waits (void)
{
  g_autoptr (GPtrArray) tasks = asyncio_all_tasks (NULL, NULL);

  for (guint i = 0; i < tasks->len; i++)
    {
      g_autofree char *task = asyncio_repr (tasks->pdata[i]);

      g_printerr ("soak: still there: %s\n", task);
    }

  g_error ("somebody was not woken");
}

void
crew_finish (Crew *self)
{
  g_autoptr (GPtrArray) pending = NULL;
  g_autoptr (GError) error = NULL;

  if (self->tasks->len == 0)
    return;

  asyncio_wait (self->tasks->pdata, self->tasks->len, SOAK_PATIENCE, ASYNCIO_ALL_COMPLETED, NULL, &pending, &error);
  g_assert_no_error (error);
  if (pending->len > 0)
    tell_who_waits ();

  for (guint i = 0; i < self->tasks->len; i++)
    count_outcome (self->tasks->pdata[i]);
}

/* --- Worlds ----------------------------------------------------------------------------------- */

static struct
{
  GMutex lock;
  GCond changed;
  guint n_running; /* lock: worlds */
  gint is_over;    /* atomic */
} soak;

/* One round: some scenarios at the same time, each perhaps more than once. */
static gpointer
round_body (gpointer   user_data,
            GError   **error)
{
  World *world = user_data;
  guint n = soak_random (world, 1, 8);
  Crew crew;

  (void) error;
  crew_init (&crew, world);
  for (guint i = 0; i < n; i++)
    {
      guint which = soak_random (world, 0, soak_n_sync_scenarios + soak_n_work_scenarios - 1);
      const Scenario *scenario = which < soak_n_sync_scenarios ? &soak_sync_scenarios[which]
                                                               : &soak_work_scenarios[which - soak_n_sync_scenarios];

      crew_start_steady_named (&crew, scenario->func, world, scenario->name);
    }
  crew_finish (&crew);
  crew_clear (&crew);

  return NULL;
}

static void
on_report (AsyncioLoop                    *loop,
           const AsyncioExceptionContext  *context,
           gpointer                        user_data,
           GError                        **error)
{
  World *self = user_data;

  (void) loop;
  (void) error;
  if (!g_str_equal (context->message, "Task exception was never retrieved") || !soak_error_is (context->exception))
    g_error ("the loop reports: %s", context->message);

  self->n_reported++;
}

static void
do_rounds (World *self)
{
  for (guint i = 0; self->n_rounds == 0 || i < self->n_rounds; i++)
    {
      g_autoptr (GError) error = NULL;

      if (g_atomic_int_get (&soak.is_over))
        break;

      asyncio_loop_run_until_complete (self->loop, asyncio_coroutine_new (round_body, self, NULL), &error);
      g_assert_no_error (error);
      soak_count (SOAK_ROUNDS);
    }
}

static gpointer
world_thread (gpointer data)
{
  World *self = data;
  g_autoptr (GError) error = NULL;
  AsyncioExecutor *pool = asyncio_thread_pool_executor_new (2);

  self->loop = asyncio_new_event_loop ();
  asyncio_loop_set_default_executor (self->loop, pool);
  asyncio_loop_set_exception_handler (self->loop, on_report, self, NULL);

  do_rounds (self);

  asyncio_executor_shutdown (pool, TRUE);
  asyncio_executor_unref (pool);
  asyncio_loop_close (self->loop, &error);
  g_assert_no_error (error);
  asyncio_loop_unref (self->loop);
  g_assert_cmpuint (self->n_reported, ==, self->n_expected);

  g_mutex_lock (&soak.lock);
  soak.n_running--;
  g_cond_signal (&soak.changed);
  g_mutex_unlock (&soak.lock);

  return NULL;
}

/* --- The program ---------------------------------------------------------------------------------- */

/* Megabytes of memory that the process has. */
static double
memory (void)
{
  g_autofree char *text = NULL;
  g_auto (GStrv) words = NULL;

  if (!g_file_get_contents ("/proc/self/statm", &text, NULL, NULL))
    return 0;

  words = g_strsplit (text, " ", 3);

  return (double) g_ascii_strtoull (words[1], NULL, 10) * (double) sysconf (_SC_PAGESIZE) / 1e6;
}

static void
report (gint64 started)
{
  g_print ("%5.0f s: %zu rounds, %zu tasks, %zu errors, %zu cancelled, %zu timeouts, %zu thread jobs, %zu calls from threads, "
           "%zu items, %zu timers, %.1f MB\n",
           (double) (g_get_monotonic_time () - started) / 1e6, get_count (SOAK_ROUNDS), get_count (SOAK_TASKS),
           get_count (SOAK_ERRORS), get_count (SOAK_CANCELLED), get_count (SOAK_TIMEOUTS), get_count (SOAK_JOBS),
           get_count (SOAK_CALLS), get_count (SOAK_ITEMS), get_count (SOAK_TIMERS), memory ());
}

/* Waits for the worlds to end, and says how they fare. Returns the memory after the first report. */
static double
watch (gint64 started,
       gint   seconds)
{
  double warm = 0;

  g_mutex_lock (&soak.lock);
  while (soak.n_running > 0)
    {
      gint64 next = g_get_monotonic_time () + SECONDS_BETWEEN_REPORTS * G_TIME_SPAN_SECOND;

      if (seconds > 0)
        next = MIN (next, MAX (started + seconds * G_TIME_SPAN_SECOND, g_get_monotonic_time () + G_TIME_SPAN_SECOND / 10));
      if (g_cond_wait_until (&soak.changed, &soak.lock, next))
        continue;

      if (seconds > 0 && g_get_monotonic_time () >= started + seconds * G_TIME_SPAN_SECOND)
        {
          g_atomic_int_set (&soak.is_over, TRUE);
          continue;
        }

      report (started);
      if (warm == 0)
        warm = memory ();
    }
  g_mutex_unlock (&soak.lock);

  return warm;
}

static void
run (gint  seconds,
     gint  rounds,
     guint seed)
{
  double before = memory ();
  gint64 started = g_get_monotonic_time ();
  World worlds[N_WORLDS] = { 0 };
  GThread *threads[N_WORLDS];
  double warm;

  soak_pool = asyncio_thread_pool_executor_new (3);
  soak.n_running = N_WORLDS;
  for (guint i = 0; i < N_WORLDS; i++)
    {
      worlds[i].number = i;
      worlds[i].random = g_rand_new_with_seed (seed + i);
      worlds[i].n_rounds = (guint) rounds;
      threads[i] = g_thread_new ("world", world_thread, &worlds[i]);
    }

  warm = watch (started, seconds);

  for (guint i = 0; i < N_WORLDS; i++)
    {
      g_thread_join (threads[i]);
      g_rand_free (worlds[i].random);
    }
  asyncio_executor_shutdown (soak_pool, TRUE);
  asyncio_executor_unref (soak_pool);
  g_assert_cmpint (g_atomic_int_get (&n_numbers), ==, 0);

  report (started);
  g_print ("memory: %.1f MB at the start, %.1f MB after the first seconds, %.1f MB at the end\n", before,
           warm > 0 ? warm : memory (), memory ());
}

int
main (int    argc,
      char **argv)
{
  gint seconds = 0, rounds = 0, seed = 0;
  const GOptionEntry entries[] = {
    { "seconds", 0, 0, G_OPTION_ARG_INT, &seconds, "Begin no round after so many seconds; 10 if nothing is said", "N" },
    { "rounds", 0, 0, G_OPTION_ARG_INT, &rounds, "Do so many rounds in each loop", "N" },
    { "seed", 0, 0, G_OPTION_ARG_INT, &seed, "Make the choices of this seed", "N" },
    { NULL, 0, 0, 0, NULL, NULL, NULL },
  };
  g_autoptr (GOptionContext) context = g_option_context_new (NULL);
  g_autoptr (GError) error = NULL;

  g_option_context_set_summary (context, "Does everything that the core can, at random, and checks that nothing is lost.");
  g_option_context_add_main_entries (context, entries, NULL);
  if (!g_option_context_parse (context, &argc, &argv, &error) || argc > 1 || seconds < 0 || rounds < 0)
    {
      g_printerr ("soak: %s\n", error != NULL ? error->message : "only --seconds, --rounds and --seed, with numbers from 0 on");
      return 2;
    }

  if (seconds == 0 && rounds == 0)
    seconds = DEFAULT_SECONDS;
  if (seed == 0)
    seed = (gint) g_random_int_range (1, G_MAXINT);

  g_print ("soak: Python %s, seed %d, %d loops\n", asyncio_version_rules.version, seed, N_WORLDS);
  run (seconds, rounds, (guint) seed);

  return 0;
}
