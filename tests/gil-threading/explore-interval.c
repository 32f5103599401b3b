/* SPDX-License-Identifier: MIT */

/*
 * GIL lab, part B: who waits for how long, and what is counted. These programs run once, as they go by themselves, in virtual
 * time.
 */

#include "common.h"

static PyInterpreterState *interp;

static void
begin (void)
{
  interp = py_interpreter_state_new (NULL, PY_GIL_YOURS, PY_CHECK_EVERYWHERE);
}

static void
end (void)
{
  py_interpreter_state_free (interp);
}

/* Takes the GIL, and tells when it has it. */
static void
take (PyThreadState *tstate,
      const char    *who)
{
  gboolean taken = take_gil (tstate);

  note ("%s %s", who, taken ? "has the GIL" : "did not get the GIL");
}

/* Has the GIL for some milliseconds and a half, and tells when it sees that it is asked to drop it: half a millisecond after
 * each whole one, when nothing else happens. */
static void
compute (guint       milliseconds,
         const char *who)
{
  gboolean was_asked = gil_drop_is_requested (interp);

  if (was_asked)
    note ("%s is asked already", who);
  g_usleep (500);
  for (guint i = 0; i < milliseconds; i++)
    {
      g_usleep (1000);
      if (gil_drop_is_requested (interp) && !was_asked)
        {
          note ("%s is asked", who);
          was_asked = TRUE;
        }
    }
}

static void
take_and_drop (PyThreadState *tstate,
               gpointer       name)
{
  take (tstate, name);
  drop_gil (interp, tstate);
}

/* What a test is made of: main has the GIL, n others want it from 0 ms on, and main drops it after some time. */
typedef struct
{
  guint n_waiters;
  guint milliseconds;
  double interval; /* 0 for the one that it has */
} Scene;

static void
play (gpointer user_data)
{
  static const char *const names[] = { "first", "second", "third" };
  const Scene *scene = user_data;
  PyThreadState *tstate;
  Worker workers[3];
  GThread *threads[3];

  begin ();
  tstate = py_thread_state_new (interp);
  if (scene->interval > 0 && !sys_setswitchinterval (interp, scene->interval, NULL))
    note ("sys_setswitchinterval() failed");
  take (tstate, "main");
  for (guint i = 0; i < scene->n_waiters; i++)
    threads[i] = worker_start (&workers[i], interp, names[i], take_and_drop, (gpointer) names[i]);

  compute (scene->milliseconds, "main");
  note ("main drops it");
  drop_gil (interp, tstate);

  for (guint i = 0; i < scene->n_waiters; i++)
    worker_join (&workers[i], threads[i]);
  note ("all have ended");
  py_thread_state_free (tstate);
  end ();
}

static volatile gint64 taken_at;

static void
take_and_look (PyThreadState *tstate,
               gpointer       data G_GNUC_UNUSED)
{
  if (take_gil (tstate))
    {
      taken_at = g_get_monotonic_time ();
      drop_gil (tstate->interp, tstate);
    }
}

/* The same under all schedules, with an interval of an hour. When drop_gil() has returned the waiter has been woken: no time
 * passes any more. */
static void
wake_at_once (gpointer user_data G_GNUC_UNUSED)
{
  PyThreadState *tstate;
  Worker worker;
  GThread *thread;
  gint64 dropped_at;

  begin ();
  tstate = py_thread_state_new (interp);
  if (!sys_setswitchinterval (interp, 3600, NULL) || !take_gil (tstate))
    explorer_fail ("the GIL could not be taken");
  thread = worker_start (&worker, interp, "waiter", take_and_look, NULL);
  drop_gil (interp, tstate);
  dropped_at = g_get_monotonic_time ();
  worker_join (&worker, thread);
  if (taken_at > dropped_at)
    explorer_fail ("the GIL was dropped, and who waited for it did not wake up");
  py_thread_state_free (tstate);
  end ();
}

