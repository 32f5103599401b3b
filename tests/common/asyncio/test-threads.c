/* SPDX-License-Identifier: MIT */

/*
 * Tests of call_soon_threadsafe() and of what else comes from other threads. They use real threads, but nothing is asserted
 * that depends on how fast these are.
 */

#include "common.h"

#include <pthread.h>
#include <signal.h>

#define N_THREADS 4
#define CALLS_PER_THREAD 500

/* --- call_soon_threadsafe ------------------------------------------------------------ */

/*
 * Four threads schedule 500 callbacks each, while the loop runs. Each callback is called once, in the loop's thread; those
 * of one thread in its order. The loop stops itself at the last.
 */
typedef struct
{
  GThread *loop_thread;
  guint n_called[N_THREADS];
  guint n_total;
} Counts;

typedef struct
{
  Counts *counts;
  guint thread;
  guint number;
} Call;

static void
count_call (gpointer   user_data,
            GError   **error)
{
  Call *self = user_data;

  (void) error;
  g_assert_true (g_thread_self () == self->counts->loop_thread);
  g_assert_cmpint (self->number, ==, self->counts->n_called[self->thread]);

  self->counts->n_called[self->thread]++;
  if (++self->counts->n_total == N_THREADS * CALLS_PER_THREAD)
    asyncio_loop_stop (loop);
}

static gpointer
schedule_calls (gpointer data)
{
  Call *first = data;

  for (guint i = 0; i < CALLS_PER_THREAD; i++)
    {
      Call *call = g_memdup2 (first, sizeof *first);

      call->number = i;
      g_assert_true (asyncio_loop_call_soon_threadsafe (loop, count_call, call, g_free, NULL));
    }

  return NULL;
}

static void
test_many_threads (void)
{
  Counts counts = { g_thread_self (), { 0 }, 0 };
  GThread *threads[N_THREADS];
  Call calls[N_THREADS];

  use_real_time ();
  for (guint i = 0; i < N_THREADS; i++)
    {
      calls[i] = (Call) { &counts, i, 0 };
      threads[i] = g_thread_new ("scheduler", schedule_calls, &calls[i]);
    }

  g_assert_true (asyncio_loop_run_forever (loop, NULL));
  for (guint i = 0; i < N_THREADS; i++)
    g_thread_join (threads[i]);

  g_assert_cmpint (counts.n_total, ==, N_THREADS * CALLS_PER_THREAD);
}

/* A thread wakes a loop that sleeps for ever, again and again: each answer is the question for the next. */
typedef struct
{
  GMutex lock;
  GCond changed;
  guint n_answered; /* lock */
} PingPong;

static void
answer (gpointer   user_data,
        GError   **error)
{
  PingPong *self = user_data;

  (void) error;
  g_mutex_lock (&self->lock);
  self->n_answered++;
  g_cond_signal (&self->changed);
  g_mutex_unlock (&self->lock);
}

static gpointer
ask (gpointer data)
{
  PingPong *self = data;

  for (guint i = 0; i < 200; i++)
    {
      g_assert_true (asyncio_loop_call_soon_threadsafe (loop, answer, self, NULL, NULL));
      g_mutex_lock (&self->lock);
      while (self->n_answered == i)
        g_cond_wait (&self->changed, &self->lock);
      g_mutex_unlock (&self->lock);
    }
  g_assert_true (asyncio_loop_call_soon_threadsafe (loop, stop_loop, NULL, NULL, NULL));

  return NULL;
}

static void
test_wakes_the_loop (void)
{
  PingPong game = { .n_answered = 0 };
  GThread *thread;

  use_real_time ();
  g_mutex_init (&game.lock);
  g_cond_init (&game.changed);
  thread = g_thread_new ("asker", ask, &game);
  g_assert_true (asyncio_loop_run_forever (loop, NULL));
  g_thread_join (thread);

  g_assert_cmpint (game.n_answered, ==, 200);
  g_mutex_clear (&game.lock);
  g_cond_clear (&game.changed);
}

