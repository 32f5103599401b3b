/* SPDX-License-Identifier: MIT */

/*
 * Tests of signals: handlers that interrupt switches and waits, and those that the loop calls (unix-events.c).
 *
 * Signals are counted, not timed: a test goes on until so many have come.
 */

#include "common.h"

#include "coroutines-private.h"

#include <errno.h>
#include <pthread.h>
#include <signal.h>
#include <unistd.h>

#define N_SIGNALS 200

static gint n_signals; /* atomic */

static void
count_signal (int signum)
{
  (void) signum;
  g_atomic_int_inc (&n_signals);
}

/* Calls a handler for SIGUSR1, without SA_RESTART: system calls that are interrupted fail with EINTR. */
static struct sigaction
handle_usr1 (void (*handler) (int signum),
             int    flags)
{
  struct sigaction action = { .sa_handler = handler, .sa_flags = flags };
  struct sigaction previous;

  g_atomic_int_set (&n_signals, 0);
  g_assert_cmpint (sigaction (SIGUSR1, &action, &previous), ==, 0);

  return previous;
}

/* A thread that sends signals to another one as fast as it can until it is told to stop. */
typedef struct
{
  pthread_t target;
  gint stop;
} Storm;

static gpointer
storm_thread (gpointer data)
{
  Storm *self = data;

  while (!g_atomic_int_get (&self->stop))
    {
      pthread_kill (self->target, SIGUSR1);
      g_thread_yield ();
    }

  return NULL;
}

/* --- Signals that the application handles ------------------------------------------------ */

/* Awaits a chain of coroutine objects, each of which yields its turn. Adds one for each link. */
static gpointer
chain_body (gpointer   user_data,
            GError   **error)
{
  guint depth = GPOINTER_TO_UINT (user_data);

  if (!asyncio_sleep (0, error))
    return NULL;
  if (depth == 0)
    return GUINT_TO_POINTER (1);

  return GUINT_TO_POINTER (1 + GPOINTER_TO_UINT (asyncio_await (asyncio_coroutine_new (chain_body, GUINT_TO_POINTER (depth - 1), NULL),
                                                                error)));
}

/* Awaits chains of ten until enough signals have come, and counts the sums that are wrong. */
static gpointer
await_chains (gpointer   user_data,
              GError   **error)
{
  guint *n_wrong = user_data;

  while (g_atomic_int_get (&n_signals) < N_SIGNALS && *error == NULL)
    if (asyncio_await (asyncio_coroutine_new (chain_body, GUINT_TO_POINTER (9), NULL), error) != GUINT_TO_POINTER (10))
      (*n_wrong)++;

  return (gpointer) "done";
}

/* Signals come while four tasks switch as fast as they can: each sum is right, and each task comes to its end. */
static void
test_while_switching (void)
{
  struct sigaction previous = handle_usr1 (count_signal, 0);
  Storm storm = { .target = pthread_self () };
  GThread *thread = g_thread_new ("storm", storm_thread, &storm);
  AsyncioTask *tasks[4];
  guint n_wrong = 0;

  for (guint i = 0; i < G_N_ELEMENTS (tasks); i++)
    tasks[i] = start (asyncio_coroutine_new (await_chains, &n_wrong, NULL));
  for (guint i = 0; i < G_N_ELEMENTS (tasks); i++)
    {
      run_and_note (tasks[i]);
      asyncio_unref (tasks[i]);
    }

  g_atomic_int_set (&storm.stop, TRUE);
  g_thread_join (thread);
  sigaction (SIGUSR1, &previous, NULL);
  assert_notes ("done done done done");
  g_assert_cmpuint (n_wrong, ==, 0);
}

