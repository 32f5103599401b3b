/* SPDX-License-Identifier: MIT */

/*
 * Tests of what lies on the stacks of coroutines: it is theirs, however many there are and whoever else uses a stack meanwhile.
 */

#include "common.h"

#include <signal.h>
#include <time.h>

/* A thousand coroutines are suspended at a time, each with its own locals; then all of it again. */
static gpointer
remember (gpointer   user_data,
          GError   **error)
{
  double numbers[64];
  double sum = 0.0;

  for (guint i = 0; i < G_N_ELEMENTS (numbers); i++)
    numbers[i] = GPOINTER_TO_INT (user_data) + i;
  for (guint step = 0; step < 3; step++)
    if (!asyncio_sleep (0, error))
      return NULL;
  for (guint i = 0; i < G_N_ELEMENTS (numbers); i++)
    sum += numbers[i];

  return GINT_TO_POINTER ((int) sum);
}

static void
test_many (void)
{
  static AsyncioCoroutine *all[1000];

  for (int round = 0; round < 2; round++)
    {
      for (guint i = 0; i < G_N_ELEMENTS (all); i++)
        all[i] = asyncio_ref_sink (asyncio_coroutine_new (remember, GINT_TO_POINTER (i), NULL));
      for (guint step = 0; step < 3; step++)
        for (guint i = 0; i < G_N_ELEMENTS (all); i++)
          g_assert_cmpint (asyncio_coroutine_send (all[i], NULL, NULL), ==, ASYNCIO_SEND_NEXT);

      for (guint i = 0; i < G_N_ELEMENTS (all); i++)
        {
          gpointer value;

          g_assert_cmpint (asyncio_coroutine_send (all[i], &value, NULL), ==, ASYNCIO_SEND_RETURN);
          g_assert_cmpint (GPOINTER_TO_INT (value), ==, 64 * i + 63 * 64 / 2);
          asyncio_unref (all[i]);
        }
    }
}

/* Signals arrive while coroutines switch: their handlers run on whatever stack is in use, and nobody notices. */
static volatile sig_atomic_t n_signals;

static void
use_the_stack (int signum)
{
  volatile char bytes[512];

  (void) signum;
  for (guint i = 0; i < sizeof bytes; i++)
    bytes[i] = (char) i;
  n_signals++;
}

static gpointer
count_to (gpointer   user_data,
          GError   **error)
{
  int n = GPOINTER_TO_INT (user_data);
  int counted = 0;

  while (counted < n && asyncio_sleep (0, error))
    counted++;

  return GINT_TO_POINTER (counted);
}

static void
test_signals (void)
{
  struct sigaction action = { .sa_handler = use_the_stack, .sa_flags = SA_RESTART };
  struct sigaction previous;
  struct itimerspec interval = { { 0, 50000 }, { 0, 50000 } };
  struct sigevent event = { .sigev_notify = SIGEV_SIGNAL, .sigev_signo = SIGUSR2 };
  timer_t timer;

  sigaction (SIGUSR2, &action, &previous);
  g_assert_cmpint (timer_create (CLOCK_MONOTONIC, &event, &timer), ==, 0);
  timer_settime (timer, 0, &interval, NULL);

  for (int round = 0; round < 20 || n_signals == 0; round++)
    {
      g_autoptr (AsyncioCoroutine) coroutine = asyncio_ref_sink (asyncio_coroutine_new (count_to, GINT_TO_POINTER (1000), NULL));
      gpointer value;
      int n_steps = 0;

      while (asyncio_coroutine_send (coroutine, &value, NULL) == ASYNCIO_SEND_NEXT)
        n_steps++;
      g_assert_cmpint (n_steps, ==, 1000);
      g_assert_cmpint (GPOINTER_TO_INT (value), ==, 1000);
    }

  timer_delete (timer);
  sigaction (SIGUSR2, &previous, NULL);
}

static const TestCase cases[] = {
  { "/core/coroutine-stacks/many", test_many },
  { "/core/coroutine-stacks/signals", test_signals },
};

int
main (int    argc,
      char **argv)
{
  return run_tests (argc, argv, cases, G_N_ELEMENTS (cases));
}