/* It may be called in the loop's own thread, and is call_soon() there: both callbacks come in the order of the calls. */
static void
schedule_both (gpointer   unused,
               GError   **error)
{
  (void) unused;
  asyncio_loop_call_soon_threadsafe (loop, note_text, (gpointer) "threadsafe", NULL, error);
  asyncio_loop_call_soon (loop, note_text, (gpointer) "soon", NULL, error);
  note ("scheduled");
}

static void
test_own_thread (void)
{
  asyncio_loop_call_soon (loop, schedule_both, NULL, NULL, NULL);
  run_turns (1);
  assert_notes ("scheduled");

  run_turns (1);
  assert_notes ("threadsafe soon");
}

/* What was scheduled while the loop did not run is called when it does. */
static gpointer
schedule_one (gpointer text)
{
  g_assert_true (asyncio_loop_call_soon_threadsafe (loop, note_text, text, value_free, NULL));

  return NULL;
}

static void
test_before_the_run (void)
{
  g_thread_join (g_thread_new ("early", schedule_one, value_new ("early")));
  run_turns (1);

  assert_notes ("early");
  g_assert_cmpint (n_values, ==, 0);
}

/* KeyboardInterrupt leaves the loop with the rest still queued, also of what came from other threads. */
static void
interrupt (gpointer   unused,
           GError   **error)
{
  (void) unused;
  g_set_error_literal (error, ASYNCIO_ERROR, ASYNCIO_ERROR_KEYBOARD_INTERRUPT, "");
}

static void
test_interrupted (void)
{
  g_autoptr (GError) error = NULL;

  asyncio_loop_call_soon_threadsafe (loop, interrupt, NULL, NULL, NULL);
  asyncio_loop_call_soon_threadsafe (loop, note_text, (gpointer) "after", NULL, NULL);
  g_assert_false (asyncio_loop_run_forever (loop, &error));
  assert_error (error, "KeyboardInterrupt");
  assert_notes ("");

  run_turns (1);
  assert_notes ("after");
}

/* A closed loop refuses, and frees the data in the thread that gave it. */
static void
remember_thread (gpointer data)
{
  GThread **thread = data;

  *thread = g_thread_self ();
}

static gpointer
schedule_on_closed (gpointer data)
{
  g_autoptr (GError) error = NULL;

  g_assert_false (asyncio_loop_call_soon_threadsafe (loop, note_text, data, remember_thread, &error));

  return (gpointer) take_error (&error);
}

static void
test_closed (void)
{
  GThread *freed_in = NULL;
  GThread *thread;
  const char *error;

  close_loop ();
  thread = g_thread_ref (g_thread_new ("late", schedule_on_closed, &freed_in));
  error = g_thread_join (thread);

  g_assert_cmpstr (error, ==, "RuntimeError: Event loop is closed");
  g_assert_true (freed_in == thread);
  g_thread_unref (thread);
}

/*
 * Threads schedule on and on while the loop is being closed. Each callback is either called, or freed by close(), or
 * refused and freed there; each value exactly once. (The run takes some of them, or none: as it happens.)
 */
static gpointer
schedule_until_refused (gpointer unused)
{
  (void) unused;
  while (asyncio_loop_call_soon_threadsafe (loop, stop_loop, value_new ("data"), value_free, NULL))
    continue;

  return NULL;
}

static void
test_closed_meanwhile (void)
{
  GThread *threads[N_THREADS];

  use_real_time ();
  for (guint i = 0; i < N_THREADS; i++)
    threads[i] = g_thread_new ("scheduler", schedule_until_refused, NULL);

  g_assert_true (asyncio_loop_run_forever (loop, NULL));
  close_loop ();
  for (guint i = 0; i < N_THREADS; i++)
    g_thread_join (threads[i]);

  g_assert_cmpint (n_values, ==, 0);
}

/* --- Debug mode ----------------------------------------------------------------------- */

