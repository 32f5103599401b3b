/* SPDX-License-Identifier: MIT */

/*
 * GIL lab, part A: threads. No interpreter is needed for them, and there is none here.
 */

#include "common.h"

/* --- The life of a thread --------------------------------------------------------------- */

/* A thread that tells what it does, a little later, so that it does not matter whether start() waits until it runs. */
typedef struct
{
  const char *name; /* for what it tells */
  guint milliseconds;
} Sleeper;

static gpointer
tell_and_sleep (gpointer   user_data,
                GError   **error G_GNUC_UNUSED)
{
  const Sleeper *self = user_data;

  g_usleep (100 + self->milliseconds);
  note ("%s begins", self->name);
  g_usleep (1000 * self->milliseconds);
  note ("%s ends", self->name);

  return NULL;
}

static void
start (ThreadingThread *thread)
{
  g_autoptr (GError) error = NULL;

  if (!threading_thread_start (thread, &error))
    note ("start(): %s", trace_error (error));
}

static void
join (ThreadingThread *thread,
      double           timeout)
{
  g_autoptr (GError) error = NULL;

  if (!threading_thread_join (thread, timeout, &error))
    note ("join(): %s", trace_error (error));
}

static void
note_alive (ThreadingThread *thread,
            const char      *when)
{
  note ("%s: alive %s, %u threads", when, trace_bool (threading_thread_is_alive (thread)), threading_active_count ());
}

/*
 * A thread is alive from start() until its function has returned; join() waits for that, and may be called again.
 */
static void
live (gpointer user_data)
{
  g_autoptr (ThreadingThread) thread = threading_thread_new (tell_and_sleep, user_data, NULL, NULL);

  note_alive (thread, "new");
  start (thread);
  note_alive (thread, "started");
  join (thread, THREADING_NO_TIMEOUT);
  note_alive (thread, "joined");
  join (thread, THREADING_NO_TIMEOUT);
  note_alive (thread, "joined again");
}

static void
test_life (void)
{
  Sleeper sleeper = { seed_word (), seed_int (2, 90) };

  run_by_itself (live, &sleeper);
}

/* --- join() with a timeout --------------------------------------------------------------- */

/*
 * join() with a timeout is over after that or when the thread has ended, what comes first; it does not tell which.
 */
static void
join_with_timeout (gpointer user_data)
{
  const Sleeper *sleeper = user_data;
  g_autoptr (ThreadingThread) thread = threading_thread_new (tell_and_sleep, user_data, NULL, NULL);

  start (thread);
  g_usleep (500);
  join (thread, 0);
  note_alive (thread, "joined for no time");
  join (thread, -1);
  note_alive (thread, "joined for less");
  join (thread, (sleeper->milliseconds - 2) / 1000.0);
  note_alive (thread, "joined for some time");
  join (thread, 10);
  note_alive (thread, "joined for long");
}

static void
test_timeout (void)
{
  Sleeper sleeper = { seed_word (), seed_int (5, 90) };

  run_by_itself (join_with_timeout, &sleeper);
}

/* --- Names ---------------------------------------------------------------------------------- */

static void
note_name (ThreadingThread *thread)
{
  g_autofree char *name = threading_thread_get_name (thread);

  note ("name %s", name != NULL ? name : "None");
}

static gpointer
tell_own_name (gpointer   user_data G_GNUC_UNUSED,
               GError   **error G_GNUC_UNUSED)
{
  if (threading_current_thread () != NULL)
    note_name (threading_current_thread ());
  else
    note ("no current thread");

  return NULL;
}

typedef struct
{
  const char *targets[2], *names[2];
} Names;

/*
 * Threads without a name of their own are counted, and called after their target if that has a name. Others are not counted.
 */
