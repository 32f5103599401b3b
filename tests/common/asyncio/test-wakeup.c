/* SPDX-License-Identifier: MIT */

/*
 * Tests of wakeup.c: who sleeps is woken once, who does not is left alone, and no wake-up is lost.
 */

#include "common.h"

#include "wakeup-private.h"

static void
count_wake (gpointer data)
{
  g_atomic_int_inc ((gint *) data);
}

/* Nobody wakes a loop that is awake. */
static void
test_awake (void)
{
  gint n_wakes = 0;
  AsyncioWakeup wakeup;

  asyncio_wakeup_init (&wakeup, count_wake, &n_wakes);
  asyncio_wakeup_notify (&wakeup);
  asyncio_wakeup_notify (&wakeup);
  g_assert_cmpint (n_wakes, ==, 0);
}

/* A loop that announced its sleep is woken by the first who has work for it, and by no other. */
static void
test_woken_once (void)
{
  gint n_wakes = 0;
  AsyncioWakeup wakeup;

  asyncio_wakeup_init (&wakeup, count_wake, &n_wakes);
  asyncio_wakeup_announce_sleep (&wakeup);
  asyncio_wakeup_notify (&wakeup);
  asyncio_wakeup_notify (&wakeup);
  asyncio_wakeup_notify (&wakeup);
  g_assert_cmpint (n_wakes, ==, 1);
}

/* Awake again, it is left alone; for its next sleep it is woken anew. */
static void
test_again (void)
{
  gint n_wakes = 0;
  AsyncioWakeup wakeup;

  asyncio_wakeup_init (&wakeup, count_wake, &n_wakes);

  for (int i = 1; i <= 3; i++)
    {
      asyncio_wakeup_announce_sleep (&wakeup);
      asyncio_wakeup_notify (&wakeup);
      asyncio_wakeup_awake (&wakeup);
      asyncio_wakeup_notify (&wakeup);
      g_assert_cmpint (n_wakes, ==, i);
    }
}

/* A sleep that was announced twice, as by two iterations of a main context, is one sleep. */
static void
test_announced_twice (void)
{
  gint n_wakes = 0;
  AsyncioWakeup wakeup;

  asyncio_wakeup_init (&wakeup, count_wake, &n_wakes);
  asyncio_wakeup_announce_sleep (&wakeup);
  asyncio_wakeup_announce_sleep (&wakeup);
  asyncio_wakeup_notify (&wakeup);
  asyncio_wakeup_notify (&wakeup);
  g_assert_cmpint (n_wakes, ==, 1);
}

/*
 * The protocol as a whole: four threads publish 1000 pieces of work each; the sleeper takes what is there
 * and sleeps, on a condition that only a wake-up sets, when there is nothing. If one wake-up were lost it would sleep
 * for ever. In the end every piece was taken, and there were no more wake-ups than pieces.
 */
#define N_THREADS 4
#define PIECES_PER_THREAD 1000

typedef struct
{
  AsyncioWakeup wakeup;
  GMutex lock;
  GCond woken;
  gboolean is_woken; /* lock */
  gint n_published;
  gint n_wakes;
} Sleeper;

static void
wake_sleeper (gpointer data)
{
  Sleeper *self = data;

  g_mutex_lock (&self->lock);
  self->is_woken = TRUE;
  g_cond_signal (&self->woken);
  g_mutex_unlock (&self->lock);
  g_atomic_int_inc (&self->n_wakes);
}

static gpointer
publish (gpointer data)
{
  Sleeper *self = data;

  for (int i = 0; i < PIECES_PER_THREAD; i++)
    {
      g_atomic_int_inc (&self->n_published);
      asyncio_wakeup_notify (&self->wakeup);
    }

  return NULL;
}

static void
sleep_until_work (Sleeper *self,
                  gint     n_taken)
{
  asyncio_wakeup_announce_sleep (&self->wakeup);

  g_mutex_lock (&self->lock);
  while (g_atomic_int_get (&self->n_published) == n_taken && !self->is_woken)
    g_cond_wait (&self->woken, &self->lock);
  self->is_woken = FALSE;
  g_mutex_unlock (&self->lock);

  asyncio_wakeup_awake (&self->wakeup);
}

static void
test_threads (void)
{
  Sleeper self = { .n_wakes = 0 };
  GThread *threads[N_THREADS];
  gint n_taken = 0;

  g_mutex_init (&self.lock);
  g_cond_init (&self.woken);
  asyncio_wakeup_init (&self.wakeup, wake_sleeper, &self);
  for (int i = 0; i < N_THREADS; i++)
    threads[i] = g_thread_new ("publisher", publish, &self);

  while (n_taken < N_THREADS * PIECES_PER_THREAD)
    {
      sleep_until_work (&self, n_taken);
      n_taken = g_atomic_int_get (&self.n_published);
    }

  for (int i = 0; i < N_THREADS; i++)
    g_thread_join (threads[i]);

  g_assert_cmpint (n_taken, ==, N_THREADS * PIECES_PER_THREAD);
  g_assert_cmpint (self.n_wakes, <=, N_THREADS * PIECES_PER_THREAD);
  g_mutex_clear (&self.lock);
  g_cond_clear (&self.woken);
}

static const TestCase cases[] = {
  { "/core/wakeup/awake", test_awake },
  { "/core/wakeup/woken-once", test_woken_once },
  { "/core/wakeup/again", test_again },
  { "/core/wakeup/announced-twice", test_announced_twice },
  { "/core/wakeup/threads", test_threads },
};

int
main (int    argc,
      char **argv)
{
  return run_tests (argc, argv, cases, G_N_ELEMENTS (cases));
}
