/* SPDX-License-Identifier: MIT */

/*
 * Tests that what the explorer leaves out is not missed.
 *
 * It tries one of many equivalent schedules. Whether that is right is asked of itself: random programs of two or three threads are
 * explored as always, and once more with every order tried, and all that can come of them must be the same. A program is made from
 * a number, so that one which tells the difference can be run again:
 *
 *     EXPLORER_SOUNDNESS=FIRST,COUNT ./test-explored-soundness
 */

#include <explorer.h>

#include <stdlib.h>

#define MAX_THREADS 3
#define MAX_OPERATIONS 4
#define N_VARIABLES 2
#define N_LOCKS 2

/* Its threads meet at few things, so that they do meet. With the last ones a program may fail, and then comes to fewer outcomes: half of them do without. */
typedef enum
{
  LOAD,
  STORE,
  ADD,
  COMPARE_AND_EXCHANGE,
  LOCKED_ADD,
  TRY_LOCK,
  TIMED_WAIT,
  SIGNAL,
  BROADCAST,
  YIELD,
  CHOOSE,
  LOOK_AT_CLOCK,
  MAKE_THREAD,
  NESTED_LOCKS,
  READ_PLAINLY,
  WRITE_PLAINLY,
  WAIT,
  N_KINDS,
} Kind;

#define N_KINDS_THAT_END NESTED_LOCKS

typedef struct
{
  Kind kind;
  guint which;
  int value;
} Operation;

typedef struct
{
  guint n_threads;
  guint n_operations;
  Operation operations[MAX_THREADS][MAX_OPERATIONS];
} Program;

/* What a program has while it runs: global, so that each schedule finds it as the first one did. */
static int variables[N_VARIABLES];
static GMutex locks[N_LOCKS];
static GCond cond;
static int guarded;
static int plain;
static int seen[MAX_THREADS][MAX_OPERATIONS];
static int seen_in_new[MAX_THREADS][MAX_OPERATIONS];
static const Program *running;

/* --- Operations ---------------------------------------------------------------------------- */

static gpointer
add_and_note (gpointer note)
{
  *(int *) note = g_atomic_int_add (&variables[0], 10);

  return NULL;
}

static int
wait_for_guarded (gboolean timed)
{
  int result;
  gboolean in_time = TRUE;

  g_mutex_lock (&locks[0]);
  if (timed)
    in_time = g_cond_wait_until (&cond, &locks[0], g_get_monotonic_time () + 10);
  else
    g_cond_wait (&cond, &locks[0]);
  result = guarded * 2 + in_time;
  g_mutex_unlock (&locks[0]);

  return result;
}

static int
add_locked (guint which,
            int   value)
{
  int result;

  g_mutex_lock (&locks[which]);
  result = which == 0 ? guarded : variables[1];
  if (which == 0)
    guarded += value;
  g_mutex_unlock (&locks[which]);

  return result;
}

static int
nest_locks (guint first)
{
  g_mutex_lock (&locks[first]);
  g_mutex_lock (&locks[1 - first]);
  guarded *= 3;
  g_mutex_unlock (&locks[1 - first]);
  g_mutex_unlock (&locks[first]);

  return 0;
}

static int
try_lock (guint which)
{
  if (!g_mutex_trylock (&locks[which]))
    return 0;

  g_mutex_unlock (&locks[which]);
  return 1;
}

static int
run_operation (const Operation *operation,
               int             *note)
{
  int *variable = &variables[operation->which];

  switch (operation->kind)
    {
    case LOAD:
      return g_atomic_int_get (variable);
    case STORE:
      g_atomic_int_set (variable, operation->value);
      return 0;
    case ADD:
      return g_atomic_int_add (variable, operation->value);
    case COMPARE_AND_EXCHANGE:
      return g_atomic_int_compare_and_exchange (variable, 0, operation->value);
    case LOCKED_ADD:
      return add_locked (0, operation->value);
    case NESTED_LOCKS:
      return nest_locks (operation->which);
    case TRY_LOCK:
      return try_lock (operation->which);
    case READ_PLAINLY:
      return plain;
    case WRITE_PLAINLY:
      plain = operation->value;
      return 0;
    case WAIT:
    case TIMED_WAIT:
      return wait_for_guarded (operation->kind == TIMED_WAIT);
    case SIGNAL:
      g_cond_signal (&cond);
      return 0;
    case BROADCAST:
      g_cond_broadcast (&cond);
      return 0;
    case YIELD:
      g_thread_yield ();
      return 0;
    case CHOOSE:
      return (int) explorer_choose (2);
    case LOOK_AT_CLOCK:
      return (int) g_get_monotonic_time ();
    case MAKE_THREAD:
      g_thread_join (g_thread_new ("new", add_and_note, note));
      return 0;
    case N_KINDS:
      break;
    }

  return 0;
}