/* A thread interrupts a loop that waits, and then wakes it: the loop must sleep through the signals and not miss the call. */
static gpointer
interrupt_and_stop (gpointer data)
{
  pthread_t *target = data;
  g_autoptr (GError) error = NULL;

  for (int i = 0; i < N_SIGNALS; i++)
    {
      pthread_kill (*target, SIGUSR1);
      while (g_atomic_int_get (&n_signals) <= i)
        g_thread_yield ();
    }

  asyncio_loop_call_soon_threadsafe (loop, stop_loop, NULL, NULL, &error);
  g_assert_no_error (error);

  return NULL;
}

static void
test_while_waiting (void)
{
  struct sigaction previous = handle_usr1 (count_signal, 0);
  pthread_t self = pthread_self ();
  g_autoptr (GError) error = NULL;
  int fds[2];
  GThread *thread;

  /* It waits in real time, for a file, a timer and other threads. */
  use_real_time ();
  g_assert_cmpint (pipe (fds), ==, 0);
  asyncio_loop_add_reader (loop, fds[0], note_text, (gpointer) "reader", NULL, &error);
  g_assert_no_error (error);
  asyncio_loop_call_later (loop, 3600, note_text, (gpointer) "timer", NULL, NULL);

  thread = g_thread_new ("interrupter", interrupt_and_stop, &self);
  g_assert_true (asyncio_loop_run_forever (loop, &error));
  g_assert_no_error (error);
  g_thread_join (thread);
  sigaction (SIGUSR1, &previous, NULL);

  assert_notes ("");
  g_assert_cmpint (n_signals, ==, N_SIGNALS);
  asyncio_loop_remove_reader (loop, fds[0]);
  close (fds[0]);
  close (fds[1]);
}

/* Timers are never early, however often the wait for them is interrupted. */
static void
test_timer_is_not_early (void)
{
  struct sigaction previous = handle_usr1 (count_signal, 0);
  Storm storm = { .target = pthread_self () };
  GThread *thread = g_thread_new ("storm", storm_thread, &storm);

  use_real_time ();
  while (g_atomic_int_get (&n_signals) < N_SIGNALS)
    {
      double deadline = asyncio_loop_time (loop) + 0.001;

      asyncio_loop_call_at (loop, deadline, stop_loop, NULL, NULL, NULL);
      g_assert_true (asyncio_loop_run_forever (loop, NULL));
      g_assert_cmpfloat (asyncio_loop_time (loop), >=, deadline);
    }

  g_atomic_int_set (&storm.stop, TRUE);
  g_thread_join (thread);
  sigaction (SIGUSR1, &previous, NULL);
}

/* --- Which stack a handler runs on --------------------------------------------------------- */

static gpointer volatile handler_frame;

static void
note_frame (int signum)
{
  (void) signum;
  handler_frame = __builtin_frame_address (0);
}

static gboolean
lies_in (gconstpointer address,
         gconstpointer base,
         gsize         size)
{
  return (guintptr) address >= (guintptr) base && (guintptr) address < (guintptr) base + size;
}

static gpointer
raise_here (gpointer   user_data,
            GError   **error)
{
  const AsyncioStack *own = asyncio_stackful_get_stack (asyncio_coroutine_get_current ());
  stack_t for_signals;

  (void) error;
  g_assert_cmpint (sigaltstack (NULL, &for_signals), ==, 0);
  raise (SIGUSR1);
  if (lies_in (handler_frame, own->base, own->size))
    note ("coroutine's");
  if (lies_in (handler_frame, for_signals.ss_sp, for_signals.ss_size))
    note ("signals'");

  return user_data;
}

/* A signal that comes while a coroutine runs is handled on its stack, or on the thread's stack for signals if the handler asks for
 * that. The coroutine goes on afterwards. */
static void
test_stack_of_handler (void)
{
  struct sigaction previous = handle_usr1 (note_frame, 0);

  run_and_note (asyncio_coroutine_new (raise_here, (gpointer) "done", NULL));
  handle_usr1 (note_frame, SA_ONSTACK);
  run_and_note (asyncio_coroutine_new (raise_here, (gpointer) "done", NULL));
  sigaction (SIGUSR1, &previous, NULL);
  assert_notes ("coroutine's done signals' done");
}

