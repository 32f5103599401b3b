/* SPDX-License-Identifier: MIT */

/*
 * Mistakes with memory that threads share without a lock, or for longer than it lives.
 */

#include "bugs.h"

/* --- Double-checked initialisation ---------------------------------------------------------------- */

/*
 * To spare the lock once the thing is made, its pointer is looked at first. Nothing orders that look with the writing: a thread may
 * see the pointer, and not yet what it points to. GLib has g_once_init_enter() for this, whose look is atomic.
 */

static GMutex lock;
static int *instance;

static int
use_instance_wrongly (void)
{
  if (instance == NULL)
    {
      g_mutex_lock (&lock);
      if (instance == NULL)
        {
          int *made = g_new (int, 1);

          *made = 42;
          instance = made;
        }
      g_mutex_unlock (&lock);
    }

  return *instance;
}

static int
use_instance (void)
{
  if (g_once_init_enter (&instance))
    {
      int *made = g_new (int, 1);

      *made = 42;
      g_once_init_leave (&instance, made);
    }

  return *instance;
}

static gpointer
use_wrongly (gpointer user_data G_GNUC_UNUSED)
{
  g_assert_cmpint (use_instance_wrongly (), ==, 42);

  return NULL;
}

static gpointer
use_rightly (gpointer user_data G_GNUC_UNUSED)
{
  g_assert_cmpint (use_instance (), ==, 42);

  return NULL;
}

static void
use_in_two_threads (GThreadFunc use)
{
  GThread *other = g_thread_new ("other", use, NULL);

  use (NULL);
  g_thread_join (other);
  g_free (instance);
}

void
double_check_wrong (gpointer user_data G_GNUC_UNUSED)
{
  use_in_two_threads (use_wrongly);
}

void
double_check_right (gpointer user_data G_GNUC_UNUSED)
{
  use_in_two_threads (use_rightly);
}

/* --- ABA --------------------------------------------------------------------------------------------- */

/*
 * A stack without a lock: pop() reads the top node A and the one below it, B, and makes B the top if A still is. If meanwhile another thread has popped
 * A and B, and pushed A again, A is the top, and the exchange is made; but B belongs to that other thread by now. The cure is to count
 * the pushes beside the top: the same node with another count is another top.
 *
 * Nodes are numbered from 1; 0 is none. The top is a node, and from COUNT_UNIT on the number of pushes.
 */

#define N_NODES 2
#define COUNT_UNIT 16

static int top;
static int below[N_NODES + 1];
static int is_owned[N_NODES + 1];

static void
push (int node,
      int count_unit)
{
  int old;

  do
    {
      old = g_atomic_int_get (&top);
      g_atomic_int_set (&below[node], old % COUNT_UNIT);
    }
  while (!g_atomic_int_compare_and_exchange (&top, old, old - old % COUNT_UNIT + count_unit + node));
}

static int
pop (void)
{
  int old;
  int next;

  do
    {
      old = g_atomic_int_get (&top);
      if (old % COUNT_UNIT == 0)
        return 0;
      next = g_atomic_int_get (&below[old % COUNT_UNIT]);
    }
  while (!g_atomic_int_compare_and_exchange (&top, old, old - old % COUNT_UNIT + next));

  return old % COUNT_UNIT;
}

/* A node has one owner. */
static int
pop_and_own (void)
{
  int node = pop ();

  if (node != 0)
    g_assert_true (g_atomic_int_compare_and_exchange (&is_owned[node], FALSE, TRUE));

  return node;
}

static gpointer
pop_two_push_one (gpointer count_unit)
{
  int first = pop_and_own ();

  (void) pop_and_own ();
  if (first != 0)
    {
      g_atomic_int_set (&is_owned[first], FALSE);
      push (first, GPOINTER_TO_INT (count_unit));
    }

  return NULL;
}

static void
pop_in_two_threads (int count_unit)
{
  GThread *other;

  push (2, count_unit);
  push (1, count_unit);
  other = g_thread_new ("other", pop_two_push_one, GINT_TO_POINTER (count_unit));
  (void) pop_and_own ();
  (void) pop_and_own ();
  g_thread_join (other);
}

void
aba_wrong (gpointer user_data G_GNUC_UNUSED)
{
  pop_in_two_threads (0);
}

void
aba_right (gpointer user_data G_GNUC_UNUSED)
{
  pop_in_two_threads (COUNT_UNIT);
}

/* --- Use after free in a hand-over --------------------------------------------------------------------- */

/*
 * A worker says "done" and then unlocks the job. Who waited for it may look between the two, take the job for done, and free it: the
 * worker unlocks what is no longer there. Each of the two needs a reference of its own.
 */

typedef struct
{
  gatomicrefcount ref_count;
  GMutex lock;
  int is_done;
} Job;

static Job *
job_new (void)
{
  Job *job = g_new0 (Job, 1);

  g_atomic_ref_count_init (&job->ref_count);
  g_mutex_init (&job->lock);

  return job;
}

static void
job_unref (Job *job)
{
  if (!g_atomic_ref_count_dec (&job->ref_count))
    return;

  g_mutex_clear (&job->lock);
  g_free (job);
}

static void
do_job (Job *job)
{
  g_mutex_lock (&job->lock);
  g_atomic_int_set (&job->is_done, TRUE);
  g_mutex_unlock (&job->lock);
}

static gpointer
work (gpointer job)
{
  do_job (job);

  return NULL;
}

static gpointer
work_and_unref (gpointer job)
{
  do_job (job);
  job_unref (job);

  return NULL;
}

/* One place in the machine code: clang would make two of a loop's condition, and the schedules would have other tokens than with gcc. */
static G_GNUC_NO_INLINE gboolean
job_is_done (Job *job)
{
  return g_atomic_int_get (&job->is_done);
}

static void
hand_over (gboolean has_reference)
{
  Job *job = job_new ();
  GThread *worker;

  if (has_reference)
    g_atomic_ref_count_inc (&job->ref_count);
  worker = g_thread_new ("worker", has_reference ? work_and_unref : work, job);

  while (!job_is_done (job))
    g_thread_yield ();
  if (has_reference)
    job_unref (job);
  else
    g_free (job);
  g_thread_join (worker);
}

void
hand_over_wrong (gpointer user_data G_GNUC_UNUSED)
{
  hand_over (FALSE);
}

void
hand_over_right (gpointer user_data G_GNUC_UNUSED)
{
  hand_over (TRUE);
}
