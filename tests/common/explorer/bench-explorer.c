/* SPDX-License-Identifier: MIT */

/*
 * Benchmark of the explorer: schedules a second of a program with two threads and ten operations. (`meson test --benchmark explorer`)
 *
 * Every order is tried, so that what is measured is the running of schedules and not the leaving out of them.
 */

#include <explorer.h>

#include <sys/resource.h>
#include <unistd.h>

#define AT_LEAST 100000

static gpointer
five_operations (gpointer number)
{
  for (int i = 0; i < 5; i++)
    g_atomic_int_inc ((int *) number);

  return NULL;
}

static void
ten_operations (gpointer user_data G_GNUC_UNUSED)
{
  int number = 0;
  GThread *other = g_thread_new ("other", five_operations, &number);

  five_operations (&number);
  g_thread_join (other);
  g_assert_cmpint (number, ==, 10);
}

/* Seconds of this process on a processor: others may be at work on the machine. */
static double
processor_time (void)
{
  struct rusage usage;

  getrusage (RUSAGE_SELF, &usage);

  return (double) (usage.ru_utime.tv_sec + usage.ru_stime.tv_sec) + (double) (usage.ru_utime.tv_usec + usage.ru_stime.tv_usec) / 1e6;
}

/* KiB. */
static guint64
resident_size (void)
{
  g_autofree char *text = NULL;
  char *rest = NULL;

  if (!g_file_get_contents ("/proc/self/statm", &text, NULL, NULL))
    return 0;
  g_ascii_strtoull (text, &rest, 10);

  return g_ascii_strtoull (rest, NULL, 10) * (guint64) sysconf (_SC_PAGESIZE) / 1024;
}

static double
run (guint64 n)
{
  ExplorerOptions options = { .random_schedules = n, .seed = 1 };
  double begin = processor_time ();
  g_autoptr (ExplorerReport) report = explorer_explore (ten_operations, NULL, &options);

  g_assert_cmpint (report->verdict, ==, EXPLORER_CORRECT);
  g_assert_cmpint (report->n_schedules, ==, n);

  return (double) n / (processor_time () - begin);
}

static double
search (void)
{
  ExplorerOptions options = { .max_preemptions = EXPLORER_UNBOUNDED, .at_once = TRUE, .every_order = TRUE };
  double begin = processor_time ();
  g_autoptr (ExplorerReport) report = explorer_explore (ten_operations, NULL, &options);
  double took = processor_time () - begin;

  g_assert_cmpint (report->verdict, ==, EXPLORER_CORRECT);
  g_assert_true (report->exhausted);
  g_print ("all %" G_GUINT64_FORMAT " schedules searched, %.1f steps each\n", report->n_schedules,
           (double) report->n_steps / (double) report->n_schedules);

  return (double) report->n_schedules / took;
}

int
main (int    argc,
      char **argv)
{
  guint64 size_few;
  guint64 size_many;
  double searched;
  double random;

  explorer_init (&argc, &argv);

  random = run (10000);
  size_few = resident_size ();
  random = run (1000000);
  size_many = resident_size ();
  searched = search ();

  g_print ("%.0f schedules a second of one processor searched, %.0f at random\n", searched, random);
  g_print ("resident: %" G_GUINT64_FORMAT " KiB after 10,000 schedules, %" G_GUINT64_FORMAT " KiB after 1,000,000 more\n", size_few, size_many);

  return searched >= AT_LEAST && random >= AT_LEAST ? 0 : 1;
}