static gpointer
run_thread (gpointer number)
{
  guint thread = GPOINTER_TO_UINT (number);

  for (guint i = 0; i < running->n_operations; i++)
    seen[thread][i] = run_operation (&running->operations[thread][i], &seen_in_new[thread][i]);

  return NULL;
}

static void
run_program (gpointer program)
{
  GThread *threads[MAX_THREADS] = { NULL };
  GString *outcome;

  running = program;
  for (guint i = 1; i < running->n_threads; i++)
    threads[i] = g_thread_new ("other", run_thread, GUINT_TO_POINTER (i));
  run_thread (GUINT_TO_POINTER (0));
  for (guint i = 1; i < running->n_threads; i++)
    g_thread_join (threads[i]);

  outcome = g_string_new (NULL);
  for (guint i = 0; i < running->n_threads; i++)
    for (guint j = 0; j < running->n_operations; j++)
      g_string_append_printf (outcome, "%d,%d ", seen[i][j], seen_in_new[i][j]);
  explorer_outcome ("%s| %d %d %d %d", outcome->str, variables[0], variables[1], guarded, plain);
  g_string_free (outcome, TRUE);
}

/* --- The comparison --------------------------------------------------------------------------- */

static void
make_program (Program *program,
              guint32  seed)
{
  GRand *random = g_rand_new_with_seed (seed);
  Kind n_kinds = seed % 2 == 0 ? N_KINDS : N_KINDS_THAT_END;

  program->n_threads = 2 + (guint) (g_rand_int (random) % 2);
  program->n_operations = program->n_threads == 2 ? 2 + (guint) (g_rand_int (random) % 2) : 1 + (guint) (g_rand_int (random) % 2);

  for (guint i = 0; i < program->n_threads; i++)
    for (guint j = 0; j < program->n_operations; j++)
      program->operations[i][j] = (Operation) {
        .kind = (Kind) (g_rand_int (random) % n_kinds),
        .which = g_rand_int (random) % 2,
        .value = g_rand_int_range (random, 1, 4),
      };

  g_rand_free (random);
}

static gboolean
has_all_of (ExplorerReport *some,
            ExplorerReport *all,
            guint32         seed)
{
  GHashTableIter iter;
  gpointer outcome;
  gpointer token;
  gboolean has = TRUE;

  g_hash_table_iter_init (&iter, all->outcomes);
  while (g_hash_table_iter_next (&iter, &outcome, &token))
    if (!g_hash_table_contains (some->outcomes, outcome))
      {
        g_test_message ("program %u: the outcome \"%s\" of %s is missed", seed, (char *) outcome, (char *) token);
        has = FALSE;
      }

  return has;
}

/* Explores the programs with the numbers from first on both ways, without a bound. What has too many schedules in every order is passed over. */
static void
compare (guint32 first,
         guint32 count,
         guint64 max_schedules)
{
  guint n_compared = 0;
  guint64 n_few = 0;
  guint64 n_many = 0;
  guint n_outcomes = 0;
  gboolean same = TRUE;

  for (guint32 seed = first; seed < first + count; seed++)
    {
      ExplorerOptions options = { .max_preemptions = EXPLORER_UNBOUNDED, .all_failures = TRUE, .max_schedules = max_schedules };
      Program program;
      g_autoptr (ExplorerReport) every = NULL;
      g_autoptr (ExplorerReport) usual = NULL;

      make_program (&program, seed);
      usual = explorer_explore (run_program, &program, &options);
      options.every_order = TRUE;
      options.at_once = TRUE;
      every = explorer_explore (run_program, &program, &options);

      g_assert_true (usual->exhausted);
      same = has_all_of (usual, every, seed) && same;
      if (!every->exhausted)
        continue;
      same = has_all_of (every, usual, seed) && same;

      n_compared++;
      n_outcomes += g_hash_table_size (every->outcomes);
      n_few += usual->n_schedules;
      n_many += every->n_schedules;
    }

  g_test_message ("%u programs compared (of %u), %u outcomes; %" G_GUINT64_FORMAT " schedules instead of %" G_GUINT64_FORMAT, n_compared, count,
                  n_outcomes, n_few, n_many);
  g_assert_true (same);
  g_assert_cmpint (n_compared, >, 0);
}

static void
test_same_outcomes (void)
{
  const char *asked = g_getenv ("EXPLORER_SOUNDNESS");
  char *rest = NULL;
  guint32 first;

  if (asked == NULL)
    {
      compare (1, 16, 20000);
      return;
    }

  first = (guint32) strtoul (asked, &rest, 10);
  compare (first, *rest == ',' ? (guint32) strtoul (rest + 1, NULL, 10) : 1, 300000);
}

int
main (int    argc,
      char **argv)
{
  explorer_init (&argc, &argv);
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/explorer/soundness/same-outcomes", test_same_outcomes);

  return g_test_run ();
}
