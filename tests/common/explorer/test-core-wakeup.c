/* SPDX-License-Identifier: MIT */

/*
 * The wake-up protocol (wakeup.c) by itself, under every schedule there is.
 *
 * One thread is the loop: it announces its sleep, looks for work, and sleeps if there is none. The others publish work and notify. Nothing may
 * be lost: the loop would sleep for ever, which the explorer tells as a deadlock. And wake-ups must be few: one at most
 * for each sleep that was announced, however many producers there are, and none without work.
 *
 * The loop sleeps in three ways: on a condition with a flag, in a semaphore, and in poll() for an eventfd as GLib's main context does. There is
 * no bound on preemptions: these are all the schedules that exist.
 */

#include "core.h"

#include "wakeup-private.h"

#include <poll.h>
#include <semaphore.h>
#include <sys/eventfd.h>

/* How a loop sleeps, and is woken. */
typedef struct
{
  void (*wake) (gpointer data);
  void (*sleep) (void);
} Bed;

/* Global variables begin anew in each schedule. */
static AsyncioWakeup wakeup;
static int n_published; /* atomic */
static int n_wakes;     /* atomic */

static GMutex lock;
static GCond woken;
static gboolean is_woken; /* lock */

static sem_t semaphore;

static int event_fd; /* made once, since a schedule that fails does not clean up */

/* --- Beds ------------------------------------------------------------------------------------- */

static void
wake_by_condition (gpointer data G_GNUC_UNUSED)
{
  g_atomic_int_inc (&n_wakes);
  g_mutex_lock (&lock);
  is_woken = TRUE;
  g_cond_signal (&woken);
  g_mutex_unlock (&lock);
}

static void
sleep_on_condition (void)
{
  g_mutex_lock (&lock);
  while (!is_woken)
    g_cond_wait (&woken, &lock);
  is_woken = FALSE;
  g_mutex_unlock (&lock);
}

static void
wake_by_semaphore (gpointer data G_GNUC_UNUSED)
{
  g_atomic_int_inc (&n_wakes);
  sem_post (&semaphore);
}

static void
sleep_in_semaphore (void)
{
  sem_wait (&semaphore);
}

static void
wake_by_event_fd (gpointer data G_GNUC_UNUSED)
{
  g_atomic_int_inc (&n_wakes);
  eventfd_write (event_fd, 1);
}

static void
sleep_in_poll (void)
{
  struct pollfd pollfd = { .fd = event_fd, .events = POLLIN };
  eventfd_t count;

  (void) poll (&pollfd, 1, -1);
  (void) eventfd_read (event_fd, &count);
}

static const Bed on_condition = { wake_by_condition, sleep_on_condition };
static const Bed in_semaphore = { wake_by_semaphore, sleep_in_semaphore };
static const Bed in_poll = { wake_by_event_fd, sleep_in_poll };

/* --- Programs ------------------------------------------------------------------------------------ */

static gpointer
publish_one (gpointer data G_GNUC_UNUSED)
{
  g_atomic_int_inc (&n_published);
  asyncio_wakeup_notify (&wakeup);

  return NULL;
}

static gpointer
publish_two (gpointer data)
{
  publish_one (data);

  return publish_one (data);
}

/* The loop, until it has all pieces of work. Returns how often it announced a sleep. */
static int
take_all (const Bed *bed,
          int        n)
{
  int n_taken = 0;
  int n_announced = 0;

  while (n_taken < n)
    {
      asyncio_wakeup_announce_sleep (&wakeup);
      n_announced++;
      if (g_atomic_int_get (&n_published) == n_taken)
        bed->sleep ();
      asyncio_wakeup_awake (&wakeup);
      n_taken = g_atomic_int_get (&n_published);
    }

  return n_announced;
}

/* One producer with two pieces of work, or several with one each. */
static void
run (const Bed *bed,
     guint      n_producers)
{
  GThread *producers[2];
  int n = MAX ((int) n_producers, 2);
  int n_announced;

  asyncio_wakeup_init (&wakeup, bed->wake, NULL);
  sem_init (&semaphore, 0, 0);

  for (guint i = 0; i < n_producers; i++)
    producers[i] = g_thread_new (i == 0 ? "producer" : "other", n_producers == 1 ? publish_two : publish_one, NULL);
  n_announced = take_all (bed, n);
  for (guint i = 0; i < n_producers; i++)
    g_thread_join (producers[i]);

  g_assert_cmpint (g_atomic_int_get (&n_wakes), <=, n_announced);
  g_assert_cmpint (g_atomic_int_get (&n_wakes), <=, n);
}

static void
condition_one (gpointer user_data G_GNUC_UNUSED)
{
  run (&on_condition, 1);
}

static void
condition_two (gpointer user_data G_GNUC_UNUSED)
{
  run (&on_condition, 2);
}

static void
semaphore_one (gpointer user_data G_GNUC_UNUSED)
{
  run (&in_semaphore, 1);
}

static void
semaphore_two (gpointer user_data G_GNUC_UNUSED)
{
  run (&in_semaphore, 2);
}

static void
drain (void)
{
  eventfd_t count;

  (void) eventfd_read (event_fd, &count);
}

static void
poll_one (gpointer user_data G_GNUC_UNUSED)
{
  drain ();
  run (&in_poll, 1);
}

static void
poll_two (gpointer user_data G_GNUC_UNUSED)
{
  drain ();
  run (&in_poll, 2);
}

/* Nobody is woken who has not said that he goes to sleep, nor twice for one sleep. */
static void
awake_and_asleep (gpointer user_data G_GNUC_UNUSED)
{
  GThread *producer;
  GThread *other;
  gboolean is_asleep = explorer_choose (2) == 1;

  asyncio_wakeup_init (&wakeup, wake_by_semaphore, NULL);
  sem_init (&semaphore, 0, 0);
  if (is_asleep)
    asyncio_wakeup_announce_sleep (&wakeup);

  producer = g_thread_new ("producer", publish_two, NULL);
  other = g_thread_new ("other", publish_one, NULL);
  g_thread_join (producer);
  g_thread_join (other);

  g_assert_cmpint (g_atomic_int_get (&n_wakes), ==, is_asleep ? 1 : 0);
}

static const CoreProgram programs[] = {
  { "/core/wakeup/condition/two-threads", condition_one, EXPLORER_UNBOUNDED, TRUE, 1 },
  { "/core/wakeup/condition/three-threads", condition_two, EXPLORER_UNBOUNDED, TRUE, 0 },
  { "/core/wakeup/semaphore/two-threads", semaphore_one, EXPLORER_UNBOUNDED, TRUE, 0 },
  { "/core/wakeup/semaphore/three-threads", semaphore_two, EXPLORER_UNBOUNDED, TRUE, 0 },
  { "/core/wakeup/poll/two-threads", poll_one, EXPLORER_UNBOUNDED, TRUE, 0 },
  { "/core/wakeup/poll/three-threads", poll_two, EXPLORER_UNBOUNDED, TRUE, 0 },
  { "/core/wakeup/no-more-than-needed", awake_and_asleep, EXPLORER_UNBOUNDED, TRUE, 0 },
};

int
main (int    argc,
      char **argv)
{
  event_fd = eventfd (0, EFD_NONBLOCK | EFD_CLOEXEC);

  return core_main (argc, argv, programs, G_N_ELEMENTS (programs));
}