/* In debug mode a loop that runs refuses call_soon() and call_later() of another thread, and frees what it was given. */
static gpointer
call_from_elsewhere (gpointer unused)
{
  g_autoptr (GError) error = NULL;
  static const char expected[] =
    "RuntimeError: Non-thread-safe operation invoked on an event loop other than the current one";

  (void) unused;
  g_assert_null (asyncio_loop_call_soon (loop, note_text, value_new ("soon"), value_free, &error));
  assert_error (error, expected);
  g_assert_null (asyncio_loop_call_later (loop, 1, note_text, value_new ("later"), value_free, &error));
  assert_error (error, expected);
  g_assert_true (asyncio_loop_call_soon_threadsafe (loop, note_text, value_new ("threadsafe"), value_free, &error));
  g_assert_no_error (error);

  return NULL;
}

static void
run_thread (gpointer   unused,
            GError   **error)
{
  (void) unused;
  (void) error;
  g_thread_join (g_thread_new ("elsewhere", call_from_elsewhere, NULL));
}

static void
test_debug (void)
{
  g_assert_false (asyncio_loop_get_debug (loop));
  asyncio_loop_set_debug (loop, TRUE);
  g_assert_true (asyncio_loop_get_debug (loop));

  asyncio_loop_call_soon (loop, run_thread, NULL, NULL, NULL);
  run_turns (2);

  assert_notes ("threadsafe");
  g_assert_cmpint (n_values, ==, 0);
}

/* --- Interrupted system calls ------------------------------------------------------------ */

/* While the loop sleeps, signals interrupt its system calls all the time. A timer fires all the same, once and not
 * early, and nothing is reported. */
typedef struct
{
  pthread_t target;
  gint stop;
} Pest;

static void
do_nothing (int signum)
{
  (void) signum;
}

static gpointer
pester (gpointer data)
{
  Pest *self = data;

  while (!g_atomic_int_get (&self->stop))
    {
      pthread_kill (self->target, SIGUSR2);
      g_thread_yield ();
    }

  return NULL;
}

static void
test_interrupted_calls (void)
{
  struct sigaction action = { .sa_handler = do_nothing };
  struct sigaction previous;
  Pest pest = { pthread_self (), FALSE };
  GThread *thread;
  double before;

  use_real_time ();
  sigaction (SIGUSR2, &action, &previous);
  thread = g_thread_new ("pest", pester, &pest);

  before = asyncio_loop_time (loop);
  run_and_note (sleeper ("slept", 0.02));
  g_assert_cmpfloat (asyncio_loop_time (loop), >=, before + 0.02);
  assert_notes ("slept");

  g_atomic_int_set (&pest.stop, TRUE);
  g_thread_join (thread);
  sigaction (SIGUSR2, &previous, NULL);
}

/* --- Loops of several threads --------------------------------------------------------------- */

/* Each thread runs a loop of its own, with coroutines on stacks of its own; they do not notice each other. */
static gpointer
run_own_loop (gpointer unused)
{
  AsyncioLoop *own = new_virtual_loop ();

  (void) unused;
  for (int i = 0; i < 100; i++)
    g_assert_cmpstr (asyncio_loop_run_until_complete (own, sleeper ("slept", 10), NULL), ==, "slept");
  g_assert_cmpfloat (asyncio_loop_time (own), ==, 1000.0);
  end_loop (own);

  return NULL;
}

static void
test_loop_per_thread (void)
{
  GThread *threads[N_THREADS];

  for (guint i = 0; i < N_THREADS; i++)
    threads[i] = g_thread_new ("own loop", run_own_loop, NULL);
  for (guint i = 0; i < N_THREADS; i++)
    g_thread_join (threads[i]);
}

static const TestCase cases[] = {
  { "/core/threads/many-threads", test_many_threads },
  { "/core/threads/wakes-the-loop", test_wakes_the_loop },
  { "/core/threads/own-thread", test_own_thread },
  { "/core/threads/before-the-run", test_before_the_run },
  { "/core/threads/interrupted", test_interrupted },
  { "/core/threads/closed", test_closed },
  { "/core/threads/closed-meanwhile", test_closed_meanwhile },
  { "/core/threads/debug", test_debug },
  { "/core/threads/interrupted-calls", test_interrupted_calls },
  { "/core/threads/loop-per-thread", test_loop_per_thread },
};

int
main (int    argc,
      char **argv)
{
  return run_tests (argc, argv, cases, G_N_ELEMENTS (cases));
}