/*
 * Who waits has the GIL as soon as it is dropped, and not when its interval is over: a drop wakes.
 */
static void
test_wakes (void)
{
  Scene scene = { .n_waiters = 1, .milliseconds = seed_int (1, 3) };

  run_by_itself (play, &scene);
  graded_explore (wake_at_once, NULL, &(ExplorerOptions) { .max_preemptions = 2, .max_steps = 2000 });
}

/* Each drop wakes one, also if several wait. */
static void
test_wakes_each (void)
{
  Scene scene = { .n_waiters = 2, .milliseconds = seed_int (1, 3) };

  run_by_itself (play, &scene);
}

/*
 * Who has waited for 5 ms asks for it, not earlier and not later; the holder may take its time to see it.
 */
static void
test_request (void)
{
  Scene scene = { .n_waiters = 1, .milliseconds = seed_int (8, 12) };

  run_by_itself (play, &scene);
}

/* The same with an interval that was set. */
static void
test_set_interval (void)
{
  Scene scene = { .n_waiters = 1, .milliseconds = seed_int (12, 15), .interval = (seed_bool () ? seed_int (2, 3) : seed_int (7, 9)) / 1000.0 };

  run_by_itself (play, &scene);
}

/* --- What an interval may be ------------------------------------------------------------------- */

static void
set_and_get (gpointer user_data)
{
  double seconds = GPOINTER_TO_INT (user_data) / 1000.0;
  double wrong[] = { 0, -seconds, -0.0 };

  begin ();
  note ("interval %.6f", sys_getswitchinterval (interp));
  for (guint i = 0; i < G_N_ELEMENTS (wrong); i++)
    {
      g_autoptr (GError) error = NULL;
      gboolean done = sys_setswitchinterval (interp, wrong[i], &error);

      note ("set wrongly: %s, %s", trace_bool (done), trace_error (error));
    }
  note ("set: %s", trace_bool (sys_setswitchinterval (interp, seconds, NULL)));
  note ("interval %.6f", sys_getswitchinterval (interp));
  note ("set: %s", trace_bool (sys_setswitchinterval (interp, 1e-9, NULL)));
  note ("interval %.6f", sys_getswitchinterval (interp));
  end ();
}

static void
test_interval (void)
{
  run_by_itself (set_and_get, GINT_TO_POINTER (seed_int (1, 900)));
}

/* --- What is counted ------------------------------------------------------------------------------ */

static void
note_counts (PyThreadState *tstate,
             const char    *who)
{
  note ("%s: switch number %lu, is the last holder: %s", who, gil_get_switch_number (interp),
        trace_bool (gil_get_last_holder (interp) == tstate));
}

static void
take_many (PyThreadState *tstate,
           gpointer       name)
{
  for (guint i = 0; i < 2; i++)
    {
      if (!take_gil (tstate))
        note ("%s did not get the GIL", (char *) name);
      note_counts (tstate, name);
      drop_gil (interp, tstate);
    }
}

/*
 * The switch number counts how many times the GIL went to another thread. Who takes it again has not switched.
 */
static void
count (gpointer user_data)
{
  guint n_more = GPOINTER_TO_UINT (user_data);
  PyThreadState *tstate;
  Worker worker;
  GThread *thread;

  begin ();
  tstate = py_thread_state_new (interp);
  note ("nobody yet: %lu, %s", gil_get_switch_number (interp), trace_bool (gil_get_last_holder (interp) == NULL));
  for (guint i = 0; i < n_more; i++)
    take_many (tstate, "main");
  thread = worker_start (&worker, interp, "other", take_many, (gpointer) "other");
  worker_join (&worker, thread);
  take_many (tstate, "main");
  py_thread_state_free (tstate);
  end ();
}

static void
test_counts (void)
{
  run_by_itself (count, GUINT_TO_POINTER (seed_int (1, 3)));
}

/* --- A request is over when the GIL has changed hands ------------------------------------------------ */