static void
name_threads (gpointer user_data)
{
  const Names *names = user_data;
  g_autoptr (ThreadingThread) first = threading_thread_new (tell_own_name, NULL, names->targets[0], NULL);
  g_autoptr (ThreadingThread) named = threading_thread_new (tell_own_name, NULL, names->targets[1], names->names[0]);
  g_autoptr (ThreadingThread) second = threading_thread_new (tell_own_name, NULL, NULL, NULL);
  g_autoptr (ThreadingThread) third = threading_thread_new (tell_own_name, NULL, names->targets[1], NULL);
  ThreadingThread *threads[] = { third, second, named, first };

  note_name (first);
  threading_thread_set_name (second, names->names[1]);
  for (guint i = 0; i < G_N_ELEMENTS (threads); i++)
    {
      start (threads[i]);
      join (threads[i], THREADING_NO_TIMEOUT);
    }
  note ("main thread: %s", threading_current_thread () == NULL ? "None" : "a thread");
}

static void
test_names (void)
{
  Names names = { { seed_word (), seed_word () }, { seed_word (), seed_word () } };

  run_by_itself (name_threads, &names);
}

/* --- What cannot be done --------------------------------------------------------------------- */

static gpointer
join_itself (gpointer   user_data G_GNUC_UNUSED,
             GError   **error G_GNUC_UNUSED)
{
  g_usleep (100);
  join (threading_current_thread (), THREADING_NO_TIMEOUT);

  return NULL;
}

static void
do_wrong (gpointer user_data G_GNUC_UNUSED)
{
  g_autoptr (ThreadingThread) thread = threading_thread_new (join_itself, NULL, NULL, NULL);
  g_autoptr (GError) error = NULL;

  join (thread, THREADING_NO_TIMEOUT);
  start (thread);
  start (thread);
  note ("set_daemon(): %s", trace_bool (threading_thread_set_daemon (thread, TRUE, &error)));
  note ("%s", trace_error (error));
  g_clear_error (&error);
  if (threading_thread_is_alive (thread))
    join (thread, THREADING_NO_TIMEOUT);
  start (thread);
  note ("set_daemon(): %s", trace_bool (threading_thread_set_daemon (thread, TRUE, &error)));
  note ("%s, daemon %s", trace_error (error), trace_bool (threading_thread_get_daemon (thread)));
}

static void
test_errors (void)
{
  run_by_itself (do_wrong, NULL);
}

/* --- The excepthook ---------------------------------------------------------------------------- */

static void
on_exception (const char   *name,
              const GError *error)
{
  note ("excepthook: %s, %s", name, trace_error (error));
}

static gpointer
raise_it (gpointer   user_data,
          GError   **error)
{
  g_propagate_error (error, g_error_copy (user_data));

  return NULL;
}

/* What a thread raises ends this thread, and the excepthook is told. join() knows nothing of it. */
static void
raise_in_thread (gpointer user_data)
{
  g_autoptr (ThreadingThread) thread = threading_thread_new (raise_it, user_data, NULL, NULL);

  threading_set_excepthook (on_exception);
  start (thread);
  join (thread, THREADING_NO_TIMEOUT);
  note_alive (thread, "joined");
}

static void
test_excepthook (void)
{
  g_autoptr (GError) raised = seed_error ();

  run_by_itself (raise_in_thread, raised);
}

/* --- The end of the program ---------------------------------------------------------------------- */

static Sleeper sleepers[3];

/* A thread that starts another one. */
static gpointer
start_another (gpointer   user_data,
               GError   **error)
{
  g_autoptr (ThreadingThread) thread = threading_thread_new (tell_and_sleep, &sleepers[2], NULL, NULL);

  tell_and_sleep (user_data, error);
  note ("%s starts another one, daemon: %s", sleepers[0].name, trace_bool (threading_thread_get_daemon (thread)));
  start (thread);

  return NULL;
}

/*
 * shutdown() waits for all that are no daemons, and for those that these start. A thread is a daemon if the one that makes it
 * is.
 */
