/* SPDX-License-Identifier: MIT */

/*
 * Mistakes with several locks, and with a lock that is not fair.
 */

#include "bugs.h"

/* --- The dining philosophers -------------------------------------------------------------------- */

/*
 * Each takes the fork on the left, then the one on the right. When all have one, nobody gets another (Dijkstra, 1965). It is enough that one
 * of them begins at the other side: then forks are always taken in the order of their numbers, and there is no circle.
 */

#define N_PHILOSOPHERS 3

static GMutex forks[N_PHILOSOPHERS];

static void
eat (guint first,
     guint second)
{
  g_mutex_lock (&forks[first]);
  g_mutex_lock (&forks[second]);
  g_mutex_unlock (&forks[second]);
  g_mutex_unlock (&forks[first]);
}

static gpointer
dine_left_first (gpointer number)
{
  guint left = GPOINTER_TO_UINT (number);

  eat (left, (left + 1) % N_PHILOSOPHERS);

  return NULL;
}

static gpointer
dine_in_order (gpointer number)
{
  guint left = GPOINTER_TO_UINT (number);
  guint right = (left + 1) % N_PHILOSOPHERS;

  eat (MIN (left, right), MAX (left, right));

  return NULL;
}

/* The first thread is a philosopher as well. */
static void
dine (GThreadFunc philosopher)
{
  static const char *const names[] = { "Aristotle", "Plato", "Socrates" };
  GThread *threads[N_PHILOSOPHERS];

  for (guint i = 1; i < N_PHILOSOPHERS; i++)
    threads[i] = g_thread_new (names[i], philosopher, GUINT_TO_POINTER (i));
  philosopher (GUINT_TO_POINTER (0));
  for (guint i = 1; i < N_PHILOSOPHERS; i++)
    g_thread_join (threads[i]);
}

void
philosophers_wrong (gpointer user_data G_GNUC_UNUSED)
{
  dine (dine_left_first);
}

void
philosophers_right (gpointer user_data G_GNUC_UNUSED)
{
  dine (dine_in_order);
}

/* --- Lock order ---------------------------------------------------------------------------------- */

/*
 * A transfer locks the account that pays and then the one that gets. Two transfers in opposite directions wait for each other. Accounts have
 * numbers, so that a transfer can lock the lower one first whatever its direction.
 */

typedef struct
{
  guint number;
  GMutex lock;
  int balance;
} Account;

static Account accounts[2] = { { .number = 0, .balance = 10 }, { .number = 1, .balance = 10 } };

static void
transfer (Account *from,
          Account *to,
          gboolean in_order)
{
  Account *first = in_order && to->number < from->number ? to : from;
  Account *second = first == from ? to : from;

  g_mutex_lock (&first->lock);
  g_mutex_lock (&second->lock);
  from->balance -= 5;
  to->balance += 5;
  g_mutex_unlock (&second->lock);
  g_mutex_unlock (&first->lock);
}

static gpointer
transfer_back (gpointer in_order)
{
  transfer (&accounts[1], &accounts[0], GPOINTER_TO_INT (in_order));

  return NULL;
}

static void
transfer_both_ways (gboolean in_order)
{
  GThread *other = g_thread_new ("back", transfer_back, GINT_TO_POINTER (in_order));

  transfer (&accounts[0], &accounts[1], in_order);
  g_thread_join (other);
  g_assert_cmpint (accounts[0].balance, ==, 10);
  g_assert_cmpint (accounts[1].balance, ==, 10);
}

void
lock_order_wrong (gpointer user_data G_GNUC_UNUSED)
{
  transfer_both_ways (FALSE);
}

void
lock_order_right (gpointer user_data G_GNUC_UNUSED)
{
  transfer_both_ways (TRUE);
}

/* --- Reader-writer starvation --------------------------------------------------------------------- */

/*
 * A reader-writer lock that lets readers in whenever there is no writer inside. Two readers that relieve each other keep the writer
 * out for ever. No schedule of a program that ends shows "for ever", so the program asserts a bound: while a writer waits for a reader to
 * leave, each other reader may come in once, since it may have been on its way. The cure is to let no reader in while a writer waits.
 */

#define N_READERS 2
#define N_READINGS 2

static GMutex lock;
static GCond changed;
static int n_reading;
static gboolean writer_waits;
static int n_overtakings; /* readers that have come to others while the writer waited */

static void
enter_as_reader (gboolean lets_writer_first)
{
  g_mutex_lock (&lock);
  while (lets_writer_first && writer_waits)
    g_cond_wait (&changed, &lock);
  n_reading++;
  if (writer_waits && n_reading > 1)
    n_overtakings++;
  g_assert_cmpint (n_overtakings, <, N_READERS);
  g_mutex_unlock (&lock);
}

static void
leave_as_reader (void)
{
  g_mutex_lock (&lock);
  n_reading--;
  g_cond_broadcast (&changed);
  g_mutex_unlock (&lock);
}

static gpointer
read_often (gpointer lets_writer_first)
{
  for (int i = 0; i < N_READINGS; i++)
    {
      enter_as_reader (GPOINTER_TO_INT (lets_writer_first));
      leave_as_reader ();
    }

  return NULL;
}

static void
write_once (void)
{
  g_mutex_lock (&lock);
  writer_waits = TRUE;
  while (n_reading > 0)
    g_cond_wait (&changed, &lock);
  writer_waits = FALSE;
  g_cond_broadcast (&changed);
  g_mutex_unlock (&lock);
}

static void
read_and_write (gboolean lets_writer_first)
{
  GThread *readers[N_READERS];

  for (guint i = 0; i < N_READERS; i++)
    readers[i] = g_thread_new ("reader", read_often, GINT_TO_POINTER (lets_writer_first));
  write_once ();
  for (guint i = 0; i < N_READERS; i++)
    g_thread_join (readers[i]);
}

void
starvation_wrong (gpointer user_data G_GNUC_UNUSED)
{
  read_and_write (FALSE);
}

void
starvation_right (gpointer user_data G_GNUC_UNUSED)
{
  read_and_write (TRUE);
}