static void
take_and_compute (PyThreadState *tstate,
                  gpointer       milliseconds)
{
  take (tstate, "waiter");
  compute (GPOINTER_TO_UINT (milliseconds), "waiter");
  note ("waiter drops it");
  drop_gil (interp, tstate);
}

/*
 * A waiter asks, and gets the GIL. It is not asked itself before another one has waited for an interval: the request that it
 * made is over.
 */
static void
clear_request (gpointer user_data)
{
  guint milliseconds = GPOINTER_TO_UINT (user_data);
  PyThreadState *tstate;
  Worker worker;
  GThread *thread;

  begin ();
  tstate = py_thread_state_new (interp);
  take (tstate, "main");
  thread = worker_start (&worker, interp, "waiter", take_and_compute, user_data);
  compute (milliseconds, "main");
  note ("main drops it");
  drop_gil (interp, tstate);
  worker_join (&worker, thread);
  take (tstate, "main");
  compute (1, "main");
  drop_gil (interp, tstate);
  py_thread_state_free (tstate);
  end ();
}

static void
test_cleared (void)
{
  run_by_itself (clear_request, GUINT_TO_POINTER (seed_int (7, 9)));
}

/* --- A wait starts anew ---------------------------------------------------------------------------------- */

static gint64 asked_at;  /* of who has it: when it was first asked */
static gboolean is_first_round;

static void
watch_requests (PyThreadState *tstate,
                gpointer       data G_GNUC_UNUSED)
{
  if (!take_gil (tstate))
    note ("take_gil() did not take the GIL");
  for (guint i = 0; i < 12 && is_first_round; i++)
    {
      g_usleep (1000);
      if (asked_at < 0 && gil_drop_is_requested (interp))
        asked_at = g_get_monotonic_time ();
    }
  is_first_round = FALSE;
  drop_gil (interp, tstate);
}

/*
 * Two wait from 0 ms on. At 3 ms main drops the GIL, and one of them has it. At 5 ms the other one has waited for an interval,
 * but the GIL has changed hands meanwhile: it does not ask before an interval without that is over. (When this begins is left
 * to you: when the other one was woken as well, or when its wait is over.)
 */
static void
start_anew (gpointer user_data)
{
  guint milliseconds = GPOINTER_TO_UINT (user_data);
  PyThreadState *tstate;
  Worker workers[2];
  GThread *threads[2];

  begin ();
  asked_at = -1;
  is_first_round = TRUE;
  tstate = py_thread_state_new (interp);
  if (!take_gil (tstate))
    note ("take_gil() did not take the GIL");
  for (guint i = 0; i < 2; i++)
    threads[i] = worker_start (&workers[i], interp, "waiter", watch_requests, NULL);
  compute (milliseconds, "main");
  drop_gil (interp, tstate);
  for (guint i = 0; i < 2; i++)
    worker_join (&workers[i], threads[i]);
  note ("the new holder was asked: %s, within an interval: %s", trace_bool (asked_at >= 0),
        trace_bool (asked_at < (milliseconds + 5) * 1000));
  py_thread_state_free (tstate);
  end ();
}

static void
test_anew (void)
{
  run_by_itself (start_anew, GUINT_TO_POINTER (seed_int (2, 4)));
}

int
main (int    argc,
      char **argv)
{
  graded_explore_init (&argc, &argv);

  graded_test_add ("/gil/drop/wakes", test_wakes);
  graded_test_add ("/gil/drop/wakes-each", test_wakes_each);
  graded_test_add ("/gil/request/after-interval", test_request);
  graded_test_add ("/gil/request/set-interval", test_set_interval);
  graded_test_add ("/gil/request/cleared", test_cleared);
  graded_test_add ("/gil/request/anew", test_anew);
  graded_test_add ("/gil/interval/values", test_interval);
  graded_test_add ("/gil/count/switches", test_counts);

  return g_test_run ();
}