/* --- Signals that the loop handles --------------------------------------------------------- */

static void
count_call (gpointer   user_data,
            GError   **error)
{
  (void) error;
  (*(guint *) user_data)++;
}

/* Sends the process a signal and yields until the loop has called the callback for it, again and again. */
static gpointer
raise_and_yield (gpointer   user_data,
                 GError   **error)
{
  const guint *n_calls = user_data;

  for (guint i = 0; i < N_SIGNALS; i++)
    {
      guint n_before = *n_calls;

      kill (getpid (), SIGUSR1);
      while (*n_calls == n_before)
        if (!asyncio_sleep (0, error))
          return NULL;
    }

  return (gpointer) "done";
}

/* Each signal that the loop handles is told to it while coroutines switch, also when the loop never sleeps. */
static void
test_loop_handles (void)
{
  g_autoptr (GError) error = NULL;
  guint n_calls = 0;

  g_assert_true (asyncio_loop_add_signal_handler (loop, SIGUSR1, count_call, &n_calls, NULL, &error));
  g_assert_no_error (error);
  run_and_note (asyncio_coroutine_new (raise_and_yield, &n_calls, NULL));
  assert_notes ("done");
  g_assert_cmpuint (n_calls, ==, N_SIGNALS);

  g_assert_true (asyncio_loop_remove_signal_handler (loop, SIGUSR1));
  g_assert_false (asyncio_loop_remove_signal_handler (loop, SIGUSR1));
}

/* A loop that sleeps is woken by a signal. */
static gpointer
send_signal (gpointer unused)
{
  kill (getpid (), SIGUSR1);

  return unused;
}

static void
test_wakes_the_loop (void)
{
  g_autoptr (GError) error = NULL;
  GThread *thread;

  use_real_time ();
  g_assert_true (asyncio_loop_add_signal_handler (loop, SIGUSR1, stop_loop, NULL, NULL, &error));
  thread = g_thread_new ("sender", send_signal, NULL);
  g_assert_true (asyncio_loop_run_forever (loop, &error));
  g_assert_no_error (error);
  g_thread_join (thread);
  asyncio_loop_remove_signal_handler (loop, SIGUSR1);
}

/* A second callback replaces the first one, whose data is freed; a signal that cannot be caught is refused. */
static void
test_replace_and_refuse (void)
{
  g_autoptr (GError) error = NULL;

  g_assert_true (asyncio_loop_add_signal_handler (loop, SIGUSR1, note_text, value_new ("first"), value_free, &error));
  g_assert_true (asyncio_loop_add_signal_handler (loop, SIGUSR1, stop_loop, value_new ("second"), value_free, &error));
  g_assert_no_error (error);
  g_assert_cmpint (n_values, ==, 1);

  kill (getpid (), SIGUSR1);
  g_assert_true (asyncio_loop_run_forever (loop, NULL));
  assert_notes ("");
  asyncio_loop_remove_signal_handler (loop, SIGUSR1);
  g_assert_cmpint (n_values, ==, 0);

  g_assert_false (asyncio_loop_add_signal_handler (loop, SIGKILL, note_text, value_new ("kill"), value_free, &error));
  assert_error (error, "ValueError: signal 9 cannot be caught");
}

static const TestCase cases[] = {
  { "/core/signals/while-switching", test_while_switching },
  { "/core/signals/while-waiting", test_while_waiting },
  { "/core/signals/timer-is-not-early", test_timer_is_not_early },
  { "/core/signals/stack-of-handler", test_stack_of_handler },
  { "/core/signals/loop-handles", test_loop_handles },
  { "/core/signals/wakes-the-loop", test_wakes_the_loop },
  { "/core/signals/replace-and-refuse", test_replace_and_refuse },
};

int
main (int    argc,
      char **argv)
{
  return run_tests (argc, argv, cases, G_N_ELEMENTS (cases));
}