static void
shut_down (gpointer user_data)
{
  gboolean parent_is_daemon = GPOINTER_TO_INT (user_data);
  g_autoptr (ThreadingThread) parent = threading_thread_new (start_another, &sleepers[0], NULL, NULL);
  g_autoptr (ThreadingThread) other = threading_thread_new (tell_and_sleep, &sleepers[1], NULL, NULL);

  note ("daemon: %s", trace_bool (threading_thread_get_daemon (parent)));
  if (!threading_thread_set_daemon (parent, parent_is_daemon, NULL)
      || !threading_thread_set_daemon (other, !parent_is_daemon, NULL))
    note ("set_daemon() failed");
  start (parent);
  start (other);
  threading_shutdown ();
  note ("shut down, %u threads", threading_active_count ());
  g_usleep (G_USEC_PER_SEC);
  note ("later, %u threads", threading_active_count ());
}

static void
test_shutdown (void)
{
  for (guint i = 0; i < 3; i++)
    sleepers[i] = (Sleeper) { seed_word (), 10 * seed_int (2, 5) + i };

  for (guint i = 0; i < 2; i++)
    run_by_itself (shut_down, GUINT_TO_POINTER (i));
}

/* --- Under all schedules ----------------------------------------------------------------------------- */

static volatile int n_done; /* who has joined a thread may look at what it did */

static gpointer
do_it (gpointer   user_data G_GNUC_UNUSED,
       GError   **error G_GNUC_UNUSED)
{
  n_done++;

  return NULL;
}

static gpointer
join_other (gpointer   user_data,
            GError   **error)
{
  threading_thread_join (user_data, THREADING_NO_TIMEOUT, error);
  if (n_done != 1)
    explorer_fail ("join() has returned, and the thread has not ended");

  return NULL;
}

/*
 * A thread that two others wait for. Whatever the schedule, both go on, and not before it has ended; and the last reference is
 * given up while it runs.
 */
static void
two_joins (gpointer user_data G_GNUC_UNUSED)
{
  ThreadingThread *thread = threading_thread_new (do_it, NULL, NULL, NULL);
  g_autoptr (ThreadingThread) other = threading_thread_new (join_other, thread, NULL, NULL);
  g_autoptr (GError) error = NULL;

  if (!threading_thread_start (thread, NULL) || !threading_thread_start (other, NULL))
    explorer_fail ("a thread could not be started");
  join_other (thread, &error);
  if (error != NULL || !threading_thread_join (other, THREADING_NO_TIMEOUT, NULL))
    explorer_fail ("a thread could not be joined");
  threading_thread_unref (thread);
}

static void
test_two_joins (void)
{
  graded_explore (two_joins, NULL, &(ExplorerOptions) { .max_preemptions = 2, .max_spurious = 1, .max_steps = 2000 });
}

static void
start_and_forget (void)
{
  g_autoptr (ThreadingThread) thread = threading_thread_new (do_it, NULL, NULL, NULL);

  if (!threading_thread_start (thread, NULL))
    explorer_fail ("a thread could not be started");
}

/* A thread whose object everybody else has let go of at once. shutdown() waits for it as well. */
static void
forgotten (gpointer user_data G_GNUC_UNUSED)
{
  start_and_forget ();
  threading_shutdown ();
  if (n_done != 1 || threading_active_count () != 1)
    explorer_fail ("shutdown() has returned, and a thread has not ended");
}

static void
test_forgotten (void)
{
  graded_explore (forgotten, NULL, &(ExplorerOptions) { .max_preemptions = 3, .max_spurious = 1, .max_steps = 2000 });
}

int
main (int    argc,
      char **argv)
{
  graded_explore_init (&argc, &argv);

  graded_test_add ("/gil/thread/life", test_life);
  graded_test_add ("/gil/thread/timeout", test_timeout);
  graded_test_add ("/gil/thread/names", test_names);
  graded_test_add ("/gil/thread/errors", test_errors);
  graded_test_add ("/gil/thread/excepthook", test_excepthook);
  graded_test_add ("/gil/thread/shutdown", test_shutdown);
  graded_test_add ("/gil/thread/two-joins", test_two_joins);
  graded_test_add ("/gil/thread/forgotten", test_forgotten);

  return g_test_run ();
}
